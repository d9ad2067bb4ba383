"""Where remedies are tried, and what a trial may come to other than well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.model.terms import Text
from agent.twin.matched import Matched
from agent.twin.material import Material
from agent.twin.result import Verdict
from agent.twin.twin import Twin
from agent.twin.what_if import WhatIf


@dataclass(frozen=True, slots=True)
class Scene:
    """A twin with its statements and the indexes that were made on it for trial."""

    twin: Twin
    what_if: WhatIf
    material: Material
    matched: Sequence[Matched]


class Failed(Exception):
    """A remedy is not verified: ``why``, and the statements whose plans cost more by it."""

    def __init__(self, why: Text, verdict: Verdict = Verdict.NOT_VERIFIABLE, dearer: tuple[str, ...] = ()) -> None:
        super().__init__(why.msgid)
        self.why = why
        self.verdict = verdict
        self.dearer = dearer
