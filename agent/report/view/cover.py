"""The cover, the scope and the glossary: who, what, when, and what the words mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from agent.model.document import AuthorizationEntry, Document
from agent.model.document_track_record import TrackRecordEntry
from agent.model.labels import DATA_CLASSES, N_, SIGNED
from agent.model.terms import Outcome, Unit
from agent.report.words import NAME_LENGTH, NOTHING, Words, make_printable

GLOSSARY = (
    (N_("Tenant"), N_("A database of its own inside an OceanBase cluster, with its own CPU, memory and accounts.")),
    (N_("Zone"), N_("A group of servers that holds one copy of the data; with three zones, one may fail.")),
    (N_("Memstore"), N_("The memory that takes new data first; when it is full, writes are throttled or fail.")),
    (N_("Compaction"), N_("Merges incremental data into the baseline data on disk; keeps reads fast and releases "
    "space.")),
    (N_("Tablet"), N_("The unit in which a partition of a table or index is stored and moved.")),
    (N_("SQL pattern"), N_("Statements that differ only in their values; they share one SQL_ID.")),
    (N_("Execution plan"), N_("How the database executes a statement: which index it uses and in which order.")),
    (N_("Check"), N_("One question to the tenant with a limit; it passes, has findings, or cannot be assessed.")),
    (N_("Finding"), N_("An object whose measured value exceeds the limit of a check.")),
    (N_("Severity"), N_("Critical, high, medium or low: how far the value lies beyond the limits of the rules.")),
    (N_("Points lost"), N_("Points that a check takes from 100; together they add up to 100 minus the score.")),
    (N_("Coverage"), N_("The share of the risk points at stake that could be assessed.")),
    (N_("Range"),
     N_("The range of the score if everything were assessed; the low end assumes that checks that were not assessed "
     "fail as often as usual.")),
    (N_("Mute"),
     N_("A finding that is exempted until a date, with an owner; it is shown, and takes no points unless critical.")),
    (N_("Information from the customer"), N_("A fact that SQL cannot show, stated by a named person.")),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """The title page. ``facts`` are (name, value) without the empty ones."""

    title: str
    customer: str
    target: str
    version: str
    assessed: str
    number: str
    valid_until: str
    classification: str
    prepared_by: str
    reviewed_by: str
    facts: tuple[tuple[str, str], ...]


def build_cover(document: Document, period: str, words: Words) -> Cover:
    """Return the title page. ``period`` is the text that page one prints."""
    colophon = document["colophon"]

    def print_name(text: str | None) -> str:
        return make_printable(text or "", NAME_LENGTH)

    target = document["target"]
    made = Cover(
        title=words("OceanBase Health Assessment"),
        customer=make_printable(document["customer"], NAME_LENGTH),
        target=make_printable(target["name"], NAME_LENGTH),
        version=make_printable(target["version"], NAME_LENGTH),
        assessed=words.moment(document["as_of"]),
        number=make_printable(document["assessment_id"], NAME_LENGTH),
        valid_until=print_name(colophon["valid_until"]),
        classification=print_name(colophon["classification"]),
        prepared_by=print_name(colophon["prepared_by"]),
        reviewed_by=print_name(colophon["reviewed_by"]),
        facts=(),
    )
    facts = (
        (words("Customer"), made.customer),
        (words("Target"), made.target),
        (words("OceanBase version"), made.version),
        (words("Period"), "" if period == NOTHING else period),
        (words("Assessed"), made.assessed),
        (words("Report number"), made.number),
        (words("Valid until"), made.valid_until),
        (words("Prepared by"), made.prepared_by),
        (words("Reviewed by"), made.reviewed_by),
        (words("Classification"), made.classification),
    )
    return replace(made, facts=tuple((name, value) for name, value in facts if value))


def build_scope(document: Document, words: Words) -> tuple[tuple[str, str], ...]:
    """Return what was looked at, as (name, value)."""
    outcomes = [result["outcome"] for result in document["results"]]
    business = document["business"]
    periods = words("; ").join(
        f"{make_printable(period['name'], NAME_LENGTH)} ({period['from']} – {period['to']})"
        for period in business["critical_periods"]
    )
    left_out = sum(outcome in (Outcome.NOT_APPLICABLE, Outcome.DISABLED) for outcome in outcomes)
    told = (
        (words("Checks in the catalogue"), words.count(len(outcomes))),
        (words("Checks that apply here"), words.count(len(outcomes) - left_out)),
        (words("Sources read"), words.count(sum(source["status"] == "ok" for source in document["sources"]))),
        (words("Peak load, as the customer says"), _format_quantity(business["peak_qps"], Unit.COUNT, words)),
        (
            words("Growth per year, as the customer says"),
            _format_quantity(business["growth_pct_per_year"], Unit.PCT, words),
        ),
        (words("Critical periods of the business"), periods),
        (words("Earlier predictions that came true"), _format_track_record(document["track_record"], words)),
        *_list_permission(document["authorization"], words),
    )
    return tuple((name, value) for name, value in told if value)


def _format_track_record(told: TrackRecordEntry | None, words: Words) -> str:
    """Return how many predictions of earlier reports came true, with the interval of the rate; empty without any."""
    if not told or not told["counted"]:
        return ""
    return words(
        "{came_true} of {counted}, {rate} (between {low} and {high} with 95 % confidence)",
        came_true=words.count(told["came_true"]),
        counted=words.count(told["counted"]),
        rate=words.value(100 * told["came_true"] / told["counted"], Unit.PCT),
        low=words.value(told["low_pct"], Unit.PCT),
        high=words.value(told["high_pct"], Unit.PCT),
    )


def _list_permission(authorization: AuthorizationEntry | None, words: Words) -> Iterator[tuple[str, str]]:
    """Yield what the authorization lets be read, and how to tell that it is the one that was signed."""
    if not authorization:
        return
    granted = (words.label(DATA_CLASSES, name) for name in authorization["data_classes"])
    yield words("Data classes granted"), words(", ").join(granted)
    for key in ("signer", "sha256"):
        yield words(SIGNED[key]), make_printable(authorization[key])


def _format_quantity(value: float | None, unit: Unit, words: Words) -> str:
    return "" if value is None else words.value(value, unit)


def build_glossary(words: Words) -> tuple[tuple[str, str], ...]:
    """Return the words that a manager may not know, as (word, meaning)."""
    return tuple((words(word), words(meaning)) for word, meaning in GLOSSARY)
