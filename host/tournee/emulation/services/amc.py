"""The emulated insurers on line (`open-2/amc`): rights, shares, engagements, a directory that is signed.

Whom they know depends on the last letter of the member's number: X is unknown, F has closed rights, H is paid
half of what the caisse leaves; any other, all of it. Simulation: nobody is paid.
"""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tournee.emulation.insurers import emulated_insurers
from tournee.emulation.services.counterpart import CounterpartSetting, Received, Reply
from tournee.files import write_whole
from tournee.services.insurers.table import (
    EXPIRED_ENGAGEMENT,
    EXPIRY_DAYS,
    HELD_MARK,
    MEDIA,
    PATHS,
    REFUSED_STATUS,
    UNKNOWN_ENGAGEMENT,
)

REGISTER = "engagements.json"
DIRECTORY, SIGNATURE, EDITOR, HELD = "annuaire.toml", "annuaire.sig", "editeur.pem", "annuaire-tenu.toml"
UNKNOWN_MEMBER, CLOSED_MEMBER, HALF_MEMBER = "X", "F", "H"
_IDB, _CLC = PATHS["idb"], PATHS["clc"]
_DIGITS = 10
_TYPE = "OC"


class EngagementRegister:
    """The engagements that were given, by number: until when, of which insurer; one file, read by the
    emulated OCT too.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()

    def give(self, insurer: str, today: date) -> tuple[str, date]:
        """A new number, and its last day."""
        with self._lock:
            known = self._known()
            number, expires = f"E{today:%y%m%d}{len(known) + 1:08d}", today + timedelta(days=EXPIRY_DAYS)
            known[number] = {"amc": insurer, "expire": expires.isoformat()}
            write_whole(self._path, json.dumps(known, indent=1).encode())
            return number, expires

    def fault(self, number: str, insurer: str, day: date) -> str:
        """The code of why an insurer does not pay by a number on a day; "" when it does."""
        told = self._known().get(number)
        if told is None or told["amc"] != insurer:
            return UNKNOWN_ENGAGEMENT
        return EXPIRED_ENGAGEMENT if day > date.fromisoformat(told["expire"]) else ""

    def _known(self) -> dict[str, dict[str, str]]:
        if not self._path.exists():
            return {}
        known: dict[str, dict[str, str]] = json.loads(self._path.read_bytes())
        return known


class EmulatedAmc:
    """All insurers of the demonstration behind one door."""

    name, path, suffix, demands_certificate = "amc", "/", "json", True

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder, self._clock = folder, clock
        self._insurers = {one.number[-_DIGITS:]: one.name for one in emulated_insurers() if one.type == _TYPE}
        self.register = EngagementRegister(folder / REGISTER)
        self.key = Ed25519PrivateKey.generate()
        self.write_directory()

    @property
    def own(self) -> dict[str, str]:
        """What the configuration needs besides the address and the certificates."""
        return {
            "annuaire": str((self._folder / HELD).resolve()),
            "editeur": str((self._folder / EDITOR).resolve()),
        }

    def write_directory(self, version: int = 1, day: date | None = None) -> None:
        """Write the directory, its signature and its editor's key; and as a host holds it."""
        made = day or self._clock().date()
        parts = [
            "# Annuaire des mutuelles en ligne : simulation, organismes fictifs.\n"
            f'version = {version}\ndate = {made.isoformat()}\nediteur = "Annuaire de demonstration"\n'
        ]
        parts += [
            f'\n[[organisme]]\nnumero = "{number}"\nnom = "{name}"\nidb = "{_IDB}"\nclc = "{_CLC}"\n'
            'indicateur = "30"\ngestion = "separee"\n'
            for number, name in self._insurers.items()
        ]
        data = "".join(parts).encode()
        signature = self.key.sign(data)
        public = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        for name, content in ((EDITOR, public), (DIRECTORY, data), (SIGNATURE, signature)):
            write_whole(self._folder / name, content)
        held = HELD_MARK.encode() + b64encode(signature) + b"\n" + data
        write_whole(self._folder / HELD, held)

    def answer(self, asked: Received) -> Reply:
        """Answer one question."""
        try:
            told = json.loads(asked.body)
            who = told["amc"], str(told["adherent"])
        except (ValueError, KeyError, TypeError):
            return _refused("A04")
        if who[0] not in self._insurers:
            return _refused("A03")
        if asked.path == _IDB:
            return _said(self._rights(who[1]))
        if asked.path != _CLC or not isinstance(told.get("lignes"), list) or not told["lignes"]:
            return _refused("A04")
        if who[1].endswith(UNKNOWN_MEMBER):
            return _refused("A01")
        if who[1].endswith(CLOSED_MEMBER):
            return _refused("A02")
        return _said(self._shares(who[0], who[1], told["lignes"]))

    def _rights(self, member: str) -> dict[str, Any]:
        if member.endswith(UNKNOWN_MEMBER):
            return {"connu": False}
        today = self._clock().date()
        is_closed = member.endswith(CLOSED_MEMBER)
        end = today - timedelta(days=1) if is_closed else date(today.year, 12, 31)
        return {
            "connu": True,
            "periode": {"debut": date(end.year, 1, 1).isoformat(), "fin": end.isoformat()},
            "droits": [] if is_closed else ["SOI", "KIN", "DEP"],
            "indicateur": "30",
        }

    def _shares(self, insurer: str, member: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
        is_half = member.endswith(HALF_MEMBER)
        made = []
        for rank, line in enumerate(lines, 1):
            left = int(line["base"]) - int(line["part_amo"])
            paid = left // 2 if is_half else left
            made.append({"rang": rank, "part_amc": paid, "motif": "PA" if is_half else "TM"})
        number, expires = self.register.give(insurer, self._clock().date())
        return {
            "lignes": made,
            "total_amc": sum(int(one["part_amc"]) for one in made),
            "engagement": number,
            "expire": expires.isoformat(),
        }


def counterpart(setting: CounterpartSetting) -> EmulatedAmc:
    """The emulated insurers, in their folder."""
    return EmulatedAmc(setting.folder, setting.clock)


def _said(told: dict[str, Any]) -> Reply:
    return Reply(200, MEDIA, json.dumps(told).encode())


def _refused(code: str) -> Reply:
    return Reply(REFUSED_STATUS, MEDIA, json.dumps({"refus": code}).encode())
