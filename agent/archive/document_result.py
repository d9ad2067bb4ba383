"""The member ``results`` of the document: the result of each check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from agent.archive.json_values import round_number, to_json_value
from agent.facts import find_source_spec
from agent.model.check import CheckSpec
from agent.model.document import (
    CarriedEntry,
    CarriedSignEntry,
    CheckTextsEntry,
    FindingEntry,
    JudgedEntry,
    LadderEntry,
    MeasuredEntry,
    MuteEntry,
    PurchaseEntry,
    ResultEntry,
    SignEntry,
    Texts,
    UnseenEntry,
)
from agent.model.outlook import Outlook, Purchase
from agent.model.result import Carried, CheckResult, Finding, Nearest, ScoredResult
from agent.model.rule import Expected, Fixed, Ladder, Mute, Rule
from agent.model.sources import find_first_link
from agent.model.terms import Effort, RunAs, TenantKind, Text
from agent.support.i18n import LANGUAGES

LocalizeText = Callable[[Text | None], Texts]


def serialize_result(
    result: CheckResult,
    specs: Mapping[str, CheckSpec],
    rule: Rule,
    *,
    scored: ScoredResult | None,
    kind: TenantKind,
    outlooks: Mapping[str, Outlook],
    tell: LocalizeText,
) -> ResultEntry:
    """One check with its findings, its rule and its texts. ``scored`` is None where the score does not name it.

    ``specs`` has the check, and those of the signs among its findings.
    """
    spec, scored = specs[result.code], scored or ScoredResult()
    remedy = spec.remediation
    return {
        "code": result.code,
        "name": spec.name,
        "category": spec.category.value,
        "actor": spec.actor.value,
        "outcome": result.outcome.value,
        "severity": max((f.severity for f in result.findings), key=lambda s: s.rank, default=None),
        "risk_points": round_number(scored.risk_points),
        "points_lost": round_number(scored.points_lost),
        "gain": round_number(scored.gain),
        "symptom_of": scored.symptom_of,
        "carried_from": scored.carried_from,
        "carried_runs": scored.carried_runs,
        "carried": [_serialize_carried(entry) for entry in scored.carried],
        "risk_stake": round_number(result.risk_stake),
        "group": result.group,
        "told_with": list(result.told_with),
        "attested": result.attested,
        "reason": tell(result.reason),
        "well": sorted(result.well),
        "unjudged": [{"resource": name, "names": dict(names)} for name, names in sorted(result.unjudged.items())],
        "unlock": tell(result.unlock),
        "unit": spec.unit.value,
        "params": to_json_value(rule.params_values),
        "ladder": _serialize_judge(rule.judge),
        "overridden": rule.overridden,
        "sources": [source.name for row in spec.facts.values() if (source := find_source_spec(row))],
        "texts": dict(_localize_texts(spec, result, _choose_title(spec, rule, result.findings), tell)),
        "remediation": {
            "run_as": _choose_run_as(remedy.run_as, kind).value,
            "sql": list(remedy.sql),
            "rollback": list(remedy.rollback),
            "restart": remedy.restart,
            "window": result.effort is Effort.WINDOW if result.effort else remedy.window,
            "links": {language: find_first_link(spec.sources, language) for language in LANGUAGES},
        },
        "findings": [
            _serialize_finding(finding, result.code, specs, outlooks.get(finding.fingerprint, Outlook()), tell)
            for finding in result.findings
        ],
        "measured": _serialize_nearest(result.nearest) if result.nearest else None,
    }


def _serialize_nearest(nearest: Nearest) -> MeasuredEntry:
    return {
        "resource": nearest.resource,
        "names": dict(nearest.names),
        "value": to_json_value(nearest.value),
        "count": nearest.count,
    }


def _choose_title(spec: CheckSpec, rule: Rule, findings: Iterable[Finding]) -> str:
    """Return the title that says which way the values are wrong, if all of them lie on one side."""
    if not isinstance(rule.judge, Expected) or spec.parse is None:
        return spec.title
    sides = {rule.judge.find_side(spec.parse(str(finding.value))) for finding in findings}
    titles = {"below": spec.title_below, "above": spec.title_above}
    return (titles.get(sides.pop()) if len(sides) == 1 else "") or spec.title


def _localize_texts(
    spec: CheckSpec, result: CheckResult, shown: str, tell: LocalizeText
) -> Iterator[tuple[str, CheckTextsEntry]]:
    """Yield the texts by language; those of the remediation with the sentences that apply to this result."""
    title, rationale, consequence = tell(Text(shown)), tell(Text(spec.rationale)), tell(Text(spec.consequence))

    def join(part: str, text: str) -> Texts:
        told = [text, *(sentence for name, sentence in result.cases if name == part)]
        texts = [tell(Text(sentence)) for sentence in told if sentence]
        return {
            language: ("" if language.startswith("zh") else " ").join(each[language] for each in texts)
            for language in LANGUAGES
        }

    remedy = spec.remediation
    advice, risk = join("advice", remedy.advice), join("risk", remedy.risk)
    pre_check, post_check = join("pre_check", remedy.pre_check), join("post_check", remedy.post_check)
    no_rollback = join("no_rollback", remedy.no_rollback)
    for language in LANGUAGES:
        yield (
            language,
            {
                "title": title[language],
                "consequence": consequence[language] if spec.consequence else "",
                "rationale": rationale[language],
                "advice": advice[language],
                "risk": risk[language],
                "pre_check": pre_check[language],
                "post_check": post_check[language],
                "no_rollback": no_rollback[language],
            },
        )


def _choose_run_as(declared: RunAs, kind: TenantKind) -> RunAs:
    """SYS instead of TENANT if sys is assessed: its own account is one of sys, and statements name other tenants."""
    return RunAs.SYS if kind is TenantKind.SYS and declared is RunAs.TENANT else declared


def _serialize_judge(judge: Ladder | Fixed | Expected) -> LadderEntry:
    if isinstance(judge, Ladder):
        rungs = {severity.value: round_number(limit) for severity, limit in judge.rungs}
        return {"rungs": rungs, "worst": to_json_value(judge.worst), "descending": judge.descending}
    if isinstance(judge, Fixed):
        return {"severity": judge.severity.value}
    return {"severity": judge.severity.value, "expected": judge.shown, "recommended": judge.recommended}


def _serialize_finding(
    finding: Finding, code: str, specs: Mapping[str, CheckSpec], outlook: Outlook, tell: LocalizeText
) -> FindingEntry:
    signs: list[SignEntry] = [
        {**_serialize_judged(sign.finding, specs[sign.code], tell), "code": sign.code} for sign in finding.signs
    ]
    return {
        **_serialize_judged(finding, specs[code], tell),
        "signs": signs,
        "purchase": _serialize_purchase(outlook.purchase, tell) if outlook.purchase else None,
        "exhausted_on": outlook.exhausted_on.isoformat() if outlook.exhausted_on else None,
        "exhausted_by": tell(outlook.exhausted_by),
    }


def _serialize_purchase(purchase: Purchase, tell: LocalizeText) -> PurchaseEntry:
    return {
        "what": purchase.what,
        "present": round_number(purchase.present),
        "needed": round_number(purchase.needed),
        "unit": purchase.unit.value,
        "formula": tell(purchase.formula),
    }


def _serialize_judged(finding: Finding, spec: CheckSpec, tell: LocalizeText) -> JudgedEntry:
    return {
        "fingerprint": finding.fingerprint,
        "resource": finding.resource,
        "severity": finding.severity,
        "risk_points": round_number(finding.risk_points),
        "value": to_json_value(finding.value),
        "limit": to_json_value(finding.limit),
        "evidence": to_json_value(finding.evidence),
        "names": dict(finding.names),
        "unit": spec.unit.value,
        "sql": list(finding.sql),
        "rollback": list(finding.rollback),
        "muted": _serialize_mute(finding.muted),
        "texts": tell(finding.text),
    }


def _serialize_mute(mute: Mute | None) -> MuteEntry | None:
    return {"owner": mute.owner, "reason": mute.reason, "until": mute.until.isoformat()} if mute else None


def _serialize_carried(entry: Carried) -> CarriedEntry:
    """A carried finding, with what the next assessment and the reports need."""
    signs: list[CarriedSignEntry] = [
        {**_serialize_unseen(sign.finding), "code": sign.code} for sign in entry.finding.signs
    ]
    return {**_serialize_unseen(entry.finding), "since": entry.since, "runs": entry.runs, "signs": signs}


def _serialize_unseen(finding: Finding) -> UnseenEntry:
    return {
        "fingerprint": finding.fingerprint,
        "resource": finding.resource,
        "severity": finding.severity,
        "risk_points": round_number(finding.risk_points),
        "value": to_json_value(finding.value),
        "names": dict(finding.names),
        "muted": _serialize_mute(finding.muted),
    }
