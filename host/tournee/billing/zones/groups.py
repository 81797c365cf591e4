"""An invoice as the zone groups that SSV's billing functions take (domain 1.3, profile open-1 "Zones")."""

from tournee.billing.entitlement import Entitlement
from tournee.billing.identity import PsIdentity
from tournee.billing.invoice import Invoice
from tournee.billing.rules.visit import place_of_care
from tournee.billing.visit import ANSWERS, PLACES, Visit
from tournee.formats.zones import Group, make
from tournee.model.codes import VISIT

INVOICE, PS, BENEFICIARY, SUBSTITUTE, AMO, AMC, FRAME, ACT = 1110, 1120, 1130, 1150, 1310, 1321, 1410, 1610
PRESCRIPTION, CIRCUMSTANCES = 9004, 9005
_NATURE = "1"
_INSURED_BY_NIR = "A"  # as group 101 field 7
_LIBERAL = "L"
_NIGHT = "N"
_MIDNIGHT = "0000"
SIGNS = "1"
"""Group 1150 field 5: the substitute signs by a card of her own."""


def invoice_groups(invoice: Invoice) -> list[Group]:
    """Give the groups in ascending order; 1321 only when an AMC is asked, one 1610 per act.

    A rectified invoice (1110 fields 5 and 6) is of the same visit, so of the same day.
    9004 and 9005 are ours: prescription and prior agreement; nature d'assurance, whether the care has to do
    with the ALD, accident, rank of the beneficiary on the card, and what the carer says of who pays.
    """
    ps, patient, visit = invoice.ps, invoice.patient, invoice.visit
    day = f"{visit.day:%Y%m%d}{_MIDNIGHT}"
    number, key = ps.billing_number[:-1], ps.billing_number[-1]
    rectified = (invoice.rectifies, day) if invoice.rectifies else ("", "")
    coverage = patient.coverage_on(f"{visit.passages[0].day:%Y%m%d}")
    groups = [
        make(INVOICE, f"{invoice.number:09d}", _NATURE, day, str(ps.situation), *rectified),
        make(
            PS,
            number,
            key,
            ps.name,
            ps.first_name,
            ps.convention,
            ps.speciality,
            ps.tariff_zone,
            ps.mileage_zone,
            "",
            "",
            "",
            _LIBERAL,
        ),
        make(
            BENEFICIARY,
            _INSURED_BY_NIR,
            patient.nir,
            patient.key,
            patient.born + _MIDNIGHT,
            patient.birth_rank,
            patient.quality,
            coverage.ald + coverage.situation,
            "",
        ),
        *_substitute(ps),
        make(
            AMO,
            patient.regime,
            patient.caisse,
            patient.centre,
            invoice.recipient.organisme,
            invoice.recipient.computing_centre,
        ),
        *_complementary(invoice),
        make(FRAME, str(visit.third_party)),
    ]
    acts = [_act(invoice, rank) for rank in range(1, len(invoice.lines) + 1)]
    return [*groups, *acts, *_prescription(invoice), _circumstances(invoice)]


def _substitute(ps: PsIdentity) -> list[Group]:
    one = ps.substitute
    if one is None:
        return []
    number, key = one.billing_number[:-1], one.billing_number[-1]
    return [make(SUBSTITUTE, number, key, one.name, one.first_name, SIGNS if one.signs else "0")]


def _complementary(invoice: Invoice) -> list[Group]:
    amc = invoice.claim.amc
    if amc is None:
        return []
    asked = invoice.complementary_third_party
    return [
        make(
            AMC,
            invoice.claim.contract,
            amc.number,
            amc.member,
            "1" if asked else "0",
            str(asked),
            amc.edi,
            "",
            amc.routing,
            amc.domain,
            amc.indicator,
            amc.host,
            "",
            "",
        )
    ]


def _act(invoice: Invoice, rank: int) -> Group:
    line = invoice.lines[rank - 1]
    amounts = (line.unit_price, line.base, line.rate, line.amo, line.fee, invoice.amc_of(line))
    more = (line.complement, line.qualifier, line.said)
    return make(
        ACT,
        str(rank),
        f"{line.day:%Y%m%d}{_hour(invoice, rank)}",
        line.code,
        str(line.coefficient),
        str(line.quantity),
        *(str(amount) for amount in amounts),
        *_told(more),
    )


def _hour(invoice: Invoice, rank: int) -> str:
    """HHMM of an act of the night, whose middle has its own price; "" for any other."""
    passage = invoice.visit.passages[invoice.lines[rank - 1].passage]
    if passage.majoration != _NIGHT or passage.minute is None:
        return ""
    return f"{passage.minute // 60:02d}{passage.minute % 60:02d}"


def _prescription(invoice: Invoice) -> list[Group]:
    made, asked = invoice.visit.prescription, invoice.visit.agreement
    if made is None and asked is None:
        return []
    who = ("",) * 5
    if made is not None:
        who = (f"{made.day:%Y%m%d}", made.prescriber, made.speciality, made.rpps, made.origin)
    agreed = ("",) * 4
    if asked is not None:
        answered = f"{asked.answered:%Y%m%d}" if asked.answered else ""
        agreed = (f"{asked.asked:%Y%m%d}", ANSWERS[asked.answer], answered, asked.number)
    return [make(PRESCRIPTION, *who[:4], *_told((*who[4:], *agreed)))]


def _circumstances(invoice: Invoice) -> Group:
    visit, accident = invoice.visit, invoice.accident
    accident_day = accident.day if accident is not None else None
    return make(
        CIRCUMSTANCES,
        visit.nature,
        "1" if visit.exempt else "0",
        accident.number if accident is not None else "",
        f"{accident_day:%Y%m%d}" if accident_day is not None else "",
        invoice.patient.beneficiary_rank,
        *_told((*_entitlement(visit.entitlement), *_told(_how(visit)))),
    )


def _entitlement(told: Entitlement) -> tuple[str, ...]:
    periods = [(one.start, one.end) if one else ("", "") for one in (told.maternity, told.state_aid)]
    return (told.exemption, "1" if told.local_scheme else "", *periods[0], *periods[1])


def _how(visit: Visit) -> tuple[str, ...]:
    """What of a visit gives a right to some acts: a way out of hospital, urgency, palliative care."""
    left = f"{visit.discharged:%Y%m%d}" if visit.discharged else ""
    urgent = "1" if any(passage.urgent for passage in visit.passages) else ""
    places = {place_of_care(passage) for passage in visit.passages} if visit.mode == VISIT else set()
    place = PLACES.get(places.pop(), "") if len(places) == 1 else ""
    return (left, urgent, "1" if visit.palliative else "", "", place)


def _told(fields: tuple[str, ...]) -> tuple[str, ...]:
    """The fields that end a group, none when none of them says anything."""
    return fields if any(fields) else ()
