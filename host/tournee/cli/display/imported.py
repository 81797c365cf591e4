"""What became of a day file, for people and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from tournee.app.visits.imported import Answer, ImportedDay, ToldVisit
from tournee.billing.breach import place_of
from tournee.cli.display.show import counted, labelled

if TYPE_CHECKING:
    from rich.console import Console

_STYLES = {
    Answer.NEW: "green",
    Answer.CHANGED: "cyan",
    Answer.TWIN: "yellow",
    Answer.DOUBT: "yellow",
    Answer.REFUSED: "red",
}


def as_json(done: ImportedDay) -> dict[str, Any]:
    """Every visit with its answer, refusals and remarks; the visits that a corrected file tells no more."""
    return {
        "file": done.name,
        "ps": done.ps_number,
        "date": done.date,
        "counts": {answer.value: done.count(answer) for answer in Answer},
        "refused": done.refused,
        "outside": sum(one.outside and one.answer is Answer.NEW for one in done.visits),
        "visits": [_visit(one) for one in done.visits],
        "absent": [
            {"id": one.id, "nir": one.who.number, "name": one.who.name, "day": one.day, "acts": one.acts}
            for one in done.absent
        ],
    }


def _visit(one: ToldVisit) -> dict[str, Any]:
    return {
        "visit": one.rank + 1,
        "line": one.line,
        "answer": one.answer.value,
        "label": one.answer.label,
        "id": one.id,
        "reference": one.reference,
        "nir": one.who.number,
        "name": one.who.name,
        "day": one.day,
        "acts": one.acts,
        "outside": one.outside,
        "note": one.note,
        "may_be": list(one.may_be),
        "refusals": [
            {"rule": wrong.rule, "place": place_of(wrong.path), "line": wrong.line, "text": wrong.text}
            for wrong in one.mistakes
        ],
        "remarks": [
            {"rule": told.rule, "place": place_of(told.path), "text": told.text} for told in one.remarks
        ],
    }


def show(screen: Console, errors: Console, done: ImportedDay) -> None:
    """A line a visit, then what refuses it or is to be known, what is asked, and what comes next."""
    table = Table(title=f"« {done.name} »", title_style="bold")
    for header in ("Visite", "Patient", "Jour", "Actes", "Réponse"):
        table.add_column(header)
    for one in done.visits:
        told = f"{one.answer.label} ({one.note})" if one.note and one.answer.taken else one.answer.label
        table.add_row(str(one.id or ""), str(one.who), one.day, one.acts, told, style=_STYLES.get(one.answer))
    screen.print(table)
    _show_remarks(screen, done)
    for one in done.visits:
        if not one.answer.taken:
            _show_untaken(errors, one)
    if done.absent:
        gone = " ; ".join(f"visite {one.id}, {one.who}, {one.acts}" for one in done.absent)
        errors.print(
            labelled("Attention :", f"n’est plus dans ce fichier, et reste à facturer : {gone}"),
            soft_wrap=True,
        )
        errors.print("Celle qui est fausse : tournee day abandon VISITE --reason …", soft_wrap=True)
    _show_next(screen, errors, done)


def _show_remarks(screen: Console, done: ImportedDay) -> None:
    """Each remark once, with the visits that it is about."""
    about: dict[str, list[int]] = {}
    for one in done.visits:
        for told in one.remarks if one.answer in (Answer.NEW, Answer.CHANGED) else ():
            about.setdefault(told.text, []).append(one.id or 0)
    for text, visits in about.items():
        word = "visite" if len(visits) == 1 else "visites"
        screen.print(
            f"À savoir, {word} {', '.join(map(str, dict.fromkeys(visits)))} : {text}", soft_wrap=True
        )


def _show_untaken(errors: Console, one: ToldVisit) -> None:
    where = f"visite {one.rank + 1} du fichier{f', ligne {one.line}' if one.line else ''}"
    label = "Refusée :" if one.answer is Answer.REFUSED else "À vous de dire :"
    style = _STYLES.get(one.answer, "")
    who = f"{one.who or 'patient sans numéro'}, {one.day}, {one.acts or 'sans acte'} ({where})"
    errors.print(labelled(label, who, style), soft_wrap=True)
    for wrong in one.mistakes:
        errors.print(f"- {wrong}", soft_wrap=True)
    if one.note:
        errors.print(f"- {one.note}", soft_wrap=True)


def _show_next(screen: Console, errors: Console, done: ImportedDay) -> None:
    taken = [one for one in done.visits if one.answer in (Answer.NEW, Answer.CHANGED)]
    outside = sum(one.outside for one in taken)
    new = sum(one.answer is Answer.NEW and not one.outside for one in taken)
    changed = sum(one.answer is Answer.CHANGED for one in taken)
    known, billed = done.count(Answer.KNOWN), done.count(Answer.BILLED)
    parts = (
        (new, counted(new, "visite") + " à facturer"),
        (changed, counted(changed, "changée")),
        (known, counted(known, "connue")),
        (billed, counted(billed, "déjà facturée", "déjà facturées")),
    )
    said = [text for count, text in parts if count]
    if not new and not outside:
        said.insert(0, "aucune visite nouvelle")
    told = ", ".join(said)
    if told:
        to_bill = new or changed or known
        screen.print(f"{told[0].upper()}{told[1:]}.{' Ensuite : tournee certify' if to_bill else ''}")
    if outside:
        screen.print(
            f"{counted(outside, 'visite')} sur carte européenne (CEAM), hors télétransmission. "
            "Ensuite : tournee ceam list"
        )
    if any(one.may_be or one.answer is Answer.TWIN for one in done.visits if not one.answer.taken):
        errors.print(
            "Ce qui vous est demandé : si le fichier corrige le journal, le même import avec --remplace ;"
            " si c’est une autre visite, dites son heure, ou --jumelle.",
            soft_wrap=True,
        )
    if refused := done.count(Answer.REFUSED):
        count = counted(refused, "visite refusée", "visites refusées")
        errors.print(
            f"{count} : corrigez, puis reprenez le fichier entier ; ce qui est pris ne l’est pas deux fois.",
            soft_wrap=True,
        )
