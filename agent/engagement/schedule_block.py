"""The block ``schedule`` of an engagement: when the customer agreed to be assessed. Hours are those of the service."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from agent.model.authorization import WEEKDAYS, SignedWindow, Weekday
from agent.support.yaml_fields import (
    Block,
    ClockTime,
    Day,
    Invalid,
    Many,
    Some,
    TextList,
    require_not_before,
)


def _check_compaction(value: str) -> str:
    if value != NEVER and not re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d", value):
        raise Invalid('{place}: write a time of day in quotes, such as "02:00", or none')
    return value


NEVER = "none"
CompactionTime = Annotated[str, AfterValidator(_check_compaction)]


class DaysBlock(Block):
    """Days with a name, both included."""

    name: TextList
    first: Annotated[Day, Field(alias="from")]
    last: Annotated[
        Day, AfterValidator(require_not_before("first", '{place}: "to" must not be before "from"')), Field(alias="to")
    ]


class HoursBlock(Block):
    """Hours of some days of the week. A window over midnight belongs to the day on which it opens."""

    days: Some[Weekday] = WEEKDAYS
    opens: ClockTime
    closes: ClockTime

    @model_validator(mode="after")
    def _require_length(self) -> HoursBlock:
        if self.opens == self.closes:
            raise Invalid(
                '{place}: "opens" and "closes" must not be the same time; the whole day is "00:00" to "24:00"'
            )
        return self

    def in_zone(self, timezone: str) -> SignedWindow:
        """Return the window with its time zone."""
        return SignedWindow(days=self.days, opens=self.opens, closes=self.closes, timezone=timezone)


class ScheduleBlock(Block):
    """When the schedule leaves the customer's system alone, beside critical periods and the signed window.

    ``major_compaction`` is when the daily major compaction begins, 02:00 unless the customer changed it.
    """

    collection_windows: Many[HoursBlock] = ()
    change_windows: Many[HoursBlock] = ()
    blackouts: Many[DaysBlock] = ()
    major_compaction: CompactionTime = "02:00"
    major_compaction_minutes: Annotated[int, Field(ge=1, le=720)] = 60

    def build_compaction(self, timezone: str) -> SignedWindow | None:
        """Return the time of the daily major compaction; None where it is not to be minded."""
        if self.major_compaction == NEVER:
            return None
        hour, minute = map(int, self.major_compaction.split(":"))
        end = (hour * 60 + minute + self.major_compaction_minutes) % (24 * 60)
        return SignedWindow(opens=self.major_compaction, closes=f"{end // 60:02}:{end % 60:02}", timezone=timezone)
