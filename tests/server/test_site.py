"""The tablet's page beside the requests: an exact list of files, compressed, sending to this server only."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from days import MOMENT
from serving_rig import Served

from tournee.emulation.world import World
from tournee.errors import ConfigError
from tournee.server.site import POLICY, TabletSite

PAGE = b"<!doctype html><title>Tournee</title>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("site")
    site = home / "site"
    (site / "static").mkdir(parents=True)
    (site / "index.html").write_bytes(PAGE)
    (site / "essai.html").write_bytes(b"<title>Essai</title>")
    (site / "release.json").write_bytes(b"{}")
    (site / "service_worker.js").write_bytes(b"// keeps the site\n")
    (site / "static" / "tournee.css").write_bytes(b"body {}\n")
    (site / "notes.txt").write_bytes(b"nothing of the page's\n")
    (home / "secret.js").write_bytes(b"not in the site\n")
    (site / "static" / "out.js").symlink_to(home / "secret.js")
    return site


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Served]:
    (folder.parent / "world").mkdir()
    with World(folder.parent / "world", lambda: MOMENT) as world:
        served = Served(folder.parent / "serveur", world.route(), site=folder)
        served.start()
        yield served
        served.kill()


class Answer:
    """One answer, its body as it travelled."""

    def __init__(self, server: Served, address: str, method: str = "GET", **headers: str) -> None:
        line = server.raw()
        line.request(method, address, headers={name.replace("_", "-"): one for name, one in headers.items()})
        answer = line.getresponse()
        self.status, self.headers, self.content = answer.status, answer.headers, answer.read()
        line.close()

    @property
    def code(self) -> str:
        """Of a refusal."""
        code: str = json.loads(self.content)["code"]
        return code


def test_the_page_and_its_files_are_served_compressed(server: Served):
    page = Answer(server, "/")
    assert (page.status, gzip.decompress(page.content)) == (200, PAGE)
    assert page.headers["content-encoding"] == "gzip"
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert gzip.decompress(Answer(server, "/static/tournee.css").content) == b"body {}\n"
    assert Answer(server, "/service_worker.js").headers["content-type"].startswith("text/javascript")


def test_what_the_browser_has_does_not_travel_again(server: Served):
    tag = Answer(server, "/").headers["etag"]
    again = Answer(server, "/", if_none_match=tag)
    assert (again.status, again.content) == (304, b"")


def test_the_page_may_send_to_its_own_server_alone(server: Served):
    policy = Answer(server, "/").headers["content-security-policy"].split("; ")
    assert "connect-src 'self'" in policy
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize(
    "address",
    [
        "/notes.txt",
        "/static/out.js",
        "/../secret.js",
        "/%2e%2e/secret.js",
        "/static",
        "/index.html",
        "/v1/",
        "/x",
    ],
)
def test_nothing_else_of_the_machine_is(server: Served, address: str):
    answer = Answer(server, address)
    assert (answer.status, answer.code) == (404, "not-found")


def test_requests_are_answered_as_without_it(server: Served):
    assert Answer(server, "/v1/practice").code == "unknown-device"
    assert Answer(server, "/", "POST").code == "not-found"
    assert "en service depuis" in Answer(server, "/v1/status").content.decode()


def test_a_page_has_the_address_of_its_name(server: Served):
    assert gzip.decompress(Answer(server, "/essai").content) == b"<title>Essai</title>"
    assert Answer(server, "/essai.html").status == 200


def test_another_release_is_served_as_soon_as_it_is_there(tmp_path: Path):
    for name, data in (("index.html", PAGE), ("release.json", b"{}")):
        (tmp_path / name).write_bytes(data)
    site = TabletSite(tmp_path)
    assert site.get("/new.js") is None
    (tmp_path / "index.html").write_bytes(b"other")
    (tmp_path / "new.js").write_bytes(b"// new")
    (tmp_path / "release.json").write_bytes(b'{"version": 2}')
    found = [site.get(address) for address in ("/", "/new.js")]
    assert [gzip.decompress(one.content) for one in found if one] == [b"other", b"// new"]


@pytest.mark.parametrize("missing", ["index.html", "release.json"])
def test_a_folder_that_is_no_page_is_refused_at_the_start(tmp_path: Path, missing: str):
    for name in {"index.html", "release.json"} - {missing}:
        (tmp_path / name).write_bytes(PAGE)
    with pytest.raises(ConfigError, match="n’est pas la page d’une tablette"):
        TabletSite(tmp_path)
    with pytest.raises(ConfigError, match="n’est pas la page d’une tablette"):
        TabletSite(tmp_path / "nowhere")


def test_the_service_worker_and_the_server_give_the_page_the_same_policy():
    worker = files("tournee.web").joinpath("tablet", "page", "service_worker.js").read_text("utf-8")
    listed = re.search(r"const POLICY = \[(.*?)\]", worker, re.DOTALL)
    assert listed is not None
    assert json.loads(f"[{listed[1].rstrip().rstrip(',')}]") == POLICY.split("; ")
