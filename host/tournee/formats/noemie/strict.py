"""NOEMIE read strictly, one entity at a time: where it ends, and what is wrong with it if anything is.

Whatever is unknown or damaged is given with its bytes and an error, and never hides the next entity.
"""

from tournee.formats.errors import NoemieError
from tournee.formats.fields import Field
from tournee.formats.noemie.forms import END, FIXED, FORMS, TYPE_LENGTH, Entity, Form

GAP = b" \r\n"
"""What may stand between two entities."""

_LETTER_MAX = 4  # bytes of one in UTF-8


def read_one(stream: bytes, at: int) -> "tuple[Entity, int]":
    """The entity at `at`, where no gap stands, and where it ends.

    One of an unknown type reaches to its `@`; a damaged one to the next `@`, or to where the next one plainly
    starts.
    """
    kind = stream[at : at + TYPE_LENGTH].decode("latin-1")
    form = FORMS.get(kind)
    if form is None:
        end = _end_of_damaged(stream, at, 0)
        error = NoemieError("unknown entity", record=kind, offset=at, expected="one of " + ", ".join(FORMS))
        return Entity(kind, at, stream[at:end], error), end
    raw = stream[at : at + form.length]
    if form.pattern.fullmatch(raw) is not None and not _hides_another(raw, form):
        return Entity(kind, at, raw), at + form.length
    if form.kind not in FIXED and not raw.isascii():
        lettered = _lettered(stream, at, form)
        if lettered:
            return Entity(kind, at, lettered, lettered=True), at + len(lettered)
    end = _end_of_damaged(stream, at, form.length)
    raw = stream[at:end]
    return Entity(kind, at, raw, _fault(form, raw, at)), end


def _lettered(stream: bytes, at: int, form: Form) -> bytes:
    """The entity at `at` if it is whole but for letters beyond ASCII, each one byte or, in UTF-8, several;
    else nothing.
    """
    whole = stream[at : at + form.length]
    if form.lettered(whole) and not _hides_another(whole, form):
        return whole
    wide = stream[at : _after_mark(stream, at + form.length - 1)]
    fits = len(wide) <= form.length * _LETTER_MAX and form.lettered(wide) and not _hides_another(wide, form)
    return wide if fits else b""


def past_gap(stream: bytes, at: int) -> int:
    """Where the next entity starts, from `at` on; the stream's length when none does."""
    while at < len(stream) and stream[at] in GAP:
        at += 1
    return at


def _after_mark(stream: bytes, at: int) -> int:
    mark = stream.find(END, at)
    return len(stream) if mark < 0 else mark + 1


def _starts_entity(stream: bytes, at: int) -> bool:
    """Whether a known type stands at `at`, and after it two digits of rupture, or a participant's type."""
    kind = stream[at : at + TYPE_LENGTH].decode("latin-1")
    following = stream[at + TYPE_LENGTH : at + TYPE_LENGTH + 2]
    return kind in FORMS and (following.isalpha() if kind in FIXED else following.isdigit())


def _hides_another(raw: bytes, form: Form) -> bool:
    """Whether an entity cut short was read on into the next: `@` in its midst, another entity right after."""
    if form.kind in FIXED:
        return False
    mark = raw.find(END)
    while mark < form.length - 1:
        after = past_gap(raw, mark + 1)
        if _starts_entity(raw, after):
            return True
        mark = raw.find(END, after)
    return False


def _end_of_damaged(stream: bytes, at: int, length: int) -> int:
    """Where an entity that cannot be read ends: its `@`, or before it where another one plainly starts."""
    end = _after_mark(stream, at)
    for position in (at + length - 1, at + length):  # its own end mark lost, or overwritten
        if length and position < end and _starts_entity(stream, past_gap(stream, position)):
            return position
    line = stream.find(b"\n", at, end)
    return line if line > at and _starts_entity(stream, past_gap(stream, line)) else end


def _fault(form: Form, raw: bytes, offset: int) -> NoemieError:
    """Where a damaged entity departs from its table."""
    if len(raw) != form.length:
        return NoemieError(
            "wrong length", record=form.kind, offset=offset, value=len(raw), expected=str(form.length)
        )
    at = TYPE_LENGTH
    for field in form.fields:
        part = raw[at : at + field.length]
        at += field.length
        if not _part_ok(field, part):
            return NoemieError(
                "not as its table says",
                record=form.kind,
                field=field.name,
                column=field.start,
                offset=offset + field.start - 1,
                value=part.decode("latin-1"),
                expected=field.expected(),
            )
    return NoemieError("runs into another entity", record=form.kind, offset=offset)


def _part_ok(field: Field, part: bytes) -> bool:
    if field.cls in "di" and part.isspace():
        return part == b" " * field.length
    if field.cls in "DIdi":
        return part.isdigit()
    if field.cls in "K_":
        return part == field.empty()
    return all(32 <= char <= 126 for char in part) and (field.cls != "G" or part in (b"P", b"N", b" "))
