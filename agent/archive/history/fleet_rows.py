"""Reads the assessments of all targets from a history, for the fleet site.

Columns and rows of findings are read of every assessment. Documents are large, so only that of the newest assessment of
each target is read, and of that only what the site shows.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby, islice
from typing import Any, NamedTuple, NotRequired

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import LargeBinary, RowMapping, Select, select, type_coerce
from sqlalchemy.orm import Session
from typing_extensions import TypedDict

from agent.archive.history.models import AssessmentRow, FindingRow
from agent.model.fleet import FleetFinding, KeptAssessment, KeptTarget, LatestDocument, Named, RunOut

# Targets that are read at once. It bounds the memory: a document has about a megabyte.
_BATCH = 40
_MOST_BYTES = 1 << 28  # of one document: more is damage, or somebody's bomb
_Texts = dict[str, str]


class _Title(TypedDict):
    title: str


class _Told(TypedDict):
    fingerprint: str
    names: NotRequired[_Texts]


class _Finding(_Told):
    resource: str
    exhausted_on: NotRequired[str | None]
    exhausted_by: NotRequired[_Texts]


class _Carried(_Told):
    resource: str
    severity: str
    muted: NotRequired[dict[str, Any] | None]


class _Result(TypedDict):
    code: str
    texts: dict[str, _Title]
    findings: list[_Finding]
    carried: NotRequired[list[_Carried]]


class _Score(TypedDict):
    low: float
    provisional: bool


class _Target(TypedDict):
    version: str


class _Authorization(TypedDict):
    until: str


class _Forecast(TypedDict):
    resource: str
    full_on: str | None


class _Figures(TypedDict):
    forecasts: NotRequired[list[_Forecast]]


class _Document(TypedDict):
    """The members of a document that are read; pydantic passes over all others without making objects of them."""

    timezone: NotRequired[str]
    target: _Target
    score: _Score
    authorization: NotRequired[_Authorization | None]
    results: list[_Result]
    figures: NotRequired[_Figures | None]


_DOCUMENT = TypeAdapter(_Document)


class FleetRow(NamedTuple):
    """One assessment and whose it is; its findings are still to be read."""

    customer: str
    target: str
    assessment: KeptAssessment


def select_fleet_rows() -> Select[Any]:
    """Return the query of all assessments without their documents, each target's together, oldest first."""
    row = AssessmentRow
    columns: tuple[Any, ...] = (
        row.id, row.customer, row.target, row.as_of, row.period_number, row.period_to, row.score, row.band,
        row.coverage_pct, row.agent_version, row.place, row.is_complete, row.unwritten,
    )  # fmt: skip
    return select(*columns).order_by(row.customer, row.target, row.as_of, row.id)


def build_fleet_row(row: RowMapping) -> FleetRow:
    """Make a record of a row. A damaged one raises."""
    assessment = KeptAssessment(
        id=row["id"],
        as_of=row["as_of"],
        period_number=row["period_number"],
        period_to=row["period_to"],
        score=None if row["score"] is None else float(row["score"]),
        band=row["band"],
        coverage_pct=float(row["coverage_pct"]),
        agent_version=row["agent_version"],
        place=row["place"],
        is_complete=row["is_complete"] is not False,
        unwritten=tuple((row["unwritten"] or "").splitlines()),
        findings=(),
    )
    return FleetRow(row["customer"], row["target"], assessment)


def read_targets(session: Session, rows: Iterable[FleetRow]) -> Iterator[KeptTarget]:
    """Yield each target of the rows with its findings and what the site shows of its newest document.

    A batch is read at a time, so that memory stays bounded. Raises what SQLAlchemy raises.
    """
    targets = groupby(rows, lambda row: (row.customer, row.target))
    grouped = ((key, [row.assessment for row in group]) for key, group in targets)
    with ThreadPoolExecutor(1, thread_name_prefix="documents") as unpacking:
        while batch := list(islice(grouped, _BATCH)):
            findings = _read_findings(session, [past.id for _, kept in batch for past in kept])
            newest = [kept[-1].id for _, kept in batch]
            packed = _read_packed(session, newest)
            # zlib lets other threads work: the next document is unpacked while one is read.
            unpacked = unpacking.map(_unpack, [packed.get(id) for id in newest])
            for ((customer, target), kept), content in zip(batch, unpacked, strict=True):
                yield KeptTarget(
                    customer=customer,
                    target=target,
                    assessments=tuple(replace(past, findings=findings.get(past.id, ())) for past in kept),
                    latest=_read_latest(content),
                )


def _read_findings(session: Session, ids: Sequence[str]) -> dict[str, tuple[FleetFinding, ...]]:
    found = FindingRow
    columns: tuple[Any, ...] = (
        found.assessment_id, found.fingerprint, found.code, found.resource, found.severity, found.outcome,
    )  # fmt: skip
    query = select(*columns).where(found.assessment_id.in_(ids)).order_by(found.assessment_id, found.position)
    rows = session.execute(query)
    return {id: tuple(FleetFinding(*row[1:]) for row in group) for id, group in groupby(rows, lambda row: row[0])}


def _read_packed(session: Session, ids: Sequence[str]) -> dict[str, bytes]:
    packed = type_coerce(AssessmentRow.document, LargeBinary())
    rows = session.execute(select(AssessmentRow.id, packed).where(AssessmentRow.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


def _unpack(packed: bytes | None) -> bytes:
    """Return the JSON of a document; nothing if it is damaged."""
    try:
        return zlib.decompressobj().decompress(packed or b"", _MOST_BYTES)
    except (zlib.error, TypeError):
        return b""


def _read_latest(content: bytes) -> LatestDocument | None:
    """Return what the site shows of a document; None if it is damaged."""
    try:
        document = _DOCUMENT.validate_json(content)
        authorization = document.get("authorization")
        return LatestDocument(
            timezone=document.get("timezone", "UTC"),
            version=document["target"]["version"],
            low=document["score"]["low"],
            provisional=document["score"]["provisional"],
            until=datetime.fromisoformat(authorization["until"]) if authorization else None,
            titles={result["code"]: _list_titles(result) for result in document["results"]},
            names=dict(_list_names(document["results"])),
            carried=tuple(_list_carried(document["results"])),
            run_outs=tuple(sorted(_list_run_outs(document), key=lambda found: (found.day, found.code, found.resource))),
        )
    except (ValidationError, ValueError):
        return None


def _list_titles(result: _Result) -> Named:
    return {language: told["title"] for language, told in result["texts"].items()}


def _list_names(results: Iterable[_Result]) -> Iterator[tuple[str, Named]]:
    for result in results:
        for told in (*result["findings"], *result.get("carried", ())):
            if names := told.get("names"):
                yield told["fingerprint"], names


def _list_carried(results: Iterable[_Result]) -> Iterator[FleetFinding]:
    for result in results:
        for entry in result.get("carried", ()):
            outcome = "muted" if entry.get("muted") else "carried"
            yield FleetFinding(entry["fingerprint"], result["code"], entry["resource"], entry["severity"], outcome)


def _list_run_outs(document: _Document) -> Iterator[RunOut]:
    for result in document["results"]:
        for found in result["findings"]:
            if day := found.get("exhausted_on"):
                yield RunOut(
                    day=date.fromisoformat(day),
                    code=result["code"],
                    resource=found["resource"],
                    names=found.get("names", {}),
                    by=found.get("exhausted_by", {}),
                )
    for forecast in (document.get("figures") or {}).get("forecasts", ()):
        if day := forecast["full_on"]:
            yield RunOut(day=date.fromisoformat(day), code="", resource=forecast["resource"], names={}, by={})
