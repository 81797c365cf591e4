"""The workshop that makes submissions, and the emulated OCT that judges them."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from oct_workshop import NOW, RPPS, Cards, Workshop, make_card

from tournee.emulation.oct import EmulatedOct, Scenario, load_mail_identity, make_oct_identity


@pytest.fixture(scope="session")
def cards() -> Cards:
    return Cards(make_card(f"8{RPPS}", "Infirmier"), make_card("Vitale test"), make_card("unknown"))


@pytest.fixture(scope="session")
def oct_directory(tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("oct-identity")
    make_oct_identity(directory, NOW)
    return directory


@pytest.fixture(scope="session")
def oct_identity(oct_directory):
    """Key and certificate, loaded once: OpenSSL proves the key's primes each time it loads one."""
    return load_mail_identity(oct_directory)


@pytest.fixture
def workshop(cards, oct_identity, tmp_path) -> Workshop:
    made = Workshop(cards, oct_identity[1])
    made.scratch = tmp_path
    return made


@pytest.fixture
def make_oct(cards, oct_identity):
    key, certificate = oct_identity

    def make(scenario: Scenario | None = None, directory: Path | None = None, known=None) -> EmulatedOct:
        trusted = known if known is not None else (cards.ps[1], cards.vitale[1])
        return EmulatedOct(directory, key, certificate, trusted, scenario or Scenario(), lambda: NOW)

    return make
