"""The service terms: what belongs to the premier tier only, and that an assessment needs a running subscription.

Response promises and technical support with its list of questions belong to every tier. Health assessment, fault
rescue, topic sessions, the quarterly report and the protection of critical periods belong to the premier tier.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from agent.engagement.engagement_file import Engagement
from agent.model.labels import N_
from agent.model.terms import Scalar, Text
from agent.support.errors import NotAuthorized

# Names of the tier that assessments belong to; case does not matter.
PREMIER_TIERS = ("顶级版", "premier")
WHOLE_MONTHS = 12


class Entitlement(StrEnum):
    """What belongs to the premier tier beside the assessment; the value is its name in messages."""

    RESCUE = N_("Fault rescue with its report")
    QUARTERLY = N_("The quarterly service report")
    CLOSING = N_("The closing list of the term")
    SESSIONS = N_("The topic session")
    PROTECTION = N_("The protection of critical periods")


def require_entitlement(engagement: Engagement, wanted: Entitlement, outside_service: str = "") -> str:
    """Return the reason that the document must print: empty where the tier has what is wanted.

    Raises NotAuthorized if it has not and no reason is given.
    """
    if has_premier_tier(engagement):
        return ""
    if outside_service.strip():
        return outside_service.strip()
    args: dict[str, Scalar | Text] = {
        "what": Text(wanted.value),
        "premier": PREMIER_TIERS[0],
        "customer": engagement.customer.name,
        "tier": engagement.service.tier,
    }
    raise NotAuthorized(
        Text(
            "{what} belongs to the service tier {premier}; {customer} has {tier}. Correct service.tier, or give a "
            "reason that the document will print: --outside-service REASON",
            args,
        )
    )


def has_premier_tier(engagement: Engagement) -> bool:
    """Whether the customer has the tier that all parts of the service belong to."""
    return engagement.service.tier.casefold() in PREMIER_TIERS


def find_missing_term(engagement: Engagement, now: datetime) -> Text | None:
    """Return the first term that the subscription does not meet on the day of ``now`` in its time zone, or None."""
    service = engagement.service
    customer = engagement.customer.name
    args: dict[str, Scalar] = {"customer": customer, "tier": service.tier, "months": str(service.months)}
    if not has_premier_tier(engagement):
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
