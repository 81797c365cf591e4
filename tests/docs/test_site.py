"""The site is built from the documents as they stand, and a link that leads nowhere stops it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from documents import ROOT, documents

SITE = ROOT / "tools" / "site"


def sphinx(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    strict = ["--fail-on-warning", "--quiet", str(source), str(target)]
    return subprocess.run(
        [sys.executable, "-m", "sphinx", *strict], capture_output=True, text=True, check=False, timeout=100
    )


def test_site_is_built_without_a_warning_and_has_every_document(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, str(SITE), str(tmp_path)], capture_output=True, text=True, check=False, timeout=100
    )
    assert (built.returncode, built.stderr) == (0, "")
    pages = {page.relative_to(tmp_path / "html") for page in (tmp_path / "html").rglob("*.html")}
    for document in documents():
        if document.name != "README.md" or document.parts[0] == "boards":
            page = document.with_suffix(".html")
            page = Path("contribute") / page.name if document.parts[0] == ".github" else page
            assert page in pages
    assert "Simulation" in (tmp_path / "html" / "index.html").read_text()
    fetched = [page for page in pages if 'src="http' in (tmp_path / "html" / page).read_text()]
    assert fetched == []


def test_a_link_to_a_heading_that_is_not_there_stops_the_site(tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(SITE, source, ignore=shutil.ignore_patterns("__*"))
    (source / "index.md").write_text("# Front\n\n[lost](#nowhere)\n")
    built = sphinx(source, tmp_path / "html")
    assert built.returncode != 0
    assert "nowhere" in built.stderr
