"""The report as PDF: the HTML page printed by a Chromium that is already on this machine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from agent.archive.document import Document
from agent.model.terms import Text
from agent.report.html.render_html import render_html
from agent.report.style import OURS, Style
from agent.support.credentials import harmless_environment
from agent.support.errors import RenderError

CHROMIUM_VARIABLE = "OB_HEALTH_CHROMIUM"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
TIMEOUT_S = 90
# No name resolves, so that nothing leaves this machine whatever the page or the browser would like.
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
# Headers and footers are the page's own; headings become the outline that viewers show.
PRINTING = ("--no-pdf-header-footer", "--generate-pdf-document-outline")


def find_chromium(environ: Mapping[str, str] = os.environ) -> str | None:
    """Path of a Chromium: what ``OB_HEALTH_CHROMIUM`` names, or the first known name on PATH; None without."""
    if named := environ.get(CHROMIUM_VARIABLE):
        return shutil.which(named)
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def render_pdf(document: Document, language: str, style: Style = OURS) -> bytes:
    """The printed report. Raises RenderError without Chromium, or when it fails."""
    chromium = find_chromium()
    if chromium is None:
        raise RenderError(
            Text(
                "a PDF needs Chromium, and none was found; install it or set {variable} to its path",
                {"variable": CHROMIUM_VARIABLE},
            )
        )
    # Chromium's last helpers may still write while the folder is being removed.
    with tempfile.TemporaryDirectory(prefix="ob-health-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        page, pdf = folder / "report.html", folder / "report.pdf"
        page.write_bytes(render_html(document, language, style, printed=True))
        print_page(chromium, folder, *PRINTING, f"--print-to-pdf={pdf}", page.as_uri())
        if not pdf.is_file() or not pdf.stat().st_size:
            raise RenderError(Text("Chromium wrote no PDF ({chromium})", {"chromium": chromium}))
        return pdf.read_bytes()


def print_page(chromium: str, folder: Path, *arguments: str) -> bytes:
    """Run Chromium headless with a fresh profile in ``folder``; its standard output. Raises RenderError."""
    command = (chromium, *FLAGS, f"--user-data-dir={folder / 'profile'}", *arguments)
    # A session of its own, so that a timeout ends the helpers as well.
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=harmless_environment(),
    ) as process:
        try:
            output, errors = process.communicate(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise RenderError(Text("Chromium did not finish in {limit_s}", {"limit_s": TIMEOUT_S})) from None
    if process.returncode:
        last = errors.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise RenderError(
            Text("Chromium failed (exit {code}): {detail}", {"code": process.returncode, "detail": "".join(last)})
        )
    return output
