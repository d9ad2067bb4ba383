"""assessment.json: the document as it is."""

from __future__ import annotations

import json

from agent.archive.document import Document


def render_json(document: Document) -> bytes:
    """UTF-8 JSON, readable. Raises ValueError for a number that JSON lacks (NaN, infinity)."""
    text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)
    # A lone surrogate has no UTF-8; written as \udXXX it is JSON's own escape.
    return text.encode("utf-8", "backslashreplace") + b"\n"
