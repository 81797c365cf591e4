"""SSV-shaped API: what editors call in the closed library, by its names, over Tournée's core.

Profile open-1, a simulation: bills nobody. The manual is host/SSV.md. The functions here are those of one
`Library`, as a process has one closed library; who wants several makes his own.
"""

from tournee.ssv.codes import ROWS, CodeRow, describe
from tournee.ssv.functions import Library

_LIBRARY = Library()

SSV_DeclarerRessource = _LIBRARY.SSV_DeclarerRessource
SSV_DeclarerOpposition = _LIBRARY.SSV_DeclarerOpposition
SSV_DernierMessage = _LIBRARY.SSV_DernierMessage
SSV_EssaisRestants = _LIBRARY.SSV_EssaisRestants
SSV_InitLIB = _LIBRARY.SSV_InitLIB
SSV_TermLIB = _LIBRARY.SSV_TermLIB
SSV_LireConfig = _LIBRARY.SSV_LireConfig
SSV_LireCartePS = _LIBRARY.SSV_LireCartePS
SSV_LireDroitsVitale = _LIBRARY.SSV_LireDroitsVitale
SSV_FormaterFactures = _LIBRARY.SSV_FormaterFactures
SSV_FormaterLot = _LIBRARY.SSV_FormaterLot
SSV_FormaterFichier = _LIBRARY.SSV_FormaterFichier
SSV_TraduireARL = _LIBRARY.SSV_TraduireARL
SSV_TraduireFSE = _LIBRARY.SSV_TraduireFSE
SSV_MajDateLecteur = _LIBRARY.SSV_MajDateLecteur
SSV_LireDateLecteur = _LIBRARY.SSV_LireDateLecteur

SGD_AjouterChamp = _LIBRARY.SGD_AjouterChamp
SGD_AjouterChampBin = _LIBRARY.SGD_AjouterChampBin
SGD_AjouterGroupe = _LIBRARY.SGD_AjouterGroupe
SGD_ChargerZone = _LIBRARY.SGD_ChargerZone
SGD_LibererSession = _LIBRARY.SGD_LibererSession
SGD_LireChamp = _LIBRARY.SGD_LireChamp
SGD_LireChampBin = _LIBRARY.SGD_LireChampBin
SGD_LireGroupeSuivant = _LIBRARY.SGD_LireGroupeSuivant
SGD_LireZone = _LIBRARY.SGD_LireZone
SGD_ReserverSession = _LIBRARY.SGD_ReserverSession

__all__ = [
    "ROWS",
    "CodeRow",
    "Library",
    "SGD_AjouterChamp",
    "SGD_AjouterChampBin",
    "SGD_AjouterGroupe",
    "SGD_ChargerZone",
    "SGD_LibererSession",
    "SGD_LireChamp",
    "SGD_LireChampBin",
    "SGD_LireGroupeSuivant",
    "SGD_LireZone",
    "SGD_ReserverSession",
    "SSV_DeclarerOpposition",
    "SSV_DeclarerRessource",
    "SSV_DernierMessage",
    "SSV_EssaisRestants",
    "SSV_FormaterFactures",
    "SSV_FormaterFichier",
    "SSV_FormaterLot",
    "SSV_InitLIB",
    "SSV_LireCartePS",
    "SSV_LireConfig",
    "SSV_LireDateLecteur",
    "SSV_LireDroitsVitale",
    "SSV_MajDateLecteur",
    "SSV_TermLIB",
    "SSV_TraduireARL",
    "SSV_TraduireFSE",
    "describe",
]
