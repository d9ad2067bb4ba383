"""The checks that are not assessed, grouped by what would unlock them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.model.document import Document
from agent.model.terms import Unit
from agent.report.view.check_lines import CheckLine
from agent.report.words import Words


@dataclass(frozen=True, slots=True)
class UnlockGroup:
    """Checks that all wait for the same ``needs``. ``coverage`` is what assessing them adds; empty for nothing."""

    needs: tuple[str, ...]
    coverage: str
    lines: tuple[CheckLine, ...]

    @property
    def blocks(self) -> tuple[tuple[CheckLine, ...], ...]:
        """The lines, those of one category and reason together, so that the reason is told once."""
        blocks: dict[tuple[str, str, str], list[CheckLine]] = {}
        for line in self.lines:
            blocks.setdefault((line.category, line.outcome, line.reason), []).append(line)
        return tuple(map(tuple, blocks.values()))


def build_unlock_groups(document: Document, lines: Sequence[CheckLine], words: Words) -> tuple[UnlockGroup, ...]:
    """Return the groups of the document, most coverage first; an older document is grouped by the first need."""
    by_code = {line.code: line for line in lines}
    if not document["unlocks"]:
        return tuple(_group_by_first_need(lines))
    return tuple(
        UnlockGroup(
            tuple(words.pick(text) for text in unlock["needs"]),
            words.value(unlock["coverage_pct"], Unit.PCT) if unlock["coverage_pct"] else "",
            tuple(by_code[code] for code in unlock["codes"] if code in by_code),
        )
        for unlock in document["unlocks"]
    )


def _group_by_first_need(lines: Sequence[CheckLine]) -> Iterable[UnlockGroup]:
    for need in dict.fromkeys(line.unlock for line in lines):
        yield UnlockGroup((need,) if need else (), "", tuple(line for line in lines if line.unlock == need))
