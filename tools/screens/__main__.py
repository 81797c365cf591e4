"""The gallery: every screen of the page on live data, in three sizes and themes, as PNG files.

./tools/dev screens            into out/screens; what differs from the last gallery that was kept is told
./tools/dev screens FOLDER     into that folder
./tools/dev screens --keep     the same, and this gallery is the last one from then on

Practice, reader and cards are the browser tests' own. Exit status 1 when a screen was not reached or differs.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from last_gallery import LastGallery
from playwright.sync_api import expect, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "web" / "browser"))

from carer import Carer
from gallery_walk import ENDS, WALK
from practice_desk import CHROMIUM, PracticeDesk, make_day
from watched_page import WatchedPage

ROOT = Path(__file__).resolve().parents[2]
SIZES = {"tablette": (800, 1280), "large": (1280, 800), "telephone": (390, 844)}
THEMES = ("clair", "sombre", "soleil")
SETTLED_MS = 350  # transitions of the page's are shorter


def main() -> int:
    """Photograph the walk, and compare."""
    folders = [Path(word) for word in sys.argv[1:] if word != "--keep"]
    folder = folders[0] if folders else ROOT / "out" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    failed = []
    pictures: dict[str, Path] = {}
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
            for name, step in (*WALK, *ENDS):
                try:
                    step(carer)
                except Exception as error:  # the others are photographed all the same
                    failed.append(f"{name}: {str(error).splitlines()[0]}")
                    continue
                pictures |= _photograph(page, folder, name)
        browser.close()
    last = LastGallery()
    differing = list(last.differing(pictures))
    for line in [*(f"not reached: {one}" for one in failed), *differing]:
        print(line)
    print(f"{len(pictures)} pictures in {folder}")
    if "--keep" in sys.argv:
        last.keep(pictures)
    return 1 if failed or differing else 0


def _photograph(page: WatchedPage, folder: Path, name: str) -> dict[str, Path]:
    """The screen in each size and theme, by its name in the gallery."""
    made = {}
    for size, (width, height) in SIZES.items():
        page.page.set_viewport_size({"width": width, "height": height})
        expect(page.title).to_be_visible()
        for theme in THEMES:
            page.page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
            page.page.wait_for_timeout(SETTLED_MS)
            file = folder / f"{name}-{size}-{theme}.png"
            page.page.screenshot(path=file, animations="disabled")
            made[file.stem] = file
    page.page.set_viewport_size({"width": 800, "height": 1280})
    return made


if __name__ == "__main__":
    sys.exit(main())
