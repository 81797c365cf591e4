"""The Vitale's certificate is read of each card once; a seal that it does not verify has it read again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from days import CODE, short_day
from life import KEY, office_of
from surroundings import Surroundings

from tournee.app.cards import VitaleInReader, read_ps, read_vitale, unlock
from tournee.app.certify import certify_visit, pending_visits, visits_for
from tournee.app.context import Office
from tournee.app.visits.importing import import_day
from tournee.emulation.cards.content import card_content
from tournee.exchange.certificates import SignatureError
from tournee.reader import Reader
from tournee.store.card_certificates import KeptCertificates

SERIAL = "800000102"
OWN, OTHER = (card_content(name).certificate.public_bytes(Encoding.DER) for name in ("moreau", "lambert"))


@pytest.fixture
def office(surroundings: Surroundings) -> Iterator[Office]:
    with office_of(surroundings.journal, surroundings.world.route()) as office:
        yield replace(office, certificates=KeptCertificates.beside(surroundings.journal, KEY))


def certified(office: Office, reader: Reader, vitale: VitaleInReader) -> int:
    """Have what can be certified with this card certified; how many sheets carry a seal."""
    import_day(office, short_day(), "short.toml")
    ps = read_ps(reader)
    unlock(reader, lambda: CODE)
    rows = visits_for(pending_visits(office, ps), vitale)
    made = [certify_visit(office, reader, ps, vitale, row, visit) for row, visit in rows]
    return sum(sheet.mode == "03" for invoice in made for sheet in invoice.sheets)


def test_certificate_that_is_kept_is_not_read_of_the_card(surroundings: Surroundings, office: Office) -> None:
    assert office.certificates is not None
    with Reader.open(surroundings.board.link_url) as reader:
        assert read_vitale(office, reader).certificate == OWN
        assert office.certificates.find(SERIAL) == OWN
        office.certificates.keep(SERIAL, OTHER)
        assert read_vitale(office, reader).certificate == OTHER


def test_seal_that_does_not_verify_has_the_certificate_read_again(
    surroundings: Surroundings, office: Office
) -> None:
    assert office.certificates is not None
    office.certificates.keep(SERIAL, OTHER)
    with Reader.open(surroundings.board.link_url) as reader:
        assert certified(office, reader, read_vitale(office, reader)) > 0
    assert office.certificates.find(SERIAL) == OWN


def test_seal_of_another_card_is_not_believed_for_its_own_certificate(
    surroundings: Surroundings, office: Office
) -> None:
    with Reader.open(surroundings.board.link_url) as reader:
        before = replace(read_vitale(office, reader), serial="800000999", certificate=OTHER)
        with pytest.raises(SignatureError):
            certified(office, reader, before)


def test_disk_says_neither_whose_card_it_is_nor_how_many_times_it_came(tmp_path: Path) -> None:
    kept = KeptCertificates(tmp_path / "kept", KEY)
    kept.keep(SERIAL, OWN)
    kept.keep(SERIAL, OWN)
    (file,) = (tmp_path / "kept").iterdir()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert SERIAL not in file.name
    assert OWN[20:60] not in file.read_bytes()
    assert KeptCertificates(tmp_path / "other key", bytes(32))._file(SERIAL).name != file.name


def test_file_that_was_moved_or_damaged_is_none(tmp_path: Path) -> None:
    kept = KeptCertificates(tmp_path, KEY)
    kept.keep(SERIAL, OWN)
    (file,) = tmp_path.iterdir()
    file.rename(kept._file("800000103"))
    assert (kept.find(SERIAL), kept.find("800000103")) == (None, None)
    kept.keep(SERIAL, OWN)
    file.write_bytes(file.read_bytes()[:-1])
    assert kept.find(SERIAL) is None


def test_card_without_a_number_and_folder_that_cannot_be_written_keep_nothing(tmp_path: Path) -> None:
    kept = KeptCertificates(tmp_path / "kept", KEY)
    kept.keep("  ", OWN)
    assert not (tmp_path / "kept").exists()
    (tmp_path / "kept").write_bytes(b"")
    kept.keep(SERIAL, OWN)
    assert kept.find(SERIAL) is None
