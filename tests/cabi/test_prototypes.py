"""The table of the C library: it is that of `tournee.ssv`, and a compiler holds it to the published one."""

from __future__ import annotations

import inspect
import re
import subprocess
from pathlib import Path

import pytest
from c_programs import STRICT

import tournee.ssv
from tournee.cabi import declarations
from tournee.cabi.prototypes import FUNCTIONS
from tournee.ssv import Library

HERE = Path(__file__).parent
MEMORY = {"SSV_AllouerZoneMem", "SSV_LibererZoneMem"}
PUBLISHED = set(re.findall(r"\b(S\w\w_\w+)\(", (HERE / "published.h").read_text()))


def test_functions_are_all_those_of_the_ssv_module_and_those_of_memory():
    module = {name for name in tournee.ssv.__all__ if name.startswith(("SSV_", "SGD_"))}
    assert {one.name for one in FUNCTIONS} == module | MEMORY


def test_those_called_published_are_the_published_ones():
    assert {one.name for one in FUNCTIONS if not one.ours} == PUBLISHED


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda one: one.name)
def test_inputs_are_those_of_the_method_in_order(function):
    if function.name in MEMORY:
        return
    method = list(inspect.signature(getattr(Library, function.name)).parameters)[1:]
    told = []
    for one in function.inputs:
        told += ["NbZones", "TZDataIn", "TTailleZone"] if one.kind == "zones" else [one.name]
    assert told == method


@pytest.mark.parametrize("language", ["c89", "c99", "c11"])
def test_header_compiles_without_a_warning_and_agrees_with_the_published_prototypes(tmp_path, language):
    (tmp_path / declarations.HEADER).write_text(declarations.header())
    judge = f'#include <{declarations.HEADER}>\n#include "{HERE / "published.h"}"\n'
    (tmp_path / "judge.c").write_text(judge + "int main(void) { return SSV_OK; }\n")
    options = [f"-std={language}", *STRICT[1:], "-fsyntax-only", "-I", tmp_path]
    subprocess.run(["gcc", *options, tmp_path / "judge.c"], check=True)


def test_header_says_what_it_is_and_is_the_same_each_time():
    told = declarations.header()
    assert "SIMULATION, profile open-1: BILLS NOBODY. This is no library of the GIE SESAM-Vitale" in told
    assert told == declarations.header()
