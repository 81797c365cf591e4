"""RSP: reads a NOEMIE stream into payments and rejections, any legal entity in any reference (OCT-RET-3)."""

from dataclasses import dataclass, field

from tournee.formats import noemie
from tournee.formats.errors import NoemieError
from tournee.formats.noemie import Entities, Entity
from tournee.french import euros
from tournee.returns.quarantine import DamagedError
from tournee.returns.rsp.content import (
    OtherPayment,
    Part,
    Rejection,
    Rsp,
    SettledAct,
    SheetReturn,
    Transfer,
)
from tournee.returns.rsp.totals import CLAIM, PAYMENTS, RECOVERY, RspTotals, paid_for_act, signed

ENTITIES_MAX = 200_000  # a year of a large practice; beyond, it is no return
_NUMBER = 9  # digits of an invoice number
REAL_FLOWS = ("", "R")
DAMAGED_MAX = 1_000  # each costs a search for where the next one starts


def read_rsp(content: bytes) -> Rsp:
    """The RSP that `content` holds.

    Unknown and damaged entities are kept, told in `Rsp.faults`, and hide nothing after them. Raises
    `DamagedError` when the 000 cannot be read, when the stream ends without its 999 or goes on after it, or
    beyond the limits.
    """
    entities = _entities(content)
    if not entities or entities[0].type != "000" or entities[0].error is not None:
        raise DamagedError("Le début du RSP (000) est illisible.", "entité 000, octet 0")
    last = entities[-1]
    if last.type != "999" or last.error is not None:
        raise DamagedError("Le RSP est coupé : il manque sa fin (999).", f"octet {len(content)}")
    header = entities[0].fields
    story, totals = _Story(noemie.reference(entities[0]) == PAYMENTS), RspTotals()
    for rank, entity in enumerate(entities, 1):
        if entity.error is None:
            if entity.type in noemie.FIXED and 1 < rank < len(entities):
                raise DamagedError(
                    "Le RSP contient plusieurs fichiers.", f"entité {entity.type}, octet {entity.offset}"
                )
            story.take(entity)
        totals.take(entity)
    story.close_sheet()
    return Rsp(
        reference=noemie.reference(entities[0]),
        file_name=str(header["fichier"]),
        sender_type=str(header["type_emetteur"]),
        sender=str(header["numero_emetteur"]),
        recipient=str(header["numero_destinataire"]),
        date=str(header["date"]),
        flow=_flow(str(header["flux"]), str(last.fields["flux"])),
        sheets=tuple(story.sheets),
        transfers=tuple(story.transfers),
        other_payments=tuple(story.payments),
        totals=tuple(totals.checks),
        stream=entities,
        unassigned=totals.amount - story.amount,
        body=noemie.reference(entities[0]).encode()
        + str(header["numero_destinataire"]).encode()
        + content[noemie.length("000") : last.offset],
    )


def _entities(content: bytes) -> Entities:
    """The entities of a stream, in bounded memory and time whatever it holds."""
    try:
        return noemie.read(content, ENTITIES_MAX, DAMAGED_MAX)
    except NoemieError as error:
        reason = f"Le RSP a plus de {ENTITIES_MAX} entités, ou plus de {DAMAGED_MAX} abîmées."
        raise DamagedError(reason, f"octet {error.offset}") from error


def _flow(first: str, last: str) -> str:
    """The marker of a flow: what either end says against a real one prevails (domain 2.4)."""
    return last if first in REAL_FLOWS and last not in REAL_FLOWS else first


@dataclass
class _OpenSheet:
    invoice: str
    kind: str
    lot: str
    lot_date: str
    nir: str = ""
    name: str = ""
    amo: Part | None = None
    amc: Part | None = None
    lines: list[SettledAct] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)


class _Story:
    """What the entities tell one after another; an entity that belongs to an invoice follows its 100 or
    102.
    """

    def __init__(self, of_payments: bool) -> None:
        self._of_payments = of_payments
        self.sheets: list[SheetReturn] = []
        self.transfers: list[Transfer] = []
        self.payments: list[OtherPayment] = []
        self._sheet: _OpenSheet | None = None
        self._payee = ""
        self._transfer = ""
        self._lot = ("", "")
        self._flat: dict[str, str | int] | None = None  # the 261 being told
        self._flat_detailed = False

    def take(self, entity: Entity) -> None:
        """Follow one readable entity; types that say nothing to the carer pass by."""
        kind, values = entity.type, entity.fields
        if kind in ("010", "020", "040", "080", "990"):
            self.close_sheet()
        if kind == "040":
            self._payee, self._transfer = str(values["destinataire"]), ""
        elif kind in ("070", "071"):
            self._take_transfer(values)
        elif kind == "080":
            self._lot = (str(values["lot"]), str(values["date"]))
        elif kind in ("100", "102"):
            self._open_sheet(kind, values)
        elif kind in ("261", "262", "250"):
            self._take_payment(kind, values)
        elif self._sheet is not None:
            _add(self._sheet, kind, values)

    @property
    def amount(self) -> int:
        """Cents told of invoices and of payments outside them."""
        return sum(sheet.paid for sheet in self.sheets) + sum(one.amount for one in self.payments)

    def close_sheet(self) -> None:
        """End the invoice and the payment being told, if any."""
        self._end_flat()
        sheet, self._sheet = self._sheet, None
        if sheet is not None:
            if self._of_payments and sheet.amo is sheet.amc is None:
                sheet.amo, sheet.amc = _told_by_lines(sheet.kind, sheet.lines)
            self.sheets.append(
                SheetReturn(
                    invoice=sheet.invoice,
                    kind=sheet.kind,
                    lot=sheet.lot,
                    lot_date=sheet.lot_date,
                    nir=sheet.nir,
                    name=sheet.name,
                    amo=sheet.amo,
                    amc=sheet.amc,
                    lines=tuple(sheet.lines),
                    rejections=tuple(sheet.rejections),
                    comments=tuple(sheet.comments),
                    transfer=self._transfer,
                    payee=self._payee,
                )
            )

    def _open_sheet(self, kind: str, values: dict[str, str | int]) -> None:
        self.close_sheet()
        lot, lot_date = self._lot
        if kind == "102":
            lot, lot_date = str(values["lot"]) or lot, _date(values["date_lot"]) or lot_date
        self._sheet = _OpenSheet(_number(values["facture"]), str(values.get("type", "")), lot, lot_date)

    def _take_transfer(self, values: dict[str, str | int]) -> None:
        lines = (str(values.get("libelle_1", "")), str(values.get("libelle_2", "")))
        transfer = Transfer(
            date=str(values["date"]),
            label=" ".join(line for line in lines if line),
            payer=str(values.get("organisme", "")),
            payee=self._payee,
        )
        self.transfers.append(transfer)
        self._transfer = transfer.label or transfer.date

    def _take_payment(self, kind: str, values: dict[str, str | int]) -> None:
        """261 announces an amount; the 262 that follow detail it and take its place; 250 stands alone."""
        if kind == "261":
            self.close_sheet()
            self._flat = values
        elif kind == "262":
            self._flat_detailed = True
            self.payments.append(
                OtherPayment(
                    code=str(values["code"]) or str((self._flat or values)["code"]),
                    label=str(values["libelle"]),
                    amount=int(values["montant"]),
                    start=_date(values["debut"]),
                    end=_date(values["fin"]),
                    transfer=self._transfer,
                    payee=self._payee,
                )
            )
        else:
            self._end_flat()
            self.payments.append(self._held_back(values))

    def _held_back(self, values: dict[str, str | int]) -> OtherPayment:
        """A 250: money with a recovery alone, else a movement of the debt itself."""
        amount, moved = signed(values["montant"], values["signe"]), 0
        label = f"Retenue (dette {values['dette']}, {values['nature']} {values['operation']})"
        if values["operation"] != RECOVERY:
            label = (
                f"Mouvement de la dette {values['dette']} ({values['nature']} {values['operation']}, "
                f"{euros(amount)} €) : rien n’est payé ni retenu"
            )
            amount, moved = 0, amount
        day, nature = str(values["date"]), str(values["nature"])
        return OtherPayment(nature, label, amount, day, day, self._transfer, self._payee, moved)

    def _end_flat(self) -> None:
        flat, self._flat = self._flat, None
        detailed, self._flat_detailed = self._flat_detailed, False
        if flat is not None and not detailed:
            code, amount = str(flat["code"]), int(flat["montant"])
            self.payments.append(OtherPayment(code, "", amount, "", "", self._transfer, self._payee))


def _add(sheet: _OpenSheet, kind: str, values: dict[str, str | int]) -> None:
    if kind in ("103", "110"):
        sheet.nir = str(values["nir"])
        sheet.name = f"{values['nom']} {values['prenom']}".strip()
    elif kind == "198":
        sheet.amo = _added(sheet.amo, _part(values))
    elif kind == "199":
        sheet.amc = _added(sheet.amc, _part(values))
    elif kind == "210":
        sheet.lines.append(_line(values))
    elif kind == "290":
        sheet.rejections.append(
            Rejection(str(values["code"]), str(values["libelle"]), line=str(values["ligne"]))
        )
    elif kind == "294":
        sheet.rejections.append(
            Rejection(
                code=str(values["code"]),
                label=str(values["libelle"]),
                level=str(values["niveau"]),
                part=str(values["part"]),
                line=str(values["ligne"]).strip(),
                information=str(values["information"]),
            )
        )
    elif kind == "295":
        sheet.comments.append(str(values["libelle"]))


def _told_by_lines(kind: str, lines: list[SettledAct]) -> tuple[Part | None, Part | None]:
    """The shares that acts alone say are paid; what was asked is not said then. Of the two amounts of a 210,
    the one that this insurer pays: the other is told for information.
    """
    if kind == CLAIM:
        amc = sum(line.amc for line in lines)
        return None, Part(0, amc, "P") if amc else None
    amo = sum(line.amo for line in lines)
    return Part(0, amo, "P") if amo else None, None


def _added(told: Part | None, more: Part) -> Part:
    """A share told of more than once in an invoice: what is paid adds up, the last state stands."""
    if told is None:
        return more
    return Part(max(told.asked, more.asked), told.paid + more.paid, more.state or told.state, more.amc)


def _part(values: dict[str, str | int]) -> Part:
    return Part(
        asked=int(values["demande"]),
        paid=signed(values["paye"], values["signe"]),
        state=str(values["etat"]),
        amc=str(values.get("numero_amc", "")).strip("0") and str(values["numero_amc"]),
    )


def _line(values: dict[str, str | int]) -> SettledAct:
    return SettledAct(
        number=str(values["ligne"]),
        date=str(values["date"]),
        code=str(values["nature"]),
        complement=str(values["complement"]),
        quantity=int(values["quantite"]),
        coefficient=int(values["coefficient"]),
        fee=int(values["depense"]),
        amo=signed(paid_for_act(values), values["signe"]),
        amc=int(values["montant_amc"]),
    )


def _number(value: str | int) -> str:
    """An invoice number on 9 digits, justified to the left or to the right; as it came when it is none."""
    text = str(value).strip()
    return text.zfill(_NUMBER) if text.isascii() and text.isdigit() else text


def _date(value: str | int) -> str:
    """An AAMMJJ date, "" when it is blank or zeros."""
    text = str(value)
    return "" if text.strip(" 0") == "" else text
