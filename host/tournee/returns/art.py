"""ART: the OCT's technical acknowledgement, a text shown to the carer (OCT-RET-4)."""

from dataclasses import dataclass

from tournee.printable import printable, read_text
from tournee.returns.message import Envelope
from tournee.returns.quarantine import DamagedError

WORD = "ART"
TEXT_MAX = 256 * 2**10  # bytes of a text that is meant to be read
_LINE_ENDS = "\t\r\n\f"
AUDIENCES = {
    "XX": "tous",
    "IF": "infirmiers",
    "MK": "masseurs-kinésithérapeutes",
    "OO": "orthophonistes",
    "OY": "orthoptistes",
    "PE": "pédicures-podologues",
    "LB": "laboratoires",
    "PH": "pharmaciens",
    "FR": "fournisseurs",
    "ER": "médecins, dentistes et sages-femmes",
    "CP": "cliniques et hôpitaux",
    "CS": "centres de santé",
    "CT": "établissements thermaux",
}
"""For whom an ART is, by the type of its description (OCT-RET-4)."""


@dataclass(frozen=True)
class Art:
    """One text.

    `number` (PS) and `stamp` (AAAAMMJJHHMM) come from the subject, "" when it does not give them;
    `ps_type` from the description (``IF``, ``MK``…, ``XX`` default).
    """

    number: str
    stamp: str
    ps_type: str
    file_name: str
    text: str

    @property
    def audience(self) -> str:
        """For whom it is, in French; the type itself when it is not in the list, "" when none is given."""
        return AUDIENCES.get(self.ps_type, self.ps_type)


def announces_art(envelope: Envelope) -> bool:
    """Whether description, or failing that subject, announces an ART."""
    return _words(envelope.description or envelope.subject)[0] == WORD


def read_art(envelope: Envelope, content: bytes) -> Art:
    """The text and who it is for.

    The subject is cut at ``/``, never by column: the width of the PS number is free. The text is read and
    made printable as any stranger's is. Raises `DamagedError` when it is too long, or no text at all (control
    characters).
    """
    if len(content) > TEXT_MAX:
        raise DamagedError(
            f"Le texte est trop long : {len(content)} octets, {TEXT_MAX} au plus.", "pièce jointe"
        )
    text = read_text(content, envelope.charset)
    if any(character < " " and character not in _LINE_ENDS for character in text):
        raise DamagedError("Le texte annoncé n’est pas un texte.", "pièce jointe")
    subject = _words(envelope.subject)
    described = _words(envelope.description)
    from_subject = subject[0] == WORD
    return Art(
        number=subject[1] if from_subject and len(subject) > 1 else "",
        stamp=subject[2] if from_subject and len(subject) > 2 else "",
        ps_type=described[1] if described[0] == WORD and len(described) > 1 else "",
        file_name=envelope.attachment_name,
        text=printable(text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")),
    )


def _words(text: str) -> list[str]:
    return [word.strip().upper() for word in text.split("/")]
