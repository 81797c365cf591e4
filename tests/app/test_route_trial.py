"""A route is tried against exim and dovecot: each thing wrong is found by itself; nothing is sent."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from mail_servers import Account, MailServers
from tls_authority import Authority

from tournee.app.route_trial import Finding, Standing, certificate_ends, try_route
from tournee.config import password_source
from tournee.exchange.route import Insurer, Mailbox, MailboxKind, Mode, Route, Sealing, Security, Server
from tournee.exchange.sealing.recipient import CertificateError

NOW = datetime.now(UTC) + timedelta(hours=1)  # openssl makes the certificates while the tests run
STEPS = ["submission-password", "submission-reach", "submission-tls", "submission-account"]
ALL_WELL = [
    "address",
    "certificate",
    *STEPS,
    "mailbox-password",
    "mailbox-reach",
    "mailbox-tls",
    "mailbox-account",
    "mailbox-folder",
]


@pytest.fixture
def certificate(tmp_path: Path) -> Callable[..., Path]:
    """A certificate made by openssl for 100 days from now."""

    def make(*options: str, key: str = "rsa:2048", name: str = "oct.pem") -> Path:
        path = tmp_path / name
        subject = ["-subj", "/CN=OCT fictif", "-days", "100", "-keyout", str(tmp_path / "key.pem")]
        command = ["openssl", "req", "-x509", "-nodes", "-newkey", key, *subject, "-out", str(path), *options]
        subprocess.run(command, check=True, capture_output=True)
        return path

    return make


@pytest.fixture
def route(mail_servers: MailServers, mail_account: Account, certificate: Callable[..., Path]) -> Route:
    def server(name: str, security: Security) -> Server:
        password = mail_account.password
        return Server(
            mail_servers.host,
            mail_servers.ports[name],
            security,
            mail_account.address,
            lambda: password,
            mail_servers.ca,
            10.0,
        )

    return Route(
        name="essai",
        address="factures@oct.example",
        sender=mail_account.address,
        identifier="732829320",
        submission=server("smtp", Security.STARTTLS),
        mailbox=Mailbox(MailboxKind.IMAP, server("imaps", Security.TLS)),
        certificate=certificate("-addext", "keyUsage=critical,keyEncipherment"),
    )


def wrong(found: list[Finding]) -> dict[str, str]:
    return {one.code: one.detail for one in found if one.standing is Standing.WRONG}


def untried(found: list[Finding]) -> list[str]:
    return [one.code for one in found if one.standing is Standing.UNTRIED]


def test_a_route_that_is_ready_has_nothing_wrong_and_nothing_was_sent(
    route: Route, mail_account: Account
) -> None:
    found = list(try_route(route, NOW))
    assert [one.code for one in found] == ALL_WELL
    assert {one.standing for one in found} == {Standing.OK}
    assert "RSA 2048 bits" in found[1].detail
    assert not any(mail_account.maildir.glob("*/[0-9]*"))


def test_a_pop3_mailbox_and_a_maildir_are_tried_too(
    route: Route, mail_servers: MailServers, tmp_path: Path
) -> None:
    imap = route.mailbox.server
    assert imap is not None
    pop3 = Mailbox(MailboxKind.POP3, replace(imap, port=mail_servers.ports["pop3s"]))
    assert wrong(list(try_route(replace(route, mailbox=pop3), NOW))) == {}
    maildir = replace(route, mailbox=Mailbox(MailboxKind.MAILDIR, path=tmp_path / "absent"))
    assert "n’est pas une boîte Maildir" in wrong(list(try_route(maildir, NOW)))["mailbox-folder"]


def test_a_wrong_password_is_the_accounts_fault_alone(route: Route) -> None:
    bad = replace(route.submission, password=lambda: "faux")
    found = list(try_route(replace(route, submission=bad), NOW))
    assert list(wrong(found)) == ["submission-account"]
    assert "refuse l’identification" in wrong(found)["submission-account"]
    assert "faux" not in "".join(one.detail for one in found)


def test_without_a_password_the_server_is_tried_all_the_same(route: Route, tmp_path: Path) -> None:
    absent = password_source("cabinet", "localhost", tmp_path / "absent")
    found = list(try_route(replace(route, submission=replace(route.submission, password=absent)), NOW))
    assert list(wrong(found)) == ["submission-password"]
    assert untried(found) == ["submission-account"]
    empty = replace(route.submission, password=lambda: "")
    (told,) = (one for one in try_route(replace(route, submission=empty), NOW) if one.next_step)
    assert "fichier_mot_de_passe" in told.next_step


def test_a_mailbox_without_password_is_not_tried(route: Route) -> None:
    server = route.mailbox.server
    assert server is not None
    silent = replace(route, mailbox=replace(route.mailbox, server=replace(server, password=lambda: "")))
    found = list(try_route(silent, NOW))
    assert list(wrong(found)) == ["mailbox-password"]
    assert untried(found) == ["mailbox-reach", "mailbox-tls", "mailbox-account", "mailbox-folder"]


def test_a_server_that_is_not_there_leaves_the_rest_untried(route: Route) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    found = list(try_route(replace(route, submission=replace(route.submission, port=port)), NOW))
    assert list(wrong(found)) == ["submission-reach"]
    assert untried(found) == ["submission-tls", "submission-account"]


def test_a_server_that_others_vouch_for_is_not_trusted(route: Route, tmp_path: Path) -> None:
    stranger = replace(route.submission, trust=Authority(tmp_path).file)
    found = list(try_route(replace(route, submission=stranger), NOW))
    assert list(wrong(found)) == ["submission-tls"]
    assert untried(found) == ["submission-account"]


def test_a_folder_that_the_mailbox_has_not_is_told(route: Route) -> None:
    found = list(try_route(replace(route, mailbox=replace(route.mailbox, folder="Absente")), NOW))
    assert list(wrong(found)) == ["mailbox-folder"]


def certificates_of(route: Route, now: datetime = NOW) -> list[Finding]:
    """What is found of the certificates; the servers are not reached."""
    found = []
    for one in try_route(route, now):
        if one.code.startswith("submission"):
            break
        found.append(one)
    return found


def test_a_certificate_is_judged_by_its_dates(route: Route) -> None:
    # OCT-MSG-8
    cases = ((200, Standing.WRONG, "périmé"), (-2, Standing.WRONG, "pas encore valable"))
    for days, standing, word in (*cases, (80, Standing.WARNING, "bientôt")):
        (_, told) = certificates_of(route, NOW + timedelta(days=days))
        assert (told.standing, word in told.detail) == (standing, True)
        assert told.next_step


@pytest.mark.parametrize(
    ("key", "options", "word"),
    [
        ("rsa:1024", (), "trop courte"),
        ("rsa:2048", ("-addext", "keyUsage=digitalSignature"), "pas fait pour chiffrer"),
        ("rsa:2048", ("-addext", "extendedKeyUsage=serverAuth"), "pas fait pour chiffrer"),
        ("ed25519", (), "pas une clé RSA"),
    ],
)
def test_a_certificate_is_judged_by_its_key_and_purpose(
    route: Route, certificate: Callable[..., Path], key: str, options: tuple[str, ...], word: str
) -> None:
    # OCT-MSG-8
    path = certificate(*options, key=key, name="other.pem")
    (_, told) = certificates_of(replace(route, certificate=path))
    assert (told.standing, word in told.detail) == (Standing.WRONG, True)


def test_a_certificate_withdrawn_missing_or_unreadable_is_told(route: Route, tmp_path: Path) -> None:
    # OCT-MSG-8
    command = ["openssl", "x509", "-in", str(route.certificate), "-noout", "-fingerprint", "-sha256"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    fingerprint = told.partition("=")[2].strip().replace(":", "").lower()
    (tmp_path / "text.pem").write_text("bonjour")
    for changed, word in (
        (replace(route, revoked=frozenset({fingerprint})), "retiré dans la configuration"),
        (replace(route, certificate=tmp_path / "absent.pem"), "n’existe pas"),
        (replace(route, certificate=tmp_path / "text.pem"), "pas un certificat"),
    ):
        (_, found) = certificates_of(changed)
        assert (found.standing, word in found.detail) == (Standing.WRONG, True)


def test_in_direct_mode_each_insurer_is_judged(route: Route) -> None:
    # OCT-MODE-1
    good = Insurer("caisse@caisses.example", route.certificate, "CP", "1011021", name="CPAM fictive")
    bad = Insurer("amc@amc.example", None, crf="D0099900009")
    straight = replace(
        route, mode=Mode.DIRECT, address="", identifier="", certificate=None, insurers=(good, bad)
    )
    found = certificates_of(straight)
    assert [(one.what, one.standing) for one in found] == [
        ("Adresse de CPAM fictive (CP 00000001011021)", Standing.OK),
        ("Adresse de D0099900009", Standing.OK),
        ("Certificat de CPAM fictive (CP 00000001011021)", Standing.OK),
        ("Certificat de D0099900009", Standing.WRONG),
    ]
    with pytest.raises(CertificateError):
        certificate_ends(straight, NOW)


def test_the_address_of_an_oct_is_not_ones_own(route: Route) -> None:
    (told, _) = certificates_of(replace(route, address=route.sender))
    assert (told.standing, "la vôtre" in told.detail) == (Standing.WRONG, True)


def test_a_route_that_sends_in_clear_is_said_to(route: Route) -> None:
    # OCT-MSG-8
    (_, told) = certificates_of(replace(route, sealing=Sealing.CLEAR))
    assert (told.code, told.standing, "EN CLAIR" in told.detail) == ("sealing", Standing.WARNING, True)
