"""A file from the PS to the OCT by real servers: made, sealed, submitted, fetched, opened by openssl."""

import base64
import email
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from mail_servers import Account, MailServers
from whole_in_memory import build_message

from tournee.exchange.mail.mailbox import open_mailbox
from tournee.exchange.mail.submission import submit
from tournee.exchange.message import Subject, compostage, facts_of, message_id, subject_of
from tournee.exchange.route import Mailbox, MailboxKind, Route, Sealing, Security, Server
from tournee.exchange.sealing.sealing import seal_for

VECTORS = Path(__file__).parent.parent / "vectors" / "exchange"
CONTENT = (VECTORS / "single-file.txt").read_bytes().replace(b"\n", b"")
NOW = datetime(2030, 6, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("kind", [MailboxKind.IMAP, MailboxKind.POP3])
def test_single_file_reaches_the_oct_and_opens(mail_servers: MailServers, kind: MailboxKind) -> None:
    """OCT-MSG-1 to OCT-MSG-8."""
    ps, oct_ = mail_servers.account(), mail_servers.account()

    def server(account: Account, port: str) -> Server:
        number = mail_servers.ports[port]
        return Server(
            mail_servers.host,
            number,
            Security.TLS,
            account.address,
            lambda: account.password,
            mail_servers.ca,
        )

    route = Route(
        name="OCT fictif",
        address=oct_.address,
        sender=ps.address,
        identifier="732829320",
        submission=server(ps, "smtps"),
        mailbox=Mailbox(kind, server(ps, f"{kind.value}s")),
        certificate=VECTORS / "recipient-cert.pem",
    )
    facts = facts_of(CONTENT)
    sealed = seal_for(route, CONTENT, now=NOW)
    subject = subject_of(facts, compostage(NOW, 1))
    raw = build_message(
        subject=subject,
        sender=route.sender,
        recipient=route.address,
        file_name=facts.name,
        attachment=sealed.data,
        sealing=sealed.sealing,
        date=NOW,
        identifier=message_id(subject, route.sender),
    )
    submit(route.submission, route.sender, route.address, raw)
    mail_servers.wait_for_mail(oct_, 1)

    with open_mailbox(Mailbox(kind, server(oct_, f"{kind.value}s"))) as box:
        (letter,) = box.letters()
        box.acknowledge(letter)

    assert raw in letter.raw
    message = email.message_from_bytes(letter.raw)
    assert Subject.parse(message["Subject"]) == Subject("140700", "00000991234568", "2030060112000000001", 3)
    assert (message["From"], message["To"]) == (ps.address, oct_.address)
    assert message["Content-Type"].partition(";")[0] == "Application/EDI-consent"
    assert message["Content-Description"] == f"FACTURE/SV/{Sealing.ZK}"
    command = ["openssl", "cms", "-decrypt", "-inform", "DER", "-inkey", str(VECTORS / "recipient-key.pem")]
    attachment = base64.b64decode(message.get_payload())
    compressed = subprocess.run(command, input=attachment, capture_output=True, check=True).stdout
    assert subprocess.run(["gzip", "-d"], input=compressed, capture_output=True, check=True).stdout == CONTENT
