"""The member ``track_record`` of the assessment document: what became of what earlier assessments predicted."""

from __future__ import annotations

from typing_extensions import TypedDict  # pydantic checks documents by these types, and asks for this one


class PredictionEntry(TypedDict):
    """One prediction on a finding that is resolved now; the units are those of ``agent.model.track_record``."""

    kind: str
    code: str
    fingerprint: str
    resource: str
    advised_id: str
    predicted: float
    predicted_most: float | None
    measured: float
    came_true: bool


class TrackRecordEntry(TypedDict):
    """What this assessment could tell of predictions, and the rate of all so far, this assessment among them.

    ``low_pct`` and ``high_pct`` hold the true rate in 95 % of cases.
    """

    predictions: list[PredictionEntry]
    came_true: int
    counted: int
    low_pct: float
    high_pct: float
