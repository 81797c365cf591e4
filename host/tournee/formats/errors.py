"""What the language refuses, and where: every error names the place down to the byte."""


class SesamError(ValueError):
    """Root of the language's errors.

    `record` is the kind of record, entity or zone group, `field` the field's name, `column` its 1-based
    column (0 when there is none), `offset` the byte offset in what was read (-1 when values were being
    encoded), `value` what stood there, `expected` what should have, `reason` what is wrong in a few words.
    """

    def __init__(
        self,
        reason: str,
        *,
        record: str = "",
        field: str = "",
        column: int = 0,
        offset: int = -1,
        value: object = None,
        expected: str = "",
    ) -> None:
        self.reason = reason
        self.record = record
        self.field = field
        self.column = column
        self.offset = offset
        self.value = value
        self.expected = expected
        where = [text for text in (record and "record " + record, field and "field " + field) if text]
        if column:
            where.append("column " + str(column))
        if offset >= 0:
            where.append("byte " + str(offset))
        message = (", ".join(where) + ": " if where else "") + reason
        if value is not None:
            message += " (" + repr(value) + ")"
        if expected:
            message += ", expected " + expected
        super().__init__(message)


class RecordError(SesamError):
    """A 128-byte record that its table does not allow."""


class ZoneError(SesamError):
    """A data zone that is not made as domain 1.2 says; `offset` is that of the first byte at fault."""


class NoemieError(SesamError):
    """A NOEMIE entity that its table does not allow."""
