"""Cards from their files: `data/NAME.toml` (holder, zone, certificate's subject) and `data/NAME.pem` (key).

A card file has `kind` (`cps` or `vitale`), `generation` where it is not the usual one (CPS3, Vitale 2),
`about` (one line in French for lists), `serial` (of the certificate), `subject`, `groups` (each `[id,
field 1, field 2, ...]`, positional as domain 1.3 numbers them; an integer stands for one binary byte), and
where it differs from the usual, `atr` in hexadecimal and `style` (see `style.Style`).
A `stranger` is a card of another kind, put in by mistake: it holds nothing.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from tournee.emulation.cards.applications import cps, cps4, outdated, vitale
from tournee.emulation.cards.applications.application import Application
from tournee.emulation.cards.applications.signing import read_key
from tournee.emulation.cards.card import VirtualCard
from tournee.emulation.cards.certificates import as_der, as_pem, authority_certificate, issue_certificate
from tournee.emulation.cards.line.style import Style
from tournee.errors import EmulationError
from tournee.formats import zones
from tournee.tables.document import read_ours

TEST_PIN = b"1234"
_DATA = files("tournee.emulation.cards") / "data"
_AUTHORITY = "authority"
_USUAL = {"cps": "cps3", "vitale": "vitale2"}
_ATRS = {
    "cps2ter": cps.ATR_CPS3,  # alike in contact (domain 3.1)
    "cps3": cps.ATR_CPS3,
    "cps4": cps4.ATR_CPS4,
    "vitale1": outdated.ATR_VITALE1,
    "vitale2": vitale.ATR_VITALE2,
}
_OUTDATED = {"cps2ter": outdated.cps2ter, "vitale1": outdated.vitale1, "stranger": outdated.stranger}


@dataclass(frozen=True)
class CardContent:
    """What a card file says, its zone encoded, its key read and its certificate issued."""

    name: str
    kind: str
    generation: str
    about: str
    zone: bytes
    key: rsa.RSAPrivateKey
    certificate: x509.Certificate
    atr: bytes
    style: Style


def card_names(kind: str | None = None) -> list[str]:
    """Names of the cards there are, sorted; of one kind (`cps`, `vitale`) when asked, those that serve."""
    names = sorted(
        entry.name.removesuffix(".toml") for entry in _DATA.iterdir() if entry.name.endswith(".toml")
    )
    if kind is None:
        return names
    return [name for name in names if _table(name)["kind"] == kind and _generation(name) not in _OUTDATED]


@cache
def card_content(name: str) -> CardContent:
    """Read one card's file; `EmulationError` when there is none of that name."""
    table = _table(name)
    key = read_key((_DATA / f"{name}.pem").read_bytes())
    generation = _generation(name)
    return CardContent(
        name=name,
        kind=table["kind"],
        generation=generation,
        about=table["about"],
        zone=zones.encode([zones.make(*row) for row in table["groups"]]),
        key=key,
        certificate=issue_certificate(table["subject"], table["serial"], key, _authority_key()),
        atr=bytes.fromhex(table["atr"]) if "atr" in table else _ATRS[generation],
        style=Style(**table.get("style", {})),
    )


def load_card(
    name: str, *, atr: bytes | None = None, style: Style | None = None, zone: bytes | None = None
) -> VirtualCard:
    """A fresh card of that name: three tries, no signature made.

    `atr`, `style` and `zone` stand in for what its file says: a real card among test cards is one with
    another zone.
    """
    content = card_content(name)
    application = _application(content, content.zone if zone is None else zone)
    return VirtualCard(name, atr or content.atr, application, style=style or content.style)


def _application(content: CardContent, zone: bytes) -> Application:
    certificate = as_der(content.certificate)
    if content.generation in _OUTDATED:
        return _OUTDATED[content.generation]()
    if content.generation == "vitale2":
        files_held = {vitale.EF_ZONE: zone, vitale.EF_CERTIFICATE: certificate}
        return vitale.VitaleApplication(files_held, content.key)
    files_held = {cps.EF_ZONE: zone, cps.EF_CERTIFICATE: certificate}
    make = cps4.Cps4Application if content.generation == "cps4" else cps.CpsApplication
    return make(files_held, content.key, TEST_PIN)


def certificate_pem(name: str) -> bytes:
    """A card's certificate, for openssl and for who checks its signatures."""
    return as_pem(card_content(name).certificate)


def authority_pem() -> bytes:
    """The certificate of the test authority that issued them all."""
    return as_pem(authority_certificate(_authority_key()))


def authority_key() -> rsa.RSAPrivateKey:
    """The key of that authority, which signs updates of Vitale cards too."""
    return read_key(_authority_key())


def _authority_key() -> bytes:
    return (_DATA / f"{_AUTHORITY}.pem").read_bytes()


def _generation(name: str) -> str:
    table = _table(name)
    return str(table.get("generation", _USUAL[table["kind"]]))


def _table(name: str) -> dict[str, Any]:
    entry = _DATA / f"{name}.toml"
    if not entry.is_file():
        raise EmulationError(
            f"Carte virtuelle inconnue : {name}.", next_step=f"choisissez parmi : {', '.join(card_names())}."
        )
    return read_ours(entry)
