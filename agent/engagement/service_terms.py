"""The service terms: health assessment belongs to the premier tier and to a running subscription of whole years."""

from __future__ import annotations

from datetime import datetime, timedelta

from agent.engagement.engagement_file import Engagement
from agent.model.terms import Scalar, Text

# Names of the tier that assessments belong to; case does not matter.
PREMIER_TIERS = ("顶级版", "premier")
WHOLE_MONTHS = 12


def find_missing_term(engagement: Engagement, now: datetime) -> Text | None:
    """Return the first term that the subscription does not meet on the day of ``now`` in its time zone, or None."""
    service = engagement.service
    customer = engagement.customer.name
    args: dict[str, Scalar] = {"customer": customer, "tier": service.tier, "months": str(service.months)}
    if service.tier.casefold() not in PREMIER_TIERS:
        return Text(
            "Health assessment belongs to the service tier {premier}; {customer} has {tier}. "
            "Correct service.tier, or give a reason that the report will print: --outside-service REASON",
            args | {"premier": PREMIER_TIERS[0]},
        )
    if service.months % WHOLE_MONTHS:
        return Text(
            "Health assessment belongs to subscriptions of 12, 24, 36, ... months; that of {customer} lasts {months}. "
            "Correct service.months, or give a reason that the report will print: --outside-service REASON",
            args,
        )
    today = now.astimezone(service.zone).date()
    if today < service.start:
        return Text(
            "The subscription of {customer} begins only on {day}. "
            "Assess after that, or give a reason that the report will print: --outside-service REASON",
            args | {"day": service.start.isoformat()},
        )
    if today >= service.end:
        return Text(
            "The subscription of {customer} ended on {day}. "
            "Renew it, or give a reason that the report will print: --outside-service REASON",
            args | {"day": (service.end - timedelta(days=1)).isoformat()},
        )
    return None
