"""The zone builder SGD_* (domain 1.1): a zone made and read field by field, over `tournee.formats.zones`.

A session is a zone of bounded size. Groups are added one after another, fields to the group added last; a
group is addressed by its number and occurrence, a field by its number, all from 1. `SGD_ChargerZone` and
`SGD_LireZone` are ours: the closed library gives the session its zone by a way that is not published.
"""

import threading
from collections.abc import Callable
from typing import TypeVar

from tournee.formats.errors import ZoneError
from tournee.formats.zones import Group, decode, encode
from tournee.ssv.call import CallOutcome, guarded, text, zone
from tournee.ssv.codes import SsvError

SESSIONS_MAX = 16
SIZE_MAX = 16 * 1024 * 1024
_ID_MAX = 0xFFFF
_Output = TypeVar("_Output")
_ANY_GROUP = 0xFFFF  # a number without a table: any field may be measured in it


class _Session:
    def __init__(self, size: int) -> None:
        self.size = size
        self.groups: list[Group] = []
        self.used = 0

    def replace_last(self, group: Group) -> None:
        """Put a group in place of the last one, if there is room."""
        used = self.used - _length(self.groups[-1]) + _length(group)
        self._require_room(used)
        self.groups[-1], self.used = group, used

    def append(self, group: Group) -> None:
        """Add a group, if there is room."""
        used = self.used + _length(group)
        self._require_room(used)
        self.groups.append(group)
        self.used = used

    def _require_room(self, used: int) -> None:
        if used > self.size:
            raise SsvError("ZONE_PLEINE", f"La zone de {self.size} octets est pleine.")

    def field(self, group_id: int, occurrence: int, number: int) -> tuple[Group, int]:
        """A group and a field's number in it, both there."""
        found = [group for group in self.groups if group.id == group_id]
        if not found:
            raise SsvError("CHAMP_ABSENT", f"Le groupe {group_id} n'est pas dans la zone.")
        if not 1 <= occurrence <= len(found):
            raise SsvError("OCCURRENCE_ABSENTE", f"Le groupe {group_id} est {len(found)} fois dans la zone.")
        group = found[occurrence - 1]
        if not 1 <= number <= len(group.fields):
            raise SsvError("CHAMP_ABSENT", f"Le groupe {group_id} a {len(group.fields)} champs.")
        return group, number


class ZoneBuilder:
    """The sessions of one library, shared by its threads, one call at a time; needs no SSV_InitLIB."""

    def __init__(self, outcome: CallOutcome) -> None:
        self._outcome = outcome
        self._sessions: dict[int, _Session] = {}
        self._turn = threading.Lock()

    def SGD_ReserverSession(self, taille: int) -> tuple[int, int]:
        """A session whose zone has at most so many bytes. F802, F80A when all are in use."""

        def work() -> int:
            if not 0 < _whole(taille, "taille") <= SIZE_MAX:
                raise SsvError("PARAMETRE", f"taille : de 1 à {SIZE_MAX} octets.")
            free = next((one for one in range(1, SESSIONS_MAX + 1) if one not in self._sessions), 0)
            if not free:
                raise SsvError("PLUS_DE_SESSION", f"Les {SESSIONS_MAX} sessions sont prises.")
            self._sessions[free] = _Session(taille)
            return free

        return self._in_turn(work, 0)

    def SGD_LibererSession(self, session: int) -> int:
        """Give a session up. F807."""
        return self._done(lambda: self._sessions.pop(self._number(session)))

    def SGD_AjouterGroupe(self, session: int, IdGroupe: int) -> int:
        """Begin a group. F802, F804, F807."""

        def work() -> None:
            if not 0 <= _whole(IdGroupe, "IdGroupe") < _ID_MAX:
                raise SsvError("PARAMETRE", f"IdGroupe : de 0 à {_ID_MAX - 1}.")
            self._session(session).append(Group(IdGroupe, ()))

        return self._done(work)

    def SGD_AjouterChamp(self, session: int, champ: str | bytes) -> int:
        """Add a field of text to the last group. F802, F804, F807, F809 when no group was begun."""
        return self._done(lambda: self._add(session, text(champ, "champ").encode("latin-1")))

    def SGD_AjouterChampBin(self, session: int, champ: bytes) -> int:
        """Add a field of bytes to the last group. As SGD_AjouterChamp."""
        return self._done(lambda: self._add(session, zone(champ, "champ")))

    def SGD_LireGroupeSuivant(self, session: int, idCourant: int, occCourante: int) -> tuple[int, int, int]:
        """Number and occurrence of the group that follows; 0, 0 begins. F80B after the last, F806, F809."""

        def work() -> tuple[int, int]:
            groups = self._session(session).groups
            if not groups:
                raise SsvError("AUCUN_GROUPE", "La zone n'a aucun groupe.")
            occurrences = _occurrences(groups)
            current = (_whole(idCourant, "idCourant"), _whole(occCourante, "occCourante"))
            if current != (0, 0) and current not in occurrences:
                raise SsvError(
                    "OCCURRENCE_ABSENTE", f"Le groupe {idCourant} n'a pas d'occurrence {occCourante}."
                )
            rank = 0 if current == (0, 0) else occurrences.index(current) + 1
            if rank == len(occurrences):
                raise SsvError("DERNIER_GROUPE", "C'était le dernier groupe.")
            return occurrences[rank]

        code, (group, occurrence) = self._in_turn(work, (0, 0))
        return code, group, occurrence

    def SGD_LireChamp(
        self, session: int, idGroupe: int, occurrence: int, numeroChamp: int
    ) -> tuple[int, str]:
        """A field as text; one of a single binary byte as its number. F805, F806, F807."""
        return self._in_turn(lambda: self._field(session, idGroupe, occurrence, numeroChamp)[0], "")

    def SGD_LireChampBin(
        self, session: int, idGroupe: int, occurrence: int, numeroChamp: int
    ) -> tuple[int, bytes]:
        """A field's bytes. F805, F806, F807."""
        return self._in_turn(lambda: self._field(session, idGroupe, occurrence, numeroChamp)[1], b"")

    def SGD_ChargerZone(self, session: int, ZDataIn: bytes) -> int:
        """Ours: have the session hold this zone, in place of what it held. F804, F807, E601."""

        def work() -> None:
            held, data = self._session(session), zone(ZDataIn, "ZDataIn")
            loaded = _Session(held.size)
            for group in decode(data):
                loaded.append(group)
            self._sessions[session] = loaded

        return self._done(work)

    def SGD_LireZone(self, session: int) -> tuple[int, bytes]:
        """Ours: the session's zone. F807, E601 when a group has too few fields."""
        return self._in_turn(lambda: encode(self._session(session).groups), b"")

    def _done(self, work: Callable[[], object]) -> int:
        return self._in_turn(work, None)[0]

    def _in_turn(self, work: Callable[[], _Output], empty: _Output) -> tuple[int, _Output]:
        with self._turn:
            return guarded(self._outcome, work, empty)

    def _number(self, session: object) -> int:
        number = _whole(session, "session")
        if number not in self._sessions:
            raise SsvError("SESSION_INCONNUE", f"La session {number} n'existe pas.")
        return number

    def _session(self, session: object) -> _Session:
        return self._sessions[self._number(session)]

    def _add(self, session: object, value: bytes) -> None:
        held = self._session(session)
        if not held.groups:
            raise SsvError("AUCUN_GROUPE", "Commencez un groupe avant ses champs.")
        last = held.groups[-1]
        held.replace_last(Group(last.id, (*last.fields, value)))

    def _field(
        self, session: object, group_id: object, occurrence: object, number: object
    ) -> tuple[str, bytes]:
        group, rank = self._session(session).field(
            _whole(group_id, "idGroupe"), _whole(occurrence, "occurrence"), _whole(number, "numeroChamp")
        )
        return group.field(rank), group.fields[rank - 1]


def _occurrences(groups: list[Group]) -> list[tuple[int, int]]:
    """Number and occurrence of each group, in order."""
    seen: dict[int, int] = {}
    occurrences = []
    for group in groups:
        seen[group.id] = seen.get(group.id, 0) + 1
        occurrences.append((group.id, seen[group.id]))
    return occurrences


def _length(group: Group) -> int:
    try:
        return len(encode([Group(_ANY_GROUP, group.fields, group.raw)]))
    except ZoneError:
        raise SsvError("ZONE_PLEINE", "Un groupe a 65535 octets au plus.") from None


def _whole(value: object, what: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise SsvError("PARAMETRE", f"{what} : un nombre entier est attendu.")
    return value
