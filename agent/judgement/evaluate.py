"""Bind facts and params to each check, run it, judge what it measured. A crashed check is an ERROR, never lost."""

from __future__ import annotations

import contextlib
import string
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from agent.facts import find_source_spec
from agent.facts.settings import Tenant
from agent.judgement.compare import fingerprint_finding
from agent.judgement.mutes import MuteMatcher
from agent.judgement.severity import compute_stake, judge_value
from agent.model.check import CheckSpec, Measurement, NotAssessed
from agent.model.naming import Named, tenant_name
from agent.model.result import CheckResult, Finding
from agent.model.rule import Expected, Rule, Ruleset
from agent.model.snapshot import Snapshot, Unavailable
from agent.model.terms import Outcome, Scalar, TenantKind, Text, UnavailableKind
from agent.support.i18n import render_all_languages

_MAX_TEXT = 2000


@dataclass(slots=True)
class _Seen:
    """What a check measured, the resources that it could not judge, and what it says that is unknown."""

    measured: list[Measurement] = field(default_factory=list)
    unjudged: dict[str, Mapping[str, str]] = field(default_factory=dict)
    unknown: NotAssessed | None = None
    cut: bool = False


def evaluate_checks(specs: Iterable[CheckSpec], ruleset: Ruleset, snapshot: Snapshot) -> tuple[CheckResult, ...]:
    """One result per check, in order of code."""
    muting = MuteMatcher(ruleset.mutes, ruleset.today)
    return tuple(
        _result(spec, ruleset.rules[spec.code], snapshot, muting) for spec in sorted(specs, key=lambda spec: spec.code)
    )


def _result(spec: CheckSpec, rule: Rule, snapshot: Snapshot, muting: MuteMatcher) -> CheckResult:
    def result(outcome: Outcome, **parts: Any) -> CheckResult:
        return CheckResult(
            spec.code,
            outcome,
            group=rule.group,
            actor=spec.actor,
            category=spec.category,
            risk_stake=compute_stake(rule.judge),
            attested=spec.attested,
            **parts,
        )

    if not rule.enabled:
        return result(Outcome.DISABLED, reason=Text("Switched off in the rules."))
    reason = _inapplicable(spec, snapshot)
    if reason:
        return result(Outcome.NOT_APPLICABLE, reason=reason)
    missing = _missing(spec, snapshot)
    if missing:
        return result(Outcome.NOT_ASSESSED, reason=missing[0].reason, **_unlocked_by(missing))
    try:
        seen = _seen(spec, rule, snapshot)
        findings = _findings(spec, rule, snapshot, seen.measured)
    except Exception as error:  # noqa: BLE001 - the border where a crash becomes a result
        args = {"reason": f"{type(error).__name__}: {error}"[:300]}
        return result(Outcome.ERROR, reason=Text("The check failed: {reason}", args))
    findings = tuple(muting.apply(spec.code, finding) for finding in findings)
    rest = _rest(seen, {finding.resource for finding in findings})
    if findings:
        muted = all(finding.muted for finding in findings)
        return result(Outcome.MUTED if muted else Outcome.FINDING, findings=findings, **rest)
    return result(Outcome.NOT_ASSESSED if seen.unknown else Outcome.PASS, **rest)


_ONLY_OF = {
    TenantKind.USER: Text("Only a user tenant can answer this."),
    TenantKind.SYS: Text("Only the sys tenant can answer this."),
}


def _inapplicable(spec: CheckSpec, snapshot: Snapshot) -> Text | None:
    if snapshot.tenant_kind not in spec.tenants:
        return _ONLY_OF[spec.tenants[0]]
    if snapshot.version < spec.since:
        return Text("OceanBase {since} and later only.", {"since": str(spec.since)})
    return None


def _missing(spec: CheckSpec, snapshot: Snapshot) -> list[Unavailable]:
    """The needed facts that are not there, first those for which there is no remedy."""
    needed = (_found(snapshot, row) for name, row in spec.facts.items() if name not in spec.optional)
    missing = [found for found in needed if isinstance(found, Unavailable)]
    return sorted(missing, key=lambda found: found.remedy is not None)


def _unlocked_by(missing: Sequence[Unavailable]) -> dict[str, Any]:
    """What would let the check be assessed: nothing, where one of its facts cannot be had at all."""
    needs: list[Text] = []
    for found in missing:
        if found.remedy is None:
            return {}
        if found.remedy not in needs:
            needs.append(found.remedy)
    return {"unlock": needs[0], "also_needs": tuple(needs[1:])}


def _found(snapshot: Snapshot, row: type) -> tuple[Any, ...] | Unavailable:
    """A source that was not collected is unknown, not empty; what people or history supply may well be nothing."""
    unread = Text("The snapshot does not hold {source}.", {"source": row.__name__})
    never = Unavailable(UnavailableKind.UNKNOWN, unread, Text("Collect again with this version of the agent."))
    return snapshot.facts.get(row, never if find_source_spec(row) else ())


def _arguments(spec: CheckSpec, rule: Rule, snapshot: Snapshot) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for name, row in spec.facts.items():
        found = _found(snapshot, row)
        cut = name in spec.optional and _is_cut(row, snapshot)
        arguments[name] = None if cut or isinstance(found, Unavailable) else found
    if spec.params_name:
        arguments[spec.params_name] = rule.params
    return arguments


def _seen(spec: CheckSpec, rule: Rule, snapshot: Snapshot) -> _Seen:
    seen = _Seen()
    try:
        for item in spec.measure(**_arguments(spec, rule, snapshot)):
            if isinstance(item, Measurement):
                seen.measured.append(item)
            else:
                resource, named = _named(item.resource)
                seen.unjudged[resource] = render_all_languages(named) if named else {}
    except NotAssessed as error:
        seen.unknown = error
    source = _cut_source(spec, snapshot)
    if source:
        seen.cut = True
        said = NotAssessed("{source} has more rows than are read; the rest is unknown.", source=source)
        seen.unknown = seen.unknown or said
    elif seen.unjudged and not seen.measured and not seen.unknown:
        seen.unknown = NotAssessed("Too little is known to judge anything here.")
    return seen


def _rest(seen: _Seen, found: Set[str]) -> dict[str, Any]:
    """What a result says besides the resources ``found``: what could not be judged, and what could and is well.

    Where a source was cut nothing is known to be well: a row of the same resource may not have been read.
    """
    rest: dict[str, Any] = {"unjudged": {name: words for name, words in seen.unjudged.items() if name not in found}}
    if seen.unknown:
        well = set() if seen.cut else {_clean(item.resource) for item in seen.measured} - found - seen.unjudged.keys()
        rest |= {"reason": seen.unknown.reason, "unlock": seen.unknown.unlock, "well": frozenset(well)}
    return rest


def _findings(spec: CheckSpec, rule: Rule, snapshot: Snapshot, measured: Iterable[Measurement]) -> tuple[Finding, ...]:
    findings: dict[str, Finding] = {}
    for measurement in measured:
        value = spec.parse(str(measurement.value)) if spec.parse else measurement.value
        verdict = judge_value(rule.judge, value)
        if verdict is None:
            continue
        resource, named = _named(measurement.resource)
        shown = measurement.value[:_MAX_TEXT] if isinstance(measurement.value, str) else measurement.value
        values: dict[str, Scalar] = {name: _bounded(item) for name, item in measurement.evidence.items()}
        words = {**values, "resource": resource, "value": shown, "limit": verdict.limit, "unit": spec.unit.value}
        spec.finding.format_map(words)  # a placeholder that nothing fills fails here, not in the report
        mark = fingerprint_finding(snapshot.target, spec.code, resource)
        recommended = rule.judge.recommended if isinstance(rule.judge, Expected) else ""
        sql_words = {**words, "recommended": recommended, "of_tenant": _of_tenant(resource, snapshot)}
        finding = Finding(
            mark,
            resource,
            verdict.severity,
            verdict.risk_points,
            shown,
            verdict.limit,
            values,
            Text(spec.finding, {**words, "resource": named} if named else words),
            fill_sql(spec.remediation.sql, sql_words),
            fill_sql(spec.remediation.rollback, sql_words),
            names=render_all_languages(named) if named else {},
        )
        worst = findings.get(mark)
        if worst is None or finding.risk_points > worst.risk_points:
            findings[mark] = finding
    return tuple(sorted(findings.values(), key=lambda f: (-f.risk_points, f.resource)))


def _of_tenant(resource: str, snapshot: Snapshot) -> str | None:
    """What makes a statement of ALTER SYSTEM act on the tenant that was found: sys has to name another one.

    Nothing for the tenant itself; None where sys cannot name it, as a META tenant: the statement would act on sys.
    """
    if snapshot.tenant_kind is not TenantKind.SYS or resource in (tenant_name(None), tenant_name(1)):
        return ""
    rows = snapshot.facts.get(Tenant, ())
    tenants: tuple[Tenant, ...] = () if isinstance(rows, Unavailable) else rows
    names = (row.tenant_name for row in tenants if row.tenant_type == "USER" and tenant_name(row.tenant_id) == resource)
    found = fill_sql([" TENANT = {name!i}"], {"name": next(names, None)})
    return found[0] if found else None


def _named(resource: str) -> tuple[str, Text | None]:
    """The stable name as it may be printed, and the text of one that is named by us."""
    return _clean(resource), _cleaned(resource.text) if isinstance(resource, Named) else None


def _cleaned(name: Text) -> Text:
    values = {
        key: _cleaned(value) if isinstance(value, Text) else _clean(str(value)) for key, value in name.args.items()
    }
    return Text(name.msgid, values)


def _clean(text: str) -> str:
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text)
    return text[:_MAX_TEXT]


def _bounded(value: Scalar) -> Scalar:
    return value[:_MAX_TEXT] if isinstance(value, str) else value


def _cut_source(spec: CheckSpec, snapshot: Snapshot) -> str:
    """The first needed source that was cut: what was not read could hold a finding. Empty where none was."""
    needed = (row for name, row in spec.facts.items() if name not in spec.optional)
    return next((row.__name__ for row in needed if _is_cut(row, snapshot)), "")


def _is_cut(row: type, snapshot: Snapshot) -> bool:
    """Whether rows were left unread that may matter; a list of the largest is meant to end."""
    source = find_source_spec(row)
    if source is None or " DESC" in source.order_by:
        return False
    return any(record.source == source.name and record.truncated for record in snapshot.records)


class _NothingToSetError(Exception):
    """A placeholder has no value: here the statement would change nothing, or nothing that helps."""


class _SqlFormatter(string.Formatter):
    """``{table!i}`` is quoted as an identifier, ``{user!l}`` as a literal: names from a database are hostile."""

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        value = super().get_value(key, args, kwargs)
        if value is None:
            raise _NothingToSetError
        return value

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        if conversion == "i":
            return "`" + str(value).replace("`", "``") + "`"
        if conversion == "l":
            return "'" + str(value).replace("\\", "\\\\").replace("'", "''") + "'"
        return super().convert_field(value, conversion)


def fill_sql(templates: Iterable[str], words: Mapping[str, Scalar]) -> tuple[str, ...]:
    """Remediation SQL with its placeholders filled in; a statement for which evidence gives None is left out."""
    filled = []
    for template in templates:
        with contextlib.suppress(_NothingToSetError):
            filled.append(_SqlFormatter().vformat(template, (), words))
    return tuple(filled)
