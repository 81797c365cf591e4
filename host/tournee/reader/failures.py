"""What can go wrong between the carer and the cards, in the carer's words: what happened, why, what to do."""

from tournee.errors import ReaderError
from tournee.firmware.sesam import codes
from tournee.formats import records
from tournee.reader import codec
from tournee.reader.status_texts import CARD_KINDS, STATUS_TEXTS


class LinkLost(ReaderError):  # noqa: N818 - the names of these say what happened
    """The reader stays out of reach, after every attempt to connect again."""

    def __init__(self) -> None:
        super().__init__(
            "Le lecteur ne répond plus.",
            cause="lecteur débranché, éteint ou hors de portée",
            next_step="vérifiez le lecteur, puis relancez ; rien n’est signé deux fois",
        )


class SessionForgotten(ReaderError):  # noqa: N818
    """The reader came back without the session; `asked`: the last request may have been carried out."""

    def __init__(self, *, asked: bool) -> None:
        super().__init__(
            "Le lecteur a redémarré pendant l’échange.",
            cause="coupure d’alimentation, ou lecteur utilisé entre-temps par un autre poste",
            next_step="ressaisissez le code porteur, puis recommencez l’opération",
        )
        self.asked = asked


class Incoherent(ReaderError):  # noqa: N818
    """The reader's answer is readable but makes no sense here."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"Réponse incohérente du lecteur : {what}.",
            cause="le lecteur et le logiciel ne sont pas de la même version",
            next_step="mettez à jour le lecteur et le logiciel, puis recommencez",
        )


class OlderReader(ReaderError):  # noqa: N818
    """The reader speaks a version of the protocol that does not know what is asked; nothing was sent."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"Ce lecteur ne sait pas {what}.",
            cause="son micrologiciel est plus ancien que ce logiciel",
            next_step="mettez-le à jour, puis recommencez ; d’ici là, facturez dans un autre mode",
        )


class SealOfOtherBytes(ReaderError):  # noqa: N818
    """What is to be countersigned is not what the Vitale card has sealed; nothing was signed."""

    def __init__(self) -> None:
        super().__init__(
            "Cette facture n’est plus celle que la carte Vitale a scellée.",
            cause="elle a été modifiée depuis, ou le sceau est celui d’une autre facture",
            next_step="faites-la sceller de nouveau par la carte du patient, ou passez en mode dégradé",
        )


class Refused(ReaderError):  # noqa: N818
    """The reader answered FAILURE.

    `status` is a code of `sesam.codes`, `record` the rank (from 1, 0: none) of the streamed record at fault,
    `column` its column (from 1, 0: none), `field` that column's name, `detail` what the code says it is.
    """

    def __init__(
        self, status: int, record: int = 0, column: int = 0, detail: int = 0, field: str = ""
    ) -> None:
        unknown = (f"Le lecteur a refusé (code {status:04X}).", "", "notez ce code et contactez le support")
        message, cause, next_step = STATUS_TEXTS.get(status, unknown)
        if record:
            message += f" Enregistrement {record}"
            message += f", colonne {column}" if column else ""
            message += f", zone « {field} »." if field else "."
        if status == codes.CARD_STATUS:
            message += f" Réponse de la carte : {detail:04X}."
        if status in (codes.WRONG_CARD, codes.OUTDATED_CARD) and detail in CARD_KINDS:
            message += f" C’est une carte {CARD_KINDS[detail]}."
        super().__init__(message, cause=cause, next_step=next_step)
        self.status = status
        self.record = record
        self.column = column
        self.detail = detail
        self.field = field

    @property
    def name(self) -> str:
        """The status by its name in `sesam.codes`, or in hexadecimal."""
        known = (name for name, value in vars(codes).items() if name.isupper() and value == self.status)
        return next(known, f"{self.status:04X}")


class CardAbsent(Refused):
    """A card is not in its slot, or was pulled out."""


class CardFailed(Refused):
    """A card does not answer as it should, or is none that the reader knows."""


class WrongCode(Refused):
    """The code porteur is wrong; `tries_left` says how often it may still be tried."""

    @property
    def tries_left(self) -> int:
        """Tries left before the card blocks."""
        return self.detail

    def __str__(self) -> str:
        return f"{super().__str__()}\nEssais restants : {self.tries_left}"


class CodeMalformed(ReaderError):  # noqa: N818
    """What was typed cannot be a code porteur; nothing was sent, no try was counted."""

    def __init__(self) -> None:
        super().__init__(
            "Le code porteur est fait de quatre chiffres.",
            cause="saisie incomplète, trop longue ou avec autre chose que des chiffres",
            next_step="saisissez-le de nouveau ; aucun essai n’a été compté",
        )


class CodeBlocked(Refused):
    """The code porteur is blocked."""


class Locked(Refused):
    """The PS's card has not been unlocked."""


class CardSuspected(Refused):
    """The reader's filter may hold the Vitale card: it is not read until the host clears it."""


class CertificationRefused(Refused):
    """What was to be signed breaks a rule that the reader checks."""


class ProtocolRefused(Refused):
    """The reader refused a message of the link: host and reader are not of the same version."""


_CLASSES: dict[int, type[Refused]] = {
    codes.PS_CARD_ABSENT: CardAbsent,
    codes.VITALE_ABSENT: CardAbsent,
    codes.CARD_REMOVED: CardAbsent,
    codes.IN_USE: CardFailed,
    codes.PS_CARD_INVALID: CardFailed,
    codes.CARD_COMMUNICATION: CardFailed,
    codes.CARD_SILENT: CardFailed,
    codes.CARD_PROTOCOL: CardFailed,
    codes.CARD_STATUS: CardFailed,
    codes.UNKNOWN_CARD: CardFailed,
    codes.WRONG_CARD: CardFailed,
    codes.OUTDATED_CARD: CardFailed,
    codes.WRONG_CODE: WrongCode,
    codes.CODE_BLOCKED: CodeBlocked,
    codes.LOCKED: Locked,
    codes.TEST_REAL_MIXED: CertificationRefused,
    codes.OPPOSED_CARD: CardSuspected,
}
_CERTIFICATION = range(codes.NOT_CERTIFYING, codes.DATE + 1)
_LINK = range(codes.MALFORMED, codes.NO_SESSION + 1)


def failure_of_status(
    status: int, record: int = 0, column: int = 0, detail: int = 0, field: str = ""
) -> Refused:
    """The error of a status, of the class that fits it."""
    kind = _CLASSES.get(status)
    if kind is None and status in _CERTIFICATION:
        kind = CertificationRefused
    elif kind is None and status in _LINK:
        kind = ProtocolRefused
    return (kind or Refused)(status, record, column, detail, field)


def failure_of_answer(answer: codec.Message, streamed: bytes = b"") -> Refused:
    """The error of a FAILURE; `streamed` are the records, when it refuses some."""
    status = answer.uint("status")
    record = answer.uint("record") + 1 if streamed and status in _CERTIFICATION else 0
    column = answer.uint("column")
    return failure_of_status(
        status, record, column, answer.uint("detail"), _field_at(streamed, record, column)
    )


def _field_at(streamed: bytes, record: int, column: int) -> str:
    """Name, as `kind.name`, the field at a column of the `record`-th streamed record; empty when none."""
    start = (record - 1) * records.RECORD_LENGTH
    if record < 1 or column < 1 or start + records.RECORD_LENGTH > len(streamed):
        return ""
    index = records.kind_of(streamed, start)
    if index < 0:
        return ""
    kind = records.KINDS[index]
    for one in records.fields(kind):
        if one.start <= column < one.start + one.length and one.name:
            return f"{kind}.{one.name}"
    return kind
