"""What comes from outside during the fortnight: the OCT's humours, letters of others, the fate of tablets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from stage import Stage

from tournee.emulation.oct import ScenarioRejection


def oct(stage: Stage, told: dict[str, Any]) -> None:
    """What insurers do from now on: `reject` (NIR to code, label), `defer` (NIR), `unknown_amc` (numbers)."""
    scenario = stage.world.oct.scenario
    if "reject" in told:
        rejected = {nir: ScenarioRejection(*said) for nir, said in told["reject"].items()}
        scenario = replace(scenario, rejected=rejected)
    if "defer" in told:
        scenario = replace(scenario, deferred=frozenset(told["defer"]))
    if "unknown_amc" in told:
        scenario = replace(scenario, unknown_amc=frozenset(told["unknown_amc"]))
    stage.world.oct.scenario = scenario


def letters(stage: Stage, told: list[str]) -> None:
    """Letters that are not the OCT's answers."""
    raise NotImplementedError(told)


def tablets(stage: Stage, told: dict[str, Any]) -> None:
    """`new` ones, with their `poste` where one is configured (-1: none); `lost` ones."""
    for name, station in told.get("new", {}).items():
        stage.add(name, None if station < 0 else station)
    for name in told.get("lost", ()):
        stage.tablets[name].lost = True
