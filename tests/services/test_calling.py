"""A service called: what it answers, and each way in which it does not."""

from __future__ import annotations

import hashlib
import socket
import ssl
import threading

import pytest
from echo import Echo, point_of

from tournee.emulation.services.standing import StandingService, Trouble, own_tls
from tournee.errors import ServiceError
from tournee.services import calling
from tournee.services.calling import (
    ServiceCutError,
    ServiceLongError,
    ServiceSlowError,
    ServiceTlsError,
    ServiceUnreachableError,
    call,
    tried,
)
from tournee.services.point import ServicePoint

SHORT = 0.4


def fingerprint(service: StandingService) -> str:
    der = ssl.PEM_cert_to_DER_cert(service.tls.certificate.read_text("ascii"))
    return hashlib.sha256(der).hexdigest()


def test_what_is_asked_comes_back_and_is_kept_as_it_came(service, point):
    body = "Rénée".encode()
    answer = call(point, "POST", body=body, headers={"Content-Type": "text/plain"})
    assert (answer.status, answer.media, answer.body) == (200, "text/plain", body)
    assert service.received()[-1].read_bytes() == body


def test_a_pinned_certificate_takes_the_place_of_an_authority(service):
    pinned = point_of(service, authority=None, fingerprint=fingerprint(service))
    assert call(pinned, "POST", body=b"x").body == b"x"


def test_a_counterpart_that_fails_answers_so_and_stands(service, point):
    assert call(point, "POST", body=b"fail").status == 500
    assert call(point, "POST", body=b"then").body == b"then"


def test_longer_than_the_bound_is_not_held(service, point):
    service.trouble = Trouble(body=bytes(2_000_000))
    with pytest.raises(ServiceLongError):
        call(point, "POST", answer_max=1000)


@pytest.mark.parametrize(
    ("trouble", "raised"),
    [
        (Trouble(late=60), ServiceSlowError),
        (Trouble(is_cut=True), ServiceCutError),
        (Trouble(hangs_up=True), ServiceCutError),
    ],
)
def test_bad_service_is_told_by_kind_and_nothing_is_lost(service, point, trouble, raised):
    service.trouble = trouble
    with pytest.raises(raised) as told:
        call(point, "POST", body=b"1234567890", seconds=SHORT)
    assert "la demande attend" in told.value.next_step


@pytest.mark.parametrize(
    "other",
    [{"authority": None}, {"authority": None, "fingerprint": "0" * 64}],
    ids=["authority", "fingerprint"],
)
def test_who_is_not_the_service_is_told_nothing(service, other):
    before = len(service.received())
    with pytest.raises(ServiceTlsError):
        call(point_of(service, **other), "POST", body=b"secret")
    assert len(service.received()) == before


def test_without_the_certificate_that_is_demanded_nobody_is_let_in(tmp_path, own_certificates):
    with StandingService(Echo(demands_certificate=True), tmp_path, own_certificates) as service:
        shown = {"certificate": service.tls.client, "key": service.tls.client_key}
        assert call(point_of(service, **shown), "POST", body=b"x").body == b"x"
        with pytest.raises(ServiceTlsError):
            call(point_of(service), "POST", body=b"y")
        strangers = own_tls(tmp_path / "stranger")
        with pytest.raises(ServiceTlsError):
            call(point_of(service, certificate=strangers.client, key=strangers.client_key), "POST", body=b"z")
        assert [one.read_bytes() for one in service.received()] == [b"x"]


def test_nobody_there_is_unreachable():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ServiceUnreachableError):
        call(ServicePoint("droits", "127.0.0.1", port), "GET", seconds=SHORT)


def test_a_server_that_drips_is_cut_at_the_deadline(own_certificates):
    """Each byte comes in time, the whole never does."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own_certificates.certificate, own_certificates.key)
    over = threading.Event()

    def drip(plain: socket.socket) -> None:
        with plain, context.wrap_socket(plain.accept()[0], server_side=True) as line:
            line.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            while not over.wait(0.05):
                try:
                    line.sendall(b"a")
                except OSError:
                    return

    listening = socket.create_server(("127.0.0.1", 0))
    dripping = threading.Thread(target=drip, args=(listening,))
    dripping.start()
    try:
        point = ServicePoint(
            "droits", "localhost", listening.getsockname()[1], authority=own_certificates.authority
        )
        with pytest.raises(ServiceSlowError):
            call(point, "GET", seconds=SHORT)
    finally:
        over.set()
        dripping.join()


def test_a_certificate_that_cannot_be_read_is_said(tmp_path, service):
    with pytest.raises(ServiceTlsError, match="ce service"):
        call(point_of(service, authority=tmp_path / "none.pem"), "GET")


def test_a_call_that_came_to_nothing_is_made_twice_and_one_not_trusted_once():
    asked = []

    def fails(error: ServiceError):
        asked.append(error)
        raise error

    with pytest.raises(ServiceSlowError):
        tried(lambda: fails(ServiceSlowError("lent")))
    assert len(asked) == 2
    with pytest.raises(ServiceTlsError):
        tried(lambda: fails(ServiceTlsError("un autre")))
    assert len(asked) == 3


def test_the_log_of_a_call_has_no_word_of_what_was_asked(service, point, caplog):
    with caplog.at_level("DEBUG"):
        call(point, "POST", body=b"2690599001001")
    assert "2690599001001" not in caplog.text
    assert f"{calling.__name__}" in {one.name for one in caplog.records}
