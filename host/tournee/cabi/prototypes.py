"""The functions of `libtournee_ssv`: one table, of which the header, its C code and its answers are made.

A row: name, whose prototype it is, inputs in order, then outputs. An argument is a kind, which says what C
passes for it, and its name in `tournee.ssv`. Published: names, order and C types of ssv.h v5 and sgd.h v5, as
open callers of the closed library include them (domain 1.1). Ours: functions that the closed library has not.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

_PS = "text:NomRessourcePS text:NomRessourceLecteur secret:CodePorteurPS"
_FIELD = "u16:session u16:idGroupe u16:occurrence u16:numeroChamp"

TABLE = f"""
SSV_InitLIB published
SSV_TermLIB published
SSV_LireConfig published -> zone:ZDataOut
SSV_LireCartePS published {_PS} -> zone:ZDataOut
SSV_LireDroitsVitale published {_PS} text:DateConsultation -> zone:ZDataOut
SSV_FormaterFactures published {_PS} char:cFactureACreer char:cModeSecur zone:ZDataIn -> zone:ZDataOut
SSV_FormaterLot published {_PS} zones:ZDataIn -> zones:ZDataOut
SSV_FormaterFichier published zone:ZDataIn -> zone:ZDataOut
SSV_TraduireARL published zones:ZDataIn -> zone:ZDataOut
SSV_TraduireFSE published zone:ZDataIn -> zone:ZDataOut
SSV_MajDateLecteur published text:NomRessourceLecteur text:DateHeure
SSV_LireDateLecteur published text:NomRessourceLecteur -> date:DateHeure
SSV_AllouerZoneMem published size:taille -> memory:Zone
SSV_LibererZoneMem published memory:Zone
SSV_DeclarerRessource ours text:NomRessourceLecteur text:NomRessourcePS path:lecteur
SSV_DeclarerOpposition ours path:chemin
SSV_DernierMessage ours -> message:Message
SSV_EssaisRestants ours -> tries:Essais
SGD_ReserverSession published size:taille -> u16:session
SGD_LibererSession published u16:session
SGD_AjouterGroupe published u16:session u16:IdGroupe
SGD_AjouterChamp published u16:session text:champ
SGD_AjouterChampBin published u16:session bytes:champ
SGD_LireGroupeSuivant published u16:session u16:idCourant u16:occCourante -> u16:idSuivant u16:occSuivante
SGD_LireChamp published {_FIELD} -> text:Champ
SGD_LireChampBin published {_FIELD} -> bytes:Champ
SGD_ChargerZone ours u16:session zone:ZDataIn
SGD_LireZone ours u16:session -> zone:ZDataOut
"""

Parameters = tuple[tuple[str, str], ...]

_TEXT: Parameters = (("const char *", "{}"),)
INPUTS: dict[str, Parameters] = {
    "text": _TEXT,
    "path": _TEXT,
    "secret": _TEXT,
    "char": (("char ", "{}"),),
    "u16": (("unsigned short ", "{}"),),
    "size": (("size_t ", "{}"),),
    "memory": (("void *", "p{}"),),
    "bytes": (("const char *", "{}"), ("size_t ", "Taille_{}")),
    "zone": (("void *", "p{}"), ("size_t ", "Taille{}")),
    "zones": (("short ", "Nb{}"), ("void **", "T{}"), ("size_t *", "TTaille{}")),
}
"""What C passes for an input of each kind: types and names, `{}` the argument's own."""

_ROOM: Parameters = (("char *", "Valeur{}"), ("size_t *", "pTaille{}"))
OUTPUTS: dict[str, Parameters] = {
    "u16": (("unsigned short *", "p{}"),),
    "tries": (("short *", "p{}"),),
    "date": (("char *", "p{}"),),
    "text": _ROOM,
    "bytes": _ROOM,
    "message": _ROOM,
    "memory": (("void **", "p{}"),),
    "zone": (("void **", "p{}"), ("size_t *", "pTaille{}")),
    "zones": (("short *", "pNb{}"), ("void **", "T{}"), ("size_t *", "TTaille{}")),
}
"""The same of an output."""

IN_C = frozenset({"SSV_AllouerZoneMem", "SSV_LibererZoneMem", "SSV_DernierMessage"})
"""Written in C by hand, in `library.c`: they answer where Python is not, or needs not be, started."""


@dataclass(frozen=True)
class CArgument:
    """One input or output: its kind, and its name in `tournee.ssv`."""

    kind: str
    name: str

    @property
    def given_in(self) -> Parameters:
        """What C passes for it, as an input: types and names."""
        return tuple((kind, pattern.format(self.name)) for kind, pattern in INPUTS[self.kind])

    @property
    def given_out(self) -> Parameters:
        """The same as an output."""
        return tuple((kind, pattern.format(self.name)) for kind, pattern in OUTPUTS[self.kind])


@dataclass(frozen=True)
class CFunction:
    """One function: its name, whether its prototype is ours, what goes in and out."""

    name: str
    ours: bool
    inputs: tuple[CArgument, ...]
    outputs: tuple[CArgument, ...]

    @property
    def result(self) -> str:
        """What it gives back in C: its code, but for what frees."""
        return "void" if self.name == "SSV_LibererZoneMem" else "unsigned short"

    @property
    def parameters(self) -> Parameters:
        """C types and names, in order; the memory that is to be is named before its size, as published."""
        given = [one.given_in for one in self.inputs]
        taken = [one.given_out for one in self.outputs]
        ordered = taken + given if self.name == "SSV_AllouerZoneMem" else given + taken
        return tuple(pair for pairs in ordered for pair in pairs)

    def prototype(self, prefix: str = "") -> str:
        """Its declaration in C, without what ends it."""
        told = ", ".join(f"{kind}{name}" for kind, name in self.parameters)
        return f"{self.result} {prefix}{self.name}({told or 'void'})"


def _arguments(told: str) -> tuple[CArgument, ...]:
    return tuple(CArgument(*one.split(":")) for one in told.split())


def _function(row: str) -> CFunction:
    before, _, after = row.partition("->")
    name, whose, *given = before.split()
    return CFunction(name, whose == "ours", _arguments(" ".join(given)), _arguments(after))


FUNCTIONS = tuple(_function(row) for row in TABLE.strip().splitlines())


def fingerprint() -> str:
    """What a library that was built and the code that answers it have to agree on."""
    told = "\n".join(one.prototype() for one in FUNCTIONS)
    return hashlib.sha256(told.encode("ascii")).hexdigest()[:16]
