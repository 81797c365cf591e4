"""The part of the conformance kit that needs test cards: an invoice of known signatures, certified."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tournee.errors import ReaderError
from tournee.firmware.sesam import codes
from tournee.maker.raw_link import Address
from tournee.reader import Certification, Reader, Refused
from tournee.tables.document import read_ours

_VECTOR = Path(__file__).with_name("invoice.toml")
_CERTIFY_MS = 60_000  # the slowest card at 9600 baud is far below


class Family(Enum):
    """What a check is about; its value is the exit status of `conform` when one of the kind fails."""

    LINK = 21
    MESSAGES = 22
    CHANNEL = 23
    CARDS = 24
    STATE = 25


@dataclass(frozen=True)
class CheckResult:
    """One check: its name, whether the reader does what it must, what was seen, how long it took, what it is
    about, and the frames that came: type, number and payload in hexadecimal."""

    name: str
    good: bool
    seen: str
    took_ms: int
    family: Family = Family.LINK
    received: tuple[str, ...] = ()


class CardChecks:
    """Runs against a reader with the test cards `infirmiere` and `moreau` in its slots."""

    def __init__(self, address: Address, code: str, secret: bytes | None = None) -> None:
        self._address = address
        self._secret = secret
        self._code = code
        self._came: list[str] = []  # of one check: signatures, seals, statuses
        vector = read_ours(_VECTOR)
        self._invoice = "".join(vector["records"]).encode("ascii")
        self._total = int(vector["total"])
        self._of_a_replacement = "".join(vector["of_a_replacement"]).encode("ascii")
        self._known = bytes.fromhex(vector["signature"]), bytes.fromhex(vector["seal"])

    def __iter__(self) -> Iterator[CheckResult]:
        checks: dict[str, Callable[[Reader], tuple[bool, str]]] = {
            "les deux cartes sont là": self._present,
            "les deux cartes sont lues": self._read,
            "sans le code, rien n’est signé": self._locked,
            "à domicile, sans le code : le sceau connu": self._at_the_bedside,
            "facture : la signature et le sceau connus": self._signed,
            "facture scellée, contresignée : la signature connue": self._countersigned,
            "total non confirmé refusé": self._unconfirmed,
            "visite sans lieu des soins refusée": self._placeless,
            "facture d’un autre, qu’un remplaçant a faite : refusée à cette carte": self._replaced,
        }
        with Reader.open(self._address, self._secret) as reader:
            for name, check in checks.items():
                self._came.clear()
                began = time.monotonic()
                try:
                    good, seen = check(reader)
                except ReaderError as error:
                    good, seen = False, error.message
                took = round((time.monotonic() - began) * 1000)
                yield CheckResult(
                    name, good and took < _CERTIFY_MS, seen, took, Family.CARDS, tuple(self._came)
                )

    def _present(self, reader: Reader) -> tuple[bool, str]:
        state = reader.cards()
        return state.ps.value > 0 and state.vitale, f"PS {state.ps.name}, Vitale {state.vitale}"

    def _read(self, reader: Reader) -> tuple[bool, str]:
        sizes = [len(part) for card in (reader.read_ps_card(), reader.read_vitale()) for part in (card.zone,)]
        return min(sizes) > 0, f"zones de {sizes[0]} et {sizes[1]} octets"

    def _certify(self, reader: Reader, total: int) -> Certification:
        return self._kept(reader.certify_invoice(self._invoice, kind="FSE", mode="03", total=total))

    def _kept(self, made: Certification) -> Certification:
        self._came += [one.hex() for one in (made.signature, made.seal) if one]
        return made

    def _locked(self, reader: Reader) -> tuple[bool, str]:
        return self._refused(reader, self._total, codes.LOCKED)

    def _signed(self, reader: Reader) -> tuple[bool, str]:
        reader.unlock(self._code)
        made = self._certify(reader, self._total)
        again = self._certify(reader, self._total)
        good = (made.signature, made.seal) == self._known and again == made
        return good, f"signature {made.signature[:4].hex()}…, la même redemandée"

    def _at_the_bedside(self, reader: Reader) -> tuple[bool, str]:
        made = reader.seal_invoice(self._invoice, kind="FSE", total=self._total)
        self._came.append(made.seal.hex())
        return made.seal == self._known[1], f"sceau {made.seal[:4].hex()}…"

    def _countersigned(self, reader: Reader) -> tuple[bool, str]:
        made = self._kept(reader.certify_invoice(self._invoice, kind="FSE", mode="04", total=self._total))
        return made.signature == self._known[0], f"signature {made.signature[:4].hex()}…, la Vitale à part"

    def _placeless(self, reader: Reader) -> tuple[bool, str]:
        return self._refused(reader, self._total, codes.MODE, "02")

    def _replaced(self, reader: Reader) -> tuple[bool, str]:
        """The card is its issuer's, and the invoice says that the card of another one signs it."""
        return self._refused(reader, self._total, codes.ISSUER, "05", self._of_a_replacement)

    def _unconfirmed(self, reader: Reader) -> tuple[bool, str]:
        return self._refused(reader, self._total + 1, codes.CONFIRMATION)

    def _refused(
        self, reader: Reader, total: int, wanted: int, mode: str = "03", records: bytes = b""
    ) -> tuple[bool, str]:
        try:
            reader.certify_invoice(records or self._invoice, kind="FSE", mode=mode, total=total)
        except Refused as refused:
            self._came.append(f"{refused.status:04x}")
            return refused.status == wanted, refused.name
        return False, "signé"
