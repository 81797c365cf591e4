"""What becomes of a message at any emulated end: unsealed, its file and lots checked, refused by code.

The OCT and the insurers of direct mode judge alike; where they differ is in the `Door` a message came to.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization.pkcs7 import pkcs7_decrypt_der
from cryptography.x509 import Certificate

from tournee.emulation.oct.judging.answers import Item
from tournee.emulation.oct.judging.certificates import CardCertificates
from tournee.emulation.oct.judging.engaged import rejection_of
from tournee.emulation.oct.judging.file import RECORD, Framed
from tournee.emulation.oct.judging.incoming import StatedOrigin, Submission, open_submission
from tournee.emulation.oct.judging.lot import OctLot, claimed_number, read_lot
from tournee.emulation.oct.judging.lot_checks import check_lot
from tournee.emulation.oct.judging.refusal import LAYOUT, UNKNOWN_SENDER, OctRefusedError
from tournee.emulation.oct.judging.register import OctRegister
from tournee.emulation.oct.judging.scenario import Scenario
from tournee.emulation.oct.judging.sheet_checks import as_date

WHOLE_FILE = "000"
NO_DATE = "000000"
ANY_TYPE = "XX"
_DIGEST_DIGITS = 16
_SLACK = timedelta(days=1)


@dataclass(frozen=True)
class Door:
    """One mail address and what may come in by it: `read` gives the file of a submission, `check` looks at a
    lot that holds in itself; both raise `OctRefusedError`.
    """

    address: str
    read: Callable[[Submission], Framed]
    check: Callable[[OctLot], None] = lambda lot: None


@dataclass(frozen=True)
class Judgement:
    """What became of one file: who sent it, one ARL item a lot (or one for the file), the accepted lots'
    bytes.
    """

    sender: str
    ps_type: str
    file_name: str
    items: tuple[Item, ...]
    accepted: tuple[tuple[OctLot, bytes], ...] = ()
    framed: Framed | None = None
    submission: Submission | None = None

    @property
    def answers(self) -> str:
        """Which message is answered, as its ARL says it (profile, ARL): its stamp, and by its digest the file
        that it brought; "" for one that could not be opened.
        """
        if self.submission is None:
            return ""
        digest = hashlib.sha256(self.submission.file).hexdigest()
        return f"{self.submission.stamp} {digest[:_DIGEST_DIGITS].upper()}"


class Judge:
    """Judges one message after another and remembers them.

    `key` and `certificate` are those files come sealed for; `card_certificates` those of the cards whose
    signatures count.
    """

    def __init__(
        self,
        key: RSAPrivateKey,
        certificate: Certificate,
        card_certificates: Iterable[Certificate],
    ) -> None:
        self.register = OctRegister()
        self._cards = CardCertificates(card_certificates)
        self._key = key
        self._certificate = certificate

    def know(self, certificate: Certificate) -> None:
        """Let one more certificate's signatures count."""
        self._cards.add(certificate)

    def judge(
        self, raw: bytes, claim: StatedOrigin, door: Door, scenario: Scenario, now: datetime
    ) -> Judgement:
        """What becomes of `raw`, which came to `door` and claims to be `claim`; never raises on `raw`."""
        ps_type = ANY_TYPE
        submission: Submission | None = None
        try:
            submission = open_submission(raw, self.unseal, door.address, now)
            self.register.check_message(submission)
            framed = door.read(submission)
            if as_date(framed.header["date"], "000 : DATE") > now.date() + _SLACK:
                raise OctRefusedError(LAYOUT, "000 : DATE DANS LE FUTUR")
            ps_type = str(framed.header["type_emetteur"])
            known = scenario.known_senders
            if known is not None and framed.sender[-9:] not in known:
                raise OctRefusedError(UNKNOWN_SENDER, f"EMETTEUR {framed.sender} INCONNU")
            self.register.check_file(framed)
            items, accepted = self._judge_lots(framed, door, scenario, submission.stamp)
        except OctRefusedError as refused:
            item = Item(WHOLE_FILE, NO_DATE, refused.code, refused.label, refused.invoice)
            return Judgement(claim.sender, ps_type, claim.file_name, (item,), submission=submission)
        self.register.note_file(framed, submission)
        return Judgement(framed.sender, ps_type, framed.file_name, items, accepted, framed, submission)

    def _judge_lots(
        self, framed: Framed, door: Door, scenario: Scenario, stamp: str
    ) -> tuple[tuple[Item, ...], tuple[tuple[OctLot, bytes], ...]]:
        items, accepted = [], []
        number = 2
        for content in framed.lots:
            named, day = claimed_number(content)
            try:
                lot = read_lot(content, number)
                check_lot(lot, framed, scenario, self._cards)
                door.check(lot)
                self.register.check_lot(framed, lot)
            except OctRefusedError as refused:
                if named == WHOLE_FILE:
                    raise
                items.append(Item(named, day, refused.code, refused.label, refused.invoice))
            else:
                self.register.note_lot(framed, lot, stamp)
                for sheet in lot.sheets:
                    if lot.kind == "DRE" and rejection_of(sheet, lot, scenario) is not None:
                        self.register.note_unpaid(framed.sender, sheet.number)
                items.append(Item(named, day))
                accepted.append((lot, content))
            number += len(content) // RECORD
        return tuple(items), tuple(accepted)

    def unseal(self, content: bytes) -> bytes:
        """Open what is sealed for the certificate; raises on anything else."""
        return pkcs7_decrypt_der(content, self._certificate, self._key, [])


def art_text(judgement: Judgement, who: str, now: datetime) -> str:
    """What the carer reads: the file as it was received by `who`, in French; the ARL settles it."""
    submission = judgement.submission
    lines = [
        f"{who}, profil de simulation open-1 : rien n'est facturé à personne.",
        f"Message reçu le {now:%d/%m/%Y à %H:%M}.",
    ]
    if submission is None:
        lines.append("Le message n'a pas pu être lu : voir l'ARL.")
    else:
        lines += [
            f"Objet : {submission.subject}",
            f"Fichier {judgement.file_name} : {submission.invoices} facture(s).",
        ]
    refused = [item for item in judgement.items if item.code != "0000"]
    if judgement.framed is not None:
        lines.append(f"Lots : {len(judgement.accepted)} pris en charge, {len(refused)} refusé(s).")
    lines += [f"Refus : {item.code} {item.label}" for item in refused if item.lot == WHOLE_FILE]
    return "\n".join(lines) + "\n"
