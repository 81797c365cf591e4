"""What SSV_LireConfig tells: groups 60 to 64 (domain 1.3), of what stands in for the closed parts."""

import hashlib
from collections.abc import Sequence
from importlib.metadata import version
from importlib.resources import files

from tournee.formats.zones import Group, make
from tournee.reader import Identity
from tournee.ssv.rights import NO_DATE

VERSIONS, READER, TABLES, GALSS, COMPONENT = 60, 61, 62, 63, 64
PROFILE = "OPEN-1"
_TABLES = {
    "nomenclature/ngap.json": "TARIFS",
    "coverage.toml": "COUVERTURES",
    "recipients.toml": "DESTINATAIRES",
}
_COMPONENTS = (("01", "LECTEUR A LIAISON OUVERTE"), ("02", "SIMULATION : NE FACTURE PERSONNE"))
_SUM_LENGTH = 8


def configuration_groups(readers: Sequence[Identity]) -> list[Group]:
    """One 60, a 61 for each reader, a 62 for each table of billing, one 63 (there is no GALSS), the 64s.

    The version of a table is the start of the SHA-256 of its file.
    """
    own = version("tournee")
    return [
        make(VERSIONS, own, "", ""),
        *(_reader(reader) for reader in readers),
        *(make(TABLES, own, words, _table_sum(path), "", "", "") for path, words in _TABLES.items()),
        make(GALSS, "", "", "", ""),
        *(make(COMPONENT, number, words, PROFILE) for number, words in _COMPONENTS),
    ]


def _reader(reader: Identity) -> Group:
    return make(
        READER,
        "TOURNEE",
        reader.board,
        "",
        "MICROPYTHON",
        "1",
        reader.profile,
        reader.firmware,
        reader.date or NO_DATE,
        "",
    )


def _table_sum(path: str) -> str:
    data = files("tournee.billing").joinpath(path).read_bytes()
    return hashlib.sha256(data).hexdigest()[:_SUM_LENGTH].upper()
