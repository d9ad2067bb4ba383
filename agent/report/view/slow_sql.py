"""The chapter on slow SQL: who takes the time, which indexes are proven, and how far the proof goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from agent.model.document import Document
from agent.model.document_proof import ProofEntry
from agent.model.labels import MATCHES, N_
from agent.model.terms import Unit
from agent.report.view.cards import Card
from agent.report.view.instance import StatementRow, list_top_statements
from agent.report.view.proof import IndexProof, ProofTeller, ToldVerdict, name_index
from agent.report.view.scripts import CardScript, build_script
from agent.report.words import NAME_LENGTH, Words, make_printable

_COMPARED = ("same", "forced", "other")
_LISTED = 40
LIMITS = (
    N_(
        "The twin is a single server of one version (like 4.3.5): where partitions lie, parallel servers, and how long "
        "an index takes to build are not proven."
    ),
    N_("Cost is an estimate: it ranks, it does not promise. The gain is a range in percent of a statement's time."),
    N_(
        "Literals are typical ones, because those of the tenant were masked: a statement that behaves differently for "
        "rare and common values is known by its typical one."
    ),
    N_("What the load did not show is not known: a job at the end of the month may need an index that is unused now."),
)


@dataclass(frozen=True, slots=True)
class UnprovenIndex:
    """An index that was tried and is not proven to help."""

    place: str
    why: str


@dataclass(frozen=True, slots=True)
class SpareIndex:
    """An index that can go together with the others of its set."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class TriedRemedy:
    """What the statements of a finding did on the twin."""

    code: str
    resource: str
    judged: ToldVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowSql:
    """The chapter. ``is_proven``: the twin was asked. ``problem`` is why it could not answer, or not to the end.

    ``more_unproven`` and ``more_remedies`` count what is not listed. ``no_spare`` is what the load did not show, where
    no index is advised to go for that reason.
    """

    is_proven: bool
    problem: str
    statements: tuple[StatementRow, ...]
    facts: tuple[tuple[str, str], ...]
    indexes: tuple[IndexProof, ...]
    unproven: tuple[UnprovenIndex, ...]
    more_unproven: int
    spare: tuple[SpareIndex, ...]
    no_spare: str
    hide: CardScript
    show: CardScript
    remedies: tuple[TriedRemedy, ...]
    more_remedies: int
    lacks: tuple[str, ...]
    limits: tuple[str, ...]


def build_slow_sql(document: Document, words: Words, cards: Iterable[Card]) -> SlowSql | None:
    """Return the chapter; None where neither statements nor a proof are known. What a card shows is not told again."""
    proof, statements = document["proof"], list_top_statements(document, words)
    if proof is None:
        return _build_unproven(statements) if statements else None
    teller = ProofTeller(document, words)
    shown = _find_cards(cards)
    unproven = [
        UnprovenIndex(name_index(one["database"], one["table"], one["columns"], one["scope"]), words.pick(one["why"]))
        for one in proof["indexes"]
        if one["verdict"] == "unverified"
    ]
    named = {
        (result["code"], finding["resource"]): finding
        for result in document["results"]
        for finding in result["findings"]
    }
    remedies = [
        TriedRemedy(
            make_printable(one["code"], NAME_LENGTH),
            words.resource(named.get((one["code"], one["resource"]), one)),
            teller.judge(one["verdict"], one["why"]),
        )
        for one in proof["remedies"]
    ]
    return SlowSql(
        is_proven=True,
        problem=words.pick(proof["problem"]),
        statements=statements,
        facts=tuple(_list_facts(proof, words)),
        indexes=tuple(replace(index, card=shown.get(index.place, "")) for index in teller.indexes()),
        unproven=tuple(unproven[:_LISTED]),
        more_unproven=max(0, len(unproven) - _LISTED),
        spare=tuple(_list_spare(proof, words)),
        no_spare=words.pick(proof["unseen"]),
        hide=build_script([one["sql"] for one in proof["retired"]]),
        show=build_script([one["rollback"] for one in proof["retired"]]),
        remedies=tuple(remedies[:_LISTED]),
        more_remedies=max(0, len(remedies) - _LISTED),
        lacks=tuple(make_printable(f"{one['what']}: {one['reason']}") for one in proof["lacks"][:_LISTED]),
        limits=tuple(map(words, LIMITS)),
    )


def _find_cards(cards: Iterable[Card]) -> dict[str, str]:
    """Return by its place the first check whose card shows an index."""
    found: dict[str, str] = {}
    for card in cards:
        for row in card.rows:
            proof = row.statement.proof if row.statement else None
            for index in proof.indexes if proof else ():
                found.setdefault(index.place, card.code)
        for place, code in _find_cards(card.symptoms).items():
            found.setdefault(place, code)
    return found


def _build_unproven(statements: tuple[StatementRow, ...]) -> SlowSql:
    nothing = build_script(())
    return SlowSql(
        is_proven=False, problem="", statements=statements, facts=(), indexes=(), unproven=(), more_unproven=0,
        spare=(), no_spare="", hide=nothing, show=nothing, remedies=(), more_remedies=0, lacks=(), limits=(),
    )  # fmt: skip


def _list_facts(proof: ProofEntry, words: Words) -> Iterator[tuple[str, str]]:
    """Yield how far the twin stands for the tenant, and what the proof took."""
    counts = Counter(told["match"] for told in proof["statements"])
    compared = sum(counts[name] for name in _COMPARED)
    if compared:
        share = words.value(round(100 * counts["same"] / compared), Unit.PCT)
        told = words("{same} of {all} ({share})", same=counts["same"], all=compared, share=share)
        yield words("Statements whose plan on the twin is the tenant's"), told
    for name, label in MATCHES.items():
        if counts[name] and name != "same":
            yield words(label), words.count(counts[name])
    if proof["plans"]:
        seconds = words.value(round(proof["seconds"]), Unit.SECONDS)
        told = words("{plans} plans in {seconds}", plans=words.count(proof["plans"]), seconds=seconds)
        yield words("Tried on the twin"), told


def _list_spare(proof: ProofEntry, words: Words) -> Iterator[SpareIndex]:
    for one in proof["retired"]:
        place = make_printable(f"{one['database']}.{one['table']}.{one['name']}", NAME_LENGTH)
        columns = make_printable(", ".join(one["columns"]), NAME_LENGTH)
        other = make_printable(one["served_by"], NAME_LENGTH)
        why = words("{index} has its columns in front", index=other) if other else words("no plan known here reads it")
        yield SpareIndex(f"{place} ({columns})", why)
