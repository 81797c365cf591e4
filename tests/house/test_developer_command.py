"""The developer command on machines that lack something: it says what, and what to do."""

from __future__ import annotations

import importlib.util
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def dev(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    loader = SourceFileLoader("dev", str(ROOT / "tools" / "dev"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("dev", loader))  # type: ignore[arg-type]
    loader.exec_module(module)

    def never(*command: object, **_: object) -> None:
        raise AssertionError(f"would run {command}")

    monkeypatch.setattr(module, "run", never)
    return module


def only(monkeypatch: pytest.MonkeyPatch, dev: ModuleType, *programs: str) -> None:
    """A machine on which these programs alone are found."""
    monkeypatch.setattr(
        dev.shutil, "which", lambda name, path=None: f"/bin/{name}" if name in programs else None
    )


def test_programs_that_are_there_call_for_no_package(dev: ModuleType) -> None:
    assert dev.missing_system_packages() == []


def test_missing_mail_servers_are_told_by_their_packages(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, dev, *(set(dev.SYSTEM_PROGRAMS) - {"exim4", "dovecot"}))
    lacking = dev.missing_system_packages(files={"/nowhere/pop3": "dovecot-pop3d"})
    assert lacking == ["dovecot-imapd", "dovecot-pop3d", "exim4-daemon-light"]


@pytest.mark.parametrize(("arguments", "wanted"), [(["reader"], True), ([], True), (["exchange"], False)])
def test_valgrind_is_installed_for_the_bench_of_the_reader_alone(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, arguments: list[str], wanted: bool
) -> None:
    installed: list[list[str]] = []
    only(monkeypatch, dev, *(set(dev.BENCH_PROGRAMS) - {"valgrind"}))
    monkeypatch.setattr(dev, "apt_install", installed.append)
    monkeypatch.setattr(dev, "pip_install", lambda profile: None)
    monkeypatch.setattr(dev.subprocess, "call", lambda *command, **_: 0)
    dev.bench(arguments)
    assert installed == ([["valgrind"]] if wanted else [])
    assert "valgrind" not in dev.SYSTEM_PROGRAMS


def test_machine_without_apt_is_told_what_to_install(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, dev)
    with pytest.raises(
        dev.SetupError, match=r"no apt: install what these Debian packages bring.*dovecot-imapd"
    ):
        dev.apt_install(["dovecot-imapd"])


def test_user_without_sudo_is_told_the_command(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, dev, "apt-get")
    monkeypatch.setattr(dev.os, "geteuid", lambda: 1000)
    with pytest.raises(dev.SetupError, match="run as root, or install sudo: apt-get install openssl"):
        dev.apt_install(["openssl"])


@pytest.mark.parametrize(("uid", "first"), [(0, "env"), (1000, "sudo")])
def test_packages_are_installed_with_sudo_only_when_not_root(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, uid: int, first: str
) -> None:
    only(monkeypatch, dev, "apt-get", "sudo")
    monkeypatch.setattr(dev.os, "geteuid", lambda: uid)
    ran: list[list[str]] = []
    monkeypatch.setattr(dev, "run", lambda command, **_: ran.append(command))
    dev.apt_install(["openssl"])
    assert [command[0] for command in ran] == [first, first]
    assert ran[1][-3:] == ["--yes", "--no-install-recommends", "openssl"]


def test_failed_set_up_ends_with_its_own_status(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: str) -> None:
        raise dev.SetupError("nothing to be had")

    monkeypatch.setattr(dev, "pip_install", fails)
    monkeypatch.setattr(dev.sys, "argv", ["dev", "demo"])
    assert dev.main() == dev.EXIT_SETUP


def test_python_too_old_is_told(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev.sys, "version_info", (3, 10, 0))
    with pytest.raises(dev.SetupError, match=r"Python 3\.11 or newer is needed"):
        dev.make_venv()


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [(["--board", "lm3s"], 1), (["--board=mps2"], 1), (["--board", "unix"], 0), ([], 0)],
)
def test_demonstration_on_a_board_of_our_port_sets_up_its_compiler_and_emulator(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, arguments: list[str], asked: int
) -> None:
    calls: list[object] = []
    monkeypatch.setattr(dev, "complete_system", lambda programs, files: calls.append((programs, files)))
    monkeypatch.setattr(dev, "pip_install", lambda profile: None)
    monkeypatch.setattr(dev.subprocess, "call", lambda command, cwd: 0)
    assert dev.demo(arguments) == 0
    assert calls == [(dev.PORT_PROGRAMS, dev.PORT_FILES)] * asked


def test_packages_of_the_tests_are_not_built_before_what_they_are_built_with_is_there(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done: list[str] = []
    monkeypatch.setattr(dev, "VENV", tmp_path)
    monkeypatch.setattr(dev, "complete_system", lambda programs, files: done.extend(sorted(programs)))
    monkeypatch.setattr(dev, "make_venv", lambda: done.append("venv"))
    monkeypatch.setattr(dev, "run", lambda command: None)
    dev.pip_install("test")
    assert done == ["gcc", "swig", "venv"]
