"""Parts of the tablet that need no browser: what proves a flush, whose session, what is in the site."""

import dataclasses
import marshal
import re
import sys
import zipfile
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import DictLoader, Environment

from tournee.errors import StoreError
from tournee.secrets import encrypt_secrets_by, read_any, write_secret
from tournee.web.tablet import prepared
from tournee.web.tablet.compiled_templates import CompiledTemplates
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


class Asked(dict):
    """What is kept, and what of it was asked for and found."""

    def get(self, key, default=None):
        self.__dict__.setdefault("found", []).append(key in self)
        return super().get(key, default)


def test_a_dataclass_takes_the_methods_that_were_compiled_for_its_text(monkeypatch):
    texts = []
    monkeypatch.setattr(
        dataclasses, "exec", lambda *given: texts.append(given[0]) or exec(*given), raising=False
    )
    dataclasses.make_dataclass("Pair", ["one", "two"], frozen=True)
    codes = Asked({prepared.digest(one): marshal.dumps(compile(one, "<string>", "exec")) for one in texts})
    prepared.take_methods(codes)
    pair = dataclasses.make_dataclass("Pair", ["one", "two"], frozen=True)
    assert codes.found and all(codes.found)
    assert (repr(pair(1, 2)), pair(1, 2) == pair(1, 2)) == ("Pair(one=1, two=2)", True)
    dataclasses.make_dataclass("Other", ["three"])
    assert not all(codes.found)


def test_a_pattern_takes_what_was_compiled_for_its_text_and_flags(monkeypatch):
    compiler = re._compiler
    given = []
    engine = SimpleNamespace(**vars(compiler._sre) | {"compile": lambda *told: given.append(told)})
    with monkeypatch.context() as recording:
        recording.setattr(compiler, "_sre", engine)
        compiler.compile("(?P<day>[0-9]+) avril", re.IGNORECASE.value)
    monkeypatch.setattr(compiler, "compile", compiler.compile)
    patterns = Asked({("(?P<day>[0-9]+) avril", re.IGNORECASE.value): given[0][1:]})
    prepared.take_patterns(patterns)
    found = compiler.compile("(?P<day>[0-9]+) avril", re.IGNORECASE.value)
    assert found.fullmatch("12 Avril")["day"] == "12"
    assert compiler.compile("(?P<day>[0-9]+) avril", 0).fullmatch("12 Avril") is None
    assert patterns.found == [True, False]


def test_a_listed_module_is_found_without_a_look_and_no_other():
    listed = prepared.ListedModules("/packages", ["ours/__init__.pyc", "ours/one.pyc", "ours/two.toml"])
    package, module = listed.find_spec("ours", None), listed.find_spec("ours.one", ["/packages/ours"])
    assert (package.origin, package.submodule_search_locations) == (
        "/packages/ours/__init__.pyc",
        ["/packages/ours"],
    )
    assert (module.origin, module.submodule_search_locations) == ("/packages/ours/one.pyc", None)
    assert listed.find_spec("ours.two", ["/packages/ours"]) is None


def test_the_site_brings_what_our_dataclasses_and_patterns_compile(site):
    with zipfile.ZipFile(site / "tournee.zip") as archive:
        methods, patterns = marshal.loads(archive.read(f"tournee/web/tablet/{prepared.NAME}"))
        templates = marshal.loads(archive.read("tournee/web/tablet/templates.bin"))
    assert len(methods) > 300
    assert len(patterns) > 100
    assert {"screen.html", "settle_list.html"} <= set(templates)


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


def rendered(codes, text):
    environment = Environment(loader=DictLoader({"one.html": text}), bytecode_cache=CompiledTemplates(codes))
    return environment.get_template("one.html").render(name="Anne")


def test_a_template_takes_what_was_compiled_of_its_text_and_of_no_other():
    codes = {}
    assert rendered(codes, "Bonjour {{ name }}") == "Bonjour Anne"
    checksum, _ = codes["one.html"]
    codes["one.html"] = checksum, marshal.dumps(Environment().compile("Bonsoir {{ name }}", "one.html"))
    assert rendered(codes, "Bonjour {{ name }}") == "Bonsoir Anne"
    assert rendered(codes, "Adieu {{ name }}") == "Adieu Anne"
