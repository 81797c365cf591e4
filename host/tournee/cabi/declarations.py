"""What is C of the table: the header that programs include, what cffi is told, the functions exported.

The same table gives the same text, byte for byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from tournee.cabi.prototypes import FUNCTIONS, IN_C, CFunction, fingerprint
from tournee.ssv import ROWS
from tournee.ssv.builder import SIZE_MAX
from tournee.ssv.codes import number

HEADER = "tournee_ssv.h"
PREFIX = "tournee_"
_EMPTY = {"zone": ("NULL", "0"), "u16": ("0",)}  # what is put in place of an output before all else
_WIDTH = 108
DATE_SIZE = len("AAAAMMJJHHMM") + 1

_ABOUT = """\
/* tournee_ssv.h: the functions of tournee.ssv for programs in C, or in what calls C; by `tournee cabi build`.
 *
 * SIMULATION, profile open-1: BILLS NOBODY. This is no library of the GIE SESAM-Vitale; it is certified by
 * nobody and stands in for none. Prototypes under "published" have the names, order and types of ssv.h v5 and
 * sgd.h v5, as open programs include them; what they do is open-1. The closed library has none of "ours".
 *
 * - Each function gives a code, 0 when it did its work. SSV_DernierMessage has the words, in French, UTF-8.
 * - Zones given out (void **, size_t *) are the caller's to free, by SSV_LibererZoneMem alone; after another
 *   code than 0 they are NULL and 0. What is given in stays the caller's, and is copied.
 * - Texts given in end with a zero. Those given out (char *, size_t *) go to the caller's memory: *pTaille is
 *   its size at entry, on return the length, a text's zero not counted. Where there is too little room the
 *   code is SSV_ZONE_PLEINE, and *pTaille the size that is needed.
 * - SSV_FormaterLot (ours): *pNbZDataOut is at entry how many zones both arrays have room for.
 * - SSV_LireDateLecteur: memory of TOURNEE_DATE characters. SSV_EssaisRestants: -1 where not told.
 * - Any thread may call. A reader that another call is using is SSV_EXCLUSIVITE at once; the last message is
 *   each thread's own; sessions of SGD_ functions are those of all threads. A forked child may not call.
 */
"""


def _codes() -> Iterator[str]:
    width = max(len(row.name) for row in ROWS.values())
    for row in ROWS.values():
        mark = "ours: " if row.ours else ""
        yield f"#define SSV_{row.name:<{width}} 0x{row.number:04X} /* {mark}{row.words} */"


def _declared(function: CFunction) -> str:
    whole = f"SSV_IMPORT {function.prototype()};".replace(", ", ",\n")
    lines = whole.splitlines()
    told = [lines[0]]
    for parameter in lines[1:]:
        if len(told[-1]) + len(parameter) < _WIDTH:
            told[-1] += f" {parameter}"
        else:
            told.append(f"    {parameter}")
    return "\n".join(told)


def header() -> str:
    """The header `tournee_ssv.h`, C89 and C++."""
    published = [_declared(one) for one in FUNCTIONS if not one.ours]
    ours = [_declared(one) for one in FUNCTIONS if one.ours]
    lines = [
        _ABOUT + "#ifndef TOURNEE_SSV_H",
        "#define TOURNEE_SSV_H",
        "",
        "#include <stddef.h>",
        "",
        "#ifdef _WIN32",
        "#define SSV_IMPORT __declspec(dllimport)",
        "#else",
        "#define SSV_IMPORT",
        "#endif",
        "",
        "#ifdef __cplusplus",
        'extern "C" {',
        "#endif",
        "",
        '#define TOURNEE_PROFILE "open-1"',
        f"#define TOURNEE_ZONE_MAX {SIZE_MAX} /* bytes of a zone */",
        f"#define TOURNEE_DATE {DATE_SIZE} /* AAAAMMJJHHMM and a zero */",
        "",
        "/* Codes. */",
        *_codes(),
        "",
        "/* Published prototypes. */",
        *published,
        "",
        "/* Ours. */",
        *ours,
        "",
        "#ifdef __cplusplus",
        "}",
        "#endif",
        "",
        "#endif",
    ]
    return "\n".join(lines) + "\n"


def answered() -> tuple[CFunction, ...]:
    """The functions that Python answers: all but those of memory."""
    return tuple(one for one in FUNCTIONS if one.name not in IN_C or one.name == "SSV_DernierMessage")


def told_to_cffi() -> str:
    """What cffi reads: the answers that it calls, and the C functions that answers call."""
    answers = "\n".join(f"    static {one.prototype(PREFIX)};" for one in answered())
    return f"""\
unsigned short SSV_AllouerZoneMem(void **pZone, size_t taille);
void SSV_LibererZoneMem(void *pZone);
void tournee_refuse(const char *why);
int tournee_is_own(void);
size_t tournee_length(const char *text, size_t most);
extern "Python" {{
{answers}
}}
"""


def _exported(function: CFunction) -> str:
    """The function that programs call: nothing is given out, Python is there, then the answer."""
    empty = [
        f"    if ({name} != NULL)\n        *{name} = {value};"
        for argument in function.outputs
        for (_, name), value in zip(argument.given_out, _EMPTY.get(argument.kind, ()), strict=False)
    ]
    return "\n".join(
        [
            f"static {function.prototype(PREFIX)};",
            f"SSV_API {function.prototype()}",
            "{",
            "    tournee_call call;",
            "    unsigned short code = tournee_enter(&call);",
            *empty,
            "    if (code == 0)",
            f"        code = {PREFIX}{function.name}({', '.join(name for _, name in function.parameters)});",
            "    tournee_leave(&call);",
            "    return code;",
            "}",
        ]
    )


def source(python: str) -> str:
    """The C code that cffi compiles with its own; `python`: the interpreter that it starts."""
    by_hand = files("tournee.cabi").joinpath("library.c").read_text("utf-8")
    quoted = "".join(f"\\{byte:03o}" for byte in python.encode())
    return "\n".join(
        [
            "#ifdef _WIN32",
            "#define SSV_API __declspec(dllexport)",
            "#else",
            '#define SSV_API __attribute__((visibility("default")))',
            "#endif",
            f'#define TOURNEE_PYTHON "{quoted}"',
            f"#define TOURNEE_FAILED {number('IMPREVU')}",
            f"#define TOURNEE_PARAMETER {number('PARAMETRE')}",
            f"#define TOURNEE_FULL {number('ZONE_PLEINE')}",
            f"#define TOURNEE_ZONE_MAX {SIZE_MAX}u",
            by_hand,
            *(_exported(one) for one in answered() if one.name not in IN_C),
        ]
    )


def at_start() -> str:
    """The Python code that a library runs once, as cffi has it."""
    return f"""\
from _tournee_ssv import ffi, lib
from tournee.cabi.answers import answer_calls
answer_calls(ffi, lib, {fingerprint()!r})
"""
