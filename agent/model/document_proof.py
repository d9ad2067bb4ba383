"""The member ``proof`` of the assessment document: what the twin says of statements, indexes and remedies."""

from __future__ import annotations

from typing_extensions import TypedDict  # pydantic checks documents by these types, and asks for this one


class ProvenStatementEntry(TypedDict):
    """How one statement stands on the twin. ``resource`` is that of findings; ``text`` is masked, "" if unknown.

    ``match`` says whether its plan there is the tenant's: same, forced, other, not in cache, not parsed, refused.
    ``cause`` is in what an unlike plan differs, or why the twin does not take the statement.
    """

    sql_id: str
    resource: str
    database: str
    match: str
    cause: str
    text: str
    elapsed_us: int
    executions: int


class PlanEffectEntry(TypedDict):
    """What the set of indexes does to one statement. Costs are the optimizer's; the gain is in percent of its time.

    ``verdict``: verified, unverified, rejected, not verifiable here. ``why`` is empty for what is verified.
    """

    sql_id: str
    resource: str
    database: str
    verdict: str
    why: dict[str, str]
    cost_before: int
    cost_after: int
    plan_before: str
    plan_after: str
    least_gain_pct: float
    most_gain_pct: float
    indexes: list[str]


class PinEntry(TypedDict):
    """A statement that is to keep its plan: ``sql`` is run before the index is made."""

    sql_id: str
    database: str
    why: dict[str, str]
    sql: str
    rollback: str


class IndexAdviceEntry(TypedDict):
    """One index that was tried. Only ``verified`` and ``verified with pins`` is advice.

    ``resources`` are the statements that gain; ``bytes`` is before compression, None where the table was never counted;
    ``write_us`` and ``gain_us`` are over the time of the statements' load.
    """

    database: str
    table: str
    columns: list[str]
    name: str
    scope: str
    verdict: str
    why: dict[str, str]
    sql: str
    rollback: str
    bytes: int | None
    write_us: int
    gain_us: int
    resources: list[str]
    pins: list[PinEntry]


class RetiredIndexEntry(TypedDict):
    """An index of the set that can go together. ``served_by`` has its columns in front, "" for one that is unused."""

    database: str
    table: str
    name: str
    columns: list[str]
    served_by: str
    sql: str
    rollback: str


class TriedRemedyEntry(TypedDict):
    """What a finding's statements did on the twin. ``dearer`` are the statements whose plans cost more by them."""

    code: str
    fingerprint: str
    resource: str
    verdict: str
    why: dict[str, str]
    dearer: list[str]


class LackEntry(TypedDict):
    """A table or a setting that the twin did not take, and why."""

    what: str
    reason: str


class ProofEntry(TypedDict):
    """All that the twin found. ``problem`` is why nothing could be proven, or why it ended early; else empty.

    ``unseen`` is what the cached plans do not show of the load, where no index is advised to go for that reason.
    """

    problem: dict[str, str]
    statements: list[ProvenStatementEntry]
    effects: list[PlanEffectEntry]
    indexes: list[IndexAdviceEntry]
    retired: list[RetiredIndexEntry]
    remedies: list[TriedRemedyEntry]
    lacks: list[LackEntry]
    unseen: dict[str, str]
    plans: int
    seconds: float
    peak_bytes: int
