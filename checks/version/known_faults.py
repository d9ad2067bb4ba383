"""The table of known faults, ``known_faults.tsv``: which builds have which, and which build mends it.

A build is written as its four numbers, with its patch level where that decides: ``4.2.1.3 BP3 HF1``. As the last
build, fewer numbers, or a BP without an HF, stand for all that begin so. A release note that names a mended fault does
not say which build had it first: that is the first of the series then.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Self

from agent.api import Version

PLACE = "known_faults.tsv"
COLUMNS = ("series", "first", "last", "fixed", "harm", "condition", "what", "source")
_WRITTEN = re.compile(r"(\d+(?:\.\d+){1,3})(?: BP(\d+)(?: HF(\d+))?)?")
_COMMENT = re.compile(r"\b(\d+\.\d+\.\d+\.\d+) \(r\d(\d\d)(\d\d)\d{13}-")
_NUMBERS = 4
_CONDITION = re.compile(r"[a-z_]+=\S+")


@dataclass(frozen=True, slots=True)
class BuildLevel:
    """A build, or the beginning of its numbers. ``patch`` is its BP and HF; None where it is not known."""

    numbers: tuple[int, ...]
    patch: tuple[int, ...] | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """``"4.2.1.3 BP3 HF1"`` -> BuildLevel. Raises ValueError."""
        match = _WRITTEN.fullmatch(text)
        if not match:
            raise ValueError(f"not a build: {text!r} (write it like 4.2.1.3 or 4.2.1.3 BP3 HF1)")
        patch = tuple(int(number) for number in match.groups()[1:] if number)
        return cls(tuple(map(int, match[1].split("."))), patch or None)

    @classmethod
    def read(cls, version: Version, comment: str | None) -> Self:
        """Return the build of a server: OB_VERSION() has the numbers, ``version_comment`` the release number.

        The release number, such as ``r103010052024011916``, has the BP and the HF in its second to fifth digits.
        """
        match = _COMMENT.search(comment or "")
        known = match is not None and Version.parse(match[1]) == version
        return cls(tuple(version), (int(match[2]), int(match[3])) if match and known else None)

    def __str__(self) -> str:
        """``4.2.1.3 BP3 HF1``."""
        levels = zip(("BP", "HF"), self.patch or (), strict=False)
        return " ".join([".".join(map(str, self.numbers)), *(f"{level}{number}" for level, number in levels)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One row. ``harm``: 3 wrong results or damaged data, 2 an interruption, 1 anything less, 4 where it is 2 or 3
    and the condition alone brings it about.

    ``condition`` is ``name=value``: a parameter, a variable, or ``tenant_role``; "" where SQL shows none.
    """

    series: str
    first: str
    last: str
    fixed: str
    harm: int
    condition: str
    what: str
    source: str

    def tell_builds(self) -> dict[str, str]:
        """Return the evidence of a finding: which builds have it, which one mends it, and who says so."""
        return {
            "first_affected": self.first,
            "last_affected": self.last,
            "fixed_in": self.fixed,
            "source": self.source,
        }

    def has(self, build: BuildLevel) -> bool | None:
        """Whether the build has the fault, its condition aside; None if it takes a patch level that is not known."""
        first, last = BuildLevel.parse(self.first), BuildLevel.parse(self.last)
        numbers = build.numbers[: len(last.numbers)]
        if build.numbers < first.numbers or numbers > last.numbers:
            return False
        if numbers < last.numbers or last.patch is None:
            return True
        return None if build.patch is None else build.patch[: len(last.patch)] <= last.patch


def read_faults(lines: Iterable[str]) -> tuple[Fault, ...]:
    """Read the table. Raises ValueError with every problem and its line."""
    reader = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    if tuple(next(reader, ())) != COLUMNS:
        raise ValueError(f"{PLACE}:1: the columns must be {', '.join(COLUMNS)}, with tabs between them")
    problems: list[str] = []
    faults: dict[tuple[str, str], Fault] = {}
    for number, cells in enumerate(reader, start=2):
        row = dict(zip(COLUMNS, cells, strict=False))
        wrong = list(_find_problems(row))
        if (row.get("series", ""), row.get("what", "")) in faults:
            wrong.append("the series has this fault already")
        problems += (f"{PLACE}:{number}: {problem}" for problem in wrong)
        if not wrong:
            faults[row["series"], row["what"]] = Fault(**{**row, "harm": int(row["harm"])})  # type: ignore[arg-type]
    if problems:
        raise ValueError("\n".join(problems))
    return tuple(faults.values())


def _find_problems(row: dict[str, str]) -> Iterator[str]:
    if len(row) < len(COLUMNS):
        yield f"{len(COLUMNS)} cells are expected"
        return
    if row["harm"] not in ("1", "2", "3", "4"):
        yield "harm must be 1, 2, 3 or 4"
    if row["condition"] and not _CONDITION.fullmatch(row["condition"]):
        yield "a condition is written name=value"
    if not row["what"] or not row["source"].startswith("https://"):
        yield "what happens, and a public https:// source, are needed"
    try:
        series, first, last, fixed = (BuildLevel.parse(row[key]) for key in COLUMNS[:4])
    except ValueError as error:
        yield str(error)
        return
    if any(level.numbers[: len(series.numbers)] != series.numbers for level in (first, last)):
        yield "first and last must be of the series"
    if first.patch or len(first.numbers) != _NUMBERS:
        yield "first is written with four numbers"
    elif first.numbers[: len(last.numbers)] > last.numbers:
        yield "last is before first"
    if fixed.numbers < last.numbers[: len(fixed.numbers)] or (fixed.numbers, fixed.patch) == (last.numbers, last.patch):
        yield "fixed must be after last"


FAULTS = read_faults(resources.files(__package__).joinpath(PLACE).read_text(encoding="utf-8").splitlines())
