"""People and visits of the billing tests; all fictitious."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tournee.billing.identity import Amc, Patient, PsIdentity
from tournee.billing.visit import Act, Passage, Prescription, Visit

SUNDAY = date(2026, 11, 15)


@pytest.fixture(scope="session")
def vectors() -> Path:
    return Path(__file__).parent.parent / "vectors" / "billing"


@pytest.fixture(scope="session")
def nurse() -> PsIdentity:
    return PsIdentity(
        "756000121", "IF", "24", "LEFEBVRE", "CLAIRE", rpps="10100000016", tariff_zone="10", test=True
    )


@pytest.fixture(scope="session")
def kine() -> PsIdentity:
    return PsIdentity(
        "697000230", "MK", "26", "MERCIER", "JULIEN", rpps="10100000024", tariff_zone="10", test=True
    )


@pytest.fixture(scope="session")
def amc() -> Amc:
    """An AMC that takes a DRE with and without third-party payment."""
    return Amc("0035500042", member="87654321", indicator="33")


@pytest.fixture(scope="session")
def patient() -> Callable[..., Patient]:
    def build(**changes: Any) -> Patient:
        values: dict[str, Any] = {
            "nir": "2550699999001",
            "key": "62",
            "regime": "01",
            "caisse": "011",
            "centre": "0000",
            "born": "19550615",
            "name": "LAMBERT",
            "first_name": "YVONNE",
            "test": True,
        }
        return Patient(**(values | changes))

    return build


@pytest.fixture(scope="session")
def visit() -> Callable[..., Visit]:
    def build(*acts: Act, **changes: Any) -> Visit:
        """A visit of one passage, or of those given; AMI 4 when nothing is said."""
        noted = changes.pop("acts", acts or (Act("AMI", 400),))
        values: dict[str, Any] = {
            "day": SUNDAY,
            "nir": "2550699999001",
            "key": "62",
            "passages": (Passage(SUNDAY, acts=tuple(noted)),),
            "prescription": Prescription(date(2026, 11, 2), "751000126", "10100001071"),
        }
        return Visit(**(values | changes))

    return build
