"""The customer's permission, checked before anything is connected."""

from __future__ import annotations

from datetime import UTC, datetime

from agent.engagement import Engagement
from agent.errors import NotAuthorized
from agent.model import Authorization
from agent.terms import Text


def authorize(engagement: Engagement, target_name: str, now: datetime) -> Authorization:
    """The authorization that covers assessing a target at ``now`` (aware).

    Data classes that are not granted are just absent from it. Raises NotAuthorized, which says what is missing.
    """
    block = engagement.authorization
    args = {"target": target_name, "customer": engagement.customer.name}
    if block is None:
        raise _refused(
            "The engagement file has no authorization block, so nothing may be assessed. Ask {customer} for a written "
            "permission, then fill in reference, approver, targets, data_classes, not_before and not_after.",
            args,
        )
    args["reference"] = block.reference
    if target_name not in block.targets:
        raise _refused(
            "Authorization {reference} does not name target {target}. "
            "Ask {customer} for a permission that covers it, then add it to authorization.targets.",
            args,
        )
    begin, end = block.window(engagement.service.zone)
    if now < begin:
        raise _refused(
            "Authorization {reference} is valid only from {moment} on. "
            "Assess {target} after that, or ask {customer} for an earlier permission.",
            args | {"moment": _shown(begin)},
        )
    if now >= end:
        raise _refused(
            "Authorization {reference} expired at {moment}. "
            "Ask {customer} for a new permission, then renew reference, not_before and not_after.",
            args | {"moment": _shown(end)},
        )
    return Authorization(
        block.reference, block.approver, begin.astimezone(UTC), end.astimezone(UTC),
        frozenset(block.data_classes), block.targets,
    )  # fmt: skip


def _refused(msgid: str, args: dict[str, str]) -> NotAuthorized:
    return NotAuthorized(Text(msgid, args))


def _shown(moment: datetime) -> str:
    """As the customer wrote it, in the same time zone; ``format_value`` would make it UTC."""
    return moment.isoformat(" ", "minutes")
