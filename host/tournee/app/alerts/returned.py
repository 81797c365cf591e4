"""Alerts of returns: what they say that only the carer can settle, and those that could not be read."""

from __future__ import annotations

from tournee.app.alerts.alert import Alert, AlertKind, age
from tournee.app.context import Office
from tournee.french import euros
from tournee.model import Effect
from tournee.store import DoubtState

_SAID = {
    DoubtState.CONTRADICTED: "deux retours se contredisent : ",
    DoubtState.UNBALANCED: "montants qui ne sont pas ceux de la facture : ",
    DoubtState.UNMATCHED: "ne correspond à rien d’envoyé d’ici : ",
    DoubtState.UNSOUND: "ce retour ne tombe pas juste ou est abîmé : ",
    DoubtState.ODD: "ce retour n’est pas venu comme les autres : ",
}
_TO_SETTLE = {
    DoubtState.CONTRADICTED: "demandez à l’organisme lequel est vrai, puis marquez le retour comme vu",
    DoubtState.UNBALANCED: "demandez à l’organisme pourquoi, puis marquez le retour comme vu",
    DoubtState.UNMATCHED: "voyez d’où cela vient (autre poste, journal neuf), puis marquez-le comme vu",
    DoubtState.UNSOUND: "comparez avec votre relevé de compte, puis marquez le retour comme vu",
    DoubtState.ODD: "vérifiez qu’il vient bien de l’organisme, puis marquez-le comme vu",
}


def of_returns(office: Office) -> list[Alert]:
    """Returns for another insured person, doubtful ones, and those set aside."""
    return [*_other_insured(office), *_doubts(office), *_quarantined(office)]


def _other_insured(office: Office) -> list[Alert]:
    found = []
    for row in office.journal.effects.other_insured():
        taken = office.journal.returns.get(row.return_id).taken
        told = row.effect
        what = f"{told.outcome.label}, {euros(told.paid)} €" if told.paid else told.outcome.label
        found.append(
            Alert(
                AlertKind.OTHER_INSURED,
                f"retour {row.return_id}, facture {told.invoice}",
                taken,
                age(office, taken).days,
                f"{what} pour un autre NIR que celui de la facture : rien n’est changé",
                "si la caisse a donné un nouveau NIR à ce patient, acceptez-le ; sinon, voyez avec elle, "
                "puis marquez le retour comme vu",
                told.ps,
                number=row.return_id,
            )
        )
    return found


def _doubts(office: Office) -> list[Alert]:
    """What settled returns say that only the carer can settle: each until she says that she saw it."""
    return [
        Alert(
            AlertKind(row.state.value),
            f"retour {row.return_id}" + (f", {_named(row.effect)}" if row.effect else ""),
            row.since,
            age(office, row.since).days,
            f"{_SAID[row.state]}{row.reason}",
            _TO_SETTLE[row.state],
            row.effect.ps if row.effect else "",
            number=row.return_id,
        )
        for row in office.journal.doubts.waiting()
        if row.station is None
    ]


def _named(told: Effect) -> str:
    """What an effect speaks of, and its money."""
    things = (("facture", told.invoice), ("lot", told.lot), ("fichier", told.file))
    what = next((f"{word} {number}, " for word, number in things if number), "")
    money = f" {euros(told.paid)} €" if told.paid else ""
    return f"{what}{told.outcome.label}{money}"


def _quarantined(office: Office) -> list[Alert]:
    return [
        Alert(
            AlertKind.QUARANTINED,
            f"retour {row.id}",
            row.taken,
            age(office, row.taken).days,
            f"mis de côté : {row.reason}",
            "une fois la cause levée, essayez-le de nouveau ; s’il ne se lira jamais, marquez-le comme vu",
            number=row.id,
        )
        for row in office.journal.returns.get_all(office.journal.doubts.unread())
    ]
