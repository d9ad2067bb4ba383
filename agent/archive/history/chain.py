"""The chain of hashes: each recorded assessment is a link with the hash of the one before.

Whoever changes or removes what was recorded breaks the chain, and ``check_chain`` names the place. What retention or
``prune`` removes leaves a tombstone with its hashes, so that the chain goes on. The chain shows changes by mistake, by
another program, and by people who do not compute the hashes anew. Against those who do, keep elsewhere what
``read_head`` says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import LargeBinary, Row, insert, select, type_coerce, update
from sqlalchemy.orm import Session

from agent.archive.history.entries import ChainHead, ChainProblem, ChainProblemKind
from agent.archive.history.models import (
    AssessmentRow,
    ChainRow,
    FindingRow,
    LinkRow,
    SnapshotPartRow,
    SnapshotRow,
    compress_json,
)
from agent.model.terms import Text
from agent.support.errors import DamagedHistory

_ONLY = 1  # the one row that is the end of the chain
# What was recorded with an assessment and is never changed. Places of files and what is still unwritten are.
_COLUMNS = (
    AssessmentRow.id,
    AssessmentRow.customer,
    AssessmentRow.target,
    AssessmentRow.as_of,
    AssessmentRow.period_number,
    AssessmentRow.period_from,
    AssessmentRow.period_to,
    AssessmentRow.score,
    AssessmentRow.band,
    AssessmentRow.coverage_pct,
    AssessmentRow.ruleset_sha256,
    AssessmentRow.agent_version,
    AssessmentRow.keep_until,
)
_FINDING = (
    FindingRow.fingerprint,
    FindingRow.code,
    FindingRow.resource,
    FindingRow.severity,
    FindingRow.outcome,
    FindingRow.risk_points,
)
_AT_ONCE = 50  # documents that are in memory at a time
_DAMAGE = (ValueError, LookupError, TypeError, AttributeError)


def append_link(session: Session, row: AssessmentRow, sealed_sha256: str, now: datetime) -> None:
    """Add the link of an assessment, in the transaction that records it; others wait until its end."""
    head = update(ChainRow).where(ChainRow.id == _ONLY).values(position=ChainRow.position + 1)
    session.execute(head.execution_options(synchronize_session=False))
    end = session.execute(select(ChainRow.position, ChainRow.sha256).where(ChainRow.id == _ONLY)).one_or_none()
    if end is None:
        text = "The history has lost the end of its chain, so nothing can be added to it. Restore it from a backup."
        raise DamagedHistory(Text(text))
    content = _hash_content(
        [getattr(row, column.key) for column in _COLUMNS],
        hashlib.sha256(compress_json(row.document)).hexdigest(),
        [[getattr(finding, column.key) for column in _FINDING] for finding in row.findings],
        sealed_sha256,
    )
    digest = _hash_link(end.position, row.id, content, end.sha256)
    link = {
        "position": end.position,
        "assessment_id": row.id,
        "content_sha256": content,
        "previous": end.sha256,
        "sha256": digest,
        "linked_at": now,
        "pruned_at": None,
    }
    session.execute(insert(LinkRow), [link])
    session.execute(
        update(ChainRow).where(ChainRow.id == _ONLY).values(sha256=digest).execution_options(synchronize_session=False)
    )


def leave_tombstones(session: Session, ids: Collection[str], now: datetime) -> None:
    """Mark the links of assessments that are removed in this transaction."""
    gone = update(LinkRow).where(LinkRow.assessment_id.in_(ids), LinkRow.pruned_at.is_(None)).values(pruned_at=now)
    session.execute(gone.execution_options(synchronize_session=False))


def read_head(session: Session) -> ChainHead:
    """Return how long the chain is, of how many links only the tombstone is left, and its last hash."""
    end = session.execute(select(ChainRow.position, ChainRow.sha256).where(ChainRow.id == _ONLY)).one_or_none()
    pruned = session.scalars(select(LinkRow.position).where(LinkRow.pruned_at.is_not(None))).all()
    linked = select(LinkRow.assessment_id).where(LinkRow.assessment_id == AssessmentRow.id).exists()
    unlinked = session.scalars(select(AssessmentRow.id).where(~linked).order_by(AssessmentRow.as_of)).all()
    return ChainHead(end.position if end else 0, end.sha256 if end else "", len(pruned), tuple(unlinked))


def check_chain(session: Session) -> Iterator[ChainProblem]:
    """Yield each place at which the chain and what is recorded differ, in the order of the chain."""
    columns = (LinkRow.position, LinkRow.assessment_id, LinkRow.content_sha256, LinkRow.previous, LinkRow.sha256)
    # Of the time it matters only whether there is one: a damaged one must not hide the rest.
    query = select(*columns, LinkRow.pruned_at.is_not(None).label("is_pruned")).order_by(LinkRow.position)
    links = session.execute(query).all()
    previous, expected = "", 1
    for start in range(0, len(links), _AT_ONCE):
        part = links[start : start + _AT_ONCE]
        contents = _hash_contents(session, [link.assessment_id for link in part if not link.is_pruned])
        for link in part:
            kind = _judge_link(link, expected, previous, contents)
            if kind:
                yield ChainProblem(kind, link.position, link.assessment_id)
            previous, expected = link.sha256, link.position + 1
    head = read_head(session)
    if (head.length, head.sha256) != (expected - 1, previous):
        yield ChainProblem(ChainProblemKind.CUT, head.length, "")


def _judge_link(
    link: Row[int, str, str, str, str, bool], expected: int, previous: str, contents: Mapping[str, str | None]
) -> ChainProblemKind | None:
    if link.position != expected or link.previous != previous:
        return ChainProblemKind.BROKEN
    if link.sha256 != _hash_link(link.position, link.assessment_id, link.content_sha256, link.previous):
        return ChainProblemKind.BROKEN
    if link.is_pruned:
        return None
    if link.assessment_id not in contents:
        return ChainProblemKind.MISSING
    return None if contents[link.assessment_id] == link.content_sha256 else ChainProblemKind.ALTERED


def _hash_contents(session: Session, ids: Sequence[str]) -> dict[str, str | None]:
    """Return the hash of what is recorded of each assessment that is there; None where it cannot be read."""
    try:
        return _hash_rows(session, ids)
    except _DAMAGE:
        pass
    found: dict[str, str | None] = {}
    for id in ids:
        try:
            found |= _hash_rows(session, [id])
        except _DAMAGE:
            found[id] = None
    return found


def _hash_rows(session: Session, ids: Sequence[str]) -> dict[str, str | None]:
    document = type_coerce(AssessmentRow.document, LargeBinary).label("content")
    rows = session.execute(select(*_COLUMNS, document).where(AssessmentRow.id.in_(ids))).all()
    findings: dict[str, list[list[Any]]] = {}
    query = select(FindingRow.assessment_id, *_FINDING).where(FindingRow.assessment_id.in_(ids))
    for id, *values in session.execute(query.order_by(FindingRow.assessment_id, FindingRow.position)):
        findings.setdefault(id, []).append(values)
    snapshots = _hash_snapshots(session, ids)
    return {
        row.id: _hash_content(
            list(row[:-1]),
            hashlib.sha256(row.content).hexdigest(),
            findings.get(row.id, []),
            snapshots.get(row.id, ""),
        )
        for row in rows
    }


def _hash_snapshots(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """Return the hash of each kept snapshot as it is; of one whose parts were pruned the hash that it had."""
    columns = (SnapshotRow.assessment_id, SnapshotRow.sealed_sha256, SnapshotRow.pruned_at.is_not(None))
    found = {}
    for id, kept_sha256, is_pruned in session.execute(select(*columns).where(SnapshotRow.assessment_id.in_(ids))):
        found[id] = kept_sha256
        if not is_pruned:
            parts = select(SnapshotPartRow.content).where(SnapshotPartRow.assessment_id == id)
            digest = hashlib.sha256()
            for content in session.scalars(parts.order_by(SnapshotPartRow.position)):
                digest.update(content)
            found[id] = digest.hexdigest()
    return found


def _hash_content(
    columns: Iterable[object], document_sha256: str, findings: Iterable[Iterable[object]], sealed_sha256: str
) -> str:
    content = [
        [_make_plain(value) for value in columns],
        document_sha256,
        [[_make_plain(value) for value in finding] for finding in findings],
        sealed_sha256,
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def _make_plain(value: object) -> object:
    """Return a value as it is written in what is hashed: alike for what is recorded and what each database returns."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float | Decimal):
        return f"{float(value):.10g}"  # databases may return an integer for 80.0, or the other way round
    return value


def _hash_link(position: int, assessment_id: str, content_sha256: str, previous: str) -> str:
    return hashlib.sha256(f"{position}\0{assessment_id}\0{content_sha256}\0{previous}".encode()).hexdigest()
