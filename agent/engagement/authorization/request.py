"""The documents that a customer signs: the authorization, and its revocation.

The signature covers the bytes of the file. They are read once, verified, and only then parsed.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field, field_validator, model_validator

from agent.engagement.engagement_file import LimitsBlock
from agent.model.authorization import WEEKDAYS, SignedWindow, SourceScope, Weekday
from agent.model.terms import DataClass, TenantKind
from agent.support.yaml_fields import (
    Block,
    ClockTime,
    Host,
    Invalid,
    Many,
    Moment,
    Positive,
    Some,
    TextList,
    Timezone,
    User,
    require_not_before,
)
from agent.support.yaml_file import parse_yaml
from agent.support.yaml_model import validate_blocks

_MOST_KEPT = 32  # documents of some ten kilobytes

FORM = "ob-health authorization 2"
REVOCATION_FORM = "ob-health revocation 1"
DataClassName = Annotated[DataClass, Field(strict=False)]
B = TypeVar("B", bound=Block)


class SignedTarget(Block):
    """One tenant, the way to it, the account, and the most that one assessment may cost it.

    Without ``via`` the way is direct. ``kind`` and ``tls`` are None in the earlier form only, which had none of these.
    """

    name: TextList
    host: Host
    port: Annotated[int, Field(ge=1, le=65_535)]
    user: User
    kind: Annotated[TenantKind, Field(strict=False)] | None = None
    tls: Annotated[dict[TextList, TextList], Field(min_length=1)] | None = None
    via: TextList | None = None
    budget: LimitsBlock

    def list_way(self) -> dict[str, str]:
        """Return what was signed of the way to the target, by key, as ``way.list_way`` does."""
        way = {"host": self.host, "port": str(self.port), "user": self.user}
        if self.kind and self.tls:
            way |= {"kind": self.kind.value, **{f"tls.{key}": value for key, value in self.tls.items()}}
            way["via"] = self.via or ""
        return way


class Window(Block):
    """When statements may be sent. A window over midnight belongs to the day on which it opens."""

    days: Some[Weekday] = WEEKDAYS
    opens: ClockTime = "00:00"
    closes: ClockTime = "24:00"
    timezone: Timezone

    @model_validator(mode="after")
    def _require_length(self) -> Window:
        if self.opens == self.closes:
            raise Invalid(
                '{place}: "opens" and "closes" must not be the same time; the whole day is "00:00" to "24:00"'
            )
        return self

    @property
    def as_model(self) -> SignedWindow:
        """The window as the rest of the agent knows it."""
        return SignedWindow(days=self.days, opens=self.opens, closes=self.closes, timezone=self.timezone)

    def is_open(self, now: dt.datetime) -> bool:
        """Whether statements may be sent at this moment (aware)."""
        return self.as_model.is_open(now)

    def __str__(self) -> str:
        return str(self.as_model)


class SignedSource(Block):
    """One fact source, and the most that it may read. ``views`` are ``schema.NAME``, columns in upper case."""

    name: TextList
    data_class: DataClassName
    views: Some[TextList]
    columns: Many[TextList] = ()
    filter: str = ""
    grouped_by: str = ""
    joined: str = ""
    rows: Positive

    @property
    def scope(self) -> SourceScope:
        """The most that the source may read, as signed."""
        return SourceScope(
            data_class=self.data_class,
            views=frozenset(self.views),
            columns=frozenset(self.columns),
            filter=self.filter,
            grouped_by=self.grouped_by,
            joined=self.joined,
            rows=self.rows,
        )


class Sampling(Block):
    """Samples between assessments: when, how often at most, and from which of the listed sources."""

    window: Window
    every_minutes: Annotated[int, Field(ge=15, le=1440)] = 60
    sources: Some[TextList]


class Request(Block):
    """The terms that are asked for, and that the customer grants by signing. ``not_after`` is exclusive.

    ``allow_privileges`` is the reason why the account may do more than read. Without it such an account is refused.
    """

    form: Literal["ob-health authorization 1", "ob-health authorization 2"]
    reference: TextList
    customer: TextList
    asked_by: TextList
    approver: TextList
    targets: Some[SignedTarget]
    data_classes: Some[DataClassName]
    not_before: Moment
    not_after: Annotated[
        Moment, AfterValidator(require_not_before("not_before", '{place}: "not_after" must be later than "not_before"'))
    ]
    window: Window
    sampling: Sampling | None = None
    retention_days: Annotated[int, Field(gt=0, le=36_500)]
    allow_privileges: TextList | None = None
    statements: dict[TextList, TextList]
    sources: Some[SignedSource]

    @field_validator("targets", "sources")
    @classmethod
    def _require_unique_names(
        cls, value: tuple[SignedTarget | SignedSource, ...]
    ) -> tuple[SignedTarget | SignedSource, ...]:
        if len({entry.name for entry in value}) < len(value):
            raise Invalid("{place}: a name stands here twice; keep one of the two")
        return value

    @model_validator(mode="after")
    def _require_listed_samples(self) -> Request:
        if self.sampling and set(self.sampling.sources) - {source.name for source in self.sources}:
            raise Invalid('{place}: what "sampling.sources" names must stand among "sources", too')
        return self

    @property
    def binds_way(self) -> bool:
        """Whether kind of tenant, TLS and jump host were signed."""
        return self.form == FORM

    @model_validator(mode="after")
    def _require_way(self) -> Request:
        needed = [value for target in self.targets for value in (target.kind, target.tls)]
        extra = [target.via for target in self.targets]
        if (None in needed) if self.binds_way else any((*needed, *extra)):
            raise Invalid(
                '{place}: each target has "kind" and "tls" in this form, and none of them in the one before it'
            )
        return self


class Revocation(Block):
    """The customer takes an authorization back."""

    form: Literal["ob-health revocation 1"]
    revokes: TextList
    reason: TextList


def parse_signed(kind: type[B], content: bytes, path: Path) -> B:
    """Return the content of a verified file. Raises ConfigError with every problem listed."""
    found = _parse_once(kind, content, path)
    assert isinstance(found, kind)
    return found


@lru_cache(maxsize=_MOST_KEPT)
def _parse_once(kind: type[Block], content: bytes, path: Path) -> Block:
    """Parse a file. What it says hangs on its bytes alone: a fleet reads each document several times an assessment."""
    return validate_blocks(kind, *parse_yaml(content, path), path)
