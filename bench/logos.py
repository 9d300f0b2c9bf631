"""Paints the Zendesk app's two pictures from its drawings: ``python -m bench.logos``.

The small one has a drawing of its own, with thicker lines.
"""

from pathlib import Path

from tests.bench.chromium import launched

_ASSETS = Path(__file__).parents[1] / "plugin" / "zendesk_app" / "assets"
_PICTURES = {
    "logo.png": (_ASSETS / "logo.svg", 320),
    "logo-small.png": (Path(__file__).with_name("logo-small.svg"), 128),
}


def paint() -> None:
    """Write both beside the package's other assets."""
    with launched() as browser:
        for name, (drawing, side) in _PICTURES.items():
            page = browser.new_page(viewport={"width": side, "height": side})
            page.set_content(f"<style>body {{ margin: 0 }}</style>{drawing.read_text()}")
            page.locator("svg").screenshot(path=_ASSETS / name, omit_background=True)


if __name__ == "__main__":
    paint()
