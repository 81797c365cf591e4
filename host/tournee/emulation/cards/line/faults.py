"""Scripted faults: data that say where a card's answer goes wrong, and how.

As text, for a test file or the desk: `KIND at=PLACE [nth=N] [byte=N] [count=N] [delay_ms=N] [data=HEX]
[lasting]`, for example `removed at=2A nth=2 byte=100`, `replace at=atr byte=-1 data=00`, `nulls at=B0 count=5
delay_ms=200`.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields

from tournee.emulation.cards.line.emission import Emission
from tournee.errors import EmulationError

KINDS = ("silence", "garbage", "replace", "insert", "nulls", "late", "removed")
_NULL = b"\x60"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in a card's dialogue.

    `at` is the exchange: `atr`, `pps`, `ifs` (T=1's own first), or a command's INS as two hexadecimal digits
    (`C0`: GET RESPONSE). It strikes the `nth` such exchange (from 1, counted over the card's life), and every
    later one when `lasting`, at the card's `byte`-th byte in it (from 0; -1 is the last of an ATR). Kinds:
    `silence` (mute until the next activation), `garbage` (`data` in place of all the rest of the exchange),
    `replace` (`data` over as many bytes), `insert` (`data`, `count` times, `delay_ms` before each), `nulls`
    (the same with the NULL byte of T=0), `late` (`delay_ms` of waiting), `removed` (out of the slot).
    """

    kind: str
    at: str
    nth: int = 1
    byte: int = 0
    count: int = 1
    delay_ms: int = 0
    data: bytes = b""
    lasting: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise EmulationError(
                f"Défaut de carte inconnu : {self.kind}.", next_step=f"choisissez : {', '.join(KINDS)}."
            )

    @classmethod
    def from_text(cls, text: str) -> "Fault":
        """Read the form of the module's description; `EmulationError` names the word that is wrong."""
        kind, *words = text.split() or [""]
        known = {field.name: field.type for field in fields(cls)}
        values: dict[str, str | int | bytes | bool] = {}
        for word in words:
            name, _, value = word.partition("=")
            try:
                if name == "lasting":
                    values[name] = True
                elif name == "at":
                    values[name] = value if value in ("atr", "pps", "ifs") else f"{int(value, 16):02X}"
                elif name == "data":
                    values[name] = bytes.fromhex(value)
                elif name in known and name != "kind":
                    values[name] = int(value)
                else:
                    raise ValueError(name)
            except ValueError:
                raise EmulationError(f"Défaut de carte illisible : {word} dans « {text} ».") from None
        if "at" not in values:
            raise EmulationError(f"Défaut de carte sans lieu (at=…) : « {text} ».")
        return cls(kind, **values)  # type: ignore[arg-type]


class FaultyLine:
    """Passes a card's emissions on, with the faults that fall on them."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self._faults = list(faults)
        self._seen: Counter[str] = Counter()
        self._exchange_number = 0
        self._position = 0
        self._mute = False
        self._drop_exchange = False

    def add(self, fault: Fault) -> None:
        """One more fault."""
        self._faults.append(fault)

    def reset(self) -> None:
        """An activation ends a silence."""
        self._mute = False

    def through(self, exchange: str, number: int, emissions: list[Emission]) -> list[Emission]:
        """Emissions of the exchange of that number, as they reach the contact."""
        if number != self._exchange_number:
            self._exchange_number = number
            self._seen[exchange] += 1
            self._position = 0
            self._drop_exchange = False
        shown: list[Emission] = []
        for emission in emissions:
            shown += self._pass(exchange, emission)
        return shown

    def _pass(self, exchange: str, emission: Emission) -> list[Emission]:
        if self._mute or self._drop_exchange:
            return []
        start = self._position
        self._position += len(emission.data)
        for fault in self._faults:
            struck_at = fault.byte if fault.byte >= 0 else self._position + fault.byte
            if self._strikes(fault, exchange) and start <= struck_at < self._position:
                return self._struck(fault, emission, struck_at - start)
        return [emission]

    def _strikes(self, fault: Fault, exchange: str) -> bool:
        seen = self._seen[exchange]
        return fault.at == exchange and (seen == fault.nth or (fault.lasting and seen > fault.nth))

    def _struck(self, fault: Fault, emission: Emission, cut: int) -> list[Emission]:
        before, after = emission.data[:cut], emission.data[cut:]
        head = [Emission(emission.delay_ms, before)] if before else []
        delay = 0 if before else emission.delay_ms
        if fault.kind == "silence":
            self._mute = True
            return head
        if fault.kind == "removed":
            self._mute = True
            return [*head, Emission(delay + fault.delay_ms, b"", removed=True)]
        if fault.kind == "garbage":
            self._drop_exchange = True
            return [*head, Emission(delay, fault.data)]
        if fault.kind == "replace":
            return [*head, Emission(delay, fault.data + after[len(fault.data) :])]
        if fault.kind in ("insert", "nulls"):
            data = fault.data or _NULL
            waits = [Emission(fault.delay_ms, data) for _ in range(fault.count)]
            return [*head, *waits, Emission(delay, after)]
        return [*head, Emission(delay + fault.delay_ms, after)]
