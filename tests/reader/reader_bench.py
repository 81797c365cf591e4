"""A reader without its link, for tests: requests and answers pass through both codecs, cards sit in direct
slots."""

import reader_sheets as sheets
from cryptography.hazmat.primitives.serialization import Encoding

from reader.arena import Arena
from reader.cards.cps import PsCard
from reader.cards.files import Files
from reader.cards.vitale import VitaleCard
from reader.core import Heap
from reader.crypto.sha256 import Sha256
from reader.service import Service
from reader.transmission.channel import Channel
from sesam import cbor, codes, messages
from tournee.emulation.cards import VirtualCard, load_card
from tournee.emulation.cards.applications import cps, vitale
from tournee.emulation.cards.content import TEST_PIN, card_content
from tournee.emulation.slots import DirectSlot, FakeClock
from tournee.formats import zones
from tournee.reader import codec

MESSAGE_MAX = 1280
CLOCK_KHZ = 4000
_NUMBERS = {row.name: row.number for row in codec.ROWS.values()}


class Refused(Exception):  # noqa: N818 - as the answer is called
    """The reader answered FAILURE."""

    def __init__(self, answer: codec.Message) -> None:
        self.status = answer.uint("status")
        self.record = answer.uint("record")
        self.column = answer.uint("column")
        self.detail = answer.uint("detail")
        super().__init__(
            f"{self.status:04X} record {self.record} column {self.column} detail {self.detail:04X}"
        )


class Bench:
    """Two slots, a fake clock and the service; `flash` is what the board keeps without power."""

    def __init__(
        self, ps: str | VirtualCard | None, vitale: str | VirtualCard | None, flash: object = None
    ) -> None:
        self.clock = FakeClock()
        self.arena = Arena(MESSAGE_MAX, Sha256)
        self.signs_of_life = 0
        cards = [load_card(card) if isinstance(card, str) else card for card in (ps, vitale)]
        self.slots = [DirectSlot(card, self.clock) for card in cards]
        self.channels = [Channel(slot, self.arena, CLOCK_KHZ, self.clock, self._alive) for slot in self.slots]
        files = Files(self.arena)
        self.ps = PsCard(self.channels[0], files, self.arena)
        self.vitale = VitaleCard(self.channels[1], files, self.arena)
        self.service = Service(self.arena, self.ps, self.vitale, Heap(), b"bench", flash, alive=self._alive)
        self._message = cbor.Message()
        self._writer = cbor.Writer(self.arena.frame_out, 0, MESSAGE_MAX)
        self.request = bytearray(MESSAGE_MAX)

    def _alive(self) -> None:
        self.signs_of_life += 1

    def answer(self, name: str, **values: int | bytes | str) -> codec.Message:
        """One request; its answer, whatever it is."""
        made = codec.encode(_NUMBERS[name], values)
        self.request[: len(made)] = made
        assert self._message.parse(self.request, 0, len(made)) == codes.OK
        self.service.handle(self._message, self._writer)
        end = self._writer.finish()
        assert end, f"{name} left no whole answer"
        return codec.decode(bytes(self.arena.frame_out[:end]))

    def ask(self, name: str, **values: int | bytes | str) -> codec.Message:
        """One request; its answer, or Refused."""
        answer = self.answer(name, **values)
        if answer.number == messages.FAILURE:
            raise Refused(answer)
        return answer

    def refusal(self, name: str, **values: int | bytes | str) -> Refused:
        """One request that must be refused; how it was."""
        try:
            self.ask(name, **values)
        except Refused as refused:
            return refused
        raise AssertionError(f"{name} was not refused")

    def read(self, name: str, part: int) -> bytes:
        """A whole zone (part 0) or certificate (part 1), piece by piece."""
        data = b""
        while True:
            answer = self.ask(name, part=part, offset=len(data))
            data += answer.data("data")
            if answer.uint("last"):
                return data

    def stream(self, records: bytes, what: int, kind: int, mode: int) -> None:
        """CERTIFY and RECORDS; Refused at the first record that is."""
        chunk = self.ask("CERTIFY", what=what, kind=kind, mode=mode).uint("chunk") * 128
        for at in range(0, len(records), chunk):
            self.ask("RECORDS", first=at // 128, data=records[at : at + chunk])

    def seal(self, records: bytes, *, total: int, kind: int = 1) -> codec.Message:
        """An invoice sealed by the Vitale card alone."""
        chunk = self.ask("SEAL", kind=kind).uint("chunk") * 128
        for at in range(0, len(records), chunk):
            self.ask("RECORDS", first=at // 128, data=records[at : at + chunk])
        return self.ask("SIGN", invoices=1, total=total)

    def certify(
        self, records: bytes, *, invoices: int, total: int, what: int = 2, kind: int = 1, mode: int = 3
    ) -> codec.Message:
        """The whole of it, to the signature."""
        self.stream(records, what, kind, mode)
        return self.ask("SIGN", invoices=invoices, total=total)


def real_card(name: str) -> VirtualCard:
    """The card of that name without its test mark: same holder, key and certificate."""
    content = card_content(name)
    groups = zones.decode(content.zone)
    mark = "0" if content.kind == "cps" else ""
    groups[0] = zones.make(groups[0].id, mark, *groups[0].fields[1:])
    certificate = content.certificate.public_bytes(Encoding.DER)
    if content.kind == "cps":
        files = {cps.EF_ZONE: zones.encode(groups), cps.EF_CERTIFICATE: certificate}
        return VirtualCard(name, content.atr, cps.CpsApplication(files, content.key, TEST_PIN))
    files = {vitale.EF_ZONE: zones.encode(groups), vitale.EF_CERTIFICATE: certificate}
    return VirtualCard(name, content.atr, vitale.VitaleApplication(files, content.key))


def situated(
    *,
    rpps: str = sheets.REPLACEMENT_RPPS,
    own: tuple[str, str] = ("", ""),
    replacing: tuple[str, str] = ("", ""),
) -> VirtualCard:
    """A nurse's card with other numbers: group 1 field 3, group 2 fields 9 and 10, 11 and 12."""
    holder, situation, *_ = zones.decode(card_content("infirmiere").zone)
    fields = list(situation.fields)
    fields[8:12] = [*own, *replacing]
    holder = zones.make(1, *holder.fields[:2], rpps, *holder.fields[3:])
    return load_card("infirmiere", zone=zones.encode([holder, zones.make(2, *fields)]))


def installed() -> VirtualCard:
    """The card of a replacement with a practice of her own."""
    return situated(own=(sheets.REPLACEMENT[:8], sheets.REPLACEMENT[8]))


def renewed_card(name: str, key_of: str) -> VirtualCard:
    """The PS's card of that name after its renewal: same holder, the key and certificate of another card."""
    content, other = card_content(name), card_content(key_of)
    certificate = other.certificate.public_bytes(Encoding.DER)
    files = {cps.EF_ZONE: content.zone, cps.EF_CERTIFICATE: certificate}
    return VirtualCard(name, content.atr, cps.CpsApplication(files, other.key, TEST_PIN))


def heard_by(slot: DirectSlot) -> list[bytes]:
    """What the slot is given to send from now on, as it was given."""
    heard: list[bytes] = []
    write = slot.write

    def tapped(buf: bytearray, start: int, n: int) -> None:
        heard.append(bytes(buf[start : start + n]))
        write(buf, start, n)

    slot.write = tapped  # type: ignore[method-assign]
    return heard
