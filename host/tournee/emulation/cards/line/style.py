"""How a card uses the freedom that its protocols leave it, so that a reader meets all of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Style:
    """T=0: `singly`: bytes of each transfer acknowledged one by one (INS^FF) before the rest, -1 for all of
    them. `nulls`: NULL bytes before a first procedure byte; `work_nulls`: NULL bytes while the key works;
    `null_ms`: time between them.

    T=1: `work_wtx`: extensions asked for while the key works, of `wtx_times` block waiting times each;
    `ifsc`: bytes of a block that it asks for once, with its first answer; 0 keeps what the ATR says.

    Both: `chunk`: most data bytes in one answer (1..256). `pps`: `accept`, `default` (answers without PPS1,
    so the speed stays 11) or `silent`.
    """

    singly: int = 0
    nulls: int = 0
    work_nulls: int = 1
    null_ms: int = 0
    chunk: int = 256
    pps: str = "accept"
    work_wtx: int = 1
    wtx_times: int = 1
    ifsc: int = 0
