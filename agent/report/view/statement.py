"""A statement of the customer's in a card: what a DBA needs to find it, run it again and see what it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agent.model.document import JsonScalar, PlanEntry, SqlEntry, TimesEntry
from agent.model.labels import N_, STAGES
from agent.model.terms import Unit
from agent.report.view.proof import ProofTeller, StatementProof
from agent.report.words import NAME_LENGTH, NOTHING, SQL_LENGTH, Words, make_printable

RECORDS: Mapping[str, str] = {
    "audit ring": N_("SQL audit"),
    "plan cache": N_("plan cache"),
    "workload repository": N_("workload repository"),
}


@dataclass(frozen=True, slots=True)
class CardStatement:
    """``text`` is masked; where it is empty, ``no_text`` says why. ``facts`` are (name, value), ``plans`` lines.

    ``proof`` is what the twin says of it; None where it was not asked.
    ``told`` is the evidence that need not be told again: by name, with its value where another one is worth telling.
    """

    text: str
    no_text: str
    facts: tuple[tuple[str, str], ...]
    plans: tuple[str, ...]
    proof: StatementProof | None
    told: tuple[tuple[str, JsonScalar], ...]


def build_statement(entry: SqlEntry, words: Words, teller: ProofTeller) -> CardStatement:
    """Return what a card shows of a statement."""
    return CardStatement(
        text=make_printable(entry["text"], SQL_LENGTH),
        no_text="" if entry["text"] else words.pick(entry["no_text"]),
        facts=tuple(_list_facts(entry, words)),
        plans=tuple(_describe_plan(plan, words) for plan in entry["plans"]),
        proof=teller.statement(entry["resource"]) or teller.statement(entry["sql_id"]),
        told=(
            *((name, None) for name in ("statement", "database", "user", "sql_id")),
            ("executions_count", entry["executions"]),
            ("average_us", entry["average_us"]),
        ),
    )


def _list_facts(entry: SqlEntry, words: Words) -> Iterator[tuple[str, str]]:
    yield words("Database"), make_printable(entry["database"] or "–", NAME_LENGTH)
    tables = dict.fromkeys(way["table"] for plan in entry["plans"] for way in plan["accesses"])
    if tables:
        yield words("Tables"), make_printable(", ".join(tables), NAME_LENGTH)
    yield words("Account"), _describe_user(entry, words)
    record = words.label(RECORDS, entry["record"])
    yield words("Executions"), words("{count} ({record})", count=words.count(entry["executions"]), record=record)
    yield words("Average"), words.value(entry["average_us"], Unit.MICROSECONDS)
    missing = words("not in the SQL audit any more")
    longest = entry["longest_us"]
    # The average may come from a longer record: what is below it is not the longest execution.
    held = longest is not None and longest >= entry["average_us"]
    yield words("Longest"), words.value(longest, Unit.MICROSECONDS) if held else missing
    if entry["times"]:
        yield words("Where its time goes"), _describe_times(entry["times"], words)
        yield from _list_repeats(entry["times"], words)
    if entry["first"] and entry["last"]:
        yield words("First and last seen"), f"{words.second(entry['first'])} – {words.second(entry['last'])}"
    if entry["trace_id"]:
        told = words("of its longest execution, for as long as the SQL audit holds it")
        yield "TRACE_ID", words("{name} ({remark})", name=make_printable(entry["trace_id"], NAME_LENGTH), remark=told)
    else:
        yield "TRACE_ID", missing


def _describe_times(times: TimesEntry, words: Words) -> str:
    """Say the parts of the time, the largest first. Those that round to nothing say nothing."""
    parts = sorted(times["parts"], key=lambda part: -part["pct"])
    told = [(words.label(STAGES, part["stage"]), words.value(part["pct"], Unit.PCT)) for part in parts]
    nothing = words.value(0.0, Unit.PCT)
    shown = " · ".join(f"{stage} {share}" for stage, share in told if share != nothing)
    return words("{name} ({remark})", name=shown or NOTHING, remark=words.label(RECORDS, times["record"]))


def _list_repeats(times: TimesEntry, words: Words) -> Iterator[tuple[str, str]]:
    """Yield what each execution is run again or sends to other servers: counts, which are no parts of its time."""
    for name, count in (
        (words("Retries in each execution"), times["retries"]),
        (words("RPCs in each execution"), times["rpcs"]),
    ):
        if count:
            yield name, words.value(count, Unit.RATIO)


def _describe_user(entry: SqlEntry, words: Words) -> str:
    if not entry["user"]:
        return words("not in the SQL audit any more")
    user, others = make_printable(entry["user"], NAME_LENGTH), (entry["users"] or 1) - 1
    return words("{user} and {count} more", user=user, count=others) if others > 0 else user


def _describe_plan(plan: PlanEntry, words: Words) -> str:
    ways = []
    for way in plan["accesses"]:
        by = way["index"] or words("primary table")
        told = f"{way['table']}: " + words("{name} ({remark})", name=way["operator"], remark=by)
        if way["rows"] is not None:
            told += " · " + words("{count} rows", count=words.count(way["rows"]))
        ways.append(make_printable(told))
    return words("Plan {plan_hash}", plan_hash=make_printable(plan["plan_hash"], NAME_LENGTH)) + ": " + "; ".join(ways)
