"""Runs each check on its facts and params and judges what it measured. A check that crashes gives an ERROR result."""

from __future__ import annotations

import contextlib
import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

from agent.facts import find_source_spec
from agent.facts.settings import Tenant
from agent.judgement.evidence import find_unreadable_limit, is_cut, measure_sight
from agent.judgement.fingerprint import fingerprint_finding
from agent.judgement.load_records import describe_span
from agent.judgement.mutes import MuteMatcher
from agent.judgement.severity import compute_stake, judge_value
from agent.judgement.variants import fit_rules
from agent.model.check import CheckSpec, Measurement, MissingFacts, NotAssessed, Told
from agent.model.naming import Named, ResourceName, tenant_name
from agent.model.placeholders import fill_message
from agent.model.result import CheckResult, Finding, Nearest, Spread
from agent.model.rule import Expected, Fixed, Ladder, Rule, Ruleset, ScoringPolicy
from agent.model.setting_words import read_bare_unit, tell_expected, tell_setting
from agent.model.snapshot import Snapshot, Unavailable
from agent.model.terms import Effort, Outcome, Scalar, TenantKind, Text, Translations, UnavailableKind, Unit
from agent.support.errors import CRASHES
from agent.support.i18n import OWN_ONLY, count_digits, render_all_languages

_MAX_TEXT = 2000
_MAX_SHOWN = 300  # of a text in a sentence about a failure


@dataclass(slots=True)
class _Seen:
    """What a check measured, which resources it could not judge, and what it reports as unknown.

    ``former`` maps each resource to its name in earlier versions, which may be the same.
    """

    measured: list[Measurement] = field(default_factory=list)
    unjudged: dict[str, Mapping[str, str]] = field(default_factory=dict)
    unknown: NotAssessed | None = None
    cut: bool = False
    hidden_us_per_s: float = 0.0
    former: dict[str, str] = field(default_factory=dict)

    def list_own_former(self) -> dict[str, str]:
        """Return resource -> earlier name, where that was another and of this resource alone."""
        claims = Counter(self.former.values())
        return {name: former for name, former in self.former.items() if former != name and claims[former] == 1}

    def list_former(self, found: Iterable[str]) -> dict[str, str]:
        """Return earlier name -> resource. Of several with one earlier name it is the first of those found."""
        listed: dict[str, str] = {}
        for resource in (*found, *self.former):
            former = self.former[resource]
            if former not in self.former:
                listed.setdefault(former, resource)
        return listed


class _MeasuredTwiceError(Exception):
    """Two measurements have one resource and one part, so one of them would be lost."""

    def __init__(self, resource: str) -> None:
        super().__init__(resource)
        self.reason = Text(
            "The check measured {resource} twice, and one of the two would be lost. Its author must name the resource "
            "more finely, or give each measurement its part.",
            {"resource": resource[:_MAX_SHOWN]},
        )


def evaluate_checks(
    specs: Iterable[CheckSpec], ruleset: Ruleset, snapshot: Snapshot, translations: Translations = OWN_ONLY
) -> tuple[CheckResult, ...]:
    """Return one result per check, in order of code. ``translations`` are those of plug-ins among the checks."""
    ruleset = fit_rules(ruleset, snapshot)
    muting = MuteMatcher(ruleset.mutes, ruleset.today, snapshot.target)
    return tuple(
        replace(
            _evaluate_check(spec, ruleset.rules[spec.code], snapshot, muting, translations),
            spread=_choose_spread(spec, ruleset.scoring),
        )
        for spec in sorted(specs, key=lambda spec: spec.code)
    )


def _choose_spread(spec: CheckSpec, scoring: ScoringPolicy) -> Spread:
    """How far apart two values of a check may lie without a cause: more where it looks at a sample of the load."""
    sources = (find_source_spec(row) for row in spec.facts.values())
    sampled = any(source and source.observes for source in sources)
    pct = scoring.sampled_spread_pct if sampled else scoring.spread_pct
    return Spread(pct, spec.counted, scoring.counted_deviations)


def _evaluate_check(
    spec: CheckSpec, rule: Rule, snapshot: Snapshot, muting: MuteMatcher, translations: Translations
) -> CheckResult:
    def result(outcome: Outcome, **parts: Any) -> CheckResult:
        return CheckResult(
            code=spec.code,
            outcome=outcome,
            group=rule.group,
            join=rule.join,
            actor=spec.actor,
            category=spec.category,
            risk_stake=compute_stake(rule.judge),
            attested=spec.attested,
            **parts,
        )

    if not rule.enabled:
        return result(Outcome.DISABLED, reason=Text("Switched off in the rules."))
    reason = _explain_inapplicable(spec, rule, snapshot)
    if reason:
        return result(Outcome.NOT_APPLICABLE, reason=reason)
    missing = _list_missing(spec, snapshot)
    if missing:
        return result(Outcome.NOT_ASSESSED, reason=missing[0].reason, **_collect_remedies(missing))
    if rule.variants:
        return result(Outcome.NOT_ASSESSED, reason=_UNKNOWN_VARIANT)
    try:
        seen = _run_measure(spec, rule, snapshot, translations)
        _require_distinct(seen.measured)
        findings = _judge_measurements(spec, rule, snapshot, seen.measured, translations)
    except _MeasuredTwiceError as error:
        return result(Outcome.ERROR, reason=error.reason)
    except CRASHES as error:  # the border where a crash becomes a result
        args = {"reason": f"{type(error).__name__}: {error}"[:_MAX_SHOWN]}
        return result(Outcome.ERROR, reason=Text("The check failed: {reason}", args))
    own = seen.list_own_former()
    findings = tuple(muting.apply(spec.code, finding, own.get(finding.resource, "")) for finding in findings)
    rest = _describe_rest(seen, {finding.resource for finding in findings})
    rest["former"] = seen.list_former(finding.resource for finding in findings)
    if findings:
        told = [{**found.evidence, "resource": found.resource, "value": found.value} for found in findings]
        rest["cases"] = _choose_cases(spec, told, snapshot)
        rest["effort"] = _choose_effort(spec, told, snapshot)
        muted = all(finding.muted for finding in findings)
        return result(Outcome.MUTED if muted else Outcome.FINDING, findings=findings, **rest)
    nearest = None if seen.unknown else _find_nearest(spec, rule, seen, translations)
    return result(Outcome.NOT_ASSESSED if seen.unknown else Outcome.PASS, nearest=nearest, **rest)


def list_measured(spec: CheckSpec, rule: Rule, snapshot: Snapshot) -> tuple[Measurement, ...]:
    """Return what a check measures, whether or not it is a finding; nothing where it cannot be assessed."""
    unfit = not rule.enabled or rule.variants or _explain_inapplicable(spec, rule, snapshot)
    if unfit or _list_missing(spec, snapshot):
        return ()
    try:
        return tuple(_run_measure(spec, rule, snapshot, OWN_ONLY).measured)
    except CRASHES:  # its result tells of the crash
        return ()


_UNKNOWN_VARIANT = Text("The limit depends on the role or size of the tenant, which could not be read.")
_NOT_JUDGED = Text("The rules do not apply to a tenant of this version, role or size.")
_WRONG_TENANT = {
    TenantKind.USER: Text("Only a user tenant shows this."),
    TenantKind.SYS: Text("Only the sys tenant shows this."),
}


def _explain_inapplicable(spec: CheckSpec, rule: Rule, snapshot: Snapshot) -> Text | None:
    if snapshot.tenant_kind not in spec.tenants:
        return _WRONG_TENANT[spec.tenants[0]]
    if snapshot.version < spec.since:
        return Text("OceanBase {since} and later only.", {"since": str(spec.since)})
    return None if rule.applies else _NOT_JUDGED


def _list_missing(spec: CheckSpec, snapshot: Snapshot) -> list[Unavailable]:
    """The needed facts that are unavailable; those without a remedy come first."""
    needed = (_find_rows(snapshot, row) for name, row in spec.facts.items() if name not in spec.optional)
    missing = [found for found in needed if isinstance(found, Unavailable)]
    return sorted(missing, key=lambda found: found.remedy is not None)


def _collect_remedies(missing: Sequence[Unavailable]) -> dict[str, Any]:
    """``unlock`` and ``also_needs`` of a result: what would let the check be assessed.

    Empty where one of the missing facts has no remedy.
    """
    needs: list[Text] = []
    for found in missing:
        if found.remedy is None:
            return {}
        if found.remedy not in needs:
            needs.append(found.remedy)
    return {"unlock": needs[0], "also_needs": tuple(needs[1:])}


def _find_rows(snapshot: Snapshot, row: type) -> tuple[Any, ...] | Unavailable:
    """The rows of a fact. A source that was not collected is unknown, not empty.

    Facts that people or history supply are empty if none were given.
    """
    unread = Text("The snapshot does not hold {source}.", {"source": row.__name__})
    never = Unavailable(UnavailableKind.UNKNOWN, unread, Text("Collect again with this version of the agent."))
    return snapshot.facts.get(row, never if find_source_spec(row) else ())


def _bind_arguments(spec: CheckSpec, rule: Rule, snapshot: Snapshot) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for name, row in spec.facts.items():
        found = _find_rows(snapshot, row)
        cut = name in spec.optional and is_cut(row, snapshot)
        arguments[name] = None if cut or isinstance(found, Unavailable) else found
    if spec.params_name:
        arguments[spec.params_name] = rule.params
    return arguments


def _run_measure(spec: CheckSpec, rule: Rule, snapshot: Snapshot, translations: Translations) -> _Seen:
    seen = _Seen()
    try:
        for item in spec.measure(**_bind_arguments(spec, rule, snapshot)):
            resource, named = _clean_resource(item.resource)
            seen.former[resource] = _find_former(item.resource)
            if isinstance(item, Measurement):
                seen.measured.append(item)
            if not isinstance(item, Measurement) or _is_between(item, rule):
                seen.unjudged[resource] = render_all_languages(named, brought=translations) if named else {}
    except NotAssessed as error:
        seen.unknown = error
    except MissingFacts as error:
        seen.unknown = _explain_missing(error, spec, snapshot)
    _require_evidence(spec, rule, snapshot, seen)
    return seen


def _is_between(measured: Measurement, rule: Rule) -> bool:
    """Whether a value is only known to lie between two, of which the one would be a finding and the other none."""
    may_be = measured.may_be
    return may_be is not None and not judge_value(rule.judge, measured.value) and bool(judge_value(rule.judge, may_be))


def measure_resources(spec: CheckSpec, rule: Rule, snapshot: Snapshot, wanted: Set[str]) -> dict[str, Scalar]:
    """Return what a check measures of these resources, whether or not it is a finding. Of one that is gone, nothing.

    Of a resource that is measured in several ways the worst value; of a check that cannot be assessed, or crashes,
    what it measured before.
    """
    found: dict[str, Scalar] = {}
    choose = min if isinstance(rule.judge, Ladder) and rule.judge.descending else max
    with contextlib.suppress(*CRASHES, NotAssessed, MissingFacts):
        for item in spec.measure(**_bind_arguments(spec, rule, snapshot)):
            resource, _ = _clean_resource(item.resource)
            if resource in wanted and isinstance(item, Measurement):
                value, known = spec.parse(str(item.value)) if spec.parse else item.value, found.get(resource)
                if isinstance(value, int | float) and isinstance(known, int | float):
                    value = choose(float(value), float(known))
                found[resource] = value
    return found


def _explain_missing(error: MissingFacts, spec: CheckSpec, snapshot: Snapshot) -> NotAssessed:
    """Tell what the server said of the missing facts, and the remedy for just that. Those without one come first."""
    found = [_find_rows(snapshot, spec.facts[name]) for name in error.names]
    missing = [item for item in found if isinstance(item, Unavailable)]
    told = NotAssessed("Not all rows could be read.")
    if missing:
        first = min(missing, key=lambda item: item.remedy is not None)
        told.reason, told.unlock = first.reason, first.remedy
    told.unlock = told.unlock or error.otherwise
    return told


def _require_evidence(spec: CheckSpec, rule: Rule, snapshot: Snapshot, seen: _Seen) -> None:
    """Add what the check lacks to pass. Only objects that it could not judge leave the others known to be well."""
    judged = {_clean_text(item.resource) for item in seen.measured} - seen.unjudged.keys()
    sight = measure_sight(spec, rule.evidence, snapshot, judged, seen.unjudged.keys())
    seen.hidden_us_per_s = sight.hidden_us_per_s
    if unreadable := find_unreadable_limit(spec, rule):
        seen.cut, seen.unknown = True, unreadable
    elif sight.lack:
        seen.cut = not sight.is_about_objects
        # What could not be read, or not be there yet, explains more than what was not found in the rest.
        seen.unknown = sight.lack if sight.explains_all else seen.unknown or sight.lack


def _describe_rest(seen: _Seen, found: Set[str]) -> dict[str, Any]:
    """Parts of a result about resources without a finding: those that were not judged, and those that are well.

    ``found`` are the resources with a finding. If a source was cut, no resource is known to be well, because
    another row of it may be among those that were not read.
    """
    rest: dict[str, Any] = {"unjudged": {name: words for name, words in seen.unjudged.items() if name not in found}}
    if seen.unknown or seen.hidden_us_per_s:
        well = {_clean_text(item.resource) for item in seen.measured} - found - seen.unjudged.keys()
        rest |= {"well": frozenset(() if seen.cut else well), "hidden_us_per_s": seen.hidden_us_per_s}
    if seen.unknown:
        rest |= {"reason": seen.unknown.reason, "unlock": seen.unknown.unlock}
    return rest


def _choose_effort(spec: CheckSpec, told: Sequence[Told], snapshot: Snapshot) -> Effort | None:
    """What the change of these findings takes, where it is not what the remediation says for all."""
    cases = spec.remediation.effort_cases
    return next((case.effort for case in cases if case.applies(snapshot.version, told)), None)


def _choose_cases(spec: CheckSpec, told: Sequence[Told], snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
    """The sentences of the remediation that apply to these findings: (text that they follow, sentence)."""
    return tuple((case.part, case.text) for case in spec.remediation.cases if case.applies(snapshot.version, told))


def _find_nearest(spec: CheckSpec, rule: Rule, seen: _Seen, translations: Translations) -> Nearest | None:
    """Of what passed, what is nearest to its limit; the first by name where values have no order."""
    judged = [item for item in seen.measured if _clean_text(item.resource) not in seen.unjudged]
    if not judged:
        return None
    sign = -1 if isinstance(rule.judge, Ladder) and rule.judge.descending else 1

    def rank(item: Measurement) -> tuple[float, str]:
        value = spec.parse(str(item.value)) if spec.parse else item.value
        if not isinstance(rule.judge, Ladder) or not isinstance(value, int | float):
            return 0.0, item.resource
        return -sign * float(value), item.resource

    first = min(judged, key=rank)
    resource, named = _clean_resource(first.resource)
    return Nearest(
        resource,
        _shorten_value(first.value),
        len({_clean_text(item.resource) for item in judged}),
        render_all_languages(named, brought=translations) if named else {},
    )


def _require_distinct(measured: Iterable[Measurement]) -> None:
    seen: set[tuple[str, str]] = set()
    for measurement in measured:
        key = _clean_text(measurement.resource), measurement.part
        if key in seen:
            raise _MeasuredTwiceError(key[0])
        seen.add(key)


def _judge_measurements(
    spec: CheckSpec, rule: Rule, snapshot: Snapshot, measured: Sequence[Measurement], translations: Translations
) -> tuple[Finding, ...]:
    findings: dict[str, Finding] = {}
    parts = {measurement.part for measurement in measured}
    spans = {part: describe_span(part, snapshot, spec.facts.values()) for part in parts}
    for measurement in measured:
        value = spec.parse(str(measurement.value)) if spec.parse else measurement.value
        verdict = judge_value(rule.judge, value)
        if verdict is None:
            continue
        resource, named = _clean_resource(measurement.resource)
        shown = measurement.value[:_MAX_TEXT] if isinstance(measurement.value, str) else measurement.value
        values: dict[str, Scalar] = {name: _shorten_value(item) for name, item in measurement.evidence.items()}
        values |= spans[measurement.part]
        words = {**values, "resource": resource, "value": shown, "limit": verdict.limit, "unit": spec.unit.value}
        told = {**words, **_describe_bounds(shown, spec.unit, rule.judge)}
        fill_message(spec.finding, words)  # a placeholder without a value fails here, not in the report
        mark = fingerprint_finding(snapshot.target, spec.code, resource)
        recommended = rule.judge.recommended if isinstance(rule.judge, Expected) else ""
        plain = _find_former(measurement.resource)  # SQL has its own quotes
        sql_words = {
            **words,
            "resource": plain,
            "recommended": recommended,
            "of_tenant": _build_tenant_clause(resource, snapshot),
        }
        finding = Finding(
            fingerprint=mark,
            resource=resource,
            severity=verdict.severity,
            risk_points=verdict.risk_points,
            value=shown,
            limit=verdict.limit,
            evidence=values,
            text=Text(spec.finding, {**told, "resource": named} if named else told),
            sql=fill_sql(spec.remediation.sql, sql_words),
            rollback=fill_sql(spec.remediation.rollback, sql_words),
            names=render_all_languages(named, brought=translations) if named else {},
            caused_by=tuple(map(_clean_text, measurement.caused_by)),
        )
        worst = findings.get(mark)
        if worst is None or finding.risk_points > worst.risk_points:
            findings[mark] = finding
    return tuple(sorted(findings.values(), key=lambda f: (-f.risk_points, f.resource)))


def _describe_bounds(value: Scalar, unit: Unit, judge: Ladder | Fixed | Expected) -> dict[str, Scalar | Text]:
    """Return how a finding's sentence shows the value and the limit, beside what they are."""
    if isinstance(judge, Expected):
        unit_of_bare = read_bare_unit(judge.shown)
        accepted = tell_expected(judge.shown)
        # What the advice sets is not what is accepted, if that is more than one value.
        is_one = judge.shown.strip("≥≤ ").removesuffix(unit_of_bare).strip() in (judge.recommended, "")
        is_one = is_one or not judge.recommended
        advised = {"recommended": tell_setting(judge.recommended, unit_of_bare), "accepted": accepted}
        limit = accepted if is_one else Text("{recommended} (accepted: {accepted})", advised)
        return {"value": tell_setting(str(value), unit_of_bare), "limit": limit}
    sign = {"limit_sign": "≤" if judge.descending else "≥"} if isinstance(judge, Ladder) else {}
    return {**sign, **count_shown_digits(value, unit, judge)}


def count_shown_digits(value: Scalar, unit: Unit, judge: Ladder | Fixed | Expected) -> dict[str, Scalar]:
    """Return ``shown_digits`` for a finding's sentence, if the usual decimals would show it beyond another rung."""
    rungs = [limit for _, limit in judge.rungs] if isinstance(judge, Ladder) else []
    digits = count_digits(value, unit, rungs)
    return {} if digits is None else {"shown_digits": digits}


def _build_tenant_clause(resource: str, snapshot: Snapshot) -> str | None:
    """The clause that makes ALTER SYSTEM act on the tenant that was found. Only sys needs it, to name another tenant.

    Empty where no clause is needed. None where sys cannot name the tenant, such as a META tenant: without the clause
    the statement would act on sys.
    """
    if snapshot.tenant_kind is not TenantKind.SYS or resource in (tenant_name(None), tenant_name(1)):
        return ""
    rows = snapshot.facts.get(Tenant, ())
    tenants: tuple[Tenant, ...] = () if isinstance(rows, Unavailable) else rows
    names = (row.tenant_name for row in tenants if row.tenant_type == "USER" and tenant_name(row.tenant_id) == resource)
    found = fill_sql([" TENANT = {name!i}"], {"name": next(names, None)})
    return found[0] if found else None


def _clean_resource(resource: str) -> tuple[str, Text | None]:
    """The stable name, safe to print, and its text if the name is ours."""
    return _clean_text(resource), _clean_name(resource.text) if isinstance(resource, Named) else None


def _find_former(resource: str) -> str:
    """The name in earlier versions, with which no part was quoted."""
    return _clean_text(resource.former if isinstance(resource, ResourceName) else resource)


def _clean_name(name: Text) -> Text:
    values = {
        key: _clean_name(value) if isinstance(value, Text) else _clean_text(str(value))
        for key, value in name.args.items()
    }
    return Text(name.msgid, values)


def _clean_text(text: str) -> str:
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text)
    return text[:_MAX_TEXT]


def _shorten_value(value: Scalar) -> Scalar:
    return value[:_MAX_TEXT] if isinstance(value, str) else value


class _NothingToSetError(Exception):
    """A placeholder has no value, so the statement would change nothing, or nothing that helps."""


class _SqlFormatter(string.Formatter):
    """Quotes ``{table!i}`` as an identifier and ``{user!l}`` as a literal: names from a database are hostile."""

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        value = super().get_value(key, args, kwargs)
        if value is None:
            raise _NothingToSetError
        return value

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec:
            raise ValueError(f"SQL takes no width: {format_spec[:20]}")  # it could take gigabytes
        return str(value)

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        if conversion in ("i", "l"):
            return quote_value(value, conversion)
        return super().convert_field(value, conversion)


def quote_value(value: object, conversion: str) -> str:
    """Return a value as SQL takes it: ``i`` as an identifier, ``l`` as a literal, else as it is."""
    if conversion == "i":
        return "`" + str(value).replace("`", "``") + "`"
    if conversion == "l":
        return "'" + str(value).replace("\\", "\\\\").replace("'", "''") + "'"
    return str(value)


def fill_sql(templates: Iterable[str], words: Mapping[str, Scalar]) -> tuple[str, ...]:
    """Fill the placeholders of remediation SQL. A statement is left out if one of its values is None."""
    filled = []
    for template in templates:
        with contextlib.suppress(_NothingToSetError):
            filled.append(_SqlFormatter().vformat(template, (), words))
    return tuple(filled)
