"""Render assessment.json: the document unchanged."""

from __future__ import annotations

import json

from agent.model.document import Document


def render_json(document: Document) -> bytes:
    """Return the document as indented JSON in UTF-8. Raises ValueError for NaN and infinity, which JSON lacks."""
    text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)
    # UTF-8 cannot encode a lone surrogate. It is written as \udXXX, which JSON reads as an escape.
    return text.encode("utf-8", "backslashreplace") + b"\n"
