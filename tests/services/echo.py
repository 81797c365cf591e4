"""A counterpart that says what it was asked, and the point by which it is asked."""

from __future__ import annotations

from tournee.emulation.services.counterpart import Received, Reply
from tournee.emulation.services.standing import StandingService
from tournee.services.point import ServicePoint


class Echo:
    name, path, suffix = "droits", "/echo", "txt"

    def __init__(self, demands_certificate: bool = False) -> None:
        self.demands_certificate = demands_certificate

    def answer(self, asked: Received) -> Reply:
        if asked.body == b"fail":
            raise ValueError("as asked")
        return Reply(200, "text/plain; charset=utf-8", asked.body)


def point_of(service: StandingService, **other: object) -> ServicePoint:
    told = {"authority": service.tls.authority, **other}
    return ServicePoint(service.counterpart.name, "localhost", service.port, service.counterpart.path, **told)
