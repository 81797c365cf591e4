"""Messages that a mail server could not deliver: whose they are, and the server's words."""

import pytest

from tournee.returns.bounce import Bounce
from tournee.returns.classify import take_in

SUBJECT = "SV140700/00000123456782/2026112219300000007/00003"
COMPOSTAGE = "2026112219300000007"
WORDS = "552 5.3.4 Message size exceeds fixed limit"
ORIGINAL = (
    f"From: cabinet@soins.example\nMessage-ID: <{COMPOSTAGE}.00000123456782@soins.example>\n"
    f"Subject: {SUBJECT}\nContent-Type: Application/EDI-consent\n"
)
STATUS = f"""\
Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; oct@oct.example
Action: failed
Status: 5.3.4
Diagnostic-Code: smtp; {WORDS}
"""


def report(*parts: tuple[str, str], kind="delivery-status", told="Not delivered.") -> bytes:
    head = f"""\
From: MAILER-DAEMON@mx.example
Subject: Undelivered
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type={kind}; boundary="b"

--b
Content-Type: text/plain

{told}
"""
    body = "".join(f"--b\nContent-Type: {kind}\n\n{content}\n" for kind, content in parts)
    return f"{head}{body}--b--\n".replace("\n", "\r\n").encode()


@pytest.mark.parametrize(
    "original",
    [
        ("message/rfc822", ORIGINAL + "\nAAAA"),
        ("text/rfc822-headers", ORIGINAL),
        ("message/rfc822-headers", ORIGINAL),
        ("text/rfc822-headers", f"Subject: {SUBJECT}\n"),
    ],
    ids=["whole", "headers", "headers as a message", "subject alone"],
)
def test_a_report_names_its_message_and_the_words_of_the_server(original):
    """RFC 3464, RFC 3462."""
    verdict = take_in(report(("message/delivery-status", STATUS), original))
    assert verdict.kind == "BOUNCE"
    assert verdict.content == Bounce("oct@oct.example", WORDS, SUBJECT, COMPOSTAGE)
    assert verdict.content.told == f"message {SUBJECT} non remis à oct@oct.example : {WORDS}"


def test_the_subject_tells_the_message_before_its_identifier():
    """A gateway may give a message another identifier."""
    original = ORIGINAL.replace(f"<{COMPOSTAGE}.", "<1111111111111111111.")
    verdict = take_in(report(("message/delivery-status", STATUS), ("message/rfc822", original)))
    assert verdict.content.compostage == COMPOSTAGE


def test_a_request_for_the_opposition_list_comes_back_by_its_subject():
    subject = f"DLOI/00000123456782/{COMPOSTAGE}"
    verdict = take_in(
        report(("message/delivery-status", STATUS), ("text/rfc822-headers", f"Subject: {subject}"))
    )
    assert (verdict.content.subject, verdict.content.compostage) == (subject, COMPOSTAGE)


def test_a_report_without_a_diagnostic_gives_what_its_text_says():
    status = "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@b\nAction: failed\nStatus: 5.1.1\n"
    verdict = take_in(report(("message/delivery-status", status), told="550 5.1.1 <a@b>: unknown"))
    assert verdict.content == Bounce("a@b", "550 5.1.1 <a@b>: unknown")


def test_a_bounce_that_is_no_report_is_told_by_the_message_that_it_quotes():
    """Programs older than RFC 3464, and some newer."""
    raw = f"Return-Path: <>\nFrom: MAILER-DAEMON@mx\nSubject: failure\n\n550 no such user\n\n{ORIGINAL}"
    assert take_in(raw.encode()).content == Bounce("", "550 no such user", SUBJECT, COMPOSTAGE)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_a_delay_or_a_delivery_is_no_bounce(action):
    verdict = take_in(report(("message/delivery-status", STATUS.replace("failed", action))))
    assert verdict.kind == "QUARANTINED"
    assert verdict.content.reason.startswith("Avis d’un serveur de messagerie")


def test_words_that_a_terminal_would_obey_are_marked():
    status = STATUS.replace("552 ", "552 \x1b[2J\u202e")
    verdict = take_in(report(("message/delivery-status", status)))
    assert verdict.content.words == "552 \ufffd[2J\ufffd5.3.4 Message size exceeds fixed limit"
