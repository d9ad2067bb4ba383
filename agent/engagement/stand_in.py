"""What stands for an engagement where a redacted snapshot is judged: nobody is to know its customer and its target."""

from __future__ import annotations

from datetime import date

from agent.engagement.engagement_file import Engagement

# Nothing is ever connected with this; the name is one that no server can have (RFC 2606).
_NOWHERE = {"host": "redacted.invalid", "port": 2881, "user": "redacted", "password": "env:NOT_USED"}


def make_stand_in(target: str, day: date) -> Engagement:
    """Return an engagement without a subscription, with this target alone. No quarter is owed by it."""
    data = {
        "customer": {"name": "redacted"},
        "service": {"tier": "redacted", "start": day, "months": 1, "timezone": "UTC"},
        "targets": {target: _NOWHERE},
    }
    return Engagement.model_validate(data)


def add_stand_in(engagement: Engagement, target: str) -> Engagement:
    """Return the engagement with this target alone, so that its rules, language and house style are used."""
    return engagement.model_copy(update={"targets": make_stand_in(target, engagement.service.start).targets})
