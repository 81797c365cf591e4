"""A call for each code that a call can be made to give, on the real firmware."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ssv_desk import CODE, CPS, LECTEUR, PLACE, Desk, change, file_zone, invoice_zone, order

from tournee.emulation.cards import Fault, load_card
from tournee.emulation.cards.content import card_content
from tournee.formats import zones
from tournee.opposition.applying import apply_increment
from tournee.reader import Reader
from tournee.reader.transports.streams import closed
from tournee.ssv import Library

NOW = "202611161930"
FSE, DRE, BOTH, SECURED = "1", "2", "3", "3"


class NoPause:
    """A clock that never waits."""

    def now_ms(self) -> int:
        return 0

    def pause(self, seconds: float) -> None:
        pass


def alone(reader: object) -> Library:
    """A library whose one reader is this one."""
    made = Library({})
    made.SSV_DeclarerRessource(LECTEUR, CPS, reader)
    made.SSV_InitLIB()
    return made


def gone() -> Reader:
    def connect():
        raise closed("/dev/rien")

    return Reader(connect, clock=NoPause())


def with_resources(text: str | None) -> int:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "ssv.toml"
        if text is not None:
            path.write_text(text)
        return Library({"TOURNEE_SSV": str(path)}).SSV_InitLIB()


def read_ps(desk: Desk) -> int:
    return desk.ssv.SSV_LireCartePS(*PLACE)[0]


def read_vitale(desk: Desk) -> int:
    return desk.ssv.SSV_LireDroitsVitale(*PLACE, NOW)[0]


def bill(desk: Desk, zone: bytes, what: str = FSE, mode: str = SECURED, code: str = CODE) -> int:
    return desk.ssv.SSV_FormaterFactures(CPS, LECTEUR, code, what, mode, zone)[0]


def document(desk: Desk) -> bytes:
    code, made = desk.ssv.SSV_FormaterFactures(*PLACE, FSE, SECURED, invoice_zone())
    assert code == 0, desk.ssv.SSV_DernierMessage()
    return made


def lot(desk: Desk, *documents: bytes) -> int:
    return desk.ssv.SSV_FormaterLot(*PLACE, len(documents) + 1, [order(), *documents])[0]


def busy(desk: Desk) -> int:
    with desk.ssv._resources.stations[LECTEUR].use():
        return read_ps(desk)


def faulty(slot: str, card: str, fault: Fault, call: Callable[[Desk], int]) -> Callable[[Desk], int]:
    def run(desk: Desk) -> int:
        held = load_card(card)
        held.fail(fault)
        desk.insert(slot, held)
        return call(desk)

    return run


def mixed(desk: Desk) -> int:
    card = zones.decode(card_content("moreau").zone)
    desk.insert("vitale", load_card("moreau", zone=zones.encode(change(card, 101, 1, "0"))))
    return read_vitale(desk)


def other_holder(desk: Desk) -> int:
    made = document(desk)
    desk.insert("ps", "kine")
    return lot(desk, made)


def other_patient(desk: Desk) -> int:
    desk.insert("vitale", "lambert")
    return bill(desk, invoice_zone())


def tomorrow(desk: Desk) -> int:
    desk.ssv.SSV_MajDateLecteur(LECTEUR, "202611140800")
    return bill(desk, invoice_zone())


def damaged_signature(desk: Desk) -> int:
    made = bytearray(document(desk))
    place = made.index(b"7756000121000000001P0104")
    made[place + 40] = ord("A") if made[place + 40] != ord("A") else ord("B")
    return lot(desk, bytes(made))


def sessions(desk: Desk) -> int:
    while True:
        code, _ = desk.ssv.SGD_ReserverSession(10)
        if code:
            return code


def session(desk: Desk, *groups: int) -> int:
    number = desk.ssv.SGD_ReserverSession(20)[1]
    for group in groups:
        desk.ssv.SGD_AjouterGroupe(number, group)
    return number


@dataclass(frozen=True)
class FirstList:
    """An increment that makes list 1 of one serial."""

    additions: tuple[str, ...]
    removals: tuple[str, ...] = ()
    before: int = 0
    after: int = 1
    date: str = "261115"


def with_list(desk: Desk, call: Callable[[Desk], int], serial: str = "800000102", keep: int = -1) -> int:
    """The call with an opposition list of that serial in force, its file cut to `keep` bytes."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "liste"
        apply_increment(path, FirstList((serial,)))
        path.write_bytes(path.read_bytes()[: keep if keep >= 0 else None])
        desk.ssv.SSV_TermLIB()
        desk.ssv.SSV_DeclarerOpposition(path)
        desk.ssv.SSV_InitLIB()
        return call(desk)


BY_A_CALL: dict[int, Callable[[Desk], int]] = {
    0x0000: read_ps,
    0x0004: busy,
    0x0400: lambda _: alone(gone()).SSV_LireCartePS(*PLACE)[0],
    0x8001: lambda _: with_resources(None),
    0x8002: lambda _: with_resources("[lecteur.UN]\nport = 3\n"),
    0xF001: lambda desk: (desk.board.remove("ps"), read_ps(desk))[1],
    0xF003: lambda desk: desk.ssv.SSV_LireCartePS(CPS, LECTEUR, "0000")[0],
    0xF004: faulty("ps", "infirmiere", Fault("silence", "atr", lasting=True), read_ps),
    0xF011: lambda desk: (desk.board.remove("vitale"), read_vitale(desk))[1],
    0xF014: faulty("vitale", "moreau", Fault("silence", "atr", lasting=True), read_vitale),
    0xF015: faulty("vitale", "moreau", Fault("removed", "B0", nth=2, lasting=True), read_vitale),
    0xF026: mixed,
    0xF0F0: lambda desk: bill(desk, invoice_zone() + 2 * invoice_zone(only=1321), BOTH),
    0xF101: lambda desk: desk.ssv.SSV_LireCartePS("AUTRE", LECTEUR, CODE)[0],
    0xF600: lambda _: Library({}).SSV_LireCartePS(*PLACE)[0],
    0xF670: lambda desk: desk.ssv.SSV_InitLIB(),
    0xF802: lambda desk: bill(desk, invoice_zone(), "9"),
    0xF804: lambda desk: desk.ssv.SGD_AjouterChamp(session(desk, 1), "A" * 20),
    0xF805: lambda desk: desk.ssv.SGD_LireChamp(session(desk, 1), 1, 1, 1)[0],
    0xF806: lambda desk: desk.ssv.SGD_LireChamp(session(desk, 1), 1, 2, 1)[0],
    0xF807: lambda desk: desk.ssv.SGD_LibererSession(99),
    0xF809: lambda desk: desk.ssv.SGD_AjouterChamp(session(desk), "A"),
    0xF80A: sessions,
    0xF80B: lambda desk: desk.ssv.SGD_LireGroupeSuivant(session(desk, 1), 1, 1)[0],
    0xE20A: lambda desk: bill(desk, invoice_zone({(1321, 1): "99", (1410, 1): "1"}), BOTH),
    0xE20B: other_holder,
    0xE20C: other_patient,
    0xE210: tomorrow,
    0xE304: lambda desk: bill(desk, invoice_zone(), code=""),
    0xE601: lambda desk: bill(desk, b"\x04\x56\x05"),
    0xE602: lambda desk: bill(desk, invoice_zone(without=1410), BOTH),
    0xE603: lambda desk: bill(desk, invoice_zone({(1610, 9): "999"})),
    0xE604: lambda desk: bill(desk, invoice_zone() + zones.encode([zones.make(1220, "3", "20261118")])),
    0xE605: lambda desk: bill(desk, invoice_zone({(1610, 3): "XYZ"})),
    0xE606: lambda desk: (made := document(desk), lot(desk, made, made))[1],
    0xE607: lambda desk: desk.ssv.SSV_FormaterFichier(file_zone(recipient="CP"))[0],
    0xE608: lambda desk: desk.ssv.SSV_TraduireFSE(b"2" * 128)[0],
    0xE609: damaged_signature,
    0xE60A: lambda desk: desk.ssv.SSV_TraduireARL(1, [b"000"])[0],
    0xE60B: lambda desk: with_list(desk, read_vitale),
    0xE60C: lambda desk: with_list(desk, read_vitale, keep=10),
    0xE6FF: lambda _: alone(object()).SSV_LireCartePS(*PLACE)[0],
}
