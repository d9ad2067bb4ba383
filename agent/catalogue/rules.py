"""Turns rules.yaml, overrides and mutes into a Ruleset. A wrong file is refused; each problem has its YAML path."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from agent.catalogue.rule_entry import parse_evidence, parse_rule
from agent.catalogue.rule_problems import RuleProblems
from agent.catalogue.scoring_entry import parse_scoring
from agent.judgement.mutes import LONGEST, LONGEST_CRITICAL
from agent.model.check import CheckSpec
from agent.model.result import CheckResult, list_signs
from agent.model.rule import Mute, Override, ProofPolicy, Rule, Ruleset, ScoringPolicy
from agent.model.terms import Text
from agent.support.errors import RulesError
from agent.support.shipped import locate_shipped
from agent.support.yaml_file import Locate, describe_place, parse_yaml, read_content, yaml_path

_LONGEST_LINK = 200
_TOP_KEYS = {"version", "scoring", "proof", "checks"}


def locate_shipped_rules() -> Path:
    """Return the path of the shipped rules.yaml. A checkout has it at the top level; the package holds a link to it.

    Raises RulesError where git made no link, but a file with the name of the other.
    """
    path = locate_shipped("agent.catalogue", "rules.yaml")
    name = path.read_text("utf-8") if path.is_file() and path.stat().st_size <= _LONGEST_LINK else ""
    if name.strip().endswith("/rules.yaml"):
        text = (
            "{path} should be a symbolic link to {name}, but this checkout was made without links. Run: git config"
            " core.symlinks true, delete the file, and run: git checkout -- {path}. Or install a wheel."
        )
        raise RulesError(Text(text, {"path": str(path), "name": name.strip()}))
    return path


def load_rules(specs: Mapping[str, CheckSpec], path: Path | None = None) -> Ruleset:
    """Load the shipped rules (or another complete file) and those that plug-ins bring with their checks.

    Every check must have a rule and every rule a check; an entry of the file goes before a plug-in's.
    Raises ConfigError (unreadable file) or RulesError with all problems.
    """
    data, problems = _read_rules(path or locate_shipped_rules())
    for key in sorted(set(data) - _TOP_KEYS):
        problems.unknown_key((key,), _TOP_KEYS)
    if data.get("version") != 1 or isinstance(data["version"], bool):
        problems.add(("version",), "{place}: version must be 1")
    scoring = parse_scoring(data.get("scoring", {}), problems)
    if "proof" in data:
        _parse_proof(data["proof"], problems)
    rules = _parse_rules(specs, data.get("checks"), problems)
    problems.raise_any()
    brought = {code: spec.rule for code, spec in specs.items() if spec.rule and code not in data["checks"]}
    return Ruleset(rules=rules, sha256=_hash_data([data, brought] if brought else data), scoring=scoring)


def load_scoring() -> ScoringPolicy:
    """Load what the shipped rules say about scores and periods, without any check. Raises as ``load_rules``."""
    data, problems = _read_rules(locate_shipped_rules())
    scoring = parse_scoring(data.get("scoring", {}), problems)
    problems.raise_any()
    return scoring


def load_proof_policy() -> ProofPolicy:
    """Load what the shipped rules ask of proven advice, without any check. Raises as ``load_rules``."""
    data, problems = _read_rules(locate_shipped_rules())
    proof = _parse_proof(data.get("proof"), problems)
    problems.raise_any()
    return proof


def _parse_proof(data: Any, problems: RuleProblems) -> ProofPolicy:
    if not isinstance(data, dict) or "retire" not in data:
        problems.add(("proof",), "{place}: a mapping with retire is expected")
        return ProofPolicy()
    for key in sorted(set(data) - {"retire"}, key=str):
        problems.unknown_key(("proof", key), {"retire"})
    return ProofPolicy(retire=parse_evidence(data["retire"], ("proof", "retire"), problems))


def _read_rules(path: Path) -> tuple[dict[Any, Any], RuleProblems]:
    data, locate = _parse_content(read_content(path), path)
    problems = RuleProblems(str(path), partial(describe_place, path, locate))
    if not isinstance(data, dict):
        problems.add((), "{place}: a mapping with version, scoring and checks is expected")
        problems.raise_any()
    return data, problems


@lru_cache(2)
def _parse_content(content: bytes, path: Path) -> tuple[Any, Locate]:
    """Parse the rules once for each content: every target of a run asks for them. Nobody changes what is returned."""
    return parse_yaml(content, path)


def _hash_data(data: Any) -> str:
    plain = json.dumps(data, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()


def _parse_rules(specs: Mapping[str, CheckSpec], data: Any, problems: RuleProblems) -> dict[str, Rule]:
    if not isinstance(data, dict):
        problems.add(("checks",), "{place}: a mapping of check codes to rules is expected")
        return {}
    brought = {code: spec.rule for code, spec in specs.items() if spec.rule}
    for code in sorted(specs.keys() - data.keys() - brought.keys()):
        problems.add(("checks",), "{place}: the check {code} ({name}) has no rule", code=code, name=specs[code].name)
    rules: dict[str, Rule] = {}
    for code, entry in {**brought, **data}.items():
        if code not in specs:
            problems.add(("checks", code), "{place}: there is no check with this code")
            continue
        rule = parse_rule(specs[code], entry, ("checks", code), problems)
        if rule:
            rules[code] = rule
    return rules


def apply_engagement(
    ruleset: Ruleset,
    specs: Mapping[str, CheckSpec],
    *,
    path: Path,
    overrides: Sequence[Override],
    mutes: Sequence[Mute],
    today: date,
    file: str = "engagement",
) -> Ruleset:
    """Return the ruleset with an engagement's overrides and mutes. Expired ones are left out and named in ``problems``.

    ``path`` is the shipped file, whose entries the overrides change; ``file`` is the engagement's name. Raises
    RulesError with all problems.
    """
    data = _parse_content(read_content(path), path)[0] if overrides else {}
    problems = RuleProblems(file, yaml_path)
    notes: list[Text] = []
    rules, applied = dict(ruleset.rules), []
    for override in overrides:
        there = problems.at(override.place)
        if override.code not in specs:
            there.add(("code",), "{place}: there is no check with the code {code}", code=override.code)
        elif override.until < today:
            notes.append(_describe_expired("override", override.code, override.until))
        else:
            entry = data["checks"].get(override.code) or specs[override.code].rule or {}
            changed = _change_entry(entry, override.change)
            rule = parse_rule(specs[override.code], changed, ("change",), there)
            if rule:
                rules[override.code] = dataclasses.replace(rule, overridden=True)
                applied.append(override)
    kept = tuple(mute for mute in mutes if _is_usable_mute(mute, specs, today, problems.at(mute.place), notes))
    problems.raise_any()
    digest = (
        hashlib.sha256("\n".join([ruleset.sha256, *map(repr, applied)]).encode()).hexdigest()
        if applied
        else ruleset.sha256
    )
    return dataclasses.replace(
        ruleset,
        rules=rules,
        sha256=digest,
        overrides=tuple(applied),
        mutes=kept,
        problems=tuple(notes),
        today=today,
    )


def _change_entry(entry: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Lay the change over the entry, and over its variants, unless the change has variants of its own.

    Otherwise a variant would go before what the customer asked for.
    """
    changed = _merge_entry(entry, change)
    if "by" in entry and "by" not in change:
        of_variant = [{key: value for key, value in change.items() if key in variant} for variant in entry["by"]]
        changed["by"] = [_merge_entry(variant, mine) for variant, mine in zip(entry["by"], of_variant, strict=True)]
    return changed


def _merge_entry(entry: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """Lay the change over the entry: nested mappings are merged, everything else is replaced."""
    merged = dict(entry)
    for key, value in change.items():
        old = merged.get(key)
        merged[key] = _merge_entry(old, value) if isinstance(old, dict) and isinstance(value, Mapping) else value
    return merged


def _describe_expired(what: str, code: str, until: date) -> Text:
    return Text(
        "The {what} of {code} ended on {until} and no longer applies.",
        {"what": what, "code": code, "until": until.isoformat()},
    )


def _is_usable_mute(
    mute: Mute, specs: Mapping[str, CheckSpec], today: date, problems: RuleProblems, notes: list[Text]
) -> bool:
    name = mute.code or mute.fingerprint
    if mute.code and mute.code not in specs:
        problems.add(("code",), "{place}: there is no check with the code {code}", code=mute.code)
        return False
    if mute.until < today:
        notes.append(_describe_expired("mute", name, mute.until))
        return False
    if mute.until > today + LONGEST:
        problems.add(
            ("until",),
            "{place}: the mute of {code} ends on {until}; at most {longest_days} from today are allowed,"
            " {critical_days} for a critical finding",
            code=name,
            until=mute.until.isoformat(),
            longest_days=LONGEST.days,
            critical_days=LONGEST_CRITICAL.days,
        )
        return False
    return True


def find_unused_mutes(ruleset: Ruleset, results: Iterable[CheckResult]) -> tuple[Text, ...]:
    """Return a note for each mute that hid nothing this time, so that no mute stays for ever."""
    used = {
        sign.finding.muted
        for result in results
        for finding in result.findings
        for sign in list_signs(result.code, finding)
    }
    return tuple(
        Text("The mute of {name} hid nothing this time.", {"name": mute.fingerprint or f"{mute.code} {mute.resource}"})
        for mute in ruleset.mutes
        if mute not in used
    )
