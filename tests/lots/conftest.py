"""Cards whose signatures openssl makes and judges, and the vectors of lots."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import tournee.emulation.cards as card_package
from tournee.exchange.certificates import certificate_records
from tournee.exchange.lots import LotKey, LotSender, lot_body

KEYS = Path(card_package.__file__).parent / "data"
VECTORS = Path(__file__).parents[1] / "vectors" / "lots"

FSE = LotKey("FSE", "F01751123", "03", "751")
DRE = LotKey("DRE", "D0750000001", "03", "000")
SENDER = LotSender("756000014", "IF", "Lefèvre Éloïse")


def read_vector(name: str) -> list[bytes]:
    """The records of a vector: the 128 characters between the bars of each line."""
    lines = (VECTORS / name).read_text(encoding="ascii").splitlines()
    records = [line[1:-1].encode() for line in lines if line.startswith("|")]
    assert all(len(record) == 128 for record in records)
    return records


class OpensslCard:
    """A test card's key in openssl's hands: it signs and verifies as a card and a judge would."""

    def __init__(self, name: str, folder: Path) -> None:
        self._key = KEYS / f"{name}.pem"
        self._folder = folder
        self._public = folder / f"{name}.pub"
        self._run("pkey", "-in", str(self._key), "-pubout", "-out", str(self._public))
        self.certificate = self._run(
            "req", "-x509", "-new", "-key", str(self._key), "-subj", f"/CN={name}", "-outform", "DER"
        )
        self.public_der = self._run("pkey", "-in", str(self._key), "-pubout", "-outform", "DER")

    def sign(self, data: bytes) -> bytes:
        covered = self._folder / "covered"
        covered.write_bytes(data)
        return self._run("dgst", "-sha256", "-sign", str(self._key), str(covered))

    def accepts(self, signature: bytes, data: bytes) -> bool:
        covered, signed = self._folder / "covered", self._folder / "signature"
        covered.write_bytes(data)
        signed.write_bytes(signature)
        command = ["openssl", "dgst", "-sha256", "-verify", str(self._public), "-signature", str(signed)]
        return subprocess.run([*command, str(covered)], capture_output=True, check=False).returncode == 0

    def _run(self, *arguments: str) -> bytes:
        return subprocess.run(["openssl", *arguments], capture_output=True, check=True).stdout


@pytest.fixture(scope="session")
def vector() -> Callable[[str], list[bytes]]:
    return read_vector


@pytest.fixture(scope="session")
def ps_card(tmp_path_factory: pytest.TempPathFactory) -> OpensslCard:
    return OpensslCard("infirmiere", tmp_path_factory.mktemp("ps"))


@pytest.fixture(scope="session")
def vitale_card(tmp_path_factory: pytest.TempPathFactory) -> OpensslCard:
    return OpensslCard("moreau", tmp_path_factory.mktemp("vitale"))


class Certified:
    """The vectors' invoices and lots, certified."""

    def __init__(self, ps: OpensslCard, vitale: OpensslCard) -> None:
        self._ps, self._vitale = ps, vitale
        self.sender, self.fse_key, self.dre_key = SENDER, FSE, DRE
        self.fse = [self.invoice(b"".join(read_vector(name))) for name in ("fse_1.txt", "fse_2.txt")]
        self.dre = [self.invoice(b"".join(read_vector("dre_2.txt")))]
        self.fse_lot = self.lot(7, FSE, self.fse)
        self.dre_lot = self.lot(8, DRE, self.dre)

    def invoice(self, body: bytes, seals: bool = True) -> bytes:
        number = body[29:38].decode()
        data = body + self._sevens("P", number, self._ps, body)
        return data + self._sevens("V", number, self._vitale, body) if seals else data

    def lot(self, number: int, key: LotKey, sheets: list[bytes]) -> bytes:
        body = lot_body(SENDER, number, key, "260302", sheets)
        return body + self._sevens("L", f"{number:03}", self._ps, body)

    def _sevens(self, genre: str, number: str, card: OpensslCard, covered: bytes) -> bytes:
        return certificate_records(SENDER.number, number, genre, card.sign(covered), card.certificate)


@pytest.fixture(scope="session")
def certified(ps_card: OpensslCard, vitale_card: OpensslCard) -> Certified:
    return Certified(ps_card, vitale_card)
