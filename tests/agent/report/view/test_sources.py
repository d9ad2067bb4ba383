"""Each figure names its source: the view, the number of the statement, and the time."""

from __future__ import annotations

import re

from agent.catalogue.registry import load_registry
from agent.facts import find_source_spec
from agent.facts.own_statements.session import DISPENSABLE, list_own_statements
from agent.model.document import Document, SourceEntry
from agent.model.labels import OWN_STATEMENTS
from agent.report.view.report import build_report
from agent.report.view.sources import FigureSources, describe_sources, list_read_lines
from agent.report.words import Words, read_zone
from tests.agent.report import sample
from tests.agent.report.pages import page

EN = Words("en")


def _list_records(document: Document, *names: str) -> list[SourceEntry]:
    by_name = {record["source"]: record for record in document["sources"]}
    return [by_name[name] for name in names]


def test_what_was_read_is_named_in_the_words_of_its_reader() -> None:
    """Each source has a view, and each statement of the agent itself has words: no name of ours is printed."""
    assert all(spec.view for spec in map(find_source_spec, load_registry().sources) if spec)
    # Two statements are sent as the session's.
    own = {"session" if name in ("read_only", "settings") else name for name in list_own_statements()}
    assert {DISPENSABLE.get(name, name) for name in own} == OWN_STATEMENTS.keys()
    zh = Words("zh-CN")
    assert all(zh(text) != text for text in OWN_STATEMENTS.values())


def test_every_statement_has_its_number_and_every_source_its_line() -> None:
    document = sample.rich()
    lines = list_read_lines(document, Words("en", zone=read_zone(document)))
    assert [line.id for line in lines] == ["S1", "S2", "S3", ""]
    assert [line.source for line in lines] == [
        "Connection: character set",
        *(record["view"] for record in _list_records(document, "Unit", "Session", "SqlAudit")),
    ]
    assert (lines[1].source, lines[1].at) == ("oceanbase.GV$OB_UNITS", "09:30:05")
    assert (lines[2].error, lines[2].status) == ("1142", "Privilege missing")


def test_what_was_not_asked_for_is_not_called_read() -> None:
    document = sample.rich()
    (record,) = _list_records(document, "SqlAudit")
    record["status"], record["rows"] = "ok", 0
    line = list_read_lines(document, EN)[-1]
    assert (line.source, line.status, line.rows, line.duration) == (record["view"], "Nothing to read", "–", "–")
    document["statements"] = []  # an older agent's: it may have been read
    assert {one.status for one in list_read_lines(document, EN) if one.source == record["view"]} == {"Read"}


def test_figures_name_view_statement_and_time() -> None:
    document = sample.rich()
    sources = FigureSources(document, Words("en", zone=read_zone(document)))
    assert describe_sources(sources.list_sources(["Unit"])) == "GV$OB_UNITS (S2, 09:30:05)"
    assert sources.list_sources(["Session", "nothing of the kind"]) == ()
    document["statements"] += [{**document["statements"][1]}] * 3
    (source,) = FigureSources(document, EN).list_sources(["Unit"])
    assert source.numbers == "S2, S4, S5, S6"
    document["statements"] = document["statements"][3:]
    (source,) = FigureSources(document, EN).list_sources(["Unit"])
    assert (source.first, source.numbers) == ("S1", "S1–S3")


def test_a_card_leads_to_the_statement_that_its_figures_come_from() -> None:
    document = sample.rich()
    for result in document["results"]:
        result["sources"] = ["Unit"]
    text = page(document)
    assert 'href="#S2"' in text and 'id="S2"' in text
    assert all(card.sources for card in build_report(document, "en").cards)
    for mark in re.findall(r'href="#(S\d+)"', text):
        assert f'id="{mark}"' in text
