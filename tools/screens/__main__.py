"""The gallery: every screen of the page on live data, in three sizes and themes, as PNG files.

./tools/dev screens            into out/screens; what differs from the gallery that was there is told
./tools/dev screens FOLDER     into that folder

Practice, reader and cards are the browser tests' own. Two pictures are alike when few of their pixels differ
by more than a little: a letter's edge or a minute of the clock is not a change.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageChops
from playwright.sync_api import expect, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "web" / "browser"))

from carer import Carer
from gallery_walk import WALK
from practice_desk import CHROMIUM, PracticeDesk, make_day
from watched_page import WatchedPage

ROOT = Path(__file__).resolve().parents[2]
SIZES = {"tablette": (800, 1280), "large": (1280, 800), "telephone": (390, 844)}
THEMES = ("clair", "sombre", "soleil")
SETTLED_MS = 350  # transitions of the page's are shorter
_A_LITTLE = 48  # of 255, in one colour of a pixel
_FEW = 0.004  # of a picture's pixels


def main() -> int:
    """Photograph the walk; 1 when a screen could not be reached."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "out" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    failed = []
    with tempfile.TemporaryDirectory(prefix="tournee-screens-") as made, sync_playwright() as driver:
        kept = make_day(Path(made) / "kept")
        browser = driver.chromium.launch(executable_path=CHROMIUM)
        with PracticeDesk(kept, Path(made) / "p") as desk:
            desk.serve()
            context = browser.new_context(locale="fr-FR", timezone_id="Europe/Paris", has_touch=True)
            page = WatchedPage(context)
            page.page.set_viewport_size({"width": 800, "height": 1280})
            page.enter(desk.link)
            carer = Carer(desk, page)
            for name, step in WALK:
                try:
                    step(carer)
                except Exception as error:  # the others are photographed all the same
                    failed.append(f"{name}: {str(error).splitlines()[0]}")
                    continue
                _photograph(page, folder, name)
        browser.close()
    for line in failed:
        print(f"not reached: {line}")
    return 1 if failed else 0


def _photograph(page: WatchedPage, folder: Path, name: str) -> None:
    for size, (width, height) in SIZES.items():
        page.page.set_viewport_size({"width": width, "height": height})
        expect(page.title).to_be_visible()
        for theme in THEMES:
            page.page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
            page.page.wait_for_timeout(SETTLED_MS)
            file = folder / f"{name}-{size}-{theme}.png"
            last = file.read_bytes() if file.exists() else b""
            page.page.screenshot(path=file, animations="disabled")
            if last and (share := differing(last, file)) > _FEW:
                print(f"changed: {file.name}, {share:.1%} of its pixels")
    page.page.set_viewport_size({"width": 800, "height": 1280})


def differing(before: bytes, after: Path) -> float:
    """Which share of the pixels differs by more than a little; all of them in pictures of two sizes."""
    from io import BytesIO

    with Image.open(BytesIO(before)) as one, Image.open(after) as other:
        if one.size != other.size:
            return 1.0
        apart = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
        strongest = ImageChops.lighter(ImageChops.lighter(*apart.split()[:2]), apart.split()[2])
        return sum(strongest.histogram()[_A_LITTLE:]) / (one.width * one.height)


if __name__ == "__main__":
    sys.exit(main())
