"""Render the report as PDF. A Chromium that is already on this machine prints the HTML page."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from agent.model.document import Document
from agent.model.terms import Text
from agent.report.html.render_html import render_html
from agent.report.style import OURS, Style
from agent.support.credentials import harmless_environment
from agent.support.errors import RenderError
from agent.support.files import make_folder, name_unfinished, remove_unfinished
from agent.support.signals import hold_signals

CHROMIUM_VARIABLE = "OB_HEALTH_CHROMIUM"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
TIMEOUT_S = 90
# No host name resolves, so neither the page nor the browser can send anything from this machine.
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
# The page has its own headers and footers. Headings become the outline that viewers show.
PRINTING = ("--no-pdf-header-footer", "--generate-pdf-document-outline")


def find_chromium(environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the path of Chromium: what ``OB_HEALTH_CHROMIUM`` names, or the first known name on PATH; None without."""
    if named := environ.get(CHROMIUM_VARIABLE):
        return shutil.which(named)
    return next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)


def render_pdf(document: Document, language: str, style: Style = OURS, directory: Path | None = None) -> bytes:
    """Return the report as a PDF file. Raises RenderError without Chromium, or if Chromium fails, and OSError.

    It is made in a hidden folder in ``directory``, or in the system's folder for temporary files. Should we be killed,
    the next run in ``directory`` removes it.
    """
    chromium = find_chromium()
    if chromium is None:
        raise RenderError(
            Text(
                "a PDF needs Chromium, and none was found; install it or set {variable} to its path",
                {"variable": CHROMIUM_VARIABLE},
            )
        )
    with _make_workplace(directory) as folder:
        page, pdf = folder / "report.html", folder / "report.pdf"
        page.write_bytes(render_html(document, language, style, printed=True))
        print_page(chromium, folder, *PRINTING, f"--print-to-pdf={pdf}", page.as_uri())
        if not pdf.is_file() or not pdf.stat().st_size:
            raise RenderError(Text("Chromium wrote no PDF ({chromium})", {"chromium": chromium}))
        return pdf.read_bytes()


@contextmanager
def _make_workplace(directory: Path | None) -> Iterator[Path]:
    if directory is None:
        with tempfile.TemporaryDirectory(prefix="ob-health-", ignore_cleanup_errors=True) as name:
            yield Path(name)
        return
    remove_unfinished(directory)
    folder = name_unfinished(directory.absolute(), "pdf")
    make_folder(folder)
    try:
        yield folder
    finally:
        # The last child processes of Chromium may still write while the folder is removed.
        shutil.rmtree(folder, ignore_errors=True)


def print_page(chromium: str, folder: Path, *arguments: str) -> bytes:
    """Run headless Chromium with a new profile in ``folder`` and return its standard output.

    Raises RenderError if it fails or does not finish in ``TIMEOUT_S`` seconds.
    """
    command = (chromium, *FLAGS, f"--user-data-dir={folder / 'profile'}", *arguments)
    with _run_browser(command) as process:
        try:
            output, errors = process.communicate(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            raise RenderError(Text("Chromium did not finish in {limit_s}", {"limit_s": TIMEOUT_S})) from None
    if process.returncode:
        last = errors.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise RenderError(
            Text("Chromium failed (exit {code}): {detail}", {"code": process.returncode, "detail": "".join(last)})
        )
    return output


@contextmanager
def _run_browser(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Start Chromium in a session of its own; at the end of the block it ends, and its child processes with it."""
    process = None
    try:
        with hold_signals():  # one between the start and the answer would leave the browser to nobody
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
                env=harmless_environment(),
            )
        yield process
    finally:
        if process is not None:
            if process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            with process:
                pass  # its pipes are closed
