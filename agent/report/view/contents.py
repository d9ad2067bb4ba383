"""The chapters of the report in their order, with their numbers: what a list of contents shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agent.report.style import Style
from agent.report.view.report import ReportView
from agent.report.words import Words


@dataclass(frozen=True, slots=True)
class Heading:
    """One chapter; ``parts`` are the (id, title) of what stands in it."""

    id: str
    number: int
    title: str
    parts: tuple[tuple[str, str], ...] = ()


def build_contents(report: ReportView, style: Style, words: Words) -> tuple[Heading, ...]:
    """Return the chapters of this report, numbered from 1."""
    categories = tuple((f"category-{chapter.key}", chapter.label) for chapter in report.chapters)
    listed = enumerate(_list_chapters(report, style, words), start=1)
    return tuple(
        Heading(key, number, title, categories if key == "chapters" else ()) for number, (key, title) in listed
    )


def _list_chapters(report: ReportView, style: Style, words: Words) -> Iterator[tuple[str, str]]:
    yield from list_own_chapters(style, "front")
    yield "scope", words("Scope")
    yield "instance", words("Instance overview")
    if report.front.since:
        yield "changes", words("Changes since last time")
    yield "top", words("Top risks")
    if report.roadmap:
        yield "roadmap", words("Roadmap")
    if report.slow_sql:
        yield "slow-sql", words("Slow SQL and index advice")
    if report.chapters:
        yield "chapters", words("By category")
    if report.platform:
        yield "platform", words("Annex: for the cloud platform")
    yield "points", words("The score explained")
    yield "not-assessed", words("Not assessed")
    if report.carried:
        yield "carried", words("Carried from an earlier assessment")
    yield "by-hand", words("To be verified by hand")
    yield "mutes", words("Mutes and overrides")
    yield "passed", words("Passed")
    if report.joined:
        yield "joined", words("Combined with another finding")
    yield "left-out", words("Not applicable or switched off")
    yield "method", words("Method and limits")
    yield "sources", words("What was read")
    if report.proof:
        yield "load", words("Load and receipt")
    yield from list_own_chapters(style, "end")
    yield "glossary", words("Glossary")


def list_own_chapters(style: Style, place: str) -> Iterator[tuple[str, str]]:
    """Yield (id, title) of the chapters that the sender adds at ``place``: ``front`` or ``end``."""
    for index, section in enumerate(style.placed(place), start=1):
        yield f"own-{place}-{index}", section.title
