"""The member ``track_record`` of the document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agent.model.document import Document
from agent.model.document_track_record import PredictionEntry
from agent.model.track_record import Prediction, count_hits


def add_track_record(document: Document, found: Sequence[Prediction], earlier: Iterable[bool]) -> Document:
    """Return a copy of the document with what became of predictions; the given document is not changed.

    ``earlier`` tells of each prediction that earlier assessments could judge whether it came true.
    """
    rate = count_hits([*earlier, *(one.came_true for one in found)])
    return {
        **document,
        "track_record": {
            "predictions": [_serialize(one) for one in found],
            "came_true": rate.came_true,
            "counted": rate.counted,
            "low_pct": rate.low_pct,
            "high_pct": rate.high_pct,
        },
    }


def _serialize(one: Prediction) -> PredictionEntry:
    return {
        "kind": one.kind.value,
        "code": one.code,
        "fingerprint": one.fingerprint,
        "resource": one.resource,
        "advised_id": one.advised_id,
        "predicted": one.predicted,
        "predicted_most": one.predicted_most,
        "measured": one.measured,
        "came_true": one.came_true,
    }
