"""Caisses and complementary insurers that the carer added herself: `organismes.toml`, beside the
configuration.

What comes with Tournée is a table of its own (`billing/recipients.toml`), and wins where both know a caisse.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tournee.config.table import ConfigTable
from tournee.errors import ConfigError
from tournee.exchange.route import Insurer, Route
from tournee.files import write_whole
from tournee.french import reason
from tournee.tables.document import load

if TYPE_CHECKING:
    from tournee.billing.pricing.recipients import Recipient, Recipients

FILE_NAME = "organismes.toml"
CAISSE, AMC = "caisse", "amc"
_FILE = "La liste de vos organismes"
_NEXT = "corrigez ce fichier, ou retirez-le : seuls les organismes que vous avez ajoutés y sont"
_HEAD = "# Caisses et organismes complémentaires que vous avez ajoutés. Rien d’autre ne les connaît.\n"
_NAME_MAX = 80
_AMC_DIGITS = 10


@dataclass(frozen=True)
class OwnPayer:
    """One that the carer added, on a day: a caisse, with its `recipient`, or an AMC, by its number.

    `address` and `certificate` are for sending straight to it; without them it goes through an OCT alone.
    """

    name: str
    added: date
    recipient: Recipient | None = None
    amc: str = ""
    address: str = ""
    certificate: Path | None = None

    @property
    def number(self) -> str:
        """What she knows it by: `01-671` or `01-671-0000`, or the AMC's ten digits."""
        one = self.recipient
        if one is None:
            return self.amc
        return "-".join(part for part in (one.regime, one.caisse, one.centre) if part)

    @property
    def crf(self) -> str:
        """The CRF of the lots that go to it (profile, CRF)."""
        one = self.recipient
        return f"D{self.amc}" if one is None else f"F{one.regime}{one.caisse}{one.computing_centre}"

    @property
    def insurer(self) -> Insurer | None:
        """Where files go straight to it, None when no address was given."""
        if not self.address:
            return None
        return Insurer(self.address, self.certificate, crf=self.crf, name=self.name)


def read_own(home: Path) -> tuple[OwnPayer, ...]:
    """Those that stand beside the configuration, in the order they were added; ConfigError."""
    path = home / FILE_NAME
    if not path.exists():
        return ()
    document = load(path, _FILE, ConfigError, _NEXT)
    try:
        root = ConfigTable.root(document)
        found = [_caisse(one, home) for one in root.tables(CAISSE)]
        found += [_amc(one, home) for one in root.tables(AMC)]
        root.finish()
    except ConfigError as error:
        raise ConfigError(f"{path} : {error.message}", cause=error.cause, next_step=_NEXT) from error
    return tuple(found)


def add_own(home: Path, payer: OwnPayer) -> tuple[OwnPayer, ...]:
    """Write one more, in place of one of the same number; gives all. ConfigError: nothing is changed."""
    kept = [one for one in read_own(home) if one.number != payer.number]
    payers = (*kept, payer)
    path = home / FILE_NAME
    try:
        write_whole(path, _written(payers).encode())
    except OSError as error:
        raise ConfigError(
            f"{path} n’a pas pu être écrit ; il est comme avant.",
            cause=reason(error),
            next_step="vérifiez les droits du dossier et la place libre",
        ) from error
    return payers


def recipients_with(payers: Iterable[OwnPayer]) -> Recipients:
    """The caisses of the table that comes with Tournée, then the carer's own."""
    from tournee.billing.pricing.recipients import Recipients

    own = [one.recipient for one in payers if one.recipient is not None]
    return Recipients.packaged().followed_by(own)


def with_own(route: Route, payers: Iterable[OwnPayer]) -> Route:
    """A direct route that goes to the carer's own insurers too (OCT-MODE-1); any other as it is."""
    if not route.is_direct:
        return route
    known = {one.key for one in route.insurers}
    own = [one for payer in payers if (one := payer.insurer) is not None and one.key not in known]
    return replace(route, insurers=(*route.insurers, *own))


def _caisse(table: ConfigTable, home: Path) -> OwnPayer:
    from tournee.billing.pricing.recipients import Recipient

    name, added, address, certificate = _common(table, home)
    recipient = Recipient(
        regime=table.digits("regime", 2, required=True),
        caisse=table.digits("caisse", 3, required=True),
        centre=table.digits("centre", 4),
        start=date.min,
        end=None,
        organisme=table.digits("organisme", 3, required=True),
        computing_centre=table.digits("centre_informatique", 3, required=True),
    )
    table.finish()
    return OwnPayer(name, added, recipient, address=address, certificate=certificate)


def _amc(table: ConfigTable, home: Path) -> OwnPayer:
    name, added, address, certificate = _common(table, home)
    number = table.digits("numero", _AMC_DIGITS, required=True)
    table.finish()
    return OwnPayer(name, added, amc=number, address=address, certificate=certificate)


def _common(table: ConfigTable, home: Path) -> tuple[str, date, str, Path | None]:
    name = table.text("nom", required=True, longest=_NAME_MAX)
    added = table.day("ajoute", required=True)
    assert added is not None  # a fault is raised
    return name, added, table.text("adresse"), table.file("certificat", home)


def _written(payers: Iterable[OwnPayer]) -> str:
    import tomlkit  # for who adds one only

    document = tomlkit.parse(_HEAD)
    told: dict[str, Any] = {CAISSE: tomlkit.aot(), AMC: tomlkit.aot()}
    for payer in payers:
        told[AMC if payer.recipient is None else CAISSE].append(tomlkit.item(_keys(payer)))
    for key, tables in told.items():
        if len(tables):
            document.append(key, tables)
    return tomlkit.dumps(document)


def _keys(payer: OwnPayer) -> dict[str, Any]:
    one = payer.recipient
    keys: dict[str, Any] = {"nom": payer.name}
    if one is None:
        keys["numero"] = payer.amc
    else:
        keys |= {"regime": one.regime, "caisse": one.caisse}
        keys |= {"centre": one.centre} if one.centre else {}
        keys |= {"organisme": one.organisme, "centre_informatique": one.computing_centre}
    if payer.address:
        keys["adresse"] = payer.address
    if payer.certificate is not None:
        keys["certificat"] = str(payer.certificate)
    return {**keys, "ajoute": payer.added}
