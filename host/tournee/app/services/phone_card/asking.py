"""Who asks the service of patients' phones: the carer, by an assertion that her card signs in the reader."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from tournee.app.cards import PsOnDuty
from tournee.app.context import Office
from tournee.extras import missing
from tournee.reader import Reader

_ONE_TIME = 16


def asserted_by(office: Office, reader: Reader, ps: PsOnDuty) -> Callable[[], bytes]:
    """Makes an assertion each time it is called. ReaderError where the card does not sign."""

    def assertion() -> bytes:
        try:
            from lxml import etree

            from tournee.services.rights.assertion import Asserting, signed_assertion
        except ImportError:
            raise missing("services") from None
        one = ps.identity
        who = Asserting(ps.certificate, reader.sign_assertion, one.rpps, one.billing_number)
        made = signed_assertion(who, "", office.clock(), secrets.token_hex(_ONE_TIME))
        data: bytes = etree.tostring(made)
        return data

    return assertion
