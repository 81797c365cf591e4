"""The Bluetooth driver on a real stack: a maker's own MicroPython with NimBLE, no radio.

./tools/dev bluetooth --runtime PROGRAM                        every scenario, some three minutes
./tools/dev bluetooth --runtime PROGRAM --only conform --json  one

PROGRAM is MicroPython's unix port, built with its `bluetooth` on NimBLE and its HCI on a serial line; Bumble
is the radio at the other end of that line, and the tablets. A report is kept, as JSON and as text. Exit
status: 0 all holds, 10 to 14 one class alone does not (pairing, link, lots, conform, stack), 1 several, 2 for
wrong options, 3 for a PROGRAM that is not such a MicroPython, 130 where Ctrl-C stops it.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import link_scenarios
import pairing_scenarios
import stack_scenarios
from air_report import UNFIT, USAGE, Finding, Report, begun, line
from nimble import Unfit, check_runtime
from rigs import NimbleRig, Rig

from tournee.errors import TourneeError

Scenario = Callable[[Rig], str]
REPORTS = Path(__file__).resolve().parents[2] / ".cache" / "reports"
STOPPED = 130  # by Ctrl-C: what was found until then is kept
_OWN_CLASS = {"lots": "lots", "cuts": "lots", "conform": "conform"}
SCENARIOS: dict[str, tuple[str, Scenario]] = {
    scenario.__name__: (_OWN_CLASS.get(scenario.__name__, group), scenario)
    for group, module in (
        ("pairing", pairing_scenarios),
        ("link", link_scenarios),
        ("stack", stack_scenarios),
    )
    for scenario in module.SCENARIOS
}


def play(name: str, rig: Callable[..., Rig]) -> Finding:
    """Play one scenario in a rig of its own; what came of it. Unfit where the driver refuses the stack."""
    group, scenario = SCENARIOS[name]
    began = time.monotonic()
    try:
        with rig(**getattr(scenario, "needs", {})) as there:
            seen, good = scenario(there), True
    except Unfit:
        raise
    except Exception as error:  # whatever breaks is this scenario's finding, not the run's end
        words = str(error) or type(error).__name__
        if isinstance(error, TourneeError):
            words = " ".join(words.split())
        seen, good = words[-2000:], False
    must = " ".join((scenario.__doc__ or name).split())
    return Finding(group, name, must, good, seen, round((time.monotonic() - began) * 1000))


def main(arguments: list[str] | None = None) -> int:
    """Play the scenarios named, or all, and keep the report."""
    parser = argparse.ArgumentParser(prog="./tools/dev bluetooth", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--runtime", type=Path, required=True, metavar="PROGRAM", help="MicroPython with NimBLE"
    )
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help=", ".join(SCENARIOS))
    parser.add_argument(
        "--report", type=Path, default=REPORTS, metavar="FOLDER", help="where the report is kept"
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON, one a line")
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.only) - set(SCENARIOS)):
        parser.error(f"no scenario {', '.join(unknown)}; there are {', '.join(SCENARIOS)}")
    logging.getLogger("bumble").setLevel(logging.CRITICAL)  # pairings that fail are part of the play
    try:
        version = check_runtime(options.runtime)
        report = begun(options.runtime.resolve(), version)
    except (Unfit, OSError) as error:
        print(f"./tools/dev bluetooth: {error}", file=sys.stderr)
        return UNFIT
    for name in options.only or SCENARIOS:
        try:
            found = play(name, lambda **how: NimbleRig(options.runtime, **how))
        except Unfit as error:
            if not report.findings:
                print(f"./tools/dev bluetooth: {options.runtime}: {error}", file=sys.stderr)
                return UNFIT
            group, scenario = SCENARIOS[name]  # it took this stack before
            found = Finding(group, name, str(scenario.__doc__), False, str(error), 0)
        except KeyboardInterrupt:
            break
        report.findings.append(found)
        print(json.dumps(asdict(found), ensure_ascii=False) if options.json else line(found), flush=True)
    status = _end(report, options.report, quiet=options.json)
    return status if len(report.findings) == len(options.only or SCENARIOS) else STOPPED


def _end(report: Report, folder: Path, *, quiet: bool) -> int:
    try:
        kept = report.keep(folder)
    except OSError as error:
        print(f"./tools/dev bluetooth: the report cannot be kept: {error}", file=sys.stderr)
        return USAGE
    if not quiet:
        print(f"\n{report.count()}; kept in {kept}")
    return report.status()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(STOPPED)
