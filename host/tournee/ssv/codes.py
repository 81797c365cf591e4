"""The 16-bit codes that every function returns: the published ones (domain 1.5), and those of open-1.

One table; each code's name and French words. E1.., E2.. and E3.. are the reader's (`sesam.codes`), E6.. are
made here: the closed library's codes for invoices, lots, files and returns are not published.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tournee.app.opposition.in_force import OpposedCardError
from tournee.billing.identity import IdentityError
from tournee.billing.rules.visit import RuleError
from tournee.billing.zones.decoded import GroupError, NotOnCardError
from tournee.errors import BillingError, ConfigError, OppositionError, ReaderError, ReturnsError, TourneeError
from tournee.exchange.certificates import SignatureError
from tournee.exchange.files import FileError
from tournee.exchange.lots import LotError
from tournee.exchange.splitting import LayoutError
from tournee.firmware.sesam import codes
from tournee.formats.errors import RecordError, SesamError
from tournee.reader import (
    CodeBlocked,
    CodeMalformed,
    Incoherent,
    ProtocolRefused,
    ReaderInUse,
    Refused,
    SessionForgotten,
)
from tournee.reader.codec import CodecError
from tournee.reader.failures import failure_of_status

TABLE = """
0000 OK rien à signaler
0004 EXCLUSIVITE le lecteur est en cours d'utilisation
0040 ABANDON échange abandonné
0200 PROTOCOLE_LECTEUR erreur de protocole du lecteur ; recommencer
0400 LECTEUR_MUET le lecteur ne répond pas
8001 CONFIGURATION_ABSENTE le fichier des ressources manque ou ne se lit pas
8002 CONFIGURATION_FAUSSE le fichier des ressources est mal écrit
F001 CPS_ABSENTE carte de professionnel de santé absente
F003 CODE_FAUX code porteur faux ; SSV_EssaisRestants dit ce qu'il reste
F004 CPS_INVALIDE carte de professionnel de santé inutilisable
F011 VITALE_ABSENTE carte Vitale absente
F014 VITALE_COMMUNICATION l'échange avec la carte a échoué
F015 VITALE_RETIREE carte retirée pendant l'échange
F026 TEST_ET_REEL carte de test et carte réelle mélangées
F0F0 MUTUELLE_ET_AMC données mutuelle et AMC présentes à la fois
F0FF LECTEUR_INCOHERENT message incohérent du lecteur
F100 DESYNCHRONISE lecteur et logiciel ne sont plus d'accord
F101 RESSOURCE_INCONNUE nom de ressource inconnu
F600 NON_INITIALISEE SSV_InitLIB n'a pas été appelée
F670 DEJA_INITIALISEE SSV_InitLIB a déjà été appelée
F802 PARAMETRE paramètre d'entrée incorrect
F804 ZONE_PLEINE la zone est pleine
F805 CHAMP_ABSENT ce groupe ou ce champ n'est pas dans la zone
F806 OCCURRENCE_ABSENTE cette occurrence n'est pas dans la zone
F807 SESSION_INCONNUE session inconnue
F809 AUCUN_GROUPE la zone n'a aucun groupe
F80A PLUS_DE_SESSION toutes les sessions sont prises
F80B DERNIER_GROUPE c'était le dernier groupe (fin normale)
E201 CERTIFICATION_PERDUE aucune certification n'est en cours dans le lecteur
E202 COLONNE une colonne ne suit pas le format
E203 ORDRE un enregistrement n'est pas à sa place
E204 NUMEROS des numéros ne concordent pas
E205 CLE une clé de contrôle est fausse
E206 COMPTE un nombre est faux
E207 TOTAL un total est faux
E208 CRF le lot mélange des destinataires
E209 MODE le mode de sécurisation ne convient pas
E20A EXCLUSION contrat 99 et création d'une DRE s'excluent (OCT-X)
E20B EMETTEUR l'émetteur n'est pas le titulaire de la carte
E20C PATIENT le patient n'est pas sur la carte Vitale
E20D CERTIFICAT un certificat manque ou est faux
E20E CONFIRMATION ce qui a été lu n'est pas ce qui a été confirmé
E20F LIMITE trop de factures ou de lignes
E210 DATE une date est impossible
E304 VERROUILLEE la carte attend le code porteur
E601 ZONE_ILLISIBLE une zone ne se lit pas
E602 GROUPE_ABSENT il manque un groupe
E603 CHAMP un champ est refusé
E604 GROUPE_NON_TRAITE open-1 ne porte pas ce groupe
E605 FACTURE_REFUSEE la facture enfreint une règle
E606 LOT_REFUSE ces factures ne font pas un lot
E607 FICHIER_REFUSE ces lots et ces zones ne font pas un fichier
E608 ENREGISTREMENTS des enregistrements ne se lisent pas
E609 SIGNATURE une signature ne se vérifie pas
E60A RETOUR_ILLISIBLE un retour ne se lit pas
E60B OPPOSITION la carte Vitale est sur la liste d'opposition
E60C LISTE_OPPOSITION la liste d'opposition manque ou ne se lit pas
E6FF IMPREVU anomalie imprévue
"""


@dataclass(frozen=True)
class CodeRow:
    """One code: its number, its name, its French words; `ours` when no public source names it."""

    number: int
    name: str
    words: str

    @property
    def ours(self) -> bool:
        """Whether the code is of open-1 (E…)."""
        return self.number >> 12 == 0xE


ROWS = {
    row.number: row
    for row in (
        CodeRow(int(number, 16), name, words)
        for number, name, words in (line.split(" ", 2) for line in TABLE.strip().splitlines())
    )
}

_NUMBERS = {row.name: row.number for row in ROWS.values()}

_CARD_FAULTS = (
    codes.CARD_SILENT,
    codes.CARD_PROTOCOL,
    codes.CARD_STATUS,
    codes.UNKNOWN_CARD,
    codes.WRONG_CARD,
    codes.OUTDATED_CARD,
)

_OF_PS_CARD = dict.fromkeys((codes.CARD_COMMUNICATION, *_CARD_FAULTS), "CPS_INVALIDE") | {
    codes.CARD_REMOVED: "CPS_ABSENTE"
}

_CLASSES: tuple[tuple[type[Exception], str], ...] = (
    (CodeMalformed, "CODE_FAUX"),
    (CodeBlocked, "CODE_FAUX"),
    (SessionForgotten, "DESYNCHRONISE"),
    (Incoherent, "LECTEUR_INCOHERENT"),
    (ProtocolRefused, "PROTOCOLE_LECTEUR"),
    (CodecError, "PROTOCOLE_LECTEUR"),
    (ReaderInUse, "EXCLUSIVITE"),
    (ReaderError, "LECTEUR_MUET"),
    (RuleError, "FACTURE_REFUSEE"),
    (IdentityError, "CHAMP"),
    (BillingError, "FACTURE_REFUSEE"),
    (LotError, "LOT_REFUSE"),
    (FileError, "FICHIER_REFUSE"),
    (LayoutError, "ENREGISTREMENTS"),
    (SignatureError, "SIGNATURE"),
    (ReturnsError, "RETOUR_ILLISIBLE"),
    (ConfigError, "CONFIGURATION_FAUSSE"),
    (UnicodeError, "PARAMETRE"),
    (RecordError, "CHAMP"),
    (OpposedCardError, "OPPOSITION"),
    (OppositionError, "LISTE_OPPOSITION"),
    (SesamError, "ZONE_ILLISIBLE"),
)


class SsvError(TourneeError):
    """What a function refuses by itself; `name` is that of its code in the table."""

    def __init__(self, name: str, message: str, *, cause: str = "", next_step: str = "") -> None:
        super().__init__(message, cause=cause, next_step=next_step)
        self.name = name


def number(name: str) -> int:
    """The code of a name of the table."""
    return _NUMBERS[name]


def describe(code: int) -> str:
    """A code as a log or a screen shows it: `F001 CPS_ABSENTE : carte … absente`."""
    row = ROWS.get(code)
    if row is None:
        return f"{code:04X} : {failure_of_status(code).message}"
    return f"{code:04X} {row.name} : {row.words}"


@contextmanager
def asking_ps_card() -> Iterator[None]:
    """What a card does wrong in here is the PS's card's fault: F004 and F001, not F014 and F015."""
    try:
        yield
    except Refused as error:
        name = _OF_PS_CARD.get(error.status)
        if name is None:
            raise
        raise SsvError(name, error.message, cause=error.cause, next_step=error.next_step) from None


def _name_of_group_error(error: GroupError) -> str:
    if isinstance(error, NotOnCardError):
        return "PATIENT"
    return "GROUPE_ABSENT" if error.absent else "GROUPE_NON_TRAITE" if error.unused else "CHAMP"


def code_of(error: Exception) -> int:
    """The code that tells of an error; a status of the reader that the table lacks is given as it is."""
    if isinstance(error, SsvError):
        return number(error.name)
    if isinstance(error, Refused) and not isinstance(error, CodeBlocked | ProtocolRefused):
        return codes.CARD_COMMUNICATION if error.status in _CARD_FAULTS else error.status
    if isinstance(error, GroupError):
        return number(_name_of_group_error(error))
    for kind, name in _CLASSES:
        if isinstance(error, kind):
            return number(name)
    return number("IMPREVU")
