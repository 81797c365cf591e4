"""What the page posts: a few short fields, bounded before they are read."""

from __future__ import annotations

import unicodedata
from urllib.parse import parse_qs

from starlette.requests import Request

from tournee.errors import TourneeError

_BYTES_MAX = 32_768
_FIELDS_MAX = 64
_CONTROLS = ("Cc", "Cf", "Cs", "Co", "Cn")


async def fields_of(request: Request, most: int = _BYTES_MAX) -> dict[str, str]:
    """The fields of a posted form, each once. TourneeError for more than `most` bytes."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > most:
            raise TourneeError(
                "Ce qui a été envoyé est trop long.", next_step="raccourcissez, et recommencez"
            )
    try:
        told = parse_qs(data.decode(), keep_blank_values=True, max_num_fields=_FIELDS_MAX)
    except ValueError as error:
        raise TourneeError("Ce qui a été envoyé ne se lit pas.", next_step="recommencez") from error
    return {name: _plain(values[-1]) for name, values in told.items()}


def _plain(text: str) -> str:
    """What a carer may have typed: no control of the terminal or of the writing direction; lines are kept."""
    return "".join(one for one in text if one in "\n\t" or unicodedata.category(one) not in _CONTROLS)


def whole(fields: dict[str, str], name: str, default: int = 0) -> int:
    """A whole number of a field, `default` for what is none."""
    text = fields.get(name, "").strip()
    return int(text) if text.isdecimal() and len(text) < 10 else default
