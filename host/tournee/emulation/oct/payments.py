"""What the insurers behind the OCT answer: NOEMIE 576, 580 and 900 (profile open-1 "Return files")."""

from collections.abc import Callable, Sequence
from datetime import datetime

from tournee.emulation.oct.judging.cover_checks import LOCAL, LOCAL_PART, LOCAL_RATE
from tournee.emulation.oct.judging.engaged import engagement_of, rejection_of
from tournee.emulation.oct.judging.file import Framed, Values
from tournee.emulation.oct.judging.lot import OctAct, OctLot, OctSheet
from tournee.emulation.oct.judging.scenario import FlatPayment, Retention, Scenario
from tournee.emulation.oct.judging.sheet_checks import asked_of_split, third_party_amc, third_party_amo
from tournee.emulation.oct.split import Flow
from tournee.formats import noemie

PAYMENTS, REJECTIONS, OTHERS = "0576", "0580", "0900"
CREATION, RECOVERY, REST = "CIN", "RPR", "RDT"  # of a debt: created, recovered now, what is left of it
_MANDATE, _PAYEE, _LOT = "01", "02", "03"  # levels of rupture that a 990 closes
_INVOICE, _DETAIL = "04", "05"
_DIGITS = 15
_WHOLE = 100  # per cent: the AMC's rate is what the AMO leaves
DEMONSTRATION = "D"  # type of flow, 000 71 and 999 64 (domain 2.4)
NOTICE = "SIMULATION OPEN-1 : REPONSE FICTIVE, NE CONCERNE PERSONNE"  # comment of a sheet without a remark

NextName = Callable[[], str]


def rsp_files(
    flows: Sequence[Flow], framed: Framed, scenario: Scenario, now: datetime, next_name: NextName
) -> list[tuple[str, bytes]]:
    """Name and content of each RSP: for every flow a 576 when something is paid, a 580 when something is
    rejected.
    """
    files = []
    for flow in flows:
        for reference, chosen, write in (
            (PAYMENTS, _settled, _write_payments),
            (REJECTIONS, _reported, _write_rejections),
        ):
            lots = [(lot, sheets) for lot in flow.lots if (sheets := chosen(lot, framed, scenario))]
            if lots:
                stream = _Stream(reference, flow, framed, scenario, now, next_name())
                write(stream, flow, lots)
                files.append(stream.end(len(lots)))
    return files


def flat_payment_file(
    flat: FlatPayment, payer: Flow, framed: Framed, scenario: Scenario, now: datetime, name: str
) -> tuple[str, bytes]:
    """Name and content of a 900: one payment outside invoices, less what is held back; `payer` is the flow
    whose recipient pays.
    """
    stream = _Stream(OTHERS, payer, framed, scenario, now, name)
    stream.put("040", destinataire=framed.sender.zfill(_DIGITS))
    stream.put(
        "071",
        date=stream.day,
        libelle_1=f"VIREMENT {name}",
        libelle_2=flat.label[:32],
        organisme=payer.recipient[-10:],
    )
    stream.put("261", rupture=_LOT, code=flat.code, montant=flat.amount)
    stream.put(
        "262",
        rupture=_INVOICE,
        code=flat.code,
        libelle=flat.label,
        periode="A",
        debut=flat.start,
        fin=flat.end,
        montant=flat.amount,
    )
    stream.amount += flat.amount
    held = scenario.retention
    if held is not None:
        left = max(held.owed - held.amount, 0)
        if held.owed:
            _write_movement(stream, held, CREATION, held.owed, held.owed)
        _write_movement(stream, held, RECOVERY, held.amount, left)
        if left:
            _write_movement(stream, held, REST, left, 0)
        stream.amount -= held.amount
    return stream.end(0)


def _write_movement(stream: "_Stream", held: Retention, operation: str, amount: int, balance: int) -> None:
    """One 250; the recovery alone is money, and alone counts in the totals."""
    stream.put(
        "250",
        rupture=_LOT,
        ligne="01",
        dette=held.debt,
        date=held.date,
        nature="IND",
        operation=operation,
        montant=amount,
        signe="N",
        solde=balance,
    )


def _settled(lot: OctLot, framed: Framed, scenario: Scenario) -> list[OctSheet]:
    """The sheets of a lot whose PS is paid directly, those rejected left out."""
    return [
        sheet
        for sheet in lot.sheets
        if sum(_asked(sheet, lot, framed, scenario)) and rejection_of(sheet, lot, scenario) is None
    ]


def _reported(lot: OctLot, framed: Framed, scenario: Scenario) -> list[OctSheet]:
    """The sheets of a lot that are rejected or commented on."""
    return [
        sheet
        for sheet in lot.sheets
        if rejection_of(sheet, lot, scenario) is not None or sheet.nir in scenario.remarks
    ]


def _asked(sheet: OctSheet, lot: OctLot, framed: Framed, scenario: Scenario) -> tuple[int, int]:
    """Cents asked of the AMO and of the AMC by this sheet.

    A FSE asks the AMO; and the complementary share too when the OCT splits it (contract 99), or when the
    AMO settles both: it manages that AMC, or in a single file no DRE stands beside the FSE.
    """
    if lot.kind == "DRE":
        return 0, third_party_amc(sheet)
    managed = sheet.identity["numero_amc"] in scenario.managed_amc
    both = sheet.number not in framed.claimed and (managed or framed.single)
    return third_party_amo(sheet), asked_of_split(sheet) or (third_party_amc(sheet) if both else 0)


def _write_payments(stream: "_Stream", flow: Flow, lots: list[tuple[OctLot, list[OctSheet]]]) -> None:
    mandate, payee = stream.scenario.siren.zfill(_DIGITS), stream.framed.sender.zfill(_DIGITS)
    stream.put("020", destinataire=mandate)
    stream.put("040", destinataire=payee)
    transfer = f"VIREMENT {stream.name} TIERS PAYANT"
    stream.put("071", date=stream.day, libelle_1=transfer, libelle_2=flow.crf, organisme=flow.recipient[-10:])
    total = 0
    for lot, sheets in lots:
        stream.put("080", rupture=_LOT, date=lot.header["date"], lot=lot.number)
        stream.put("081", type="01")
        paid = sum(_write_payment(stream, sheet, lot) for sheet in sheets)
        stream.close(_LOT, f"{lot.header['date']}{lot.number}", len(sheets), paid)
        total += paid
    stream.close(_PAYEE, payee, len(lots), total)
    stream.close(_MANDATE, mandate, 1, total)
    stream.amount = total


def _write_payment(stream: "_Stream", sheet: OctSheet, lot: OctLot) -> int:
    """One settled sheet; returns the cents paid."""
    deferred = sheet.nir in stream.scenario.deferred and not engagement_of(sheet, lot)
    state = "D" if deferred else "P"
    amo, amc = _asked(sheet, lot, stream.framed, stream.scenario)
    _write_sheet(stream, sheet, lot)
    stream.put("198", rupture=_DETAIL, **_share(amo, state))
    adherent = "" if sheet.complement is None else sheet.complement["adherent"]
    number = sheet.identity["numero_amc"]
    stream.put("199", rupture=_DETAIL, **_share(amc, state), numero_amc=number, adherent=adherent)
    paid_amo, paid_amc = (0, 0) if deferred else (amo, amc)
    left = paid_amc
    for rank, act in enumerate(sheet.acts, 1):
        share = min(int(act.values["part_amc"]), left)
        left -= share
        by_amo = int(act.values["part_amo"]) if paid_amo else 0
        stream.put(
            "210", rupture=_DETAIL, **_line(rank, act, by_amo, share, str(sheet.identity["nature_assurance"]))
        )
    return paid_amo + paid_amc


def _write_rejections(stream: "_Stream", flow: Flow, lots: list[tuple[OctLot, list[OctSheet]]]) -> None:
    stream.put("040", destinataire=stream.framed.sender.zfill(_DIGITS))
    for lot, sheets in lots:
        stream.put("080", rupture=_LOT, date=lot.header["date"], lot=lot.number)
        for sheet in sheets:
            _write_sheet(stream, sheet, lot)
            rejection = rejection_of(sheet, lot, stream.scenario)
            if rejection is not None:
                part = "C" if lot.kind == "DRE" else "O"
                stream.put(
                    "294",
                    rupture=_DETAIL,
                    code=rejection.code,
                    libelle=rejection.label,
                    niveau="F",
                    part=part,
                )
            comment = stream.scenario.remarks.get(sheet.nir, NOTICE)
            stream.put("295", rupture=_DETAIL, libelle=comment)


def _write_sheet(stream: "_Stream", sheet: OctSheet, lot: OctLot) -> None:
    identity = sheet.identity
    degraded = lot.kind == "FSE" and lot.mode == "05"
    stream.put(
        "102",
        rupture=_INVOICE,
        facture=sheet.number,
        lot=lot.number,
        date_lot=lot.header["date"],
        type="B" if degraded else lot.kind[0],
        date=lot.header["date"],
        traitement_amc=_amc_treatment(stream, sheet, lot),
        nature_assurance=identity["nature_assurance"],
    )
    stream.put(
        "103",
        rupture=_DETAIL,
        nir=sheet.nir,
        cle=identity["cle"],
        naissance=identity["naissance"],
        rang_naissance=identity["rang_naissance"],
    )


def _amc_treatment(stream: "_Stream", sheet: OctSheet, lot: OctLot) -> str:
    """What became of the AMC share (102): split by the OCT, on the workstation, settled with the AMO's."""
    if asked_of_split(sheet):
        return "F"
    if lot.kind == "DRE":
        return "E"
    _, with_amo = _asked(sheet, lot, stream.framed, stream.scenario)
    return "C" if with_amo else ""


def _share(asked: int, state: str) -> Values:
    paid = asked if state == "P" else 0
    return {"demande": asked, "etat": state if asked else "", "paye": paid, "signe": "P"}


def _line(rank: int, act: OctAct, amo: int, amc: int, insurance: str) -> Values:
    """One act, of which this insurer pays `amo` and `amc` cents; the régime local's part stands apart."""
    values = act.values
    local = _local_part(act, amo, insurance)
    return {
        "ligne": f"{rank % 100:02d}",
        "code_gestion": "00",
        "justif_exo": values["justif_exo"],
        "mode_traitement": values["mode_traitement"],
        "discipline": values["discipline"],
        "date_prescription": (act.rpps or {}).get("date_prescription") or "000000",
        "date": values["date"],
        "date_fin": values["date"],
        "prix_unitaire": values["prix_unitaire"],
        "base": values["base"],
        "taux": int(values["taux"]) - (LOCAL_PART if local else 0),
        "montant": amo - local,
        "signe": "P",
        "nature": str(values["acte"])[:3],
        "complement": values["complement"],
        "quantite": values["quantite"],
        "coefficient": int(values["coefficient"]) % 100_000,
        "denombrement": values["denombrement"],
        "depense": values["honoraires"],
        "qualificatif": values["qualificatif"],
        "taux_alsace_moselle": LOCAL_PART if local else 0,
        "montant_alsace_moselle": local,
        "taux_amc": _WHOLE - int(values["taux"]) if amc else 0,
        "montant_amc": amc,
        "base_amc": values["base"] if amc else 0,
    }


def _local_part(act: OctAct, amo: int, insurance: str) -> int:
    """Cents of an AMO share that are the régime local d'Alsace-Moselle's: the caisse pays both."""
    if not amo or insurance != LOCAL or int(act.values["taux"]) != LOCAL_RATE:
        return 0
    return amo - (int(act.values["base"]) * (LOCAL_RATE - LOCAL_PART) + _WHOLE // 2) // _WHOLE


class _Stream:
    """One NOEMIE file being written; `amount` is what its 999 adds up to."""

    def __init__(
        self,
        reference: str,
        payer: Flow,
        framed: Framed,
        scenario: Scenario,
        now: datetime,
        name: str,
    ) -> None:
        self.framed = framed
        self.scenario = scenario
        self.name = name
        self.day = f"{now:%y%m%d}"
        self.amount = 0
        self._ends: Values = {
            "type_emetteur": payer.recipient_type,
            "numero_emetteur": payer.recipient,
            "type_destinataire": framed.header["type_emetteur"],
            "numero_destinataire": framed.sender,
            "fichier": name,
            "flux": DEMONSTRATION,
        }
        self._parts = [noemie.encode("000", {**self._ends, "date": self.day, "reference": reference})]

    def put(self, kind: str, **values: str | int) -> None:
        """Add one entity."""
        self._parts.append(noemie.encode(kind, values))

    def close(self, level: str, name: str, count: int, amount: int) -> None:
        """Add the 990 that closes a level: how many items the level below had, and what they add up to."""
        self.put("990", identification=level + name, nombre=count, cumul=amount, signe="P")

    def end(self, lots: int) -> tuple[str, bytes]:
        """Name and bytes of the finished file."""
        sign = "N" if self.amount < 0 else "P"
        totals: Values = {"enregistrements": len(self._parts) + 1, "lots": lots}
        last = noemie.encode("999", {**self._ends, **totals, "cumul": abs(self.amount), "signe": sign})
        return self.name, b"".join([*self._parts, last])
