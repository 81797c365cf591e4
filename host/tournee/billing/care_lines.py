"""What a visit on a European card costs, line by line: priced as any other, and paid by the patient whole."""

from dataclasses import replace

from tournee.billing.ceam import CareLine
from tournee.billing.identity import SPECIALITIES, PsIdentity
from tournee.billing.pricing.coverage import Cover
from tournee.billing.pricing.pricing import PricedAct, price_acts
from tournee.billing.tariffs import Profession, find
from tournee.billing.visit import Act, JudgedVisit

_NOBODY = Cover(0, "0", "10")
_FREE = "gratuit : article 11B"


def with_lines(judged: JudgedVisit) -> JudgedVisit:
    """The visit with the lines of its care sheet, when it is on a European card; any other as it is."""
    if judged.visit.ceam is None:
        return judged
    speciality = next(code for code, who in SPECIALITIES.items() if who == judged.profession)
    carer = PsIdentity(judged.ps_number, judged.profession, speciality, "", "")
    priced, free = price_acts(judged.visit.acts, carer, _NOBODY)
    paid = [_paid(one, judged.profession) for one in priced]
    return replace(judged, lines=(*paid, *(_free(act, judged.profession) for act in free)))


def _paid(one: PricedAct, profession: Profession) -> CareLine:
    act = one.act
    coefficient = one.coefficient if act.coefficient is not None else 0
    note = {"N": "nuit", "F": "dimanche ou jour férié"}.get(act.complement, "")
    return CareLine(act.day, act.code, _label(act, profession), coefficient, act.quantity, one.fee, note)


def _free(act: Act, profession: Profession) -> CareLine:
    return CareLine(act.day, act.code, _label(act, profession), act.coefficient or 0, act.quantity, 0, _FREE)


def _label(act: Act, profession: Profession) -> str:
    tariff = find(act.code, profession)
    return tariff.label if tariff is not None else ""
