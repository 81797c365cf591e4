"""The harness for a maker's MicroPython: what it refuses, its exit status per class, the kept report."""

import importlib.util
import json
import sys
from pathlib import Path

import air_report as report
import fake_air
import nimble
import pytest

MAIN = Path(nimble.__file__).with_name("__main__.py")


@pytest.fixture(scope="module")
def harness():
    spec = importlib.util.spec_from_file_location("bluetooth_harness", MAIN)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def program(folder, says, status=0):
    """A program that answers what it is asked with these lines."""
    file = folder / "runtime"
    file.write_text(f"#!{sys.executable}\nprint({says!r}, end='')\nraise SystemExit({status})\n")
    file.chmod(0o755)
    return file


GOOD = "micropython 1 28 0\nactive config gap_passkey irq\n"


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ("Python 3.11\n", "no MicroPython"),
        ("", "no MicroPython"),
        ("micropython 1 26 1\nactive gap_passkey\n", "1.26.1: 1.27 or newer"),
        ("micropython 1 28 0\nTraceback\n", "MICROPY_BLUETOOTH_NIMBLE=1"),
        ("micropython 1 28 0\n", "MICROPY_BLUETOOTH_NIMBLE=1"),
    ],
    ids=["another program", "silent", "too old", "without pairing", "without Bluetooth"],
)
def test_unfit_runtime_is_told_why_and_what_to_do(tmp_path, says, why, harness, capsys):
    assert harness.main(["--runtime", str(program(tmp_path, says))]) == report.UNFIT
    assert why in capsys.readouterr().err


def test_program_that_does_not_run_is_told(tmp_path, harness, capsys):
    assert harness.main(["--runtime", str(tmp_path / "absent")]) == report.UNFIT
    assert "does not run" in capsys.readouterr().err


def test_version_is_what_the_runtime_says(tmp_path):
    assert nimble.check_runtime(program(tmp_path, GOOD)) == "1.28.0"


def test_unknown_scenario_is_told_with_those_there_are(tmp_path, harness, capsys):
    with pytest.raises(SystemExit, match="2"):
        harness.main(["--runtime", "x", "--only", "nothing"])
    assert "pairing, wrong_digits" in capsys.readouterr().err


def finding(group, good):
    return report.Finding(group, "one", "it must hold", good, "seen", 12)


@pytest.mark.parametrize(
    ("failed", "status"),
    [
        ([], 0),
        (["pairing"], 10),
        (["link"], 11),
        (["lots", "lots"], 12),
        (["conform"], 13),
        (["stack"], 14),
        (["stack", "link"], 1),
    ],
    ids=str,
)
def test_exit_status_is_the_class_that_failed(tmp_path, failed, status):
    made = report.begun(program(tmp_path, GOOD), "1.28.0")
    made.findings += [finding("pairing", True), *(finding(group, False) for group in failed)]
    assert made.status() == status


def test_report_is_kept_as_json_and_as_text(tmp_path):
    made = report.begun(program(tmp_path, GOOD), "1.28.0")
    made.findings += [finding("pairing", True), finding("link", False)]
    kept = made.keep(tmp_path / "reports")
    values = json.loads(kept.with_suffix(".json").read_text())
    assert (values["report"], values["status"], values["version"]) == ("bluetooth", 11, "1.28.0")
    assert [one["good"] for one in values["findings"]] == [True, False]
    assert all(len(values[digest]) == 64 for digest in ("digest", "driver", "firmware"))
    assert kept.read_text().splitlines()[-1] == "1 of 2 hold"
    assert "BAD  link     it must hold (12 ms)" in kept.read_text()


def test_scenario_that_breaks_is_a_finding_and_the_driver_s_refusal_is_none(harness):
    class Broken:
        def __init__(self, **how):
            raise self.error

    Broken.error = RuntimeError("no air")
    found = harness.play("pairing", Broken)
    assert (found.good, found.seen, found.group) == (False, "no air", "pairing")
    Broken.error = nimble.Unfit("no NimBLE")
    with pytest.raises(nimble.Unfit):
        harness.play("pairing", Broken)


def test_stack_that_the_driver_refuses_is_unfit(monkeypatch):
    monkeypatch.setattr(fake_air, "MADE", fake_air.MADE + "radio.nimble = False\n")
    with pytest.raises(nimble.Unfit, match="no NimBLE"), fake_air.FakeRig():
        pass


def stopping(error):
    """A harness's `play` whose second scenario ends like this."""
    played = []

    def play(name, rig):
        played.append(name)
        if len(played) == 2:
            raise error
        return finding("pairing", True)

    return play


@pytest.mark.parametrize(
    ("error", "status", "good"),
    [(nimble.Unfit("its radio does not start"), 10, [True, False]), (KeyboardInterrupt(), 130, [True])],
    ids=["a stack that was taken before", "Ctrl-C"],
)
def test_what_was_found_is_kept_whatever_ends_the_run(
    tmp_path, harness, monkeypatch, capsys, error, status, good
):
    monkeypatch.setattr(harness, "play", stopping(error))
    command = ["--runtime", str(program(tmp_path, GOOD)), "--report", str(tmp_path / "kept")]
    assert harness.main([*command, "--only", "pairing", "--only", "wrong_digits"]) == status
    (kept,) = (tmp_path / "kept").glob("*.json")
    assert [one["good"] for one in json.loads(kept.read_text())["findings"]] == good
