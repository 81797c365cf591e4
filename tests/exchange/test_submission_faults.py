"""Submission when the server or the network fails: only what is uncertain is told as uncertain."""

import ssl
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from scripted_server import Line, ScriptedServer
from submission_rig import OCT, PS, RAW, Rig
from tls_authority import Authority

from tournee.exchange.mail.submission import (
    DeferredError,
    Receipt,
    SubmissionError,
    SubmissionRefusedError,
    UncertainError,
    submit,
)
from tournee.exchange.mail.transport import (
    AuthRefusedError,
    TlsRefusedError,
    TransportError,
    UnreachableError,
    tls_context,
)
from tournee.exchange.mail.visit import MailVisit
from tournee.exchange.route import Security, Server

END = b"\r\n.\r\n"
AUTH_PLAIN = "AGNhYmluZXRAdGVzdC5leGFtcGxlAHNlY3JldA=="  # NUL cabinet@test.example NUL secret


def greet(line: Line) -> None:
    line.say("220 scripted")
    line.hear("EHLO")
    line.say("250-scripted", "250 AUTH LOGIN PLAIN")


def authenticate(line: Line) -> None:
    greet(line)
    line.hear(f"AUTH PLAIN {AUTH_PLAIN}")
    line.say("235 welcome")


def go_ahead(line: Line) -> None:
    authenticate(line)
    line.hear(f"MAIL FROM:<{PS}>")
    line.say("250 ok")
    line.hear(f"RCPT TO:<{OCT}>")
    line.say("250 ok")
    line.hear("DATA")
    line.say("354 go ahead")


def test_accepted_message_is_a_receipt_even_when_the_farewell_fails(rig: Rig) -> None:
    def script(line: Line) -> None:
        go_ahead(line)
        assert line.until(END) == RAW + b".\r\n"
        line.say("250 queued as 42")
        line.hear("QUIT")
        line.cut()

    assert rig.submit(script) == Receipt(250, "queued as 42")
    assert rig.notes == ["transmitting"]


def test_answer_lost_after_the_final_dot_is_uncertain(rig: Rig) -> None:
    def script(line: Line) -> None:
        go_ahead(line)
        line.until(END)
        line.cut()

    with pytest.raises(UncertainError, match="ne renvoyez qu’après") as caught:
        rig.submit(script)
    assert not isinstance(caught.value, UnreachableError)
    assert rig.notes == ["transmitting"]


def test_half_an_answer_after_the_final_dot_is_uncertain(rig: Rig) -> None:
    def script(line: Line) -> None:
        go_ahead(line)
        line.until(END)
        line.send(b"25")

    with pytest.raises(UncertainError):
        rig.submit(script)


def test_garbage_after_the_final_dot_is_uncertain(rig: Rig) -> None:
    def script(line: Line) -> None:
        go_ahead(line)
        line.until(END)
        line.send(b"\xff" * 10_000 + b"\r\n")

    with pytest.raises(UncertainError):
        rig.submit(script)


def test_silence_after_the_final_dot_is_uncertain(rig: Rig) -> None:
    def script(line: Line) -> None:
        go_ahead(line)
        line.until(END)
        line.gone()

    with pytest.raises(UncertainError, match="pas de réponse à temps"):
        rig.submit(script, patience=0.1)


def test_how_a_link_was_lost_is_told_in_french(rig: Rig) -> None:
    """The system's own words are English, and stand in an uncertain message's reason for long."""

    def script(line: Line) -> None:
        go_ahead(line)
        line.until(END)
        line.cut()

    with pytest.raises(UncertainError) as lost:
        rig.submit(script)
    assert lost.value.cause.partition("(")[2].rstrip(")") in (
        "la connexion s’est fermée",
        "la connexion a été coupée",
    )


def test_link_cut_inside_data_is_certain_not_to_be_accepted(rig: Rig) -> None:
    """The final dot has not left: the server cannot have the message."""

    def script(line: Line) -> None:
        go_ahead(line)
        line.until(b"body")
        line.cut()

    with pytest.raises(UnreachableError):
        rig.submit(script, raw=RAW + b"x" * 16_000_000 + b"\r\n")
    assert rig.notes == ["transmitting"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (451, DeferredError),
        (452, DeferredError),
        (550, SubmissionRefusedError),
        (554, SubmissionRefusedError),
    ],
)
def test_refusal_after_the_message_is_certain(rig: Rig, code: int, kind: type[SubmissionError]) -> None:
    def script(line: Line) -> None:
        go_ahead(line)
        line.until(END)
        line.say(f"{code}-because", f"{code} I say so")
        line.gone()

    with pytest.raises(kind) as caught:
        rig.submit(script)
    assert (caught.value.code, caught.value.answer) == (code, "because I say so")


STEPS = ["greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA"]


def play(step: str, answer: Callable[[Line], None]) -> Callable[[Line], None]:
    """A server that behaves until `step`, then does `answer`."""
    lines = {
        "EHLO": ("250-scripted", "250 AUTH PLAIN"),
        "AUTH": ("235 ok",),
        "MAIL": ("250 ok",),
        "RCPT": ("250 ok",),
        "DATA": ("354 go",),
    }

    def script(line: Line) -> None:
        if step == "greeting":
            return answer(line)
        line.say("220 scripted")
        for name, good in lines.items():
            line.hear(name)
            if name == step:
                return answer(line)
            line.say(*good)
        return None

    return script


@pytest.mark.parametrize("step", STEPS)
def test_link_cut_before_the_message_is_unreachable_and_nothing_was_noted(rig: Rig, step: str) -> None:
    with pytest.raises(UnreachableError):
        rig.submit(play(step, Line.cut))
    assert rig.notes == []


@pytest.mark.parametrize("step", STEPS)
def test_server_that_falls_silent_is_unreachable_in_bounded_time(rig: Rig, step: str) -> None:
    with pytest.raises(UnreachableError):
        rig.submit(play(step, lambda line: line.gone() and None), timeout=0.3)
    assert rig.notes == []


@pytest.mark.parametrize("step", STEPS)
def test_refusal_for_now_is_deferred_whatever_the_step(rig: Rig, step: str) -> None:
    def later(line: Line) -> None:
        line.say("421 come back later")
        line.gone()

    with pytest.raises(DeferredError) as caught:
        rig.submit(play(step, later))
    assert caught.value.code == 421
    assert rig.notes == []


@pytest.mark.parametrize("step", [step for step in STEPS if step != "AUTH"])
def test_permanent_refusal_is_refused_whatever_the_step(rig: Rig, step: str) -> None:
    def never(line: Line) -> None:
        line.say("554 no \x1b[31mservice")
        line.gone()

    with pytest.raises(SubmissionRefusedError) as caught:
        rig.submit(play(step, never))
    assert caught.value.answer == "no \ufffd[31mservice"
    assert rig.notes == []


def test_deferred_message_sent_again_is_accepted(rig: Rig) -> None:
    def later(line: Line) -> None:
        line.say("451 greylisted")
        line.gone()

    def accept(line: Line) -> None:
        go_ahead(line)
        line.until(END)
        line.say("250 ok")
        line.hear("QUIT")
        line.say("221 bye")

    with pytest.raises(DeferredError):
        rig.submit(play("RCPT", later))
    assert rig.submit(accept).code == 250


def test_server_that_offers_login_only_is_answered(rig: Rig) -> None:
    def script(line: Line) -> None:
        line.say("220 scripted")
        line.hear("EHLO")
        line.say("250-scripted", "250 AUTH LOGIN")
        line.hear("AUTH LOGIN")
        line.say("334 VXNlcm5hbWU6")
        line.hear("Y2FiaW5ldEB0ZXN0LmV4YW1wbGU=")
        line.say("334 UGFzc3dvcmQ6")
        line.hear("c2VjcmV0")
        line.say("535 no")
        line.gone()

    with pytest.raises(AuthRefusedError):
        rig.submit(script)


def test_server_without_authentication_is_told_no_password(rig: Rig) -> None:
    def script(line: Line) -> None:
        line.say("220 scripted")
        line.hear("EHLO")
        line.say("250 scripted")
        assert line.gone() == b""

    with pytest.raises(AuthRefusedError):
        rig.submit(script)


@pytest.mark.parametrize(
    "answer", [None, "454 TLS not available", "502 unknown command"], ids=["not offered", "454", "502"]
)
def test_no_password_and_no_message_leave_without_tls(answer: str | None, tmp_path: Path) -> None:
    """A server, or someone in between, that takes STARTTLS away gets nothing."""
    said: list[bytes] = []

    def script(line: Line) -> None:
        line.say("220 scripted")
        line.hear("EHLO")
        line.say("250-scripted", "250-AUTH PLAIN LOGIN", "250 STARTTLS" if answer else "250 SIZE 1000")
        if answer:
            line.hear("STARTTLS")
            line.say(answer)
        said.append(line.gone())

    with ScriptedServer(script) as scripted, pytest.raises(TlsRefusedError):
        server = Server("127.0.0.1", scripted.port, Security.STARTTLS, PS, lambda: "secret")
        submit(server, PS, OCT, RAW)
    assert said == [b""]


def test_command_slipped_in_before_tls_is_not_taken_for_the_servers(rig: Rig) -> None:
    """What is said in clear behind the 220 of STARTTLS is dropped with the clear connection."""

    def script(line: Line) -> None:
        line.say("220 scripted")
        line.hear("EHLO")
        line.say("250-scripted", "250 STARTTLS")
        line.hear("STARTTLS")
        line.say("220 go", "250 AUTH PLAIN")
        line.gone()

    with ScriptedServer(script) as scripted, pytest.raises(TransportError):
        server = Server("127.0.0.1", scripted.port, Security.STARTTLS, PS, lambda: "secret", rig.trust, 0.5)
        submit(server, PS, OCT, RAW)


def test_expired_server_certificate_is_refused(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    key, certificate = authority.issue("old", ["127.0.0.1"], ends_in=timedelta(hours=-1))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def script(line: Line) -> None:
        raise AssertionError("the handshake must fail")

    scripted = ScriptedServer(script, context)
    with pytest.raises(TlsRefusedError, match="expired"), scripted:
        submit(Server("127.0.0.1", scripted.port, Security.TLS, trust=authority.file), PS, OCT, RAW)


@pytest.mark.parametrize(("content", "why"), [(None, "il n’existe pas"), (b"x", "ce n’est pas du PEM")])
def test_authorities_that_cannot_be_read_are_told_in_french(tmp_path, content, why):
    authorities = tmp_path / "ca.pem"
    if content is not None:
        authorities.write_bytes(content)
    with pytest.raises(TlsRefusedError) as error:
        tls_context(Server("localhost", 1, Security.TLS, trust=authorities), MailVisit(1.0, 1))
    assert error.value.cause == why
