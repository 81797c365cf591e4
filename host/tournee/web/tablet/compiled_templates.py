"""The templates as they were compiled when the site was built; one that is not the same is compiled here."""

from __future__ import annotations

import marshal
from collections.abc import MutableMapping
from pathlib import Path

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

NAME = "templates.bin"
"""The file beside this one: by `marshal`, each template's checksum and code, by its name."""


class CompiledTemplates(BytecodeCache):
    """Codes by the name of their template, each with the checksum of the text that it was made of."""

    def __init__(self, codes: MutableMapping[str, tuple[str, bytes]]) -> None:
        self._codes = codes

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """As `BytecodeCache` says."""
        return name

    def load_bytecode(self, bucket: Bucket) -> None:
        """As `BytecodeCache` says."""
        checksum, code = self._codes.get(bucket.key, ("", b""))
        if checksum == bucket.checksum:
            bucket.code = marshal.loads(code)  # noqa: S302 - as signed as all our code

    def dump_bytecode(self, bucket: Bucket) -> None:
        """As `BytecodeCache` says."""
        self._codes[bucket.key] = bucket.checksum, marshal.dumps(bucket.code)


def take_templates(environment: Environment) -> None:
    """Have it take what was compiled when the site was built."""
    data = Path(__file__).with_name(NAME).read_bytes()
    environment.auto_reload = False  # they are what the site has
    environment.bytecode_cache = CompiledTemplates(marshal.loads(data))  # noqa: S302 - as above
