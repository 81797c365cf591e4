"""The functions of the closed library by their own names, over Tournée's core (domain 1.1, 1.3, 1.5).

Arguments keep the published names and order; a zone is `bytes`, its size its length. A function returns its
code (0: done), followed by its outputs. None raises.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from tournee.app.opposition.in_force import read_unless_on_list
from tournee.billing.zones.decoding import Asked
from tournee.formats import zones
from tournee.reader import Reader
from tournee.ssv.batches import format_ends, format_lots
from tournee.ssv.builder import ZoneBuilder
from tournee.ssv.call import CallOutcome, char, guarded, secret, text, wipe, zone, zones_of
from tournee.ssv.codes import SsvError, asking_ps_card
from tournee.ssv.configuration import configuration_groups
from tournee.ssv.invoices import DOCUMENTS, MODES, format_invoice
from tournee.ssv.resources import VARIABLE, Resources, Station, load_resources
from tournee.ssv.rights import NO_DATE, read_date, require_same_nature, rights_on
from tournee.ssv.translation import translate_arl, translate_fse

NO_ZONE = b""
_Output = TypeVar("_Output")


class Library(ZoneBuilder):
    """One library, as a process has one closed one: its resources, its state, its last words."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        """`environment` may name the resources' file (`TOURNEE_SSV`), read by SSV_InitLIB."""
        super().__init__(CallOutcome())
        self._environment = environment
        self._declared: dict[str, Station] = {}
        self._declared_list: Path | None = None
        self._resources: Resources | None = None

    def SSV_DeclarerRessource(
        self, NomRessourceLecteur: str, NomRessourcePS: str, lecteur: Reader | str
    ) -> None:
        """Ours: name a reader, by its URL or open already (it then stays the caller's), and its PS slot.

        Takes effect at the next SSV_InitLIB, before the resources' file.
        """
        self._declared[NomRessourceLecteur] = Station(NomRessourcePS, lecteur)

    def SSV_DeclarerOpposition(self, chemin: str | Path) -> None:
        """Ours: name the opposition list's file, as Tournée keeps it, for the next SSV_InitLIB."""
        self._declared_list = Path(chemin)

    def SSV_DernierMessage(self) -> str:
        """Ours: what the last call of this thread tells the user, in French; empty after a success."""
        return self._outcome.message

    def SSV_EssaisRestants(self) -> int | None:
        """Ours: tries left of the code porteur when the last call of this thread gave F003; else None."""
        return self._outcome.tries_left

    def SSV_InitLIB(self) -> int:
        """Take the resources in; no reader is opened yet. F670, 8001, 8002."""

        def work() -> None:
            if self._resources is not None:
                raise SsvError("DEJA_INITIALISEE", "La bibliothèque est déjà initialisée.")
            path = self._environment.get(VARIABLE, "")
            told = load_resources(Path(path)) if path else Resources({})
            self._resources = Resources(
                told.stations | self._declared, self._declared_list or told.opposition
            )

        with self._turn:
            return guarded(self._outcome, work, None)[0]

    def SSV_TermLIB(self) -> int:
        """Give every reader up that this library has opened. F600."""

        def work() -> None:
            for station in self._ready().stations.values():
                station.close()
            self._resources = None

        return guarded(self._outcome, work, None)[0]

    def SSV_LireConfig(self) -> tuple[int, bytes]:
        """Zone of groups 60 to 64: this library, each reader of the resources, tables, components."""

        def work() -> bytes:
            with ExitStack() as stack:
                readers = [stack.enter_context(one.use()) for one in self._ready().stations.values()]
                return zones.encode(configuration_groups([reader.identify() for reader in readers]))

        return guarded(self._outcome, work, NO_ZONE)

    def SSV_LireCartePS(
        self, NomRessourcePS: str, NomRessourceLecteur: str, CodePorteurPS: str | bytes | bytearray
    ) -> tuple[int, bytes]:
        """Zone of groups 1 and 2 of the PS's card, once it has taken the code porteur."""

        def work(reader: Reader) -> bytes:
            with asking_ps_card():
                return reader.read_ps_card().zone

        return self._with_code(NomRessourcePS, NomRessourceLecteur, CodePorteurPS, work, NO_ZONE)

    def SSV_LireDroitsVitale(
        self,
        NomRessourcePS: str,
        NomRessourceLecteur: str,
        CodePorteurPS: str | bytes | bytearray,
        DateConsultation: str | bytes,
    ) -> tuple[int, bytes]:
        """Zone of groups 101 to 111 of the Vitale card, its rights as they stand at DateConsultation.

        The date is AAAAMMJJHHMM; zeros or nothing: the card whole, to the byte. F026 when one card is a test
        card and the other is not.
        """

        def work(reader: Reader) -> bytes:
            day = read_date(text(DateConsultation, "DateConsultation"))
            with asking_ps_card():
                holder = reader.read_ps_card()
            card = read_unless_on_list(self._ready().opposition, reader)
            require_same_nature(holder.groups, card.groups)
            return zones.encode(rights_on(card.groups, day)) if day else card.zone

        return self._with_code(NomRessourcePS, NomRessourceLecteur, CodePorteurPS, work, NO_ZONE)

    def SSV_FormaterFactures(
        self,
        NomRessourcePS: str,
        NomRessourceLecteur: str,
        CodePorteurPS: str | bytes | bytearray,
        cFactureACreer: str | bytes | int,
        cModeSecur: str | bytes | int,
        ZDataIn: bytes,
    ) -> tuple[int, bytes]:
        """Zone of the certified FSE, DRE or both of one invoice told by groups 1110 to 1870, 9004 and 9005.

        `cFactureACreer` (ours): 1 FSE, 2 DRE, 3 both; `cModeSecur`: 1, 2, 3 or 5. Out: 9001 and 9002 (ours).
        """

        def work(reader: Reader) -> bytes:
            documents = char(cFactureACreer, "cFactureACreer", DOCUMENTS)
            asked = Asked(documents, char(cModeSecur, "cModeSecur", MODES))
            return format_invoice(reader, asked, zone(ZDataIn, "ZDataIn"), self._ready().opposition)

        return self._with_code(NomRessourcePS, NomRessourceLecteur, CodePorteurPS, work, NO_ZONE)

    def SSV_FormaterLot(
        self,
        NomRessourcePS: str,
        NomRessourceLecteur: str,
        CodePorteurPS: str | bytes | bytearray,
        NbZones: int,
        TZDataIn: Sequence[bytes],
        TTailleZone: Sequence[int] | None = None,
    ) -> tuple[int, int, list[bytes], list[int]]:
        """One zone a certified lot, its group 13 or 93 and its records, of the documents in these zones.

        One of the zones holds group 9003 (ours): number of the first lot, and date.
        """

        none: list[bytes] = []

        def work(reader: Reader) -> list[bytes]:
            return format_lots(reader, zones_of(NbZones, TZDataIn, TTailleZone))

        code, made = self._with_code(NomRessourcePS, NomRessourceLecteur, CodePorteurPS, work, none)
        return code, len(made), made, [len(one) for one in made]

    def SSV_FormaterFichier(self, ZDataIn: bytes) -> tuple[int, bytes]:
        """Zone of group 9006 (ours), a file's 000 and 999, out of groups 12, 14 and the lots' (OCT-SF-3)."""
        return self._translated(lambda: format_ends(zone(ZDataIn, "ZDataIn")))

    def SSV_TraduireARL(
        self, NbZones: int, TZDataIn: Sequence[bytes], TTailleZone: Sequence[int] | None = None
    ) -> tuple[int, bytes]:
        """Zone of groups 9007 and 9008 (ours), out of ARL files, one in each zone."""
        return self._translated(lambda: translate_arl(zones_of(NbZones, TZDataIn, TTailleZone)))

    def SSV_TraduireFSE(self, ZDataIn: bytes) -> tuple[int, bytes]:
        """Zone of groups 1110 to 1610 of each certified invoice in a zone of ours, or in bare records."""
        return self._translated(lambda: translate_fse(zone(ZDataIn, "ZDataIn")))

    def SSV_MajDateLecteur(self, NomRessourceLecteur: str, DateHeure: str | bytes) -> int:
        """Set the reader's clock to DateHeure, AAAAMMJJHHMM."""

        def work() -> None:
            told = text(DateHeure, "DateHeure")
            if len(told) != len(NO_DATE) or not read_date(told):
                raise SsvError("PARAMETRE", f"DateHeure « {told} » : AAAAMMJJHHMM est attendu.")
            with self._station(NomRessourceLecteur).use() as reader:
                reader.set_date(datetime.strptime(told, "%Y%m%d%H%M"))

        return guarded(self._outcome, work, None)[0]

    def SSV_LireDateLecteur(self, NomRessourceLecteur: str) -> tuple[int, str]:
        """DateHeure of the reader's clock, AAAAMMJJHHMM; zeros when it has not been set."""

        def work() -> str:
            with self._station(NomRessourceLecteur).use() as reader:
                return reader.identify().date or NO_DATE

        return guarded(self._outcome, work, "")

    def _translated(self, work: Callable[[], bytes]) -> tuple[int, bytes]:
        """A function without card."""

        def whole() -> bytes:
            self._ready()
            return work()

        return guarded(self._outcome, whole, NO_ZONE)

    def _ready(self) -> Resources:
        if self._resources is None:
            raise SsvError("NON_INITIALISEE", "Appelez d'abord SSV_InitLIB.")
        return self._resources

    def _station(self, reader: object) -> Station:
        """The reader of that name; SsvError (F101) when there is none."""
        stations, name = self._ready().stations, text(reader, "NomRessourceLecteur")
        found = stations.get(name)
        if found is None:
            known = ", ".join(sorted(stations)) or "aucune"
            raise SsvError("RESSOURCE_INCONNUE", f"Lecteur « {name} » inconnu ; ressources : {known}.")
        return found

    def _with_ps(self, ps: object, reader: object) -> Station:
        """The reader of that name, whose PS slot must have that one; SsvError (F101)."""
        found, name = self._station(reader), text(ps, "NomRessourcePS")
        if name != found.ps:
            raise SsvError(
                "RESSOURCE_INCONNUE", f"Ce lecteur n'a pas de ressource PS « {name} », mais « {found.ps} »."
            )
        return found

    def _with_code(
        self,
        ps: object,
        reader_name: object,
        code: object,
        work: Callable[[Reader], _Output],
        empty: _Output,
    ) -> tuple[int, _Output]:
        """Present the code porteur, then do the work with the reader; the code is overwritten in any case.

        An empty code is not presented: a card that is open already stays so, another gives E304 where it has
        to sign.
        """

        def whole() -> _Output:
            given = secret(code)
            try:
                with self._with_ps(ps, reader_name).use() as reader:
                    if given:
                        with asking_ps_card():
                            reader.unlock(given)
                    return work(reader)
            finally:
                wipe(given)

        return guarded(self._outcome, whole, empty)
