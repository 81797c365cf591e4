"""The rig itself: what other tests take for granted about exim4 and dovecot."""

from mail_servers import PORTS, MailServers


def test_every_port_is_open_and_different(mail_servers: MailServers) -> None:
    assert len(set(mail_servers.ports.values())) == len(PORTS)


def test_each_test_gets_a_mailbox_of_its_own(mail_servers: MailServers) -> None:
    assert mail_servers.account() != mail_servers.account()
