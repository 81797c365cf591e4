"""What a service answers is read within bounds, and holds no text that could not be shown."""

from __future__ import annotations

import json

import pytest

from tournee.services.calling import ServiceAnswerError
from tournee.services.json_answer import object_of


@pytest.mark.parametrize("text", ["Dr \x1b[2J", "Dr \u202eTITEP", "Dr \ud800", "Dr\nPetit", "Dr \x9b31m"])
def test_a_text_with_what_moves_the_screen_or_turns_words_is_no_answer(text: str) -> None:
    """ORD-6: an answer that cannot be true makes no prescription."""
    data = json.dumps({"nom": text}).encode()
    with pytest.raises(ServiceAnswerError, match="ne peut pas servir"):
        object_of(data, {"nom": str}, limit=1000, who="la base")


def test_an_ordinary_text_is_taken_as_it_is() -> None:
    told = object_of('{"nom": "Dr Élise Petit"}'.encode(), {"nom": str}, limit=1000, who="la base")
    assert told == {"nom": "Dr Élise Petit"}
