"""A Word file has the time of its document, not of the machine: the same document makes the same bytes."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

import docx
import pytest

from agent.report.docx.packing import pack_docx, read_moment
from report_templates.docx_source.__main__ import SOURCES, built
from tests.agent.report.office import parts

MADE = datetime(2026, 3, 5, 7, 8, 10, tzinfo=UTC)


def save_now(monkeypatch: pytest.MonkeyPatch, year: int) -> bytes:
    """An empty document, saved by a machine of that year."""
    moment = time.struct_time((year, 1, 2, 3, 4, 6, 0, 2, 0))
    monkeypatch.setattr(time, "localtime", lambda *_: moment)
    monkeypatch.setattr(time, "time", lambda: datetime(year, 1, 2, tzinfo=UTC).timestamp())
    file = BytesIO()
    docx.Document().save(file)
    return file.getvalue()


def list_times(content: bytes) -> set[tuple[int, ...]]:
    with ZipFile(BytesIO(content)) as archive:
        return {part.date_time for part in archive.infolist()}


def test_what_is_saved_at_another_time_is_packed_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = save_now(monkeypatch, 2027), save_now(monkeypatch, 2031)
    assert list_times(one) != list_times(other)
    packed = pack_docx(one, MADE)
    assert packed == pack_docx(other, MADE) != pack_docx(one, MADE.replace(year=2025))
    assert list_times(packed) == {(2026, 3, 5, 7, 8, 10)}
    assert parts(packed) == parts(one)


def test_packed_again_it_keeps_its_time() -> None:
    file = BytesIO()
    docx.Document().save(file)
    packed = pack_docx(file.getvalue(), MADE)
    assert read_moment(packed) == MADE
    assert pack_docx(packed, read_moment(packed)) == packed


def test_a_time_before_all_archives() -> None:
    file = BytesIO()
    docx.Document().save(file)
    assert list_times(pack_docx(file.getvalue(), datetime(1970, 1, 1, tzinfo=UTC))) == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("place", SOURCES, ids=lambda place: place.name)
def test_the_templates_have_a_fixed_time(place: object) -> None:
    source = next(source for known, source in SOURCES.items() if known == place)
    assert list_times(built(source)) == {(2026, 11, 1, 0, 0, 0)}
