"""Loads a check without code: a YAML file with header, fact set, expressions, rule, and texts in all languages.

Such a check judges one row at a time. A row whose filter, value or resource is unknown is not judged, and the check
then does not pass.
"""

from __future__ import annotations

import dataclasses
import keyword
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from agent.catalogue.expression import Expression, Kind, compile_expression, infer_kind, infer_kinds
from agent.catalogue.rule_entry import parse_rule
from agent.catalogue.rule_problems import RuleProblems
from agent.facts import list_sources
from agent.model.check import CheckSpec, Measurement, NotAssessed, Params, Remediation
from agent.model.naming import fill_name
from agent.model.placeholders import fill_message
from agent.model.sources import WebPage
from agent.model.terms import Actor, Category, Effort, RunAs, TenantKind, Unit, Version
from agent.support.yaml_fields import Block, Code, Invalid, Many, Some, TextList
from agent.support.yaml_file import Loc, describe_place, read_yaml
from agent.support.yaml_model import validate_blocks

_BUILT_IN = frozenset({"resource", "value", "limit", "unit"})


class Bilingual(Block):
    """One text in every language of the report."""

    en: TextList
    zh: Annotated[TextList, Field(alias="zh-CN")]


class CheckTexts(Block):
    """What people read. Only the finding has placeholders."""

    title: Bilingual
    finding: Bilingual
    rationale: Bilingual
    advice: Bilingual
    post_check: Bilingual
    pre_check: Bilingual | None = None
    risk: Bilingual | None = None
    no_rollback: Bilingual | None = None
    consequence: Bilingual | None = None


class CheckAdvice(Block):
    """The remediation without its texts."""

    run_as: Annotated[RunAs, Field(strict=False)] = RunAs.TENANT
    sql: Many[TextList] = ()
    rollback: Many[TextList] = ()
    restart: bool = False
    window: bool = False
    effort: Annotated[Effort, Field(strict=False)] | None = None
    link: TextList


class CheckFile(Block):
    """A whole file; ``facts`` names a row type of ``agent.facts``, ``evidence`` maps names to expressions.

    ``part`` tells rows apart that measure the same resource, such as ``{svr_ip}``: the worst is the finding.
    """

    version: Literal[1]
    code: Code
    name: TextList
    unit: Annotated[Unit, Field(strict=False)]
    actor: Annotated[Actor, Field(strict=False)]
    tenants: Some[Annotated[TenantKind, Field(strict=False)]] = (TenantKind.USER, TenantKind.SYS)
    since: TextList = "4.0.0.0"
    facts: TextList
    where: TextList = "True"
    value: TextList
    resource: TextList
    part: str = ""
    evidence: dict[str, TextList] = Field(default_factory=dict)
    when_empty: Literal["pass", "not_assessed"] = "not_assessed"
    rule: dict[str, Any]
    remediation: CheckAdvice
    texts: CheckTexts


@dataclass(frozen=True, slots=True)
class YamlCheck:
    """A check from a file, and its translations by language."""

    spec: CheckSpec
    translations: Mapping[str, Mapping[str, str]]


def load_yaml_check(path: Path) -> YamlCheck:
    """Read one file. Raises ConfigError with every problem listed with its line and YAML path."""
    data, locate = read_yaml(path)
    file = validate_blocks(CheckFile, data, locate, path)
    problems = RuleProblems(str(path), partial(describe_place, path, locate))
    spec = _Reader(file, problems).spec()
    parse_rule(spec, file.rule, ("rule",), problems)
    problems.raise_any()
    texts = [text for _, text in file.texts if text is not None]
    return YamlCheck(spec, {"zh-CN": {_get_english(text): text.zh for text in texts}})


class _Reader:
    """Builds the check from a file whose form is valid, and collects its problems."""

    def __init__(self, file: CheckFile, problems: RuleProblems) -> None:
        self._file, self._problems = file, problems

    def spec(self) -> CheckSpec:
        """Return the header with its measuring function. Raises RulesError with all problems."""
        file = self._file
        row = self._find_row_type()
        params = self._build_params(row)
        known = {**infer_kinds(row), **(infer_kinds(params) if params else {})}
        where = self._compile_expression(file.where, known, "where")
        value = self._compile_expression(file.value, known, "value")
        evidence = {
            name: self._compile_expression(text, known, "evidence", name) for name, text in file.evidence.items()
        }
        self._check_kinds(where, value)
        self._check_templates(known, evidence)
        category, since = self._parse_category(), self._parse_since()
        self._problems.raise_any()
        assert where
        assert value
        assert category
        assert since
        found = {name: made for name, made in evidence.items() if made}
        texts = file.texts
        return CheckSpec(
            code=file.code,
            name=file.name,
            category=category,
            unit=file.unit,
            actor=file.actor,
            title=_get_english(texts.title),
            finding=_get_english(texts.finding),
            rationale=_get_english(texts.rationale),
            consequence=_get_english(texts.consequence),
            remediation=self._build_remediation(),
            sources=(WebPage(self._file.remediation.link),),
            measure=_build_measure(file, where, value, found),
            facts={"rows": row},
            params_name="params" if params else "",
            params=params,
            tenants=file.tenants,
            since=since,
            rule=file.rule,
        )

    def _build_remediation(self) -> Remediation:
        advice, texts = self._file.remediation, self._file.texts
        return Remediation(
            advice=_get_english(texts.advice),
            run_as=advice.run_as,
            sql=advice.sql,
            rollback=advice.rollback,
            no_rollback=_get_english(texts.no_rollback),
            pre_check=_get_english(texts.pre_check),
            post_check=_get_english(texts.post_check),
            risk=_get_english(texts.risk),
            restart=advice.restart,
            window=advice.window,
            effort=advice.effort,
        )

    def _find_row_type(self) -> type:
        rows = {row.__name__: row for row in list_sources()}
        if self._file.facts not in rows:
            known = ", ".join(sorted(rows))
            self._problems.add(("facts",), "{place}: there is no such data set; known are {known}", known=known)
            self._problems.raise_any()
        return rows[self._file.facts]

    def _build_params(self, row: type) -> type | None:
        params = self._file.rule.get("params")
        if not isinstance(params, dict) or not params:
            return None
        fields = []
        for name, value in params.items():
            if not _is_name(name) or hasattr(row, name) or name in infer_kinds(row):
                text = "{place}: a plain name is expected here, and not that of a field"
                self._problems.add(("rule", "params", name), text)
            elif infer_kind(type(value)) not in (Kind.NUMBER, Kind.TEXT):
                self._problems.add(("rule", "params", name), "{place}: a number or a text is expected")
            else:
                fields.append((name, type(value)))
        return dataclasses.make_dataclass("YamlParams", fields, bases=(Params,), frozen=True, kw_only=True)

    def _compile_expression(self, text: str, kinds: Mapping[str, Kind], *loc: str) -> Expression | None:
        try:
            return compile_expression(text, kinds)
        except Invalid as error:
            self._problems.add(loc, error.msgid, **error.args_by_name)
            return None

    def _check_kinds(self, where: Expression | None, value: Expression | None) -> None:
        if where and where.kind is not Kind.TRUTH:
            self._problems.add(("where",), "{place}: a comparison is expected here")
        if value and value.kind is not (Kind.TEXT if self._file.unit is Unit.TEXT else Kind.NUMBER):
            text = "{place}: with the unit text a text is expected here, with every other a number"
            self._problems.add(("value",), text)

    def _check_templates(self, kinds: Mapping[str, Kind], evidence: Mapping[str, Expression | None]) -> None:
        file = self._file
        for name in (name for name in evidence if not _is_name(name) or name in _BUILT_IN):
            text = "{place}: a plain name is expected here, and none of {taken}"
            self._problems.add(("evidence", name), text, taken=", ".join(sorted(_BUILT_IN)))
        self._check_template(file.resource, kinds, ("resource",))
        self._check_template(file.part, kinds, ("part",))
        words = {*_BUILT_IN, *evidence}
        for language, text in (("en", file.texts.finding.en), ("zh-CN", file.texts.finding.zh)):
            self._check_template(text, words, ("texts", "finding", language))
        # Names come from a database: only a number may stand in SQL as it is.
        numbers = {name for name, made in evidence.items() if made and made.kind is Kind.NUMBER}
        for key, statements in (("sql", file.remediation.sql), ("rollback", file.remediation.rollback)):
            for index, statement in enumerate(statements):
                self._check_template(statement, words, ("remediation", key, index), numbers)

    def _check_template(
        self, text: str, known: Mapping[str, Kind] | set[str], loc: Loc, bare_in_sql: set[str] | None = None
    ) -> None:
        try:
            parts = [part for part in string.Formatter().parse(text) if part[1] is not None]
        except ValueError:
            self._problems.add(loc, "{place}: the braces do not fit; write {{{{ for a brace that is meant")
            return
        for _, name, spec, conversion in parts:
            if name not in known:
                text = "{place}: there is nothing to put in for {name}; known are {known}"
                self._problems.add(loc, text, name=str(name), known=", ".join(sorted(known)))
            elif spec or (conversion and bare_in_sql is None) or conversion not in (None, "i", "l"):
                self._problems.add(loc, "{place}: write {name} alone in its braces", name=str(name))
            elif bare_in_sql is not None and not conversion and name not in bare_in_sql:
                text = "{place}: write {name}!i for a name or {name}!l for a literal, so that it is quoted"
                self._problems.add(loc, text, name=str(name))

    def _parse_category(self) -> Category | None:
        word, _, what = self._file.name.partition(".")
        if word not in list(Category) or not what.isidentifier():
            text = "{place}: write category.what_is_wrong; the categories are {known}"
            self._problems.add(("name",), text, known=", ".join(Category))
            return None
        return Category(word)

    def _parse_since(self) -> Version | None:
        try:
            return Version.parse(self._file.since)
        except ValueError:
            self._problems.add(("since",), '{place}: write a version in quotes, such as "4.2.5.0"')
            return None


def _is_name(word: str) -> bool:
    return word.isidentifier() and not keyword.iskeyword(word)


def _get_english(text: Bilingual | None) -> str:
    return " ".join(text.en.split()) if text else ""


def _build_measure(
    file: CheckFile, where: Expression, value: Expression, evidence: Mapping[str, Expression]
) -> Callable[..., Iterator[Measurement]]:
    resource_names = [name for _, name, _, _ in string.Formatter().parse(file.resource) if name]

    def measure(rows: tuple[Any, ...], params: Any = None) -> Iterator[Measurement]:
        others = {field.name: getattr(params, field.name) for field in dataclasses.fields(params)} if params else {}
        unknown = 0
        for row in rows:
            values = {**others, **{field.name: getattr(row, field.name) for field in dataclasses.fields(row)}}
            wanted = where.run(values)
            if wanted is False:
                continue
            measured = value.run(values)
            if wanted is None or measured is None or any(values[name] is None for name in resource_names):
                unknown += 1
                continue
            shown = {name: made.run(values) for name, made in evidence.items()}
            yield Measurement(fill_name(file.resource, values), measured, shown, fill_message(file.part, values))
        if unknown:
            text = "{unknown_count} relevant rows of {source} have no values, so they cannot be judged."
            raise NotAssessed(text, source=file.facts, unknown_count=unknown)
        if not rows and file.when_empty == "not_assessed":
            raise NotAssessed("{source} has no rows.", source=file.facts)

    measure.__name__ = measure.__qualname__ = file.name.partition(".")[2]
    return measure
