"""A reader with two banks, for tests of its updates: images made by the tool, power that can fail."""

from types import SimpleNamespace

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from reader_bench import Bench
from reader_flash import Flash, Power

from reader.storage.boot import choose
from tournee.boards import image as images
from tournee.reader import codec

DEVELOPMENT = images.private_key(images.DEVELOPMENT_KEY)
OTHER = rsa.generate_private_key(65537, 2048)
BANK_PAGE, CHUNK = 1024, 104
OLD, NEW = bytes(range(256)) * 2, bytes(reversed(range(256))) * 2


def image(payload=NEW, board="bench", version="0.2.0", key=DEVELOPMENT, development=True, counter=0):
    number = images.version_number(version)
    made = images.to_sign(payload, board, number, development=development, counter=counter)
    return made + key.sign(made, padding.PKCS1v15(), hashes.SHA256())


class Updated:
    """Flash with the old image in bank 0, and readers that start on it; `signer` is the key they know."""

    def __init__(self, signer=DEVELOPMENT, *, production=False, counter=0):
        self.power = Power()
        self.banks = tuple(Flash(BANK_PAGE, power=self.power) for _ in range(2))
        self.boot = Flash(32, word=1, power=self.power)
        self.journal = Flash(power=self.power)
        self.banks[0].data[: len(image(OLD))] = image(OLD, version="0.1.0")
        self.key = images.modulus(signer.public_key())
        self.production = production
        self.counter = counter

    def start(self) -> Bench:
        """Power comes back: the boot code chooses, a reader runs."""
        self.power.budget = None
        running = choose(self.boot)
        data = bytes(self.banks[running].data)
        whole = data[: 64 + int.from_bytes(data[8:12], "little") + 256]  # a signature may end as erased flash
        images.parse(whole)  # a reader that answers: its image is whole
        flash = SimpleNamespace(
            banks=self.banks,
            boot=self.boot,
            journal=self.journal,
            running=running,
            key=self.key,
            production=self.production,
            counter=self.counter,
        )
        self.bench = Bench(None, None, flash)
        return self.bench

    @property
    def runs(self) -> bytes:
        """The payload of the bank that the reader runs."""
        running = self.bench.service._makers[2].running
        return bytes(self.banks[running].data[64 : 64 + len(OLD)])


def chunks(data: bytes, at: int = 64):
    """(offset, bytes) of the payload of an image, from `at`."""
    end = len(data) - 256
    return [(place, data[place : min(place + CHUNK, end)]) for place in range(at, end, CHUNK)]


def load(bench: Bench, data: bytes) -> codec.Message:
    """A whole update, up to SWITCH."""
    at = bench.ask("UPDATE", header=data[:64]).uint("next")
    for offset, piece in chunks(data, at):
        bench.ask("CHUNK", offset=offset, data=piece)
    return bench.ask("SWITCH", signature=data[-256:])
