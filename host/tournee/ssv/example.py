"""From two cards to a file, by the closed library's names: `python -m tournee.ssv.example PORT`.

Reads the nurse's card and the Vitale card of the patient (test cards `infirmiere` and `moreau`), has an FSE
and a DRE certified, closes their lots, frames the single file and reads it back. On an emulated reader:
`python -m tournee.emulation.ssv_example`. Simulation, fictitious persons, bills nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import click

from tournee.ssv import Library, describe

LECTEUR, CPS = "LECTEUR", "CPS"
NOW = "202611161930"
OCT = "00000999999998"
MESSAGE = "SIMULATION OPEN-1 NE FACTURE PERSONNE"
SIZE = 65536

_Output = TypeVar("_Output")
Groups = tuple[tuple[int, tuple[str, ...]], ...]

INVOICE: Groups = (
    (1110, ("000000001", "1", "202611150000", "1", "", "")),
    (1120, ("75600012", "1", "LEFEBVRE", "CLAIRE", "1", "24", "", "", "", "", "", "L")),
    (1130, ("A", "1820475113042", "45", "202202050000", "1", "6", "00100", "")),
    (1310, ("01", "021", "0210", "", "")),
    (1321, ("00", "0099900009", "12345678", "1", "491", "", "", "OC", "MEDEC RADL", "23", "001", "", "")),
    (1410, ("3",)),
    (1610, ("1", "20261115", "AMI", "150", "1", "335", "503", "60", "302", "503", "201")),
    (1610, ("2", "20261115", "MAU", "", "1", "135", "135", "60", "81", "135", "54")),
    (1610, ("3", "20261115", "MIE", "", "1", "315", "315", "60", "189", "315", "126")),
    (1610, ("4", "20261115", "IFA", "", "1", "275", "275", "60", "165", "275", "110")),
    (9004, ("20261113", "751000126", "01", "10100001071")),
)
"""Care to Hugo MOREAU, four years old, on his father's card: FSE and DRE, nothing for the family to pay."""


class StoppedError(Exception):
    """A function gave another code than 0."""


@dataclass(frozen=True)
class Result:
    """What the example has made: the file, and the groups that SSV_TraduireFSE reads in it."""

    file: bytes
    translated: bytes


def bill(ssv: Library, code: str) -> Result:
    """Do it all with an initialised library whose reader is LECTEUR and CPS. StoppedError."""
    slots = (CPS, LECTEUR, code)
    _ok(ssv, ssv.SSV_MajDateLecteur(LECTEUR, NOW))
    _zone(ssv, ssv.SSV_LireCartePS(*slots))
    _zone(ssv, ssv.SSV_LireDroitsVitale(*slots, NOW))
    documents = _zone(ssv, ssv.SSV_FormaterFactures(*slots, "3", "3", _build(ssv, INVOICE)))
    order = _build(ssv, ((9003, ("1", NOW)),))
    answer, _, lots, _ = ssv.SSV_FormaterLot(*slots, 2, [order, documents])
    _ok(ssv, answer)
    first = _read(ssv, lots[0])
    bodies = b"".join(_records(ssv, lot) for lot in lots)
    heads: Groups = (
        (12, (NOW, "000001", first[13, 4], first[13, 5], "TO", "OT", OCT, first[13, 3])),
        (14, (str(len(lots)), str(len(bodies)), MESSAGE)),
    )
    ends = _read(ssv, _zone(ssv, ssv.SSV_FormaterFichier(_build(ssv, heads) + b"".join(lots))))
    file = ends[9006, 1].encode("ascii") + bodies + ends[9006, 2].encode("ascii")
    return Result(file, _zone(ssv, ssv.SSV_TraduireFSE(file)))


def _build(ssv: Library, groups: Groups) -> bytes:
    """A zone, group by group."""
    session = _zone(ssv, ssv.SGD_ReserverSession(SIZE))
    for number, fields in groups:
        _ok(ssv, ssv.SGD_AjouterGroupe(session, number))
        for field in fields:
            _ok(ssv, ssv.SGD_AjouterChamp(session, field))
    zone = _zone(ssv, ssv.SGD_LireZone(session))
    _ok(ssv, ssv.SGD_LibererSession(session))
    return zone


def _read(ssv: Library, zone: bytes) -> dict[tuple[int, int], str]:
    """The text fields of a zone by group and number, first occurrences."""
    session = _zone(ssv, ssv.SGD_ReserverSession(len(zone)))
    _ok(ssv, ssv.SGD_ChargerZone(session, zone))
    found: dict[tuple[int, int], str] = {}
    code, group, occurrence = ssv.SGD_LireGroupeSuivant(session, 0, 0)
    while not code:
        number = 1
        while not (answer := ssv.SGD_LireChamp(session, group, occurrence, number))[0]:
            found.setdefault((group, number), answer[1])
            number += 1
        code, group, occurrence = ssv.SGD_LireGroupeSuivant(session, group, occurrence)
    _ok(ssv, ssv.SGD_LibererSession(session))
    return found


def _records(ssv: Library, zone: bytes) -> bytes:
    """The certified records of a zone: every 9002, in order."""
    session = _zone(ssv, ssv.SGD_ReserverSession(len(zone)))
    _ok(ssv, ssv.SGD_ChargerZone(session, zone))
    records, occurrence = b"", 1
    while not (answer := ssv.SGD_LireChampBin(session, 9002, occurrence, 1))[0]:
        records, occurrence = records + answer[1], occurrence + 1
    _ok(ssv, ssv.SGD_LibererSession(session))
    return records


def _ok(ssv: Library, code: int) -> None:
    if code:
        raise StoppedError(f"{describe(code)}\n{ssv.SSV_DernierMessage()}")


def _zone(ssv: Library, answer: tuple[int, _Output]) -> _Output:
    _ok(ssv, answer[0])
    return answer[1]


def told(ssv: Library, result: Result) -> Iterable[str]:
    """What the file holds, line by line."""
    yield f"Fichier unique de {len(result.file)} octets (simulation open-1, ne facture personne)."
    for (group, number), value in sorted(_read(ssv, result.translated).items()):
        if value:
            yield f"{group}.{number} = {value}"


@click.command(help=__doc__)
@click.argument("port")
@click.option(
    "--code",
    prompt="Code porteur",
    hide_input=True,
    help="Code porteur de la carte (1234 sur celles de test).",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Où écrire le fichier.")
def main(port: str, code: str, out: Path | None) -> None:
    """Run the example on the reader at a port."""
    ssv = Library({})
    ssv.SSV_DeclarerRessource(LECTEUR, CPS, port)
    try:
        _ok(ssv, ssv.SSV_InitLIB())
        result = bill(ssv, code)
        for line in told(ssv, result):
            click.echo(line)
    except StoppedError as stopped:
        raise click.ClickException(str(stopped)) from stopped
    finally:
        ssv.SSV_TermLIB()
    if out is not None:
        out.write_bytes(result.file)


if __name__ == "__main__":
    main()
