"""The scene of pieces: a prescription photographed, sent beside its lot and accepted; one too faint for the
caisse, refused by an ARL, photographed anew and accepted.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from tournee.app.cards import read_ps, read_vitale, unlock
from tournee.app.certify import certify_visit, pending_visits, visits_for
from tournee.app.inbound import fetch
from tournee.app.outbound import close_lots, make_files, send, send_pieces
from tournee.app.pieces.keeping import keep_piece
from tournee.app.pieces.needs import needed_pieces
from tournee.app.visits.importing import import_day
from tournee.documents.pieces.making import Source
from tournee.emulation.cards.lookup import ps_card_of, vitale_of
from tournee.emulation.demo import CODE
from tournee.exchange.proofs_setting import ProofsSetting

if TYPE_CHECKING:
    from tournee.app.context import Office
    from tournee.emulation.services.scenes.day import Stage

TITLE = "SCOR : des ordonnances photographiées partent à côté de leur lot"

_SIZE = (1754, 2480)
_PAPER = 235
_FAINT, _DARK = 185, 40  # the writing: seen by the client's check, not by the demonstration's OCT; plain
_PS = "756000121"
_PATIENTS = (("2550699999001", "62"), ("1480369123017", "30"))


def photograph(ink: int) -> bytes:
    """A prescription that nobody wrote, as a camera gives it; `ink` is the level of its writing."""
    from PIL import Image, ImageDraw, ImageFont

    page = Image.new("L", _SIZE, _PAPER)
    draw = ImageDraw.Draw(page)
    for size, top, words in (
        (52, 180, "Dr Exemple SIMULATION"),
        (34, 260, "Ordonnance de demonstration"),
        (44, 560, "Soins infirmiers a domicile, matin et soir,"),
        (44, 640, "pendant quinze jours, dimanche compris"),
    ):
        draw.text((200, top), words, ink, ImageFont.load_default(size))
    draw.line([(900 + 22 * step, 1500 + 60 * (step % 3)) for step in range(20)], fill=ink, width=7)
    out = io.BytesIO()
    page.save(out, "JPEG", quality=80)
    return out.getvalue()


def play(stage: Stage) -> tuple[Sequence[str], Sequence[str]]:
    """Two invoices that leave, and the prescription of each."""
    with stage.office() as office:
        office.services = replace(office.services, proofs=ProofsSetting(office.clock().date()))
        good, faint = _billed(office, stage)
        keep_piece(office, [Source(photograph(_DARK))], "O", good)
        first = keep_piece(office, [Source(photograph(_FAINT))], "O", faint)
        make_files(office)
        sent = [one.message.subject for one in send(office) if one.message is not None]
        fetch(office)
        done = [
            "Ordonnance photographiée, redressée, gardée en PDF/A-1b, envoyée après son lot.",
            f"Messages : {', '.join(sent)}.",
            f"Facture {_number(office, good)} : pièce {_standing(office, good)}.",
        ]
        wrong = [f"Facture {_number(office, faint)} : pièce {_standing(office, faint)}."]
        second = keep_piece(office, [Source(photograph(_DARK - 10))], "O", faint)
        send_pieces(office)
        fetch(office)
        wrong.append(
            f"Photographiée à nouveau (pièce {second.id} à la place de {first.id}), repartie seule : "
            f"{_standing(office, faint)}."
        )
        return done, wrong


def _billed(office: Office, stage: Stage) -> tuple[int, int]:
    """Two visits of today, certified with both cards and closed in a lot: the ids of their invoices."""
    today = office.clock().date()
    told = {"date": f"{today - timedelta(days=3)}", "rpps": "10100001071"}
    visits = [
        {
            "nir": nir,
            "cle": key,
            "actes": [{"code": "AMI", "coefficient": 1}],
            "prescription": told,
            "tiers_payant": "amo",
        }
        for nir, key in _PATIENTS
    ]
    day = {"journee": {"date": f"{today}", "ps": _PS, "profession": "IF"}, "visite": visits}
    import_day(office, json.dumps(day).encode(), "scor.json")
    stage.insert("ps", ps_card_of(_PS))
    made = []
    with stage.reader(office) as reader:
        ps = read_ps(reader)
        unlock(reader, lambda: CODE)
        for nir, _ in _PATIENTS:
            stage.insert("vitale", vitale_of(nir))
            vitale = read_vitale(office, reader)
            for row, visit in visits_for(pending_visits(office, ps), vitale):
                made.append(certify_visit(office, reader, ps, vitale, row, visit).id)
        close_lots(office, reader, ps)
    return made[0], made[1]


def _standing(office: Office, invoice: int) -> str:
    (one,) = needed_pieces(office, [invoice])
    why = f" ({one.proof.reason})" if one.proof is not None and one.proof.reason else ""
    return f"{one.standing.label}{why}"


def _number(office: Office, invoice: int) -> str:
    return office.journal.invoices.get(invoice).number
