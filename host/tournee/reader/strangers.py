"""Cards that the reader does not serve: what one may be, by its answer to reset, and what to do.

An answer to reset names a maker and a system more than a card: what is said is « peut-être ». Source:
public lists of answers to reset; their historical bytes (ISO 7816-4 12.1.1) tell most.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache

from tournee.errors import ReaderError
from tournee.firmware.sesam import codes
from tournee.reader.failures import CardFailed, Refused

_CEAM_ON_IT = (
    "si le patient est assuré dans ce pays, sa carte européenne (CEAM) est au dos de celle-ci : elle ne se "
    "lit pas par la puce, recopiez-la dans la visite"
)
_CEAM_APART = (
    "si le patient est assuré dans ce pays, demandez-lui sa carte européenne (CEAM), qui est une autre "
    "carte, sans puce, et recopiez sa face dans la visite"
)
_ANOTHER = "retirez-la, et insérez la carte Vitale du patient ou votre carte CPS"
_UNKNOWN = (
    "retirez-la, et insérez la carte Vitale du patient ou votre carte CPS ; pour une carte européenne "
    "(CEAM), recopiez sa face dans la visite ; pour une carte Vitale ou CPS, "
    "notez ce code et contactez le support"
)
_NO_APPLICATION = (0x6A82, 0x6A81, 0x6A86, 0x6999, 0x6D00, 0x6E00)
"""Status words by which a card says that it has no such application, or no such command."""

_TOLD_BY_ITS_ANSWER = (codes.CARD_PROTOCOL, codes.CARD_COMMUNICATION)
"""Failures of a card that may well be of another kind: by its answer to reset alone."""


@dataclass(frozen=True)
class Stranger:
    """A kind of card: `name` with its article, and what to do when it is in the reader."""

    name: str
    next_step: str


#: Regular expressions over an answer to reset in hexadecimal, the first that is found in it counts.
_KINDS = (
    (
        r"^3BBD18008131FE458051|^3BDD96FF81B1FE451F038031B05202|^3BDF..008131FE58..31B05202",
        "la carte d’assurance maladie autrichienne (e-card)",
        _CEAM_ON_IT,
    ),
    (
        r"^3BD[0389D](96|97)FF81B1FE451F|^3BD818FF81B1FE451F",
        "une carte de santé allemande (eGK)",
        _CEAM_ON_IT,
    ),
    (
        r"^3BD8(18|96)FF8131FE458064041BB4|^3B9F1381B180371F038031F8694D54434F53",
        "la carte d’assuré suisse",
        _CEAM_ON_IT,
    ),
    (r"434E53103180", "la carte de santé italienne (tessera sanitaria)", _CEAM_ON_IT),
    (r"^3B(2B|3B94)000064..3E0.0F31800E9000", "la carte de santé slovène", _CEAM_APART),
    (r"^3BF01300008131FE45E8", "la carte de santé roumaine", _CEAM_APART),
    (
        r"0012250064",
        "une carte de la famille CPS, d’une version que ce lecteur ne connaît pas",
        "mettez à jour le lecteur et le logiciel ; sinon, notez ce code et contactez le support",
    ),
    (r"2063CB|^3B6.00000031C0|FE456563", "une carte bancaire", _ANOTHER),
    (r"^3B6F0000805A", "une carte de transport", _ANOTHER),
    (r"^3B9.9[4-6]80[13]FC[37]8[0-3]", "une carte SIM", _ANOTHER),
    (r"A503010101AD13", "la carte d’identité belge", _CEAM_APART),
    (r"444E4965", "la carte d’identité espagnole", _CEAM_APART),
)


@cache
def stranger_of(atr: bytes) -> Stranger | None:
    """What the card of this answer to reset may be, None when nothing tells."""
    text = atr.hex().upper()
    for pattern, name, next_step in _KINDS:
        if re.search(pattern, text):
            return Stranger(name, next_step)
    return None


class StrangeCard(CardFailed):
    """A card that the reader does not serve, with what it may be by its answer to reset, `atr`."""

    def __init__(self, failed: Refused, atr: bytes) -> None:
        super().__init__(failed.status, detail=failed.detail)
        self.atr = atr
        found = stranger_of(atr)
        self.kind = "" if found is None else found.name
        if failed.status == codes.CARD_STATUS:
            self.message = (
                "Cette carte n’a pas l’application que le lecteur sait lire. "
                f"Réponse de la carte : {failed.detail:04X}."
            )
            self.cause = (
                "carte d’une génération nouvelle, carte d’essai d’un autre système, ou d’une autre sorte"
            )
            self.next_step = (
                "carte Vitale : facturez en mode dégradé ; carte CPS : essayez-en une autre ; notez cette "
                "réponse et contactez le support"
            )
            return
        self.message = f"{failed.message} C’est peut-être {self.kind}." if self.kind else failed.message
        self.next_step = _UNKNOWN if found is None else found.next_step
        if atr and (found is None or "support" in found.next_step):
            self.message += f" Son code : {atr.hex(' ').upper()}."


@contextmanager
def strangers_named(ask: Callable[[], bytes]) -> Iterator[None]:
    """Say of a card that is not served what it may be; `ask` has its reader tell its answer to reset."""
    try:
        yield
    except CardFailed as failed:
        atr = b""
        with suppress(ReaderError):  # a reader of before tells none
            atr = ask()
        raise strange(failed, atr) from None


def strange(failed: Refused, atr: bytes) -> Refused:
    """What a card's failure is, once its answer to reset is known: itself, where that tells nothing more."""
    if failed.status == codes.UNKNOWN_CARD or (failed.status in _TOLD_BY_ITS_ANSWER and stranger_of(atr)):
        return StrangeCard(failed, atr)
    if failed.status == codes.CARD_STATUS and failed.detail in _NO_APPLICATION:
        return StrangeCard(failed, atr)
    return failed
