"""The list of questions of technical support (《问题清单》), from the service log. It belongs to every tier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from agent.engagement.engagement_file import Engagement
from agent.engagement.service_log.days import LogDays, list_incidents, list_promised, list_questions
from agent.engagement.service_log.entries import SupportQuestion
from agent.engagement.service_log.loading import ServiceLog
from agent.engagement.service_log.states import is_open
from agent.report.documents.telling import (
    build_incidents,
    build_promises,
    build_questions,
    build_rates,
    summarize,
)
from agent.report.style import Style
from agent.report.view.frame import Frame, FrameChapter, KeyFigure, Occasion, build_frame_cover
from agent.report.words import Words


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionList:
    """What was asked on the days from ``first`` to ``last``, both included, and what was still open then."""

    engagement: Engagement
    log: ServiceLog
    first: date
    last: date
    now: datetime
    occasion: Occasion

    @property
    def days(self) -> LogDays:
        """The days of the list."""
        return LogDays(self.first, self.last + timedelta(days=1), self.engagement.service.zone)


def build_question_list(told: QuestionList, words: Words, style: Style) -> Frame:
    """Return the list: open questions first, the oldest on top."""
    service = told.engagement.service
    questions, incidents = list_questions(told.log, told.days), list_incidents(told.log, told.days)
    still_open = [one for one in questions if is_open(one)]
    closed = [one for one in questions if not is_open(one)]
    promises = summarize(list_promised(told.log, told.days), service, told.now)
    days = words("{first} to {last}", first=told.first.isoformat(), last=told.last.isoformat())
    return Frame(
        language=words.language,
        cover=build_frame_cover(words("List of Questions"), told.occasion, words, style, _facts(days, words)),
        verdict=_tell_verdict(len(still_open), len(questions), words),
        tone="warn" if still_open else "good",
        remarks=(words("All times are of the zone {zone}.", zone=service.timezone),),
        figures=(
            KeyFigure(words("Questions"), words.count(len(questions))),
            KeyFigure(words("Closed"), words.count(len(closed)), tone="good" if closed else ""),
            KeyFigure(words("Open"), words.count(len(still_open)), tone="warn" if still_open else ""),
            *build_rates(promises, words),
        ),
        chapters=(
            FrameChapter(
                "open",
                words("Open questions"),
                (
                    build_questions(
                        _by_urgency(still_open), service, told.now, words, words("There is no open question.")
                    ),
                ),
            ),
            FrameChapter(
                "closed",
                words("Closed questions"),
                (build_questions(closed, service, told.now, words, words("There is no closed question.")),),
            ),
            FrameChapter(
                "incidents", words("Incidents of these days"), (build_incidents(incidents, service, told.now, words),)
            ),
            FrameChapter(
                "promises",
                words("Response promises"),
                (build_promises(promises, words),),
                words("Counted from what was asked and reported on these days."),
            ),
        ),
    )


def _facts(days: str, words: Words) -> tuple[tuple[str, str], ...]:
    return ((words("Days"), days),)


def _by_urgency(questions: list[SupportQuestion]) -> list[SupportQuestion]:
    return sorted(questions, key=lambda one: (not one.emergency, one.asked))


def _tell_verdict(open_count: int, all_count: int, words: Words) -> str:
    if not all_count:
        return words("No question was asked.")
    if not open_count:
        return words("All {count} questions are answered and closed.", count=all_count)
    return words("{open} of {count} questions are still open.", open=open_count, count=all_count)
