"""What a calendar shows of a subscription: when assessments may be made, and when documents and subscription end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from agent.engagement.engagement_file import Engagement
from agent.engagement.subscription import PeriodStatus, list_periods
from agent.model.terms import Scalar, Text

# So early it is told that the authorization or the subscription ends: time enough for a signature or an order.
TOLD_BEFORE = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDate:
    """An entry of whole days, both included. ``key`` stays the same when the file is written again."""

    key: str
    title: Text
    first: date
    last: date


def count_days_left(end: date | None, today: date) -> int | None:
    """Return how many days are left until ``end`` (the first day without), 0 after it; None without an end."""
    return None if end is None else max(0, (end - today).days)


@dataclass(frozen=True, slots=True)
class DaysLeft:
    """Days until authorization and subscription end. None: no authorization could be read."""

    authorization: int | None
    subscription: int | None


def count_all_days_left(engagement: Engagement, not_after: datetime | None, now: datetime) -> DaysLeft:
    """Return the days that are left of an authorization that holds until ``not_after``, and of the subscription."""
    today = now.astimezone(engagement.service.zone).date()
    signed, ordered = find_end(engagement, not_after), engagement.service.end
    return DaysLeft(count_days_left(signed, today), count_days_left(ordered, today))


def describe_days_left(left: DaysLeft) -> tuple[Text, Text]:
    """Return a line for the authorization and one for the subscription."""
    signed, ordered = ("–" if days is None else str(days) for days in (left.authorization, left.subscription))
    return Text("authorization {days}", {"days": signed}), Text("subscription {days}", {"days": ordered})


def find_end(engagement: Engagement, not_after: datetime | None) -> date | None:
    """Return the day after the last one, in the zone of the service, on which an authorization holds."""
    if not_after is None:
        return None
    return (not_after - timedelta(microseconds=1)).astimezone(engagement.service.zone).date() + timedelta(days=1)


def list_warnings(engagement: Engagement, not_after: datetime | None, now: datetime) -> Iterator[Text]:
    """Yield what ends within 30 days: authorization and subscription."""
    today, customer = now.astimezone(engagement.service.zone).date(), engagement.customer.name
    signed, ordered = find_end(engagement, not_after), engagement.service.end
    if signed and _is_soon(signed, today):
        text = (
            "The authorization of {customer} ends in {days} days; {end} is the first day without. Ask for a new one: "
            "ob-health authorize request."
        )
        yield Text(text, {"customer": customer, "days": str((signed - today).days), "end": signed.isoformat()})
    if _is_soon(ordered, today):
        text = "The subscription of {customer} ends in {days} days; {end} is the first day without. Renew it."
        yield Text(text, {"customer": customer, "days": str((ordered - today).days), "end": ordered.isoformat()})


def _is_soon(end: date, today: date) -> bool:
    return today < end <= today + TOLD_BEFORE


def list_due_dates(
    engagement: Engagement, target: str, status: PeriodStatus, not_after: datetime | None, now: datetime
) -> Iterator[DueDate]:
    """Yield the assessments of a target that are still owed, the end of the authorization and of the subscription."""
    customer, today = engagement.customer.name, now.astimezone(engagement.service.zone).date()
    args: dict[str, Scalar] = {"customer": customer, "target": target}
    for period in list_periods(engagement.service.start, engagement.service.months):
        if period.end <= today or (period == status.current and not status.is_owed):
            continue
        yield DueDate(
            key=f"{customer}/{target}/{period.start}",
            title=Text("Assess {customer} · {target}: period {number}", {**args, "number": period.number}),
            first=period.start,
            last=period.end - timedelta(days=1),
        )
    signed = find_end(engagement, not_after)
    yield from _list_end(f"{customer}/authorization", Text("Authorization of {customer} ends", args), signed, today)
    ordered = Text("Subscription of {customer} ends", args)
    yield from _list_end(f"{customer}/subscription", ordered, engagement.service.end, today)


def _list_end(key: str, title: Text, end: date | None, today: date) -> Iterator[DueDate]:
    """Yield the last day of something, and the day on which to think of it."""
    if end is None or end <= today:
        return
    last = end - timedelta(days=1)
    yield DueDate(key=f"{key}/{end}", title=title, first=last, last=last)
    told = last - TOLD_BEFORE
    if told >= today:
        yield DueDate(
            key=f"{key}/{end}/before", title=Text("In 30 days: {what}", {"what": title}), first=told, last=told
        )
