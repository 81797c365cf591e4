"""SSV_FormaterLot and SSV_FormaterFichier: documents into certified lots, lots into a file's two ends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tournee.app.certification import Signers, certify_lot
from tournee.billing.numbers import RPPS_DIGITS
from tournee.billing.zones.card import SITUATION, CardGroup
from tournee.exchange.files import FILE_GROUP, FILE_MORE_GROUP, file_ends, format_file
from tournee.exchange.lots import LOT_GROUPS, LOT_NUMBER_MAX, LotSender, group_sheets, lot_body, lot_group
from tournee.exchange.splitting import split_invoice
from tournee.formats import zones
from tournee.formats.zones import Group, make
from tournee.reader import Reader
from tournee.ssv.codes import SsvError, asking_ps_card
from tournee.ssv.record_groups import DOCUMENT, described, record_groups
from tournee.ssv.rights import read_date

ORDER, ENDS = 9003, 9006


@dataclass(frozen=True)
class Document:
    """A certified FSE or DRE as SSV_FormaterFactures gave it: what `group_sheets` asks, and its bytes."""

    kind: str
    crf: str
    mode: str
    organisme: str
    invoice: str
    emetteur: str
    ps_type: str
    body: bytes = field(repr=False)
    sevens: bytes = field(repr=False)
    substitute: str = ""


def format_lots(reader: Reader, given: Sequence[bytes]) -> list[bytes]:
    """Share the documents of all zones out into lots, certify each; one zone a lot, its 13 or 93 first.

    One of the zones holds group 9003: the first lot's number (the next ones follow, 001 after 999), their
    date, and for a substitute's the name of who is replaced. The PS's card is open. SsvError, LotError,
    ReaderError, SignatureError, LayoutError, ZoneError.
    """
    groups = [group for zone in given for group in zones.decode(zone)]
    orders = [group for group in groups if group.id == ORDER]
    if len(orders) != 1:
        raise SsvError("GROUPE_ABSENT", f"Il faut un groupe {ORDER} en tout, pas {len(orders)}.")
    number, date = _first_lot(orders[0])
    documents = [
        _document(one.head, one.records) for one in described(group for group in groups if group.id != ORDER)
    ]
    if not documents:
        raise SsvError("GROUPE_ABSENT", f"Aucun groupe {DOCUMENT} : il n'y a rien à mettre en lot.")
    with asking_ps_card():
        card = reader.read_ps_card()
    sender = _sender(card.groups, documents, orders[0].field("nom"))
    signers = Signers(card.certificate)
    made = []
    for key, members in group_sheets(documents):
        body = lot_body(sender, number, key, date, [document.body for document in members])
        lot = body + certify_lot(reader, signers, body)
        made.append(zones.encode([lot_group(lot, sender.ps_type), *record_groups(lot)]))
        number = number % LOT_NUMBER_MAX + 1
    return made


def _first_lot(order: Group) -> tuple[int, str]:
    number, date = order.field("lot"), read_date(order.field("date"))
    if not (number.isascii() and number.isdigit() and 1 <= int(number) <= LOT_NUMBER_MAX):
        raise SsvError("CHAMP", f"Groupe {ORDER}, lot « {number} » : de 001 à {LOT_NUMBER_MAX}.")
    if not date:
        raise SsvError("CHAMP", f"Groupe {ORDER} : la date des lots manque.")
    return int(number), date[2:]


def _document(head: Group | None, records: bytes) -> Document:
    if head is None or head.id != DOCUMENT:
        raise SsvError("GROUPE_ABSENT", f"Des enregistrements ne suivent pas un groupe {DOCUMENT}.")
    invoice = split_invoice(records)
    if (invoice.number, invoice.emetteur) != (head.field("facture"), head.field("emetteur")):
        raise SsvError("CHAMP", f"Le groupe {DOCUMENT} ne dit pas la facture {invoice.number} qui le suit.")
    return Document(
        head.field("categorie"),
        head.field("crf"),
        head.field("securisation"),
        head.field("organisme"),
        invoice.number,
        invoice.emetteur,
        head.field("type_emetteur"),
        records,
        b"".join(seven.raw for seven in invoice.sevens),
        invoice.substitute,
    )


def _sender(card: Iterable[CardGroup], documents: Sequence[Document], replaced: str) -> LotSender:
    """Who makes the lots: the holder of the card, in the situation that bills these documents, or the PS
    whom she replaced in all of them, whose name is `replaced` where it is told.
    """
    senders = {(document.emetteur, document.ps_type) for document in documents}
    if len(senders) > 1:
        raise SsvError("EMETTEUR", "Les factures sont de plusieurs professionnels.")
    number, ps_type = senders.pop()
    holder, *situations = card
    name = f"{holder.field('nom')} {holder.field('prenom')}"
    for group in situations:
        if group.id == SITUATION and group.field("facturation") + group.field("cle_facturation") == number:
            return LotSender(number, ps_type, name)
    own = (holder.field("identifiant") + holder.field("cle"))[-RPPS_DIGITS:]
    if all(document.substitute == own for document in documents):
        return LotSender(number, ps_type, replaced or name)
    raise SsvError("EMETTEUR", f"La carte du lecteur n'est pas celle du professionnel {number}.")


def format_ends(zone: bytes) -> bytes:
    """Group 9006 with a file's record 000 and record 999, from groups 12 and 14 (OCT-SF-3, OCT-SF-4).

    With the lots' 13 and 93 behind, these must agree; with their records as well, all of it is checked.
    SsvError, FileError, LayoutError, ZoneError.
    """
    found = list(described(zones.decode(zone)))
    heads: dict[int, Group] = {}
    lots: list[tuple[Group, bytes]] = []
    for one in found:
        if one.head is None:
            raise SsvError("GROUPE_ABSENT", "Des enregistrements ne suivent pas le groupe de leur lot.")
        if one.head.id in LOT_GROUPS.values():
            lots.append((one.head, one.records))
        elif one.head.id not in (FILE_GROUP, FILE_MORE_GROUP) or one.records:
            raise SsvError("GROUPE_NON_TRAITE", f"Le groupe {one.head.id} n'a rien à faire ici.")
        elif heads.setdefault(one.head.id, one.head) is not one.head:
            raise SsvError("CHAMP", f"Le groupe {one.head.id} est deux fois dans la zone.")
    for number in (FILE_GROUP, FILE_MORE_GROUP):
        if number not in heads:
            raise SsvError("GROUPE_ABSENT", f"Le groupe {number} manque.")
    with_records = [bool(records) for _, records in lots]
    if any(with_records) and not all(with_records):
        raise SsvError("GROUPE_ABSENT", "Des lots ont leurs enregistrements, d'autres non.")
    first, more = heads[FILE_GROUP], heads[FILE_MORE_GROUP]
    head, end = file_ends(first, more, [group for group, _ in lots])
    if any(with_records):
        format_file(first, more, lots)
    return zones.encode([make(ENDS, head, end)])
