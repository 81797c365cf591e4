"""The server of updates asked for one card; what it gives is the card's to judge, and is carried as it is."""

from __future__ import annotations

from tournee.services.calling import call
from tournee.services.card_update import table
from tournee.services.failures import ServiceAnswerError, ServiceRefusedError
from tournee.services.point import ServicePoint

_MEDIA = "application/octet-stream"


def ask_update(point: ServicePoint, serial: str, counter: int, digest: bytes) -> bytes:
    """The update for this card, b"" when it is up to date. A ServiceCallError, ServiceRefusedError for a card
    that is not known, ServiceAnswerError.
    """
    body = serial.encode("ascii").ljust(table.SERIAL) + counter.to_bytes(table.COUNTER, "big") + digest
    headers = {"Content-Type": _MEDIA}
    answer = call(point, "POST", body=body, headers=headers, answer_max=table.UPDATE_MAX)
    if answer.status == table.UP_TO_DATE:
        return b""
    if answer.status == table.UNKNOWN:
        raise ServiceRefusedError(
            "Le serveur de mise à jour ne connaît pas cette carte.",
            next_step="vérifiez quelle carte est insérée",
        )
    if answer.status != table.UPDATED or answer.media != _MEDIA or not answer.body.startswith(table.MAGIC):
        raise ServiceAnswerError(
            "Ce que dit le serveur de mise à jour n’est pas une mise à jour.",
            cause=f"statut HTTP {answer.status}",
            next_step="la carte est comme avant ; recommencez plus tard",
        )
    return answer.body
