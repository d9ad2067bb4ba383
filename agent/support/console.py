"""Print messages, summaries and errors in the reader's language. Text from outside is never markup."""

from __future__ import annotations

import json
import locale
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text as Plain

from agent.model.terms import Text, Unit
from agent.support.errors import ConfigError, HealthAgentError, RenderError
from agent.support.i18n import LANGUAGES, format_value, render_text, translate

if TYPE_CHECKING:
    from agent.model.document import Document, ResultEntry, ScoreEntry


class Loudness(IntEnum):
    """How much is told. Quiet: warnings, errors, and what programs read. Verbose and debug tell more on stderr."""

    QUIET = 0
    NORMAL = 1
    VERBOSE = 2
    DEBUG = 3


_chosen_language: ContextVar[str] = ContextVar("language", default="")
_preferred_language: ContextVar[str] = ContextVar("preferred_language", default="")
_subject: ContextVar[tuple[str, str]] = ContextVar("subject", default=("", ""))
_loudness: ContextVar[Loudness] = ContextVar("loudness", default=Loudness.NORMAL)
_kept: ContextVar[list[Text] | None] = ContextVar("kept", default=None)
out = Console()
err = Console(stderr=True)
BAND_STYLES = {"excellent": "green", "good": "green", "attention": "yellow", "poor": "red", "danger": "bold red"}
SEVERITY_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan"}
_WORST_SHOWN = 3
_WHOLE_COLUMNS, _MIN_FOLDED_WIDTH, _COLUMN_GAP = ("id", "code", "SQL_ID"), 10, 2
BAND_WORDS = {
    "excellent": "excellent", "good": "good", "attention": "needs attention", "poor": "poor", "danger": "in danger",
}  # fmt: skip


def set_loudness(level: Loudness) -> None:
    """From now on tell so much."""
    _loudness.set(level)


def is_told(level: Loudness) -> bool:
    """Whether what belongs to this level is printed."""
    return _loudness.get() >= level


def choose_language() -> str:
    """Return the language of ``--lang``, of ``OB_HEALTH_LANG``, of the locale (as POSIX orders it), or English.

    English too where the environment asks for Chinese and standard output has no letters for it.
    """
    if chosen := _chosen_language.get() or _preferred_language.get():
        return chosen
    wanted = next(filter(None, map(os.environ.get, ("OB_HEALTH_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))), "")
    wanted = wanted or (locale.getlocale()[0] or "")
    return "zh-CN" if wanted.lower().startswith("zh") and _has_chinese_letters() else "en"


def _has_chinese_letters() -> bool:
    try:
        "中".encode(getattr(out.file, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def prefer_language(chosen: str) -> None:
    """From now on speak this language; with an empty string that of the environment."""
    _preferred_language.set(chosen)


def say_if_language_is_unknown() -> None:
    """Warn if ``OB_HEALTH_LANG`` names an unknown language, and list the known ones."""
    wanted = os.environ.get("OB_HEALTH_LANG", "")
    if wanted and not wanted.lower().startswith(("zh", "en")):
        args = {"given": wanted, "known": ", ".join(LANGUAGES)}
        warn(Text("OB_HEALTH_LANG: there is no language {given}; known are {known}.", args))


@contextmanager
def use_language(chosen: str) -> Iterator[None]:
    """Use another language for the time of the block, for what is written to files."""
    before = _chosen_language.set(chosen)
    try:
        yield
    finally:
        _chosen_language.reset(before)


def localize(msgid: str, **args: Any) -> str:
    """Return a message in the reader's language."""
    return render_text(Text(msgid, args), choose_language()) if args else translate(msgid, choose_language())


def localize_text(message: Text | None) -> str:
    """Return a ``Text`` in the reader's language."""
    return render_text(message, choose_language())


def strip_controls(text: str) -> str:
    """Replace control characters by spaces: a name from a database must not move the cursor."""
    return "".join(char if char.isprintable() else " " for char in text)


def say(msgid: str, style: str = "", **args: Any) -> None:
    """Print one line to standard output, unless it is to be quiet."""
    if is_told(Loudness.NORMAL):
        out.print(Plain(strip_controls(localize(msgid, **args)), style=style), soft_wrap=True)


def print_json(value: Any) -> None:
    """Print for programs, also when it is to be quiet. What the encoding lacks is escaped, so nothing is lost."""
    print_verbatim(json.dumps(value, ensure_ascii=not out.encoding.startswith("utf"), indent=2))


def print_verbatim(text: str) -> None:
    """Print what is laid out already, or is for programs, also when it is to be quiet; a line end is added."""
    out.file.write(text.removesuffix("\n") + "\n")


def tell_more(msgid: str, level: Loudness = Loudness.VERBOSE, **args: Any) -> None:
    """Print one line to standard error for those who want to know more."""
    if is_told(level):
        err.print(Plain(strip_controls(localize(msgid, **args)), style="dim"), soft_wrap=True)


@contextmanager
def speak_of(customer: str, target: str) -> Iterator[None]:
    """Name this customer and target in every warning and error of the block."""
    before = _subject.set((customer, target))
    try:
        yield
    finally:
        _subject.reset(before)


@contextmanager
def keep_messages() -> Iterator[list[Text]]:
    """Yield a list to which the warnings and errors of the block are added; they are printed all the same."""
    kept: list[Text] = []
    before = _kept.set(kept)
    try:
        yield kept
    finally:
        _kept.reset(before)


def _keep(*texts: Text) -> None:
    kept = _kept.get()
    if kept is not None:
        kept.extend(texts)


def name_subject(message: Text | None = None) -> str:
    """Return customer and target of what is being said, to stand before it; a message that names the target has it."""
    customer, target = _subject.get()
    if not customer:
        return ""
    return f"{customer}: " if message and "{target}" in message.msgid else f"{customer} · {target}: "


def warn(text: Text) -> None:
    """Print one line to standard error."""
    _keep(text)
    said = name_subject(text) + render_text(text, choose_language())
    err.print(Plain("! " + strip_controls(said), style="yellow"), soft_wrap=True)


def fail(error: HealthAgentError, target: str = "") -> None:
    """Print an error with all its problems, without traceback. ``target`` is named unless the message names it."""
    said = render_text(error.text, choose_language())
    if target and "{target}" not in error.text.msgid:
        said = localize("{target}: {said}", target=target, said=said)
    said = ("" if target else name_subject(error.text)) + said
    err.print(Plain(strip_controls(said), style="bold red"), soft_wrap=True)
    problems = error.problems if isinstance(error, ConfigError | RenderError) else ()
    _keep(error.text, *problems)
    for problem in problems:
        err.print(Plain("  " + strip_controls(render_text(problem, choose_language()))), soft_wrap=True)


def print_table(headings: Iterable[str], rows: Iterable[Iterable[object]], title: str = "") -> None:
    """Print a table of plain cells, unless it is to be quiet.

    They fold to the terminal's width and are never cut. Ids and codes do not fold.
    """
    if not is_told(Loudness.NORMAL):
        return
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    cells = [[cell if isinstance(cell, Plain) else Plain(strip_controls(str(cell))) for cell in row] for row in rows]
    titles = [Plain(localize(heading)) for heading in headings]
    grid = Table(
        title=localize(title) if title else None,
        title_justify="left",
        box=SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    least = 0
    for index, heading in enumerate(headings):
        whole, column = heading in _WHOLE_COLUMNS, (titles[index], *(row[index] for row in cells))
        longest = max((cell_len(word) for cell in column for word in cell.plain.split()), default=1)
        width = longest if whole else min(longest, _MIN_FOLDED_WIDTH)
        grid.add_column(titles[index], overflow="fold", no_wrap=whole, min_width=width)
        least += width + _COLUMN_GAP
    for row in cells:
        grid.add_row(*row)
    if least - _COLUMN_GAP > out.width:
        grid.width = least - _COLUMN_GAP  # a narrower terminal breaks the lines itself
    out.print(grid, crop=False)


def print_summary(document: Document, files: Iterable[Path]) -> None:
    """Print score, grade, coverage, change, the worst findings, and where the report is, unless it is to be quiet."""
    if not is_told(Loudness.NORMAL):
        return
    files = tuple(files)
    out.print(_sum_up_score(document), soft_wrap=True)
    _say_best_unlock(document)
    _print_worst(document, files)
    cost = document["cost"]
    say(
        "  cost to the database: {statements_count} statements, {time}",
        "dim",
        statements_count=cost["statements"],
        time=format_value(cost["database_ms"], Unit.MILLISECONDS, choose_language()),
    )
    for file in files:
        out.print(Plain(f"  → {file}", style="dim"), soft_wrap=True)


def _sum_up_score(document: Document) -> Plain:
    score = document["score"]
    band = score["band"]
    grade = localize(BAND_WORDS[band]) if band else _explain_no_grade(score)
    shown = Plain()
    shown.append(strip_controls(f"{document['customer']} · {document['target']['name']}  "), style="bold")
    shown.append(f"{score['value']:.1f}", style=BAND_STYLES.get(band or "", "bold"))
    shown.append(f" ({score['low']:.1f} – {score['high']:.1f})  {grade}")
    if band and score["provisional"]:
        shown.append(f" ({localize('provisional')})")
    shown.append("  " + localize("coverage {coverage_pct}", coverage_pct=score["coverage_pct"]))
    delta = document["comparison"]["score_delta"] if document["comparison"] else None
    if delta is not None:
        shown.append("  " + localize("{delta} since last time", delta=f"{delta:+.1f}"))
    return shown


def _explain_no_grade(score: ScoreEntry) -> str:
    if not score["grade_needs"]:
        return localize("no grade: too little could be assessed")
    return localize("no grade without {codes}", codes=", ".join(need["code"] for need in score["grade_needs"]))


def _print_worst(document: Document, files: Iterable[Path]) -> None:
    """Print a line for each of the checks that cost most, and how many more have findings."""
    costly = sorted(_find_costly_results(document), key=lambda item: (-item["points_lost"], item["code"]))
    worst, found = costly[:_WORST_SHOWN], _count_results_with_findings(document)
    for result in worst:
        finding = next(finding for finding in result["findings"] if not finding["muted"])
        line = Plain("  ")
        severity = result["severity"] or finding["severity"]
        line.append(set_cell_size(localize(severity), 9), style=SEVERITY_STYLES[severity])
        line.append(f"{result['code']}  −{result['points_lost']:.1f}  ")
        line.append(strip_controls(finding["texts"][choose_language()])[:200])
        out.print(line, soft_wrap=True)
    if found > len(worst):
        args = {"shown_count": len(worst), "all_count": found, "where": _name_report(document, files)}
        say("  {shown_count} of {all_count} checks with findings shown; all in {where}", "dim", **args)


def _name_report(document: Document, files: Iterable[Path]) -> str:
    """Return the report that a person would open: HTML in their language before others, or the command for one."""
    ranks = (f"report.{choose_language()}.html", ".html", ".pdf", ".docx", ".xlsx", ".json")
    named = ((rank, str(file)) for file in files for rank, ending in enumerate(ranks) if file.name.endswith(ending))
    return min(named, default=(0, f"ob-health render -a {document['assessment_id']} -o DIR"))[1]


def _say_best_unlock(document: Document) -> None:
    """Print what would raise the coverage most, if it is known."""
    best = next((unlock for unlock in document["unlocks"] if unlock["needs"]), None)
    if best and best["coverage_pct"] > 0:
        needs = "; ".join(text[choose_language()] for text in best["needs"])
        say("  +{coverage_pct} coverage: {needs}", coverage_pct=best["coverage_pct"], needs=needs)


def _find_costly_results(document: Document) -> list[ResultEntry]:
    """Return the results that cost points and have a finding that is not muted."""
    return [item for item in document["results"] if item["points_lost"] > 0 and _has_open_finding(item)]


def _count_results_with_findings(document: Document) -> int:
    return sum(map(_has_open_finding, document["results"]))


def _has_open_finding(result: ResultEntry) -> bool:
    return not all(finding["muted"] for finding in result["findings"])
