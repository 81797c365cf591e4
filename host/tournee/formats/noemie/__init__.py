"""NOEMIE returns: the entities in which payments and rejections come back, encoded and read by table (domain
2.4), one by one or by the batch.
"""

from tournee.formats.noemie.entities import (
    TYPES,
    Entities,
    encode,
    fields,
    label,
    length,
    read,
    read_one_by_one,
    reference,
    title,
)
from tournee.formats.noemie.forms import FIXED, Entity

__all__ = (
    "FIXED",
    "TYPES",
    "Entities",
    "Entity",
    "encode",
    "fields",
    "label",
    "length",
    "read",
    "read_one_by_one",
    "reference",
    "title",
)
