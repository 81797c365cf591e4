"""À régler: the list by who owes, one thing with its story and its one act, what else may be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tournee.app.accounts.unpaid import Debtor
from tournee.app.bedside.care_visit import visit_key
from tournee.app.bedside.carer import CarerShown, carer_shown
from tournee.app.cards import PsOnDuty
from tournee.app.context import Office
from tournee.app.pieces.shown import PieceShown, pieces_shown
from tournee.app.to_settle import (
    OthersPart,
    SettleAct,
    ToSettle,
    others_parts,
    own_things,
    thing_to_settle,
    whose,
)
from tournee.app.to_settle.acts import ACTS, ActWhere, ActWords, SettleField
from tournee.app.to_settle.doing import SettleWords, send_dre
from tournee.app.to_settle.letters import letters_of
from tournee.app.to_settle.listing import words_of
from tournee.app.to_settle.signing import countersign_all
from tournee.app.to_settle.story import StoryLine, story_of
from tournee.app.to_settle.wording import person_named
from tournee.config import load_config
from tournee.documents.letter import letter_pdf
from tournee.errors import BillingError, TourneeError
from tournee.model import Means
from tournee.web.face import Face, face_of, go, show
from tournee.web.forms import fields_of, whole
from tournee.web.screens.sending import begun

_FILTERS = {"": "Tout", Debtor.CAISSE.value: "Caisse", Debtor.MUTUELLE.value: "Mutuelle"}
_MEANS = {"especes": Means.CASH, "cheque": Means.CHEQUE, "carte": Means.CARD, "virement": Means.TRANSFER}
PAGES = {
    SettleAct.CORRECT: "/regler/{key}/corriger",
    SettleAct.CLAIM: "/regler/{key}/lettre",
    SettleAct.PIECE: "/regler/{key}/piece",
    SettleAct.BACK_UP: "/sauvegarde",
    SettleAct.ROUTES: "/routes",
    SettleAct.RIGHTS: "/droits",
}
"""Where the acts that have a page of their own are done."""

_PS_DIGITS = 9
_WORD_MAX = 200
_CENTS_MAX = 9_999_999


async def the_list(request: Request) -> Response:
    """`/regler`, with `?qui=` of one debtor; `?de=` of another carer of the journal."""
    face = face_of(request)
    who, ps = request.query_params.get("qui", ""), request.query_params.get("de", "")
    at = await face.ports.ask_journal(
        lambda office: things_at(office, carer_shown(office, face.watch.state.ps), ps)
    )
    found = at.things
    filters = {**_FILTERS, Debtor.PATIENT.value: "Patient"}
    counts = {one: sum(one in ("", _debtor(thing)) for thing in found) for one in filters}
    shown = [one for one in found if who in ("", _debtor(one))]
    return show(
        request,
        "settle_list.html",
        found=shown,
        filters=filters,
        counts=counts,
        who=who if who in filters else "",
        told=at,
        cents=sum(one.cents for one in shown),
        words=words_of,
        acts=ACTS,
    )


@dataclass(frozen=True)
class ThingsAt:
    """What the list shows: hers, or another carer's where she looks at it (`other`), which other carers have
    something, by key whose a thing is where it is not simply hers.
    """

    things: tuple[ToSettle, ...]
    other: OthersPart | None
    others: tuple[OthersPart, ...]
    whose: dict[str, str]

    @property
    def query(self) -> str:
        """What names the carer in an address."""
        return f"de={self.other.ps}" if self.other else ""


def things_at(office: Office, carer: CarerShown, ps: str) -> ThingsAt:
    """The things of this carer, or those of another by billing number."""
    others = others_parts(office, carer)
    other = next((one for one in others if one.ps == ps), None)
    things = other.things if other else own_things(office, carer)
    named = {one.key: whose(office, one, carer) for one in things} if other is None else {}
    return ThingsAt(things, other, () if other else others, named)


def _debtor(one: ToSettle) -> str:
    return one.debtor.value if one.debtor else "-"


async def one_thing(request: Request) -> Response:
    """`/regler/{key}`."""
    face, key = face_of(request), request.path_params["key"]
    at = await face.ports.ask_journal(partial(_with_story, key=key, ps=face.watch.state.ps))
    return show(
        request,
        "settle_one.html",
        one=at.one,
        words=words_of(at.one),
        acts=ACTS,
        story=at.story,
        pieces=at.pieces,
        patients=at.patients,
        whose=at.whose,
        back=_back(request),
        pages={wanted: page_of(wanted, key) for wanted in PAGES},
        today=face.clock().date(),
    )


@dataclass(frozen=True)
class OneThingAt:
    """What the screen of one thing shows: its story, whose it is where it is not hers, the pieces of its
    invoice by the address of its visit; `patients`, by invoice, where one of several is meant at a time.
    """

    one: ToSettle
    story: tuple[StoryLine, ...]
    whose: str
    pieces: dict[str, tuple[PieceShown, ...]]
    patients: tuple[tuple[int, str], ...]


def _with_story(office: Office, key: str, ps: PsOnDuty | None) -> OneThingAt:
    one = thing_to_settle(office, key)
    named = whose(office, one, carer_shown(office, ps))
    if len(one.invoices) != 1:
        return OneThingAt(one, (), named, {}, _patients(office, one))
    row = office.journal.invoices.get(one.invoices[0])
    pieces = {f"/visite/{visit_key(row.visit_id)}": pieces_shown(office, row.id)}
    return OneThingAt(one, story_of(office, row.number, row.ps), named, pieces, ())


def _patients(office: Office, one: ToSettle) -> tuple[tuple[int, str], ...]:
    """Of demands to one insurer refused together, each invoice and its patient: one is meant at a time."""
    if one.act is not SettleAct.SEND_DRE:
        return ()
    rows = office.journal.invoices.get_all(list(one.invoices))
    return tuple((row.id, person_named(row.sheets[0].patient.title())) for row in rows)


def _back(request: Request) -> str:
    who, ps = request.query_params.get("qui", ""), request.query_params.get("de", "")
    if ps.isascii() and ps.isdecimal() and len(ps) == _PS_DIGITS:
        return f"/regler?de={ps}"
    return f"/regler?qui={who}" if who in (one.value for one in Debtor) else "/regler"


async def act(request: Request) -> Response:
    """Do an act of a thing; back to the list, which says what was done."""
    face, key = face_of(request), request.path_params["key"]
    told = await fields_of(request)
    wanted = _act(request.path_params["act"])
    words, said = ACTS[wanted], said_words(told, ACTS[wanted])
    if words.where is ActWhere.PAGE:
        return go(request, page_of(wanted, key))
    one = await face.ports.ask_journal(partial(thing_to_settle, key=key))
    if wanted not in one.acts:
        raise TourneeError("Ce geste n’est pas pour cela.", next_step="revenez à la liste")
    if words.where is ActWhere.EVENING:
        return begun(request, fetch_only=wanted is not SettleAct.SEND, again=wanted is SettleAct.FETCH_AGAIN)
    done = await _done(face, one, words, said)
    await face.news.tell(said=done, sound="ok")
    return go(request, "/regler")


async def _done(face: Face, one: ToSettle, words: ActWords, said: SettleWords) -> str:
    if words.where is ActWhere.SETTINGS:
        return await _with_settings(face, one, said)
    if words.where is ActWhere.READER:
        return await face.ports.run_reader(countersign_all)
    run = words.run
    assert run is not None
    if words.where is ActWhere.COURIER:
        return await face.ports.run_courier(lambda office: run(office, one, said))
    return await face.ports.ask_journal(lambda office: run(office, one, said))


async def _with_settings(face: Face, one: ToSettle, said: SettleWords) -> str:
    """An insurer that is not known yet is written beside the configuration: all is then opened by it."""
    setting = face.setting
    if setting is None:
        raise TourneeError(
            "Cet appareil n’a pas de réglages.", next_step="faites-le sur l’appareil du cabinet"
        )
    config = load_config(setting.config)
    done = await face.ports.ask_journal(lambda office: send_dre(office, config, one, said))
    await setting.set_up_anew()
    return done


def page_of(wanted: SettleAct, key: str) -> str:
    """The page that an act leads to."""
    return PAGES[wanted].format(key=key)


def _act(word: str) -> SettleAct:
    try:
        return SettleAct(word)
    except ValueError:
        raise TourneeError("Ce geste n’existe pas.", next_step="revenez à la liste") from None


def said_words(told: dict[str, str], words: ActWords) -> SettleWords:
    """What was said for an act; BillingError where what it asks for is missing or does not read."""
    word = " ".join(told.get(SettleField.WORD, "").split())[:_WORD_MAX]
    if SettleField.WORD in words.asks and not word:
        raise BillingError("Il manque un mot.", next_step="notez pourquoi, pour vous en souvenir")
    return SettleWords(
        word=word,
        given_back=cents_of(told.get(SettleField.BACK, "")),
        means=_MEANS.get(told.get(SettleField.MEANS, ""), Means.CASH),
        day=day_of(told.get(SettleField.DAY, "")),
        number="".join(told.get(SettleField.NUMBER, "").split())[:_WORD_MAX],
        member=" ".join(told.get(SettleField.MEMBER, "").split())[:_WORD_MAX],
        invoice=whole(told, "facture"),
    )


def cents_of(text: str) -> int:
    """An amount as it is typed (`12,50`), in cents; "" is nothing. BillingError."""
    bare = "".join(text.replace("€", "").split()).replace(",", ".")
    if not bare:
        return 0
    whole, _, part = bare.partition(".")
    cents = f"{whole or 0}{part:<02}"
    if not (cents.isascii() and cents.isdecimal()) or len(part) > len("00") or int(cents[:9]) > _CENTS_MAX:
        raise BillingError(f"« {text[:20]} » n’est pas un montant.", next_step="écrivez par exemple 12,50")
    return int(cents)


def day_of(text: str) -> date | None:
    """A day as a form posts it (AAAA-MM-JJ), None for none. BillingError."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BillingError(f"« {text[:20]} » n’est pas un jour.", next_step="choisissez-en un") from None


async def letter(request: Request) -> Response:
    """`/regler/{key}/lettre`: the letter that claims."""
    face, key = face_of(request), request.path_params["key"]

    def found(office: Office) -> tuple[ToSettle, tuple[str, ...]]:
        one = thing_to_settle(office, key)
        return one, tuple(told.text for told in letters_of(office, one))

    one, texts = await face.ports.ask_journal(found)
    return show(request, "settle_letter.html", one=one, texts=texts)


async def letter_paper(request: Request) -> Response:
    """The same as PDF."""
    key = request.path_params["key"]

    def made(office: Office) -> bytes:
        told = letters_of(office, thing_to_settle(office, key))
        return letter_pdf("Lettre", "\n\n".join(one.text for one in told))

    paper = await face_of(request).ports.ask_journal(made)
    named = {"Content-Disposition": 'inline; filename="lettre.pdf"'}
    return Response(paper, media_type="application/pdf", headers=named)


SETTLING = (
    Route("/regler", the_list),
    Route("/regler/{key}", one_thing),
    Route("/regler/{key}/lettre", letter),
    Route("/regler/{key}/lettre.pdf", letter_paper),
    Route("/regler/{key}/{act}", act, methods=["POST"]),
)
