"""Mail servers that are polite up to one answer, and lie in it: IMAP, POP3, SMTP, every answer, every lie."""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from engine import SECONDS_MAX, Tally, Target, attack, attempt, rounds

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "rig"))
from mailbox_rig import Rig as MailboxRig
from scripted_server import Line
from submission_rig import Rig as SubmissionRig

from tournee.errors import TourneeError
from tournee.exchange.route import MailboxKind

TIMEOUT = 1.0
ANSWERS = {"imap": 10, "pop3": 8, "smtp": 8}  # the greeting among them
LIES: dict[str, bytes] = {
    "nothing": b"",
    "an end": b"\r\n",
    "no line": b"x",
    "bytes of no charset": b"\xff\xfe\0\x1b[31m\r\n",
    "a very long line": b"9" * 200_000 + b"\r\n",
    "a huge literal": b"* 1 FETCH (UID 4 BODY[]<0> {4000000000}\r\n",
    "a literal of no length": b"* SEARCH {" + b"9" * 5000 + b"}\r\n",
    "another protocol": b"+OK\r\n220 ok\r\n* OK\r\n",
    "a refusal": b"-ERR no\r\nA1 NO no\r\n550 no\r\n",
    "numbers of no kind": b"+OK -1 1e99\r\n1 99999999999999999999\r\n* SEARCH -4 1e9\r\n.\r\n",
    "many lines": b"* 1 EXISTS\r\n" * 20_000,
    "an answer too many": b"+OK\r\n" * 50,
}
SCRIPTS = [(kind, at, name) for kind, count in ANSWERS.items() for at in range(count) for name in LIES]


def run(seconds: float, seed: int) -> int:
    """Every script once, then lies drawn at random until the time is over."""
    with tempfile.TemporaryDirectory() as folder:
        act = _visitor(Path(folder))
        targets = [Target("lying servers", act, [f"{k} {a} {n}".encode() for k, a, n in SCRIPTS])]
        status = attack(targets, 0, seed)
        drawn, tally = random.Random(seed), Tally("servers that lie at random")
        for _ in rounds(seconds):
            kind = drawn.choice(list(ANSWERS))
            lie = drawn.randbytes(drawn.randrange(200)) + drawn.choice([b"", b"\r\n"])
            data = f"{kind} {drawn.randrange(ANSWERS[kind])} ".encode() + b"=" + lie
            attempt(tally, Target(tally.name, act, []), data)
        print(tally)
        print(f"{len(SCRIPTS)} scripts, each visit within {SECONDS_MAX:.0f} s")
        return status or (0 if tally.held else 1)


def _visitor(folder: Path) -> Callable[[bytes], None]:
    mailbox, submission = MailboxRig(folder), SubmissionRig(folder)

    def act(data: bytes) -> None:
        kind, at, name = data.split(b" ", 2)
        lie = name[1:] if name[:1] == b"=" else LIES[name.decode()]
        script = _script(kind.decode(), int(at), lie)
        try:
            if kind == b"smtp":
                submission.submit(script, timeout=TIMEOUT, patience=TIMEOUT)
            else:
                mailbox.visit(MailboxKind(kind.decode()), script, timeout=TIMEOUT)
        except TourneeError:
            return

    return act


def _script(kind: str, at: int, lie: bytes) -> Callable[[Line], None]:
    def script(line: Line) -> None:
        """Polite up to answer `at`, 0 the greeting."""
        try:
            if at == 0:
                line.send(lie)
            else:
                line.say(_GREETINGS[kind])
                for _ in range(at - 1):
                    line.say(*_ANSWER[kind](line.hear()))
                line.hear()
                line.send(lie)
            line.gone()
        except (OSError, EOFError):  # the client left, as it should
            return

    return script


def _imap(said: bytes) -> list[str]:
    tag, _, command = said.decode("latin-1").strip().partition(" ")
    untagged = {
        "CAPABILITY": ["* CAPABILITY IMAP4rev1 UIDPLUS"],
        "SELECT": ["* 1 EXISTS", "* OK [UIDVALIDITY 7] x"],
        "UID SEARCH": ["* SEARCH 4"],
    }
    told = next((lines for start, lines in untagged.items() if command.startswith(start)), [])
    if "RFC822.SIZE" in command:
        told = ["* 1 FETCH (UID 4 RFC822.SIZE 6)"]
    elif "BODY.PEEK" in command:
        told = ["* 1 FETCH (UID 4 BODY[]<0> {6}", "abcd", ")"]
    return [*told, f"{tag} OK done"]


def _pop3(said: bytes) -> list[str]:
    command = said[:4].upper()
    return {b"LIST": ["+OK", "1 6", "."], b"UIDL": ["+OK", "1 a", "."], b"RETR": ["+OK", "abcd", "."]}.get(
        command, ["+OK"]
    )


def _smtp(said: bytes) -> list[str]:
    answers = {b"EHLO": ["250-mx", "250 AUTH PLAIN"], b"AUTH": ["235 ok"], b"DATA": ["354 go"]}
    return answers.get(said[:4].upper(), ["250 ok"])


_GREETINGS = {"imap": "* OK [CAPABILITY IMAP4rev1] ready", "pop3": "+OK ready", "smtp": "220 ready"}
_ANSWER = {"imap": _imap, "pop3": _pop3, "smtp": _smtp}
