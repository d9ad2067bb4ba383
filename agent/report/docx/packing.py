"""Packs a Word file so that the same document makes the same bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_EARLIEST = (1980, 1, 1, 0, 0, 0)  # a ZIP archive knows none before


def pack_docx(content: bytes, made: datetime) -> bytes:
    """Return the file with the time of the document (aware) on each of its parts, in place of that of writing it."""
    moment = max(_EARLIEST, made.astimezone(UTC).timetuple()[:6])
    file = BytesIO()
    with ZipFile(BytesIO(content)) as parts, ZipFile(file, "w", ZIP_DEFLATED) as packed:
        for part in parts.infolist():
            packed.writestr(_stamp(part, moment), parts.read(part))
    return file.getvalue()


def read_moment(content: bytes) -> datetime:
    """Return the time on the parts of a file that ``pack_docx`` made."""
    with ZipFile(BytesIO(content)) as parts:
        return datetime(*parts.infolist()[0].date_time, tzinfo=UTC)


def _stamp(part: ZipInfo, moment: tuple[int, ...]) -> ZipInfo:
    year, month, day, hour, minute, second = moment
    stamped = ZipInfo(part.filename, (year, month, day, hour, minute, second))
    stamped.compress_type, stamped.external_attr = ZIP_DEFLATED, part.external_attr
    return stamped
