"""The score explained: which check lost how many points, and why the score moved since last time."""

from __future__ import annotations

from dataclasses import dataclass

from agent.model.document import Document
from agent.model.labels import BRIDGE, CATEGORIES, SEVERITIES
from agent.report.words import NAME_LENGTH, Words, format_points, make_printable


@dataclass(frozen=True, slots=True, kw_only=True)
class PointLoss:
    """One check's points. ``share`` is 0-100 of all points lost; ``carried`` where an earlier result counts."""

    code: str
    title: str
    category: str
    severity: str
    severity_label: str
    points: str
    value: float
    share: float
    carried: bool


@dataclass(frozen=True, slots=True)
class ScoreChangeLine:
    """One reason why the score moved, with its sign."""

    kind: str
    label: str
    points: str
    value: float


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """From the last score to this one."""

    was: str
    now: str
    steps: tuple[ScoreChangeLine, ...]


def list_losses(document: Document, words: Words) -> tuple[PointLoss, ...]:
    """Return the checks that cost points, most points first. Their points add up to 100 minus the score."""
    lost = [result for result in document["results"] if result["points_lost"]]
    total = sum(result["points_lost"] for result in lost) or 1.0
    lost.sort(key=lambda result: (-result["points_lost"], result["code"]))
    return tuple(
        PointLoss(
            code=make_printable(result["code"], NAME_LENGTH),
            title=words.pick({language: texts["title"] for language, texts in result["texts"].items()}),
            category=words.label(CATEGORIES, result["category"]),
            severity=result["severity"] or "",
            severity_label=words.label(SEVERITIES, result["severity"]) if result["severity"] else "",
            points=format_points(result["points_lost"]),
            value=result["points_lost"],
            share=round(100 * result["points_lost"] / total, 1),
            carried=bool(result["carried_from"]),
        )
        for result in lost
    )


def build_score_change(document: Document, words: Words) -> ScoreChange | None:
    """Return why the score moved; None without two grades to compare, or if nothing moved."""
    comparison = document["comparison"]
    if not comparison or not comparison["bridge"] or comparison["score_was"] is None:
        return None
    return ScoreChange(
        format_points(comparison["score_was"]),
        format_points(document["score"]["value"]),
        tuple(
            ScoreChangeLine(
                step["kind"], words.label(BRIDGE, step["kind"]), format_signed(step["points"]), step["points"]
            )
            for step in comparison["bridge"]
        ),
    )


def format_signed(value: float) -> str:
    """Return the points with a sign; minus is U+2212, not a hyphen."""
    return f"{value:+.1f}".replace("-", "\N{MINUS SIGN}")
