"""Bounds of a workbook that people send back, looked at before the library opens it.

The library makes an object of every cell, and of every cell of a merged or linked range: a megabyte of zipped XML can
become gigabytes.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import NoReturn
from xml.parsers import expat
from zipfile import ZipFile

from openpyxl.utils import column_index_from_string

from agent.model.labels import N_
from agent.model.terms import Text
from agent.support.archives import TooLarge, require_bounds

# A list has some hundred lines of thirty cells. The rest is room for what people add.
UNPACKED_BYTES_MAX = 64 << 20
ROWS_MAX = 50_000
CELLS_MAX = 500_000
COLUMNS_MAX = 1000
_ELEMENTS_MAX = 4 * CELLS_MAX
_CHUNK = 1 << 20
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})")


def check_bounds(content: bytes) -> None:
    """Raise TooLarge for a workbook with more than any list of findings has.

    Raises BadZipFile, ExpatError or another error of the libraries for a file that is none.
    """
    require_bounds(content, UNPACKED_BYTES_MAX)
    with ZipFile(BytesIO(content)) as archive:
        counts = _Counts()
        for part in archive.infolist():
            if part.filename.endswith((".xml", ".rels", ".vml")):
                counts.begin_part()
                with archive.open(part) as file:
                    while chunk := file.read(_CHUNK):
                        counts.feed(chunk)


def _refuse(what: str, most: int) -> NoReturn:
    raise TooLarge("it has more than {most_count} {what}", most_count=most, what=Text(what, {}))


class _Counts:
    """Counts what the library would make objects of. A document type is refused: it could multiply texts."""

    def __init__(self) -> None:
        self._elements = self._rows = self._cells = 0
        self._columns: set[str] = set()

    def begin_part(self) -> None:
        self._columns.clear()
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._count
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype

    def feed(self, chunk: bytes) -> None:
        self._parser.Parse(chunk, False)

    def _refuse_doctype(self, *_: object) -> None:
        raise TooLarge("it has a document type, which no program for spreadsheets writes")

    def _count(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        kind = name.rpartition(" ")[2]
        if kind == "row":
            self._rows += 1
        elif kind == "c":
            self._cells += 1
            self._columns.add(attributes.get("r", "").rstrip("0123456789"))
        elif kind in ("mergeCell", "hyperlink"):
            self._cells += _measure_area(attributes.get("ref", ""))
        for what, number, most in (
            (N_("rows"), self._rows, ROWS_MAX),
            (N_("cells"), self._cells, CELLS_MAX),
            (N_("columns"), len(self._columns), COLUMNS_MAX),
            (N_("elements"), self._elements, _ELEMENTS_MAX),
        ):
            if number > most:
                _refuse(what, most)


def _measure_area(ref: str) -> int:
    found = _RANGE.fullmatch(ref)
    if not found:
        return 1
    left, right = (int(column_index_from_string(name)) for name in (found[1], found[3]))
    return (abs(right - left) + 1) * (abs(int(found[4]) - int(found[2])) + 1)
