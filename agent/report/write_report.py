"""Writes a whole report, and says which of its files are missing and how to get them."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.engagement.report_block import ReportBlock
from agent.model.document import Document
from agent.model.terms import Text
from agent.report.render import HOUSE, name_files, name_formats, render_files
from agent.report.view.file_names import LIST, name_file
from agent.support.errors import ConfigError, RenderError, Stopped

_DOCUMENT, _SNAPSHOT = "assessment.json", "snapshot.obh"
_STOPPED = Text(
    "Stopped while the report was written. Missing are: {files}. The assessment is kept; write them with: {command}"
).msgid
_LEFT_BEHIND = Text(
    "{path}: this list of the last assessment holds entries written by hand, and the new one does not. Write it again "
    "with: {command}"
).msgid
_WRITE_LATER = Text("After that is corrected, write {files} with: {command}").msgid


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWish:
    """Which report is wanted, and where. ``update`` is an earlier list of findings.

    ``engagement``, ``recorded_id`` (the assessment is in its history) and ``snapshot`` (it was judged from that file)
    are for the command that writes what is missing.
    """

    directory: Path
    formats: Sequence[str]
    languages: Sequence[str]
    house: ReportBlock = HOUSE
    update: Path | None = None
    engagement: Path | None = None
    recorded_id: str = ""
    snapshot: Path | None = None


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """The files that were written, the names of those that were not, and a warning for each reason."""

    files: tuple[Path, ...]
    unwritten: tuple[str, ...] = ()
    warnings: tuple[Text, ...] = ()


def write_report(document: Document, wish: ReportWish) -> WrittenReport:
    """Render an assessment in every format and language. A format that fails is a warning if another was written.

    Raises RenderError if none was. A signal's Stopped says which files are missing and how to write them.
    """
    try:
        files = render_files(
            document, wish.formats, wish.languages, wish.directory, house=wish.house, update=wish.update
        )
    except Stopped as stopped:
        stopped.text = _advise_command(_STOPPED, wish, list_missing(document, wish, stopped.written))
        raise
    except RenderError as error:
        missing = list_missing(document, wish, error.written)
        problems = (*error.problems, _advise_command(_WRITE_LATER, wish, missing))
        if not error.written:
            raise RenderError(error.text, problems) from None
        return WrittenReport(error.written, missing, (error.text, *problems))
    return WrittenReport(tuple(files))


def list_left_behind(document: Document, set_aside: Path, wish: ReportWish) -> tuple[Text, ...]:
    """Return a message for each list that was set aside and in which people wrote what the new one does not hold."""
    return tuple(
        _advise_command(_LEFT_BEHIND, dataclasses.replace(wish, update=path), [path.name], path=str(path))
        for path in sorted({*set_aside.glob("findings.*.xlsx"), *set_aside.glob("findings_*.xlsx")})
        if _holds_more(path, wish.directory / name_file(LIST, document, path.name.split(".")[-2]))
    )


def _holds_more(before: Path, now: Path) -> bool:
    from agent.report.xlsx.render_xlsx import holds_more_writing  # only once there is an earlier list

    try:
        return holds_more_writing(before, now.read_bytes() if now.exists() else None)
    except (ConfigError, ImportError, OSError):
        return False  # no list of ours, or nothing here that could read it


def list_missing(document: Document, wish: ReportWish, written: Sequence[Path]) -> tuple[str, ...]:
    """Return the names of the files that are wanted and are not among those written."""
    names = {path.name for path in written}
    return tuple(name for name in name_files(document, wish.formats, wish.languages) if name not in names)


def _advise_command(msgid: str, wish: ReportWish, missing: Sequence[str], **args: str) -> Text:
    """Return the message with the files that are missing and the command that writes them."""
    document = wish.directory / _DOCUMENT
    if wish.recorded_id:
        command = ["render", "-a", wish.recorded_id]
    elif document.name not in missing and document.exists():
        command = ["render", "-a", str(document)]
    else:
        command = ["evaluate", "-s", str(wish.snapshot or wish.directory / _SNAPSHOT)]
    command += ["-f", ",".join(name_formats(missing)), "-l", ",".join(wish.languages), "-o", str(wish.directory)]
    command += ["-e", str(wish.engagement)] if wish.engagement else []
    command += ["--update", str(wish.update)] if wish.update and command[0] == "render" else []
    return Text(msgid, {"files": ", ".join(missing), "command": shlex.join(["ob-health", *command]), **args})
