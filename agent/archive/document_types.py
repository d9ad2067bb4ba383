"""Checks that a document read from a file holds what its types say: nothing else, and nothing more."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

from agent.archive.document_earlier import read_earlier
from agent.model.document import Document

_YEARS = range(2000, 2200)


def find_wrong_member(document: Document) -> str:
    """Return the path of a member that is missing, unknown or of another type, such as ``results[3].code``; or ""."""
    try:
        _build_adapter().validate_python([document])
        read_earlier(document)  # words and times
        return "" if is_plausible(datetime.fromisoformat(document["as_of"])) else "as_of"
    except ValidationError as error:
        return _format_place(error.errors(include_url=False, include_input=False)[0]["loc"][1:])
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError):
        return "results"


def is_plausible(moment: datetime) -> bool:
    """Whether an assessment can be of this time, which has a zone: close to the first and last year others fail."""
    return moment.tzinfo is not None and moment.year in _YEARS


@cache
def _build_adapter() -> TypeAdapter[Any]:
    # In a list, because a TypedDict takes its configuration from what holds it.
    return TypeAdapter(list[Document], config=ConfigDict(strict=True, extra="forbid"))


def _format_place(loc: tuple[int | str, ...]) -> str:
    steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc]
    return "".join(steps).removeprefix(".")[:200]
