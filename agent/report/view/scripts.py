"""Statements of the advice as blocks to copy: in the order in which they are run, a block for each step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.model.labels import N_
from agent.model.sql_stages import Stage, split_stages
from agent.report.words import SQL_LENGTH, Words, make_printable

STAGES: Mapping[Stage, str] = {
    Stage.PREPARE: N_("prepare"),
    Stage.VERIFY: N_("verify; go on only if it is as expected"),
    Stage.TAKE: N_("only then take away"),
}
# The columns of the sheet of findings.
STAGE_COLUMNS: Mapping[Stage, str] = {
    Stage.PREPARE: N_("SQL: prepare or change"),
    Stage.VERIFY: N_("SQL: verify"),
    Stage.TAKE: N_("SQL: take away"),
}


@dataclass(frozen=True, slots=True)
class CardScript:
    """Statements to run one after the other. Not ``whole`` if display changed one: then nobody may copy them."""

    text: str
    whole: bool
    count: int


@dataclass(frozen=True, slots=True)
class CardStep:
    """What is pasted at once; ``more`` has what is beyond the first statements. ``label`` is empty for a single step.

    A REVOKE never stands in one block with the GRANT that it relies on, nor with what verifies it.
    """

    stage: Stage
    label: str
    script: CardScript
    more: CardScript


def build_script(statements: Sequence[str]) -> CardScript:
    """Return the statements as one block."""
    shown = [make_printable(text, SQL_LENGTH) for text in statements]
    text = "\n".join(f"{line.rstrip().removesuffix(';')};" for line in shown)
    return CardScript(text, shown == list(statements), len(shown))


def build_steps(statements: Sequence[str], most: int, words: Words) -> tuple[CardStep, ...]:
    """Return the statements as steps in their order, the first ``most`` of each in ``script``; none without any."""
    stages = split_stages(statements)
    return tuple(
        CardStep(
            stage,
            label_step(number, len(stages), stage, words),
            build_script(texts[:most]),
            build_script(texts[most:]),
        )
        for number, (stage, texts) in enumerate(stages.items(), start=1)
    )


def label_step(number: int, count: int, stage: Stage, words: Words) -> str:
    """Return which step it is and what it does; "" for a single one."""
    if count < 2:
        return ""
    return words("Step {number} of {count}: {what}", number=number, count=count, what=words(STAGES[stage]))
