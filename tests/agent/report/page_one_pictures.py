"""``make sample``: page one of the sample report as the small pictures in docs/images that the guides show."""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import ViewportSize, sync_playwright

from agent.report.pdf.render_pdf import find_chromium
from agent.support.i18n import LANGUAGES

SIZE: ViewportSize = {"width": 1200, "height": 1500}
COLOURS = 256  # of the palette, which must hold the few coloured marks, too


def draw_page_one(sample: Path, images: Path) -> int:
    """Write ``page-one.<language>.png`` for each language; the exit code."""
    chromium = find_chromium()
    if chromium is None:
        sys.stderr.write("no Chromium, so the pictures of page one stay as they are\n")
        return 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for language in LANGUAGES:
            (report,) = sample.glob(f"report_*.{language}.html")
            page = browser.new_context(viewport=SIZE, color_scheme="light", offline=True).new_page()
            page.goto(report.resolve().as_uri())
            picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
            small = picture.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
            small.save(images / f"page-one.{language}.png", optimize=True)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(draw_page_one(Path(sys.argv[1]), Path(sys.argv[2])))
