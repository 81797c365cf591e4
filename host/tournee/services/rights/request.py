"""Whose rights are asked, in the fields of the request; the way it is kept until it is answered."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields

from tournee.services.rights.table import FIELDS

_NAMES = {
    "regime": "regime",
    "caisse": "caisse",
    "centre": "centre",
    "immatriculation": "registration",
    "dateNaissance": "born",
    "rangGemellaire": "birth_rank",
    "nirCertifie": "certified",
    "dateCertification": "certified_on",
    "nom": "name",
    "prenom": "first_name",
    "carte": "serial",
}


@dataclass(frozen=True)
class RightsRequest:
    """Days are AAAAMMJJ; `registration` is the insured's NIR and key, 15 characters; `certified` the person's
    own NIR with its key, when it is known; `serial` that of the Vitale card, when it was read.
    """

    registration: str = field(repr=False)
    born: str = field(repr=False)
    birth_rank: str = "1"
    regime: str = ""
    caisse: str = ""
    centre: str = ""
    certified: str = field(default="", repr=False)
    certified_on: str = ""
    name: str = field(default="", repr=False)
    first_name: str = field(default="", repr=False)
    serial: str = field(default="", repr=False)

    def fields(self) -> dict[str, str]:
        """By the names of the profile, in its order, each within its bound."""
        return {name: getattr(self, _NAMES[name])[:longest] for name, longest in FIELDS}

    def kept(self) -> bytes:
        """As the journal keeps it."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode()

    @classmethod
    def of_kept(cls, content: bytes) -> RightsRequest:
        """The request that was kept so."""
        told = json.loads(content)
        return cls(**{one.name: told[one.name] for one in fields(cls)})
