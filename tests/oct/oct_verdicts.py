"""What the emulated OCT told about a file or a lot, read from its ARL."""

from dataclasses import replace

from tournee.returns.classify import take_in


def arl_of(answers):
    returns = [take_in(answer) for answer in answers]
    assert [one.kind for one in returns[:2]] == ["ART", "ARL"]
    return returns[1].content


def verdicts(oct_, message):
    """(lot, code, label, invoice) of each record A."""
    return [(item.lot, item.code, item.label, item.invoice) for item in arl_of(oct_.receive(message)).items]


def refused_file(oct_, message):
    ((lot, code, label, _),) = verdicts(oct_, message)
    assert lot == "000"
    return code, label


def refused_lot(workshop, oct_, **changes):
    """Code, label and invoice of a file whose only lot is made with `changes`."""
    content = workshop.lot(replace(workshop.Lot(), **changes))
    ((lot, code, label, invoice),) = verdicts(oct_, workshop.message(workshop.file([content])))
    assert lot == "001"
    return code, label, invoice


def refused_sheet(workshop, oct_, **changes):
    return refused_lot(workshop, oct_, sheets=(replace(workshop.Sheet(), **changes),))
