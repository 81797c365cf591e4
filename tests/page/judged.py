"""The tablet's own screens as they are judged: in two sizes, light and dark."""

from collections.abc import Sequence

from watched_page import WatchedPage

SIZES = ((320, 640), (800, 1280))
_CONTRAST = ("color-contrast",)
_OVER = """() => [...document.querySelectorAll("body *")]
  .filter((one) => one.checkVisibility() && !one.closest(".sr, dialog:not([open])"))
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
  .map((one) => one.outerHTML.slice(0, 120))"""
_DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def wrong_with(page: WatchedPage, name: str) -> list[str]:
    """What axe-core has against the screen that is shown, and what stands out of the window at its side; in
    the dark its contrast, which is all that a theme changes.
    """
    found: list[str] = []
    for width, height in SIZES:
        page.page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            page.page.emulate_media(color_scheme=theme)
            page.page.evaluate(_DRAWN)
            rules: Sequence[str] = () if theme == "light" else _CONTRAST
            found += [f"{name}, {width}, {theme}: {one}" for one in page.axe(rules)]
        found += [f"{name}, {width}: {one}" for one in page.page.evaluate(_OVER)]
    page.page.emulate_media(color_scheme="light")
    return found
