"""The care sheet on paper of an invoice that was made without its Vitale card, off its certified records."""

from __future__ import annotations

from collections.abc import Sequence

from tournee.app.context import Office
from tournee.app.finding import Sought, find_thing
from tournee.billing.european.care_lines import care_lines
from tournee.billing.european.ceam import CareLine
from tournee.billing.kept.judged import read_judged
from tournee.billing.pricing.coverage import Cover, reason_of
from tournee.billing.visit import JudgedVisit
from tournee.documents.degraded_sheet import DegradedSheet, SheetAct, degraded_sheet_pdf
from tournee.errors import StoreError
from tournee.formats import records
from tournee.model.codes import DEGRADED, NO_CARD
from tournee.store import InvoiceRow, SheetState

_WITHOUT_CARD = (DEGRADED, NO_CARD)
_HOLDER = "1"
_ANSWERS = {"A": "accordé", "R": "refusé", "S": "accord par silence"}
_PAYS = {
    "0": "Sans tiers payant : la caisse rembourse l’assuré(e).",
    "1": "Tiers payant sur la part de la caisse.",
    "2": "Tiers payant sur la part de la mutuelle.",
    "3": "Tiers payant sur les deux parts.",
}
_CENTURY = 100

Said = dict[str, str | int]
"""The fields of a record."""


def paper_sheet(
    office: Office, words: str | Sequence[str], *, ps: str = "", carer: str = ""
) -> tuple[bytes, str]:
    """The sheet as PDF, and its invoice's number. StoreError for an invoice that a card secured, that is not
    certified or was given up; AmbiguousError.
    """
    thing = find_thing(office, words, sought=Sought.INVOICE, ps=ps, fits=lambda one: _is_fit(one.invoice))
    invoice = thing.invoice
    if invoice is None or not invoice.sheets[0].sevens or invoice.sheets[0].state is SheetState.ABANDONED:
        raise StoreError(
            f"La visite {thing.id} n’a pas de facture certifiée.", next_step="certifiez-la d’abord"
        )
    if invoice.sheets[0].mode not in _WITHOUT_CARD:
        raise StoreError(
            f"La facture {invoice.number} est sécurisée par la carte Vitale.",
            next_step="il n’y a pas de feuille de soins à envoyer",
        )
    return _sheet(office, invoice, thing.visit.judged, carer), invoice.number


def sheet_of_invoice(office: Office, invoice: InvoiceRow) -> bytes:
    """The sheet of an invoice that was made without its card, as PDF."""
    judged = read_judged(office.journal.visits.get(invoice.visit_id).payload)
    return _sheet(office, invoice, judged, "")


def _sheet(office: Office, invoice: InvoiceRow, judged: JudgedVisit, carer: str) -> bytes:
    sheet = invoice.sheets[0]
    said = _decoded(sheet.records)
    head, total = said["2"][0], said["5"][0]
    extra = said.get("4E", [{}])[0]
    patient = judged.typed
    is_holder = _is_holder(head)
    labels = _labels(care_lines(judged, office.nomenclature))
    told = DegradedSheet(
        number=invoice.number,
        made=invoice.made[:10].replace("-", ""),
        ps_number=invoice.ps,
        profession=judged.profession,
        carer=carer,
        beneficiary=f"{patient.name} {patient.first_name}" if patient else sheet.patient,
        born=patient.born if patient else _full(str(head["naissance"]), invoice.made),
        rank=str(head["rang_naissance"]),
        insured=sheet.patient if is_holder else "",
        nir=f"{head['nir']} {head['cle']}",
        caisse=f"{head['regime']} {head['caisse']} {head['centre']}",
        cover=_cover(head, said["4"]),
        complementary=_complementary(said.get("2A", [])),
        reason=judged.visit.reason,
        prescription=_prescription(said["4"][0], extra),
        agreement=_agreement(extra),
        acts=tuple(_act(one, labels, invoice.made) for one in said["4"]),
        fee=int(total["honoraires"]),
        amo=int(total["part_amo"]),
        amc=int(total["part_amc"]),
        paid_by=_PAYS[str(head["tiers_payant"])],
        due=invoice.shares.patient,
        substitute=_substitute(said.get("2R", [])),
    )
    return degraded_sheet_pdf(told)


def _is_fit(invoice: InvoiceRow | None) -> bool:
    return invoice is not None and invoice.sheets[0].mode in _WITHOUT_CARD


def _decoded(body: bytes) -> dict[str, list[Said]]:
    """The fields of an invoice's records, by kind."""
    found: dict[str, list[Said]] = {}
    for at in range(0, len(body), records.RECORD_LENGTH):
        kind, said = records.decode(body[at : at + records.RECORD_LENGTH])
        found.setdefault(kind, []).append(said)
    return found


def _is_holder(head: Said) -> bool:
    """Whether the beneficiary is the insured: of rank 1, born in the year and month that the number tells."""
    return str(head["nir"])[1:5] == str(head["naissance"])[:4] and str(head["rang_naissance"]) == _HOLDER


def _full(day: str, made: str) -> str:
    """A birth date AAMMJJ with its century: none is born after the invoice."""
    century = int(made[:4]) // _CENTURY
    return f"{century if f'{century}{day}' <= made[:10].replace('-', '') else century - 1}{day}"


def _cover(head: Said, acts: Sequence[Said]) -> str:
    rates = sorted({int(one["taux"]) for one in acts if int(one["honoraires"])})
    code, nature = str(head["justif_exo"]), str(head["nature_assurance"])
    why = reason_of(Cover(rates[-1] if rates else 0, code, nature))
    told = why or f"{', '.join(f'{rate} %' for rate in rates)}, sans exonération"
    accident = str(head["accident"]).strip("0 ")
    return f"{told} (exonération {code}, nature {nature})" + (f", accident {accident}" if accident else "")


def _complementary(found: Sequence[Said]) -> str:
    if not found:
        return ""
    one = found[0]
    member = str(one["adherent"]).strip()
    return f"{one['numero_amc']}" + (f", adhérent {member}" if member else "")


def _substitute(found: Sequence[Said]) -> str:
    if not found:
        return ""
    one = found[0]
    return f"{str(one['prenom']).strip()} {str(one['nom']).strip()}, remplaçant(e), RPPS {one['rpps']}"


def _prescription(act: Said, extra: Said) -> tuple[str, ...]:
    day = str(extra.get("date_prescription") or "").strip()
    prescriber, rpps = (
        str(act["prescripteur"]).strip(" 0"),
        str(extra.get("rpps_prescripteur") or "").strip(" 0"),
    )
    if not (day or prescriber or rpps):
        return ("Sans prescription",)
    lines = [f"Du {day[4:]}/{day[2:4]}/20{day[:2]}"] if day else []
    lines += [f"Prescripteur n° {act['prescripteur']}"] if prescriber else []
    return (*lines, *([f"RPPS {extra['rpps_prescripteur']}"] if rpps else []))


def _agreement(extra: Said) -> str:
    asked = str(extra.get("demande_accord") or "").strip()
    if not asked:
        return ""
    answer = _ANSWERS.get(str(extra.get("accord") or ""), "sans réponse")
    number = str(extra.get("numero_accord") or "").strip()
    told = f"Accord préalable demandé le {asked[4:]}/{asked[2:4]}/20{asked[:2]}, {answer}"
    return f"{told}, n° {number}" if number else told


def _labels(lines: Sequence[CareLine]) -> dict[tuple[str, int], str]:
    """By code and coefficient, what an act is called; a coefficient of 0 is of a code that has none."""
    return {(line.code, line.coefficient): line.label for line in lines}


def _act(said: Said, labels: dict[tuple[str, int], str], made: str) -> SheetAct:
    code, coefficient = str(said["acte"]).strip(), int(said["coefficient"])
    coefficient = 0 if (code, 0) in labels else coefficient
    label = labels.get((code, coefficient), "")
    more = [str(said["complement"]).strip(" 0"), str(said["qualificatif"]).strip(" 0")]
    return SheetAct(
        day=_full(str(said["date"]), made),
        code=code,
        label=label,
        coefficient=coefficient,
        quantity=int(said["quantite"]),
        rate=int(said["taux"]),
        base=int(said["base"]),
        amo=int(said["part_amo"]),
        fee=int(said["honoraires"]),
        more=" ".join(f"({one})" for one in more if one),
    )
