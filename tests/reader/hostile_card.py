"""Cards that answer anything, by a seed: above their protocol, or on their very contacts."""

from collections.abc import Iterator
from random import Random

from tournee.emulation.cards import Emission, VirtualCard
from tournee.emulation.cards.applications import cps, cps4, vitale
from tournee.emulation.cards.applications.application import Application, Command, Response
from tournee.emulation.cards.certificates import as_der
from tournee.emulation.cards.content import TEST_PIN, card_content

ATRS = {"cps3": cps.ATR_CPS3, "cps4": cps4.ATR_CPS4, "vitale2": vitale.ATR_VITALE2}
SLOT_OF = {"cps3": 0, "cps4": 0, "vitale2": 1}
_HOLDERS = {"cps3": "infirmiere", "cps4": "infirmiere-cps4", "vitale2": "moreau"}
_STATUSES = (0x9000, 0x6100, 0x61FF, 0x6C00, 0x6C10, 0x6200, 0x63C0, 0x63CF, 0x6700, 0x6982, 0x6983, 0x6E00)
_LENGTHS = (0, 1, 2, 127, 128, 255, 256)


def true_application(kind: str, zone: bytes | None = None, certificate: bytes | None = None) -> Application:
    """What a card of that kind does, holding this zone and certificate in place of its own."""
    content = card_content(_HOLDERS[kind])
    zone = content.zone if zone is None else zone
    certificate = as_der(content.certificate) if certificate is None else certificate
    if kind == "vitale2":
        return vitale.VitaleApplication(
            {vitale.EF_ZONE: zone, vitale.EF_CERTIFICATE: certificate}, content.key
        )
    make = cps4.Cps4Application if kind == "cps4" else cps.CpsApplication
    return make({cps.EF_ZONE: zone, cps.EF_CERTIFICATE: certificate}, content.key, TEST_PIN)


class HostileApplication:
    """A true application; one answer in `every` is drawn, all of them when that is 1."""

    def __init__(self, kind: str, random: Random, every: int) -> None:
        self._true = true_application(kind)
        self._random = random
        self._every = every

    @property
    def signatures(self) -> int:
        return self._true.signatures

    def reset(self) -> None:
        self._true.reset()

    def refusal(self, cla: int, ins: int) -> int:
        return self._status() if self._strikes() and self._random.random() < 0.3 else 0

    def sends(self, cla: int, ins: int) -> bool:
        return self._true.sends(cla, ins)

    def execute(self, command: Command) -> Response:
        unknown = self._true.refusal(command.cla, command.ins)
        true = Response(unknown) if unknown else self._true.execute(command)
        if not self._strikes():
            return true
        random = self._random
        made = random.randbytes(random.choice(_LENGTHS))
        data = random.choice((b"", true.data, self._other(true.data), made))
        return Response(random.choice((true.status, self._status())), data[:256])

    def _strikes(self) -> bool:
        return self._random.randrange(self._every) == 0

    def _status(self) -> int:
        return self._random.choice((*_STATUSES, self._random.randrange(0x6100, 0x10000)))

    def _other(self, data: bytes) -> bytes:
        random = self._random
        if not data:
            return random.randbytes(3)
        at = random.randrange(len(data))
        return random.choice(
            (data[:at], data + random.randbytes(9), data[:at] + random.randbytes(1) + data[at + 1 :])
        )


class HostileLine:
    """What is in a slot and says any bytes at any time; the answer to reset is true in half of all cases."""

    def __init__(self, kind: str, random: Random) -> None:
        self._atr = ATRS[kind]
        self._random = random

    def activate(self) -> list[Emission]:
        if self._random.random() < 0.5:
            return [Emission(1, self._atr)]
        return list(self._anything())

    def deactivate(self) -> None:
        pass

    def speed(self, ta1: int) -> None:
        pass

    def receive(self, raw: bytes) -> list[Emission]:
        return list(self._anything(raw))

    def _anything(self, raw: bytes = b"") -> Iterator[Emission]:
        random = self._random
        way = random.randrange(6)
        if way == 0:
            return
        if way == 1:  # more time, for ever
            yield from (Emission(random.choice((1, 700)), b"\x60") for _ in range(400))
        if way == 2 and raw:  # an echo
            yield Emission(0, raw)
        if way == 3 and raw:  # the procedure byte, then what may be an answer
            yield Emission(0, raw[1:2] + random.randbytes(random.randrange(40)) + b"\x90\x00")
        if way >= 4:
            yield Emission(random.choice((0, 5, 900)), random.randbytes(random.choice((1, 3, 40, 300))))


def hostile_card(kind: str, way: str, seed: int) -> VirtualCard | HostileLine:
    """The card of a line of `vectors/reader/hostile_cards.txt`."""
    random = Random(seed)
    if way == "line":
        return HostileLine(kind, random)
    every = 1 if way == "wild" else random.choice((3, 8, 25))
    return VirtualCard(f"{kind} {way}", ATRS[kind], HostileApplication(kind, random, every))
