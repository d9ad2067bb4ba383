"""Pages in a real Chromium, driven by Playwright, that must not ask the network for anything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, Request, ViewportSize, sync_playwright

from agent.model.document import Document
from agent.report.html.render_html import render_html
from tests.agent.report import sample
from tests.agent.report.pages import chromium

DESKTOP: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}
SAMPLES = ("rich", "healthy", "blind", "empty")


@dataclass
class Heard:
    """What a page asked for and complained about."""

    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@cache
def document(name: str) -> Document:
    made: Document = getattr(sample, name)()
    return made


@cache
def html(name: str, language: str) -> bytes:
    """The page of a sample."""
    return render_html(document(name), language)


@contextmanager
def opened(
    browser: Browser,
    content: bytes,
    folder: Path,
    viewport: ViewportSize = DESKTOP,
    scheme: Literal["light", "dark"] = "light",
    *,
    script: bool = True,
) -> Iterator[tuple[Page, Heard]]:
    """The page open in Chromium, with what it was heard to do; nothing but the file itself can be loaded."""
    file, heard = folder / "page.html", Heard()
    file.write_bytes(content)
    context = browser.new_context(viewport=viewport, color_scheme=scheme, java_script_enabled=script, offline=True)
    page = context.new_page()

    def asked(request: Request) -> None:
        if request.url != file.as_uri() and not request.url.startswith("data:image/"):
            heard.requests.append(request.url)

    page.on("request", asked)
    page.on("console", lambda message: heard.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.errors.append(str(error)))
    page.goto(file.as_uri(), timeout=120_000)
    try:
        yield page, heard
    finally:
        context.close()


@contextmanager
def started() -> Iterator[Browser]:
    """Debian's Chromium, driven by Playwright; without one the test is skipped and says so."""
    path = chromium()
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
