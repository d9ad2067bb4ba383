"""One check with findings as a card: what is wrong, where, by how much, and what to do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from agent.model.document import CheckTextsEntry, Document, FindingEntry, JudgedEntry, LadderEntry, ResultEntry
from agent.model.labels import (
    ACTORS,
    CATEGORIES,
    CHANGES,
    DEADLINES,
    EFFORTS,
    FOR_STATEMENTS,
    N_,
    RUN_AS,
    SEVERITIES,
)
from agent.model.naming import tenant_name
from agent.model.setting_words import BARE_UNITS, read_bare_unit
from agent.model.sql_stages import split_stages
from agent.model.terms import Category, ChangeKind, Severity, Unit
from agent.report.view.impact import describe_impact
from agent.report.view.outlook import list_outlook
from agent.report.view.proof import ProofTeller, ToldVerdict, list_shown_once
from agent.report.view.scripts import CardScript, CardStep, build_script, build_steps
from agent.report.view.sources import FigureSource, FigureSources
from agent.report.view.statement import CardStatement, build_statement
from agent.report.words import NAME_LENGTH, NOTHING, Words, format_points, make_printable
from agent.support.i18n import count_digits, infer_unit

ROWS_SHOWN = 20
ROWS_KEPT = 1_000
PROSE_LENGTH = 4_000
# How sentences name an index that was not tried yet; their translations have the translation of the phrase.
_CANDIDATES = (
    N_("candidate index without lookups (not verified): ({candidate})"),
    N_("candidate index (not verified): ({candidate})"),
)
_NOW, _ADVISED = "_is", "_to"  # suffixes of a setting's present value and of the value that its SQL sets


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSign:
    """What another check found of the same cause."""

    code: str
    sentence: str
    severity: str
    severity_label: str


@dataclass(frozen=True, slots=True)
class SignAdvice:
    """What a check whose signs are told in a card advises."""

    code: str
    title: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRow:
    """One finding: a resource, its value against the limit, the evidence, and its own statements.

    ``signs`` are those of other checks that are joined with it. A sign that stands in several rows is in the first one.
    ``statement`` is what it is about or names as an example; ``no_statement`` says why there is none where there may be
    one. ``outlook`` are size to buy and day. ``tried`` is what its statements did on the twin; what makes plans dearer
    is rejected and not shown as advice.
    """

    resource: str
    sentence: str
    severity: str
    severity_label: str
    value: str
    limit: str
    change: str
    change_label: str
    evidence: tuple[tuple[str, str], ...]
    statement: CardStatement | None
    no_statement: str
    outlook: tuple[tuple[str, str], ...]
    steps: tuple[CardStep, ...]
    rollback: CardScript
    tried: ToldVerdict | None
    signs: tuple[CardSign, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A result with its open findings. ``unseen`` rows are only in assessment.json.

    ``gain_with`` names the checks to mend with it. It is set if mending this one alone gains nothing, because another
    check of the same cause would take the points. ``change`` is the state of its findings together, ``change_told``
    says it of each kind. ``unjudged``: what the check could not judge, and what unlocks that.
    ``signs``: what the checks advise whose findings are joined with its own. ``link_text`` is what a reader sees of
    ``link``: version and name of the page. ``script_of`` is the check whose card has the statements of this one, "" if
    they are here.
    """

    code: str
    title: str
    severity: str
    severity_label: str
    category_key: str
    category: str
    actor: str
    impact: str
    points_lost: str
    gain: str
    gain_with: str
    change: str
    change_label: str
    change_told: str
    attested: bool
    overridden: bool
    sources: tuple[FigureSource, ...]
    judged: tuple[tuple[str, str], ...]
    rows: tuple[CardRow, ...]
    more_rows: tuple[CardRow, ...]
    row_count: int
    unseen: int
    advice: str
    steps: tuple[CardStep, ...]
    script_of: str
    rollback: CardScript
    more_rollback: CardScript
    no_rollback: str
    unjudged: str
    facts: tuple[tuple[str, str], ...]
    link: str
    link_text: str
    signs: tuple[SignAdvice, ...] = ()
    symptoms: tuple[Card, ...] = ()


@dataclass(frozen=True, slots=True)
class CardMaker:
    """Makes cards in one language; ``changes`` maps a fingerprint to its kind of change."""

    document: Document
    words: Words
    changes: Mapping[str, str]
    statements: Mapping[str, CardStatement]
    teller: ProofTeller
    figure_sources: FigureSources

    @classmethod
    def of(cls, document: Document, words: Words) -> CardMaker:
        """Return the maker of a document's cards."""
        comparison, teller = document["comparison"], ProofTeller(document, words)
        return cls(
            document,
            words,
            {change["fingerprint"]: change["kind"] for change in comparison["changes"]} if comparison else {},
            {entry["resource"]: build_statement(entry, words, teller) for entry in document["sql"]},
            teller,
            FigureSources(document, words),
        )

    def card(self, result: ResultEntry, symptoms: Sequence[ResultEntry] = (), cause: str = "") -> Card:
        """Return the card of a result; the symptoms become cards below it.

        What one cause has broken is mended by one script, in its order: the card of the ``cause`` has the statements of
        its symptoms, too. Two scripts of one account would grant in one what the other has revoked before.
        """
        words, texts = self.words, self._pick_texts(result)
        findings, severity = list_open_findings(result), find_counted_severity(result)
        told: set[str] = set()
        rows = tuple(self._build_row(finding, result, told) for finding in findings[:ROWS_KEPT])
        kinds = [self.changes.get(finding["fingerprint"], "") for finding in findings]
        change = find_state(kinds)
        shown = self._list_shown(result)
        sql, rollback = _list_statements(shown, "sql"), _list_statements(shown, "rollback")
        if cause:
            sql, rollback = [], []  # the script of the cause has them
        # A way back goes the other way round.
        for symptom in symptoms:
            own = self._list_shown(symptom)
            sql, rollback = sql + _list_statements(own, "sql"), _list_statements(own, "rollback") + rollback
        if symptoms:
            rollback = [text for texts in split_stages(rollback).values() for text in texts]
        link = _keep_web_address(words.pick(result["remediation"]["links"]))
        return Card(
            code=make_printable(result["code"], NAME_LENGTH),
            title=make_printable(texts["title"]),
            severity=severity,
            severity_label=words.label(SEVERITIES, severity),
            category_key=result["category"],
            category=words.label(CATEGORIES, result["category"]),
            actor=words.label(ACTORS, result["actor"]),
            impact=describe_impact(result, severity, self.document, words),
            points_lost=format_points(result["points_lost"]),
            gain=format_points(result["gain"]),
            gain_with=self._format_gain_with(result),
            change=change,
            change_label=words.label(CHANGES, change) if change else "",
            change_told=tell_changes(kinds, words),
            attested=result["attested"],
            overridden=result["overridden"],
            sources=self._list_sources(result, findings),
            judged=self._list_criteria(result),
            rows=rows[:ROWS_SHOWN],
            more_rows=rows[ROWS_SHOWN:],
            row_count=len(findings),
            unseen=len(findings) - len(rows),
            advice=make_printable(texts["advice"], PROSE_LENGTH),
            steps=build_steps(sql, ROWS_SHOWN, words),
            script_of=make_printable(cause, NAME_LENGTH) if cause and _list_statements(shown, "sql") else "",
            rollback=build_script(rollback[:ROWS_SHOWN]),
            more_rollback=build_script(rollback[ROWS_SHOWN:]),
            no_rollback=make_printable(texts["no_rollback"]),
            unjudged=format_unjudged(result, self.document, self.words),
            facts=self._list_facts(result, texts),
            link=link,
            link_text=_name_page(link, words),
            signs=self._list_advice(result["code"], findings),
            symptoms=tuple(self.card(symptom, cause=result["code"]) for symptom in symptoms),
        )

    def _list_shown(self, result: ResultEntry) -> list[FindingEntry]:
        """Return the findings whose statements are advice."""
        return [
            finding for finding in list_open_findings(result) if not self.teller.is_rejected(finding["fingerprint"])
        ]

    def _list_sources(self, result: ResultEntry, findings: Sequence[FindingEntry]) -> tuple[FigureSource, ...]:
        """Return where the figures of the check, and of those joined with it, come from."""
        codes = {result["code"], *(sign["code"] for finding in findings for sign in finding["signs"])}
        names = [name for other in self.document["results"] if other["code"] in codes for name in other["sources"]]
        return self.figure_sources.list_sources(dict.fromkeys(names))

    def _list_advice(self, code: str, findings: Sequence[FindingEntry]) -> tuple[SignAdvice, ...]:
        codes = {sign["code"] for finding in findings for sign in finding["signs"]} - {code}
        return tuple(
            SignAdvice(
                make_printable(other["code"], NAME_LENGTH),
                make_printable(self._pick_texts(other)["title"]),
                make_printable(self._pick_texts(other)["advice"], PROSE_LENGTH),
            )
            for other in self.document["results"]
            if other["code"] in codes
        )

    def _pick_texts(self, result: ResultEntry) -> CheckTextsEntry:
        return result["texts"].get(self.words.language, result["texts"]["en"])

    def _format_gain_with(self, result: ResultEntry) -> str:
        if result["gain"] > 0:
            return ""
        cause = result["symptom_of"]
        symptoms = (r["code"] for r in self.document["results"] if r["symptom_of"] == result["code"])
        named = self.words(", ").join(make_printable(code, NAME_LENGTH) for code in ([cause] if cause else symptoms))
        return self.words("only together with {codes}", codes=named) if named else ""

    def _build_row(self, finding: FindingEntry, result: ResultEntry, told: set[str]) -> CardRow:
        """Return a finding's row; ``told`` collects the fingerprints of the signs in the rows before it."""
        words, unit = self.words, Unit(finding["unit"])
        digits = count_digits(finding["value"], unit, _list_rungs(result).values())
        change = self.changes.get(finding["fingerprint"], "")
        statement = self._find_statement(finding) if result["category"] == Category.SQL else None
        is_rejected = self.teller.is_rejected(finding["fingerprint"])
        return CardRow(
            resource=words.resource(finding),
            sentence=self._name_proven(finding, statement),
            severity=finding["severity"],
            severity_label=words.label(SEVERITIES, finding["severity"]),
            value=format_judged(finding["value"], result["ladder"], unit, words, digits),
            limit=_format_limit(finding["limit"], result["ladder"], unit, words, digits),
            change=change,
            change_label=words.label(CHANGES, change) if change else "",
            evidence=format_evidence(
                _leave_text_out(finding, statement),
                find_recommended(result["ladder"]),
                words,
                find_expected(result["ladder"]),
            ),
            statement=statement,
            no_statement=self._explain_no_statement(finding)
            if result["category"] == Category.SQL and not statement
            else "",
            outlook=tuple(list_outlook(finding, words)),
            steps=build_steps([] if is_rejected else finding["sql"], ROWS_SHOWN, words),
            rollback=build_script([] if is_rejected else finding["rollback"]),
            tried=self.teller.remedy(finding["fingerprint"]),
            signs=tuple(self._list_signs(finding, statement, told)),
        )

    def _name_proven(self, found: JudgedEntry, statement: CardStatement | None) -> str:
        """Return the sentence of a finding; where its statement has a proven index, with that for the candidate."""
        words, sentence = self.words, _shorten_sentence(found, statement, self.words)
        candidate, proof = found["evidence"].get("candidate"), statement.proof if statement else None
        if not isinstance(candidate, str) or proof is None or not proof.indexes:
            return sentence
        proven = words("index proven on the twin: {index}", index=words(", ").join(one.place for one in proof.indexes))
        for phrase in _CANDIDATES:
            sentence = sentence.replace(words(phrase, candidate=candidate), proven)
        return sentence

    def _find_statement(self, finding: FindingEntry) -> CardStatement | None:
        """Return the statement that a finding is about, or else the one that its evidence names as an example."""
        own = self.statements.get(finding["resource"])
        example = finding["evidence"].get("sql_id")
        if own or not isinstance(example, str):
            return own
        told = next((entry for entry in self.document["sql"] if entry["sql_id"] == example), None)
        if told is None:
            return None
        built = self.statements[told["resource"]]
        name = make_printable(example, NAME_LENGTH)
        return replace(built, facts=((self.words("SQL_ID of an example"), name), *built.facts))

    def _explain_no_statement(self, finding: FindingEntry) -> str:
        if finding["resource"].startswith(_OF_ALL) and not finding["evidence"].get("sql_id"):
            return self.words("This finding is about all statements together, so no single one is shown.")
        return self.words("No record of the load held this statement any more when the assessment read them.")

    def _list_signs(self, finding: FindingEntry, statement: CardStatement | None, told: set[str]) -> Iterator[CardSign]:
        for sign in finding["signs"]:
            if sign["fingerprint"] != finding["fingerprint"] and sign["fingerprint"] not in told:
                told.add(sign["fingerprint"])
                yield CardSign(
                    code=make_printable(sign["code"], NAME_LENGTH),
                    sentence=self._name_proven(sign, statement),
                    severity=sign["severity"],
                    severity_label=self.words.label(SEVERITIES, sign["severity"]),
                )

    def _list_criteria(self, result: ResultEntry) -> tuple[tuple[str, str], ...]:
        """Return how the value is judged: the ladder's rungs or the expected value, then the check's parameters."""
        words, judge, unit = self.words, result["ladder"], Unit(result["unit"])
        lines: list[tuple[str, str]] = []
        if "rungs" in judge:
            sign, rungs = _choose_sign(judge["descending"]), _list_rungs(result)
            # As many decimals as the value that needs most beside them.
            needed = [count_digits(finding["value"], unit, rungs.values()) for finding in list_open_findings(result)]
            digits = max((found for found in needed if found is not None), default=None)
            for severity in sorted(rungs, key=lambda name: Severity(name).rank):
                lines.append((words(SEVERITIES[severity]), f"{sign} {words.value(rungs[severity], unit, digits)}"))
        if "expected" in judge:
            unit_of_bare = read_bare_unit(judge["expected"])
            lines.append((words("Expected"), words.expected(judge["expected"])))
            if judge["recommended"]:
                lines.append((words("Recommended"), words.setting(judge["recommended"], unit_of_bare)))
        return (*lines, *words.pairs(result["params"]))

    def _list_facts(self, result: ResultEntry, texts: CheckTextsEntry) -> tuple[tuple[str, str], ...]:
        words, remedy = self.words, result["remediation"]
        facts = (
            (words("Effort"), self._format_effort(result["code"])),
            (words("Run as"), words.label(RUN_AS, remedy["run_as"])),
            (words("Restart needed"), words.value(remedy["restart"], None)),
            (words("Change window needed"), words.value(remedy["window"], None)),
            (words("Risk of the change"), make_printable(texts["risk"], PROSE_LENGTH)),
            (words("Check before"), make_printable(texts["pre_check"], PROSE_LENGTH)),
            (words("Check after"), make_printable(texts["post_check"], PROSE_LENGTH)),
        )
        return tuple((name, text) for name, text in facts if text)

    def _format_effort(self, code: str) -> str:
        """Return effort and deadline from the roadmap; empty if the check is not in it."""
        unit = next((unit for unit in self.document["roadmap"] if code in unit["codes"]), None)
        if unit is None:
            return ""
        return f"{self.words.label(EFFORTS, unit['effort'])} · {self.words.label(DEADLINES, unit['deadline'])}"


_ADDRESS = re.compile(r"https?://[!-~]{1,1000}")  # addresses of the documentation have up to 306 characters
_PAGE = re.compile(
    r"https://github\.com/oceanbase/oceanbase-doc/blob/(?P<version>[^/]+)/.*/(?:\d+\.)?(?P<page>[^/]+)\.md$"
)
_OF_ALL = (tenant_name(None), "return code")  # how the resources of findings on no single statement begin
_TEXT_START = 60  # of a statement, to find where a sentence begins to quote it


def _leave_text_out(finding: JudgedEntry, statement: CardStatement | None) -> Mapping[str, Any]:
    """Return the evidence without what the statement's own lines tell."""
    told = dict(statement.told) if statement else {}
    return {
        key: value for key, value in finding["evidence"].items() if key not in told or told[key] not in (None, value)
    }


def _shorten_sentence(finding: JudgedEntry, statement: CardStatement | None, words: Words) -> str:
    """Return the sentence without the statement that it ends with, where the card shows that below."""
    sentence, quoted = words.pick(finding["texts"]), finding["evidence"].get("statement")
    if statement is None or not isinstance(quoted, str):
        return sentence
    before, mark, _ = sentence.partition(make_printable(quoted)[:_TEXT_START])
    return before.rstrip() if mark and before.strip() else sentence


def find_state(kinds: Iterable[str]) -> str:
    """Return the state of what has these kinds of change, "" for none.

    It is new if all are new, else worsened if at least one is new or worse. Cards and the list of findings agree by it.
    """
    told = {kind for kind in kinds if kind}
    if len(told) < 2:
        return next(iter(told), "")
    if told & {ChangeKind.NEW, ChangeKind.WORSENED}:
        return ChangeKind.WORSENED
    return ChangeKind.IMPROVED if ChangeKind.IMPROVED in told else ChangeKind.UNCHANGED


def tell_changes(kinds: Sequence[str], words: Words) -> str:
    """Return the kinds of change in words, counted if there are several: ``New 1 · Unchanged 3``."""
    counts = Counter(kind for kind in kinds if kind)
    if len(counts) < 2:
        return "".join(words.label(CHANGES, kind) for kind in counts)
    return " · ".join(f"{words.label(CHANGES, kind)} {counts[kind]}" for kind in CHANGES if kind in counts)


def format_judged(value: Any, judge: LadderEntry, unit: Unit | None, words: Words, digits: int | None = None) -> str:
    """Return a measured value; that of a setting in words."""
    if "expected" in judge and isinstance(value, str):
        return words.setting(value, read_bare_unit(judge["expected"]))
    return words.value(value, unit, digits)


def _format_limit(limit: Any, judge: LadderEntry, unit: Unit, words: Words, digits: int | None) -> str:
    if limit is None:
        return NOTHING
    if "expected" in judge:
        return words.expected(str(limit))
    sign = f"{_choose_sign(judge['descending'])} " if "rungs" in judge else ""
    return sign + words.value(limit, unit, digits)


def _choose_sign(descending: bool) -> str:
    """Return which way from a rung the value is worse."""
    return "≤" if descending else "≥"


def format_evidence(
    told: Mapping[str, Any], recommended: str, words: Words, expected: str = ""
) -> tuple[tuple[str, str], ...]:
    """Return the measured values as (name, value), for readers: without unknown ones and those for statements only.

    A setting shows its advised value too, both with the unit of what its rule expects.
    """
    known = {key: value for key, value in told.items() if value is not None and key not in FOR_STATEMENTS}
    lines = []

    def add_change(name: str, present: str, wanted: str, own: Unit | None = None) -> None:
        unit = BARE_UNITS.get(own, "") if own else read_bare_unit(expected)
        now, then = words.setting(str(present), unit), words.setting(str(wanted), unit)
        lines.append((name, words("now {present}, recommended {wanted}", present=now, wanted=then)))

    for key, value in known.items():
        stem = next((key.removesuffix(end) for end in (_NOW, _ADVISED) if key.endswith(end)), "")
        if {stem + _NOW, stem + _ADVISED} <= known.keys():
            if key.endswith(_NOW):
                add_change(words.name(stem), value, known[stem + _ADVISED], infer_unit(stem))
        elif recommended and {"setting", "present"} <= known.keys() and key in ("setting", "present"):
            if key == "setting":
                add_change(make_printable(value, NAME_LENGTH), known["present"], recommended)
        else:
            lines += words.pairs({key: value})
    return tuple(lines)


def show_proofs_once(cards: Iterable[Card]) -> tuple[Card, ...]:
    """Return the cards with each proven index whole in the first row that shows it; later rows name that card.

    Its statements are run once: who follows both cards would make what is there already.
    """
    told: dict[str, str] = {}
    return tuple(_refer_to_first(card, told) for card in cards)


def _refer_to_first(card: Card, told: dict[str, str]) -> Card:
    rows, more = (tuple(_refer_row(row, told, card.code) for row in listed) for listed in (card.rows, card.more_rows))
    return replace(
        card, rows=rows, more_rows=more, symptoms=tuple(_refer_to_first(symptom, told) for symptom in card.symptoms)
    )


def _refer_row(row: CardRow, told: dict[str, str], code: str) -> CardRow:
    statement = row.statement
    if statement is None or statement.proof is None:
        return row
    proof = replace(statement.proof, indexes=tuple(list_shown_once(statement.proof.indexes, told, code)))
    return replace(row, statement=replace(statement, proof=proof))


def _list_rungs(result: ResultEntry) -> Mapping[str, float]:
    judge = result["ladder"]
    if "rungs" in judge:
        return judge["rungs"]
    return {}


def list_open_findings(result: ResultEntry) -> list[FindingEntry]:
    """Return the findings that are not muted."""
    return [finding for finding in result["findings"] if not finding["muted"]]


def find_counted_severity(result: ResultEntry) -> str:
    """Return the worst severity that counts. A muted finding does not count, unless it is critical."""
    counted = (f["severity"] for f in result["findings"] if not f["muted"] or f["severity"] == Severity.CRITICAL)
    return max(map(Severity, counted), key=lambda severity: severity.rank)


def find_expected(judge: LadderEntry) -> str:
    """Return what a rule expects of a setting; empty for a rule without that."""
    if "expected" in judge:
        return judge["expected"]
    return ""


def find_recommended(judge: LadderEntry) -> str:
    """Return the value that a rule recommends; empty for a rule without one."""
    if "recommended" in judge:
        return judge["recommended"]
    return ""


def _list_statements(findings: Sequence[FindingEntry], member: Literal["sql", "rollback"]) -> list[str]:
    """Return each statement once, in the order of the findings."""
    return list(dict.fromkeys(text for finding in findings[:ROWS_KEPT] for text in finding[member]))


def _keep_web_address(link: str) -> str:
    """Return the link if it is a plain web address, else "": a document from a file could hold ``javascript:``."""
    return link if _ADDRESS.fullmatch(link) else ""


def _name_page(link: str, words: Words) -> str:
    """Return what a reader sees of a link: version and page of OceanBase's documentation, or else the address.

    The names of its files begin with a number, by which they are ordered: ``300.create-table.md``.
    """
    found = _PAGE.match(link)
    return words("OceanBase documentation {version}: {page}", **found.groupdict()) if found else link


def format_unjudged(result: ResultEntry, document: Document, words: Words) -> str:
    """Return what the check could not judge and what unlocks that; empty if it judged all.

    What also unlocks checks that are not assessed is told with these, once.
    """
    reason, unlock = words.pick(result["reason"]), words.pick(result["unlock"])
    if reason and any(result["unlock"] in group["needs"] for group in document["unlocks"]):
        return words("Not all could be judged: {reason}", reason=reason)
    if reason:
        return words("Not all could be judged: {reason} {unlock}", reason=reason, unlock=unlock)
    left = [words.resource(entry) for entry in result["unjudged"]]
    if not left:
        return ""
    first, more = left[0], len(left) - 1
    named = words("{resource} and {count} more", resource=first, count=more) if more else first
    return words("There is not enough data to judge {resources}.", resources=named)
