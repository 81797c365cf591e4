"""Parts of the tablet that need no browser: what proves a flush, whose session, what is in the site."""

import sys
from datetime import date
from pathlib import Path

import pytest

from tournee.errors import StoreError
from tournee.secrets import encrypt_secrets_by, read_any, write_secret
from tournee.web.tablet.flushed import check_flushed
from tournee.web.tablet.session_kept import kept_session

sys.path.insert(0, str(Path(__file__).parents[2] / "tools" / "page"))

import contents
import fetched

LOADER = "pyodide.asm.mjs"


def counting(*told):
    """Flushes as they would be told, one after another."""
    given = iter(told)
    return lambda: next(given)


def test_a_commit_that_is_flushed_once_opens_the_tablet(tmp_path):
    check_flushed(tmp_path, counting(7, 8))
    check_flushed(tmp_path, counting(9, 10))


@pytest.mark.parametrize("after", [7, 9], ids=["none", "two"])
def test_a_commit_that_is_not_flushed_once_keeps_it_shut(tmp_path, after):
    with pytest.raises(StoreError, match="ne garde pas sûrement"):
        check_flushed(tmp_path, counting(7, after))


def test_a_session_has_one_name_a_day_and_another_the_next(tmp_path):
    first = kept_session(tmp_path, date(2026, 11, 30))
    assert len(first) == 8
    assert kept_session(tmp_path, date(2026, 11, 30)) == first
    assert kept_session(tmp_path, date(2026, 12, 1)) != first


@pytest.mark.parametrize("found", [b"", b"2026-11-30", b"2026-11-30 zz", b"\xff\xfe", b"2026-11-30 0102"])
def test_a_name_that_cannot_be_read_is_drawn_anew(tmp_path, found):
    (tmp_path / "session").write_bytes(found)
    name = kept_session(tmp_path, date(2026, 11, 30))
    assert len(name) == 8
    assert kept_session(tmp_path, date(2026, 11, 30)) == name


def test_the_site_holds_our_modules_without_those_of_a_desk_or_a_maker():
    names = [name for name, _ in contents.ours()]
    assert "tournee/firmware/sesam/messages.py" in names
    assert "tournee/web/tablet/host.py" in names
    assert "tournee/web/templates/shell.html" in names
    rooms = {name.split("/")[1] for name in names}
    assert not rooms & {"boards", "cli", "emulation", "maker", "server", "shift", "ssv"}
    assert not [name for name in names if "/native/" in name or "/desk/" in name or name.endswith(".md")]


def test_a_loader_of_another_form_is_refused():
    import importlib.util

    spec = importlib.util.spec_from_file_location(
        "page_build", Path(contents.__file__).with_name("__main__.py")
    )
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    text = (fetched.fetch("pyodide") / LOADER).read_text()
    assert build.SYNCED in build.once(text, build.UNSYNCED, build.SYNCED, LOADER)
    for other in (text.replace(build.UNSYNCED, ""), text + build.UNSYNCED):
        with pytest.raises(build.NotBuilt, match="must be there once"):
            build.once(other, build.UNSYNCED, build.SYNCED, LOADER)


class Reversed:
    """Stands for the vault's cipher: what is kept is not what was given."""

    def encrypt(self, plain: bytes) -> bytes:
        return plain[::-1]

    def decrypt(self, encrypted: bytes) -> bytes:
        return encrypted[::-1]


def test_a_secret_goes_into_a_copy_as_it_was_before_this_device_encrypted_it(tmp_path):
    file = tmp_path / "lecteur.secret"
    encrypt_secrets_by(Reversed())
    try:
        write_secret(file, "ABCD-EFGH\n", "le secret", StoreError)
        assert b"ABCD" not in file.read_bytes()
        assert read_any(file, 1000) == b"ABCD-EFGH\n"
    finally:
        encrypt_secrets_by(None)
    with pytest.raises(OSError, match="verrouillé"):
        read_any(file, 1000)
