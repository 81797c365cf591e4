"""Routes: what cannot be right is refused when it is configured, and no secret shows."""

from pathlib import Path

import pytest

from tournee.errors import ConfigError
from tournee.exchange.route import (
    Mailbox,
    MailboxKind,
    MailCipher,
    Route,
    Sealing,
    Security,
    Server,
    check_address,
)


def server(**options: object) -> Server:
    values: dict[str, object] = {
        "host": "smtp.test.example",
        "port": 465,
        "security": Security.TLS,
        **options,
    }
    return Server(**values)  # type: ignore[arg-type]


def route(**options: object) -> Route:
    values: dict[str, object] = {
        "name": "OCT fictif",
        "address": "oct@test.example",
        "sender": "cabinet@test.example",
        "identifier": "732829320",
        "submission": server(),
        "mailbox": Mailbox(MailboxKind.MAILDIR, path=Path("/mail")),
        **options,
    }
    return Route(**values)  # type: ignore[arg-type]


def test_recipient_number_is_the_siren_zero_filled_on_14() -> None:
    """OCT-SF-4."""
    assert route().recipient_number == "00000732829320"


def test_association_number_is_taken_as_it_is() -> None:
    """OCT-SF-4."""
    assert route(identifier="1234567").recipient_number == "00000001234567"


@pytest.mark.parametrize("identifier", ["732829321", "", "7328A9320", "123456789012345", "٧٣٢٨٢٩٣٢٠"])
def test_identifier_that_cannot_be_right_is_refused(identifier: str) -> None:
    with pytest.raises(ConfigError):
        route(identifier=identifier)


@pytest.mark.parametrize("field", ["address", "sender"])
@pytest.mark.parametrize(
    "value", ["", "oct", "oct@", "a..b@test.example", "Nom <oct@test.example>", "oct@tést.example"]
)
def test_address_that_is_none_is_refused(field: str, value: str) -> None:
    with pytest.raises(ConfigError):
        route(**{field: value})


def test_address_comes_back_unchanged() -> None:
    assert check_address("fact.ures+sv@oct-fictif.example") == "fact.ures+sv@oct-fictif.example"


def test_password_is_in_no_representation() -> None:
    secret = server(username="ps", password=lambda: "secret")
    assert "secret" not in repr(secret)
    assert "password" not in repr(route(submission=secret))


def test_user_without_password_is_refused() -> None:
    with pytest.raises(ConfigError):
        server(username="ps")


@pytest.mark.parametrize(
    "options",
    [
        {"port": 0},
        {"port": 65536},
        {"host": ""},
        {"host": "a..b"},
        {"host": "mail.\r\nx"},
        {"host": "a" * 64},
    ],
)
def test_server_that_cannot_be_reached_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        server(**options)


@pytest.mark.parametrize("fingerprint", ["", "a61d", "A" * 64])
def test_fingerprint_written_otherwise_is_refused_not_ignored(fingerprint: str) -> None:
    """OCT-MSG-8: a revocation that matches nothing would revoke nothing."""
    with pytest.raises(ConfigError):
        route(revoked=frozenset({fingerprint}))


@pytest.mark.parametrize("host", ["localhost", "smtp.test.example", "127.0.0.1", "::1", "a_b.example"])
def test_server_by_name_or_address_is_taken(host: str) -> None:
    assert server(host=host).address == f"{host}:465"


def test_there_is_no_security_without_tls() -> None:
    assert {security.value for security in Security} == {"tls", "starttls"}


def test_only_clear_by_its_name_is_clear() -> None:
    """OCT-MSG-8."""
    assert [sealing.suffix for sealing in Sealing] == ["/ZK", "/K", ""]
    assert [route(sealing=sealing).is_clear for sealing in Sealing] == [False, False, True]


def test_content_keys_are_as_long_as_the_cipher_says() -> None:
    assert (MailCipher.AES_256_CBC.key_length, MailCipher.AES_128_CBC.key_length) == (32, 16)
