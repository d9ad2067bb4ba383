"""What the twin says of statements, indexes and remedies, in one language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from agent.facts.outline_hints import list_run_hints
from agent.model.document import Document
from agent.model.document_proof import IndexAdviceEntry, PinEntry, PlanEffectEntry, ProofEntry, ProvenStatementEntry
from agent.model.labels import MATCHES, VERDICTS
from agent.model.pins import place_in_databases, write_pin_checks
from agent.model.terms import Unit
from agent.report.view.scripts import CardScript, build_script
from agent.report.words import NAME_LENGTH, SQL_LENGTH, Words, make_printable

ADVISED = frozenset({"verified", "verified with pins"})
# How a verdict looks: as what is known does on page one.
_STATES: Mapping[str, str] = {"verified": "well", "verified with pins": "partly", "rejected": "risk"}
_COMPARABLE = frozenset({"same", "forced"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldVerdict:
    """A verdict with its word, how it looks (``state``), and why; ``why`` is empty for what is verified."""

    verdict: str
    label: str
    state: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChange:
    """What the advised indexes do to one statement; ``text`` says why where it is not known."""

    sql_id: str
    text: str
    gain: str
    cost: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexProof:
    """One index that is advised: what to run first (``pins``), what makes it, the way back, and who gains.

    ``pinned`` says of each statement that is pinned, why, and which of its own hints stay. ``pin_check`` shows that the
    pins work. ``card`` is the check whose card shows all of it; "" where it is shown here.
    """

    place: str
    judged: ToldVerdict
    facts: tuple[tuple[str, str], ...]
    pins: CardScript
    pinned: tuple[str, ...]
    pin_check: CardScript
    create: CardScript
    rollback: CardScript
    changes: tuple[PlanChange, ...]
    card: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementProof:
    """What the twin says of a statement: its verdict, its plans, and the indexes that it gains by."""

    judged: ToldVerdict
    facts: tuple[tuple[str, str], ...]
    change: PlanChange | None
    indexes: tuple[IndexProof, ...]


class ProofTeller:
    """Puts the proof of a document into words. Without one it tells nothing."""

    def __init__(self, document: Document, words: Words) -> None:
        self._words = words
        proof = document["proof"]
        self._proof: ProofEntry | None = proof
        self._statements: dict[str, ProvenStatementEntry] = {}
        self._effects: dict[str, PlanEffectEntry] = {}
        for told in proof["statements"] if proof else ():
            self._statements.setdefault(told["resource"], told)
            self._statements.setdefault(told["sql_id"], told)
        self._tried = {one["fingerprint"]: one for one in proof["remedies"]} if proof else {}
        for effect in proof["effects"] if proof else ():
            self._effects.setdefault(effect["resource"], effect)
            self._effects.setdefault(effect["sql_id"], effect)

    def tell_match(self, name: str) -> str:
        """Return how the plan of a statement on the twin is the tenant's, by resource or SQL_ID; "" if unknown."""
        told = self._statements.get(name)
        return self._words.label(MATCHES, told["match"]) if told else ""

    def is_rejected(self, fingerprint: str) -> bool:
        """Whether what a finding would have people run made plans dearer on the twin."""
        return fingerprint in self._tried and self._tried[fingerprint]["verdict"] == "rejected"

    def remedy(self, fingerprint: str) -> ToldVerdict | None:
        """Return what the statements of a finding did on the twin; None if they were not tried."""
        tried = self._tried.get(fingerprint)
        return self.judge(tried["verdict"], tried["why"]) if tried else None

    def judge(self, verdict: str, why: Mapping[str, str]) -> ToldVerdict:
        """Return a verdict in words."""
        return ToldVerdict(
            verdict=make_printable(verdict, NAME_LENGTH),
            label=self._words.label(VERDICTS, verdict),
            state=_STATES.get(verdict, "unknown"),
            why=self._words.pick(why),
        )

    def tell_outcome(self, name: str) -> str:
        """Return verdict and gain of a statement in a few words; "" for one of which nothing can be said."""
        effect = self._effects.get(name)
        if effect is None or name not in self._statements:
            return ""
        label = self._words.label(VERDICTS, effect["verdict"])
        return f"{label} · {self._format_gain(effect)}" if effect["verdict"] == "verified" else label

    def statement(self, name: str) -> StatementProof | None:
        """Return what the twin says of a statement, by resource or SQL_ID; None if it was not asked about it."""
        told = self._statements.get(name)
        if told is None:
            return None
        effect = self._effects.get(name)
        match = (self._words("Plan on the twin"), self._words.label(MATCHES, told["match"]))
        if effect is None or effect["verdict"] != "verified":
            return StatementProof(
                judged=self._judge_without_gain(told, effect), facts=(match,), change=None, indexes=()
            )
        indexes = tuple(
            self._build_index(advice, ())
            for advice in (self._proof["indexes"] if self._proof else ())
            if advice["verdict"] in ADVISED and effect["resource"] in advice["resources"]
        )
        change = self._build_change(effect)
        facts = (
            match,
            (self._words("Expected gain (estimate)"), change.gain),
            (self._words("Estimated cost"), change.cost),
        )
        return StatementProof(
            judged=self.judge(effect["verdict"], effect["why"]), facts=facts, change=change, indexes=indexes
        )

    def indexes(self) -> Iterator[IndexProof]:
        """Yield the indexes that are advised, the one that gains most first."""
        for advice in self._proof["indexes"] if self._proof else ():
            if advice["verdict"] in ADVISED:
                gained = [self._effects[name] for name in advice["resources"] if name in self._effects]
                yield self._build_index(advice, [self._build_change(effect) for effect in gained])

    def _judge_without_gain(self, told: ProvenStatementEntry, effect: PlanEffectEntry | None) -> ToldVerdict:
        """Judge a statement without a proven gain. Of advice that was rejected only this is told."""
        words = self._words
        if told["match"] not in _COMPARABLE:
            why = make_printable(told["cause"]) if told["match"] == "refused" else ""
            return self.judge("not verifiable here", {words.language: why or words.label(MATCHES, told["match"])})
        if effect is not None and effect["verdict"] != "rejected":
            return self.judge(effect["verdict"], effect["why"])
        nothing = words("No index is proven to help this statement.")
        return self.judge("unverified", {words.language: nothing})

    def _build_index(self, advice: IndexAdviceEntry, changes: Sequence[PlanChange]) -> IndexProof:
        words, pins = self._words, advice["pins"]
        size = words("unknown") if advice["bytes"] is None else words.value(advice["bytes"], Unit.BYTES)
        facts = (
            (words("Size before compression"), size),
            (words("Time saved, at most (estimate)"), words.value(advice["gain_us"], Unit.MICROSECONDS)),
            (words("Cost of writes (estimate)"), words.value(advice["write_us"], Unit.MICROSECONDS)),
        )
        return IndexProof(
            place=name_index(advice["database"], advice["table"], advice["columns"], advice["scope"]),
            judged=self.judge(advice["verdict"], {}),
            facts=facts,
            pins=build_script([*place_in_databases((pin["database"], pin["sql"]) for pin in pins)]),
            pinned=tuple(map(self._describe_pin, pins)),
            pin_check=build_script(write_pin_checks(pin["sql_id"] for pin in pins)),
            create=build_script([advice["sql"]]),
            rollback=build_script(
                [advice["rollback"], *place_in_databases((pin["database"], pin["rollback"]) for pin in pins)]
            ),
            changes=tuple(changes),
        )

    def _describe_pin(self, pin: PinEntry) -> str:
        """Return why a statement is pinned, and which hints of its own the outline has to keep."""
        words = self._words
        name, own = make_printable(pin["sql_id"], NAME_LENGTH), ", ".join(list_run_hints(pin["sql"]))
        told = words("{what}: {reason}", what=name, reason=words.pick(pin["why"]))
        if not own:
            return told
        kept = words("its own {hints} stay in the outline, so that nothing but its plan is kept", hints=own)
        return words("; ").join((told, kept))

    def _build_change(self, effect: PlanEffectEntry) -> PlanChange:
        told = self._statements.get(effect["resource"])
        count = self._words.count
        return PlanChange(
            sql_id=make_printable(effect["sql_id"], NAME_LENGTH),
            text=make_printable(told["text"], SQL_LENGTH) if told else "",
            gain=self._format_gain(effect),
            cost=f"{count(effect['cost_before'])} → {count(effect['cost_after'])}",
            before=make_printable(effect["plan_before"], SQL_LENGTH),
            after=make_printable(effect["plan_after"], SQL_LENGTH),
        )

    def _format_gain(self, effect: PlanEffectEntry) -> str:
        return self.format_gain(effect["least_gain_pct"], effect["most_gain_pct"])

    def format_gain(self, least_pct: float, most_pct: float) -> str:
        """Return the gain as a range in whole per cent, rounded down: no index saves all of the time."""
        return f"{self._words.value(int(least_pct), Unit.PCT)} – {self._words.value(int(most_pct), Unit.PCT)}"


def list_shown_once(indexes: Iterable[IndexProof], told: dict[str, str], card: str) -> Iterator[IndexProof]:
    """Yield proofs, each whole where it is told first; later ones name the card that ``told`` has by its place."""
    for index in indexes:
        yield replace(index, card=told[index.place]) if index.place in told else index
        told.setdefault(index.place, card)


def name_index(database: str, table: str, columns: Sequence[str], scope: str = "") -> str:
    """Return an index as ``shop.orders (customer_id, made) LOCAL``."""
    return make_printable(f"{database}.{table} ({', '.join(columns)})" + (f" {scope}" if scope else ""), NAME_LENGTH)
