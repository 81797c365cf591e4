"""A paper that lacks is photographed from À régler: corners, what will be sent, kept; it waits no more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from handlers import Asked
from made_papers import A4, as_jpeg, bad_paper, good_paper
from test_every_end import Desk, desk_at

from tournee.app.alerts import AlertKind
from tournee.app.pieces.needs import needed_pieces
from tournee.emulation.world import World
from tournee.exchange.proofs_setting import ProofsSetting

PHOTO = re.compile(r'name="photo" value="([^"]+)"')
SEEN = re.compile(r'data-file="/ecran(/images/\d+)"')
PICTURE = re.compile(r'data-picture="([^"]+)"')
CORNERS = {"x0": "4", "y0": "3", "x1": "97", "y1": "2", "x2": "98", "y2": "98", "x3": "3", "y3": "97"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    from test_every_end import START

    with World(tmp_path_factory.mktemp("oct"), lambda: START) as made:
        yield made


@pytest.fixture
def desk(tmp_path: Path, world: World) -> Iterator[Desk]:
    with desk_at(tmp_path, world.route()) as made:
        made.office.services = replace(made.office.services, proofs=ProofsSetting(date(2020, 1, 1)))
        made.billed()
        yield made


def taken(asked: Asked, address: str, data: bytes) -> str:
    """The address of the screen that comes after a photograph."""
    return asked._ask("POST", f"{address}/piece/photo", content=data).headers["X-Tournee-Ecran"]


def test_a_paper_that_lacks_is_photographed_straightened_looked_at_and_kept(desk: Desk) -> None:
    """SCOR-7."""
    with Asked(desk.office) as asked:
        address = asked.thing(AlertKind.PIECE_MISSING)
        assert f'href="#{address}/piece"' in asked.show(address)
        assert "data-shutter" in asked.show(f"{address}/piece")
        screen = asked.show(taken(asked, address, as_jpeg(good_paper(11, A4), 70)))
        assert screen.count('class="corner"') == 4
        assert asked._ask("GET", PICTURE.search(screen)[1]).content.startswith(b"\xff\xd8")
        (name,) = PHOTO.findall(screen)
        shown = asked._ask(
            "POST",
            f"{address}/piece/apercu",
            data={"photo": name, **CORNERS},
        ).text
        assert "Ce qui partira" in shown
        assert "Lisible" in shown
        assert asked.post(f"{address}/piece", photo=name, **CORNERS) == "/regler"
        assert AlertKind.PIECE_MISSING not in asked.kinds()
    one, _ = needed_pieces(desk.office, [1])
    assert (one.standing.value, one.scan.pages) == ("ready", 1)


def test_the_invoice_s_own_screen_tells_where_each_paper_stands_and_takes_another(desk: Desk) -> None:
    """SCOR-7."""
    with Asked(desk.office) as asked:
        row = desk.office.journal.invoices.get(1)
        visit = f"/visite/v{row.visit_id}"
        told = asked.show(f"{visit}/fait")
        assert ">Manque<" in told
        assert f'href="#{visit}/piece/ordonnance"' in told
        assert ">Manque<" in asked.show(asked.thing(AlertKind.PIECE_MISSING))
        keep(asked, f"{visit}/piece/ordonnance", as_jpeg(good_paper(12, A4), 70), f"{visit}/fait")
        told = asked.show(f"{visit}/fait")
        assert ">Prête à partir<" in told
        assert f'href="#{visit}/piece/ordonnance"' not in told
        (image,) = SEEN.findall(told)
        assert asked._ask("GET", image).content.startswith(b"%PDF-")


def keep(asked: Asked, address: str, data: bytes, after: str) -> None:
    at = asked._ask("POST", f"{address}/photo", content=data).headers["X-Tournee-Ecran"]
    (name,) = PHOTO.findall(asked.show(at))
    assert asked.post(address, photo=name) == after


def test_a_photograph_too_faint_is_told_before_it_is_kept(desk: Desk) -> None:
    """SCOR-3."""
    with Asked(desk.office) as asked:
        address = asked.thing(AlertKind.PIECE_MISSING)
        screen = asked.show(taken(asked, address, as_jpeg(bad_paper("contrast", 1, A4), 70)))
        (name,) = PHOTO.findall(screen)
        client = asked._loop
        answer = client.run(_posted(asked, f"{address}/piece/apercu", {"photo": name, **CORNERS}))
        assert answer.status_code == 409
        assert "se distingue à peine du papier" in answer.text
        assert AlertKind.PIECE_MISSING in asked.kinds()


async def _posted(asked: Asked, address: str, fields: dict[str, str]):
    import httpx

    transport = httpx.ASGITransport(asked.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.post(f"/ecran{address}", data=fields)


def test_what_is_no_picture_brings_the_camera_back_with_its_reason(desk: Desk) -> None:
    with Asked(desk.office) as asked:
        address = asked.thing(AlertKind.PIECE_MISSING)
        screen = asked.show(taken(asked, address, b"no picture"))
        assert "data-shutter" in screen
        assert 'role="alert"' in screen
