"""What a message to a group or by mail says of an assessment: page one in a few lines, without any object's name.

The actions are those of page one, told by the titles and advice of their checks. Both are texts of the catalogue: no
name that was read from a tenant can stand in them, and where page one names objects, the message does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent.model.delivery import Message, MessageAction, MessageFile
from agent.model.document import Document
from agent.report.style import OURS, Style
from agent.report.view.headline import take_opening
from agent.report.view.page_one import NextStep, ScoreVerdict, SinceLastTime
from agent.report.view.report import build_report
from agent.report.words import NAME_LENGTH, NOTHING, Words, make_printable, read_zone


def build_message(
    document: Document, language: str, *, place: str, files: Sequence[MessageFile], style: Style = OURS
) -> Message:
    """Return the message in one language. ``place`` is where the report lies, "" where nobody says."""
    words = Words(language, style.wording, read_zone(document))
    report = build_report(document, language, style)
    front = report.front
    grade = _describe_grade(front.verdict, words)
    head = {"customer": front.customer, "target": front.target}
    return Message(
        language=language,
        headline=words("{customer} · {target}: score {score}, {grade}", score=front.verdict.shown, grade=grade, **head),
        title=words("OceanBase Health Assessment"),
        facts=(
            (words("Customer"), front.customer),
            (words("Target"), front.target),
            (words("Assessed"), front.as_of),
            *(((words("Period"), front.period),) if front.period != NOTHING else ()),
            *_list_score(front.verdict, grade, front.since, words),
            *(((words("Valid until"), report.cover.valid_until),) if report.cover.valid_until else ()),
        ),
        actions_title=words("Do first"),
        actions=tuple(_build_action(step, words) for step in front.steps),
        place_title=words("The report"),
        place=make_printable(place, NAME_LENGTH * 2),
        files=tuple(files),
    )


def _list_score(
    verdict: ScoreVerdict, grade: str, since: SinceLastTime | None, words: Words
) -> Iterator[tuple[str, str]]:
    yield words("Health score"), verdict.shown
    yield words("Grade"), grade
    if verdict.assessed:
        yield words("Range"), verdict.range_shown
    if since is None:
        yield words("Change"), words("first assessment")
    elif since.delta:
        yield words("Change"), words("{delta}, it was {was}", delta=since.delta, was=since.was)
    else:
        yield words("Change"), words("not compared")


def _describe_grade(verdict: ScoreVerdict, words: Words) -> str:
    if not verdict.band:
        return words("not graded")
    return words("{grade} (provisional)", grade=verdict.band) if verdict.provisional else verdict.band


def _build_action(step: NextStep, words: Words) -> MessageAction:
    # Only the advice: the action names an object of the tenant, which no message does.
    return MessageAction(
        title=step.title,
        action=take_opening(step.advice, words, 0).rstrip("。."),
        due=words("by {day}", day=step.due) if step.due else step.deadline,
    )
