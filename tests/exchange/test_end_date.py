"""The day a certificate ends, told without reading the whole of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tournee.exchange.sealing.end_date import end_of

Issue = Callable[..., Path]


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
@pytest.mark.parametrize("year", [2031, 2049, 2050, 2051, 9999], ids=str)
def test_the_end_is_read_of_either_form_of_time(issue: Issue, year: int, encoding: Encoding) -> None:
    ends = datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert end_of(issue(ends=ends, encoding=encoding)) == ends


def test_an_end_of_the_last_century_is_one(issue: Issue) -> None:
    starts, ends = datetime(1998, 1, 1, tzinfo=UTC), datetime(1999, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert end_of(issue(starts=starts, ends=ends)) == ends


def test_a_certificate_cut_anywhere_before_its_end_has_none(issue: Issue, tmp_path: Path) -> None:
    ends = datetime(2031, 1, 1, tzinfo=UTC)
    whole = issue(ends=ends, encoding=Encoding.DER).read_bytes()
    last = whole.index(b"310101000000Z") + 13
    cut = tmp_path / "cut.der"
    for length in range(last + 1):
        cut.write_bytes(whole[:length])
        assert end_of(cut) == (ends if length == last else None)


@pytest.mark.parametrize(
    "content",
    [b"", b"0", b"\x30\xff", b"\x30\x80" * 9, b"une lettre", b"-----BEGIN CERTIFICATE-----\nab\xe9"],
)
def test_what_is_no_certificate_has_no_end(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "cert"
    file.write_bytes(content)
    assert end_of(file) is None


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        end_of(tmp_path / "none")
