"""A plug-in brings checks, rules, texts; whatever is wrong with it is a line, and the rest of it and of us runs."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from datetime import date
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from agent.archive.document import build_document
from agent.catalogue import pages, registry, rules
from agent.catalogue.contract import find_problems, find_translation_problems
from agent.catalogue.registry import Registry
from agent.facts.settings import Variable
from agent.judgement.evaluate import evaluate_checks
from agent.judgement.score import score_results
from agent.model.assessment import Assessment
from agent.model.check import Measurement
from agent.model.rule import Fixed, Override, Rule
from agent.model.terms import Actor, RunAs, Severity, TenantKind
from agent.support import console, i18n
from agent.support.errors import ConfigError, RulesError
from agent.support.i18n import render_text
from tests.agent.catalogue.test_yaml_check import written as yaml_check
from tests.agent.tiny import SCORING, snapshot

MODULE = '''
from collections.abc import Iterator
from agent.api import Actor, Measurement, Params, Remediation, Rows, Unit, WebPage, check, params
from agent.facts.settings import Variable

@params
class Numbers(Params):
    min_values_count: int

@check(code="OPS951", name="operations.{name}", unit=Unit.COUNT, actor=Actor.CUSTOMER, title="Too many {name}",
       finding="{{resource}} has {{value}}.",
       remediation=Remediation("Have fewer of them, please.", post_check="There are fewer."),
       sources=(WebPage("https://example.org"),))
def {name}(variables: Rows[Variable], numbers: Numbers) -> Iterator[Measurement]:
    """They are a burden on the server, on its operators and on everybody who reads them."""
    yield Measurement("tenant", len(variables))
'''
THEIRS = MODULE.format(name="theirs")
RULES = "version: 1\nchecks:\n  OPS951: {ladder: {low: 3}, params: {min_values_count: 1}}\n"
HY = "locale/zh_CN/LC_MESSAGES/hy.po"
PO = """
msgid "Too many theirs"
msgstr "{title}"

msgid "{{resource}} has {{value}}."
msgstr "{finding}"

msgid "unknown"
msgstr "改写"
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A whole plug-in, its entry point registered: a check with code, one without, rules, and a translation."""
    root = tmp_path / "hy_checks"
    (root / "locale" / "zh_CN" / "LC_MESSAGES").mkdir(parents=True)
    (root / "__init__.py").write_text("OB_HEALTH_API = 1\n")
    (root / "theirs.py").write_text(THEIRS)
    (root / "rules.yaml").write_text(RULES)
    yaml_check(root)
    po(root).write_text(PO.format(title="过多", finding="{resource} 有 {value}。"), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    point = EntryPoint("hy", "hy_checks", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point, point])
    yield root
    for name in [name for name in sys.modules if name.startswith("hy_checks")]:
        del sys.modules[name]


def po(root: Path) -> Path:
    return root / HY


def said(found: Registry) -> list[str]:
    return [render_text(problem, "en") for problem in found.problems]


def test_a_whole_plug_in(package: Path) -> None:
    found = registry.load_registry()
    assert found.problems == ()
    assert {"OPS951", "SCH901", "CAP001"} <= set(found.checks)
    assert found.checks["OPS951"].rule == {"ladder": {"low": 3}, "params": {"min_values_count": 1}}
    assert found.checks["CAP001"].rule is None
    assert i18n.translate("Too many theirs", "zh-CN", found.translations) == "过多"
    assert i18n.translate("Large rows", "zh-CN", found.translations) == "行过大"


def test_no_plug_in_can_reword_the_agent(package: Path) -> None:
    found = registry.load_registry()
    assert found.translations["zh-CN"]["unknown"] == "改写"
    assert i18n.translate("unknown", "zh-CN", found.translations) == "未知"


def test_two_registries_in_one_process_do_not_disturb_each_other(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def say_titles(found: Registry) -> list[str]:
        return [i18n.translate(title, "zh-CN", found.translations) for title in ("Too many theirs", "Large rows")]

    first = registry.load_registry()
    monkeypatch.setattr(registry, "entry_points", lambda group: [])
    without = registry.load_registry()
    assert (say_titles(first), say_titles(without)) == (["过多", "行过大"], ["Too many theirs", "Large rows"])
    po(package).write_text(PO.format(title="太多", finding="{resource} 有 {value}。"), encoding="utf-8")
    again = EntryPoint("hy", "hy_checks", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [again])
    second = registry.load_registry()
    assert (say_titles(first), say_titles(second)) == (["过多", "行过大"], ["太多", "行过大"])
    assert say_titles(without) == ["Too many theirs", "Large rows"]


def test_what_a_plug_in_says_is_said_in_the_words_that_it_brought(package: Path) -> None:
    naming = THEIRS.replace("import Actor", "import Named, Actor").replace('"tenant"', 'Named("theirs of {x}", x="7")')
    (package / "theirs.py").write_text(naming)
    words = PO.format(title="过多", finding="{resource} 有 {value}。")
    po(package).write_text(words + 'msgid "theirs of {x}"\nmsgstr "{x} 的那些"\n', encoding="utf-8")
    found = registry.load_registry()
    few, path = tiny(found, package)
    facts = snapshot(variables=[Variable(name=name, value="1") for name in "abcde"])
    specs = {"OPS951": few.checks["OPS951"]}
    ruleset = rules.load_rules(specs, path)
    results = evaluate_checks(specs.values(), ruleset, facts, found.translations)
    assert results[0].findings[0].names == {"en": "theirs of 7", "zh-CN": "7 的那些"}
    assessment = Assessment(
        id="x",
        agent_version="0",
        customer="Acme",
        period=None,
        authorization=None,
        snapshot=facts,
        specs=specs,
        ruleset=ruleset,
        results=results,
        score=score_results(results, ruleset.scoring, TenantKind.USER),
        translations=found.translations,
    )
    for brought, title, sentence in (
        (found.translations, "过多", "7 的那些有 5。"),
        ({}, "Too many theirs", "theirs of 7 has 5."),
    ):
        (entry,) = build_document(dataclasses.replace(assessment, translations=brought))["results"]
        assert entry["texts"]["zh-CN"]["title"] == title
        assert entry["findings"][0]["texts"] == {"en": "theirs of 7 has 5.", "zh-CN": sentence}


def test_the_catalogue_speaks_the_words_of_plug_ins(
    package: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(console.out, "_width", 200)
    with console.use_language("zh-CN"):
        assert "过多" in pages.explain_check("OPS951") and "行过大" in pages.explain_check("SCH901")
        pages.print_catalogue()
    assert "过多" in capsys.readouterr().out


def tiny(found: Registry, directory: Path, text: str = "") -> tuple[Registry, Path]:
    """The plug-in's checks alone, and a rules file that knows none of them."""
    path = directory / "shipped.yaml"
    path.write_text(f"version: 1\n{SCORING}\nchecks: {{{text}}}\n")
    return Registry({code: spec for code, spec in found.checks.items() if spec.rule}), path


def test_rules_of_a_plug_in_are_rules_like_ours(package: Path, tmp_path: Path) -> None:
    found, path = tiny(registry.load_registry(), tmp_path)
    ruleset = rules.load_rules(found.checks, path)
    assert set(ruleset.rules) == {"OPS951", "SCH901"}
    assert ruleset.rules["OPS951"].params_values == {"min_values_count": 1}
    override = Override(
        code="OPS951", owner="Li", reason="small", until=date(2026, 12, 1), change={"ladder": {"low": 7}}
    )
    changed = rules.apply_engagement(
        ruleset, found.checks, path=path, overrides=[override], mutes=[], today=date(2026, 11, 23)
    )
    assert changed.rules["OPS951"].judge != ruleset.rules["OPS951"].judge and changed.sha256 != ruleset.sha256
    wrong = dataclasses.replace(override, change={"ladder": {"awful": 1}})
    with pytest.raises(RulesError):
        rules.apply_engagement(ruleset, found.checks, path=path, overrides=[wrong], mutes=[], today=date(2026, 11, 23))


def test_the_hash_of_the_rules_knows_those_of_plug_ins(package: Path, tmp_path: Path) -> None:
    found, path = tiny(registry.load_registry(), tmp_path)
    with_all = rules.load_rules(found.checks, path).sha256
    fewer = {code: spec for code, spec in found.checks.items() if code == "OPS951"}
    assert rules.load_rules(fewer, path).sha256 != with_all != rules.load_rules({}, path).sha256
    assert rules.load_rules(found.checks, path).sha256 == with_all


def test_a_complete_rules_file_goes_before_a_plug_in(package: Path, tmp_path: Path) -> None:
    entry = "OPS951: {severity: high, params: {min_values_count: 1}}"
    found, path = tiny(registry.load_registry(), tmp_path, entry)
    assert rules.load_rules(found.checks, path).rules["OPS951"].judge == Fixed(Severity.HIGH)


def test_a_newer_api_is_refused(package: Path) -> None:
    (package / "__init__.py").write_text("OB_HEALTH_API = 2\n")
    found = registry.load_registry()
    assert not {"OPS951", "SCH901"} & set(found.checks)
    (line,) = said(found)
    assert "hy_checks" in line and "version 2" in line and "Upgrade the agent" in line


@pytest.mark.parametrize(
    ("file", "content", "gone", "says"),
    [
        ("__init__.py", "import no_such_module", {"OPS951", "SCH901"}, "ModuleNotFoundError"),
        ("__init__.py", "raise SystemExit(3)", {"OPS951", "SCH901"}, "SystemExit: 3"),
        ("__init__.py", "OB_HEALTH_API = 'new'", {"OPS951", "SCH901"}, "must be a whole number"),
        ("theirs.py", "CHECKS = 7\n" + THEIRS, {"OPS951"}, "TypeError"),
        ("theirs.py", THEIRS.replace("OPS951", "ops951"), {"OPS951"}, "three capital letters"),
        ("theirs.py", THEIRS.replace('"Too many theirs"', "None"), {"OPS951"}, "must be texts"),
        ("theirs.py", THEIRS.replace("{value}.", "{value."), {"OPS951"}, "the braces of its finding"),
        ("theirs.py", THEIRS.replace("operations.", "cooking."), {"OPS951"}, "cooking"),
        ("theirs.py", THEIRS.replace("operations.", "operations.A "), {"OPS951"}, "what_is_wrong"),
        ("rules.yaml", "version: 1\nchecks: {}\n", {"OPS951"}, "rules.yaml:2: checks: the check OPS951"),
        ("rules.yaml", RULES.replace("low: 3", "low: x"), {"OPS951"}, ".yaml:3: checks.OPS951.ladder.low: a number"),
        ("rules.yaml", RULES.replace("version: 1", "version: 7"), {"OPS951"}, "exactly version: 1"),
        ("rules.yaml", "scoring: {}\n" + RULES, {"OPS951"}, "exactly version: 1"),
        ("rules.yaml", "[", {"OPS951"}, "rules.yaml:1"),
        ("rules.yaml", RULES + "  CAP001: {severity: low}\n", set(), ".yaml:4: checks.CAP001: the package has no such"),
        ("large.check.yaml", "code: [", {"SCH901"}, "large.check.yaml:1"),
        ("large.check.yaml", "version: 1\n", {"SCH901"}, "large.check.yaml:1: code: this key is missing"),
        (HY, "nonsense", set(), "hy.po: the translations cannot be used"),
        (HY, PO.format(title="过多", finding="{resourc} 有"), set(), "placeholders of a translation"),
        (HY, PO.format(title="过多", finding="{resource"), set(), "placeholders of"),
        ("sub/__init__.py", "raise RuntimeError('no licence')", set(), "hy_checks.sub could not be loaded: Runtime"),
    ],
)  # fmt: skip
def test_what_is_broken_is_a_line_and_the_rest_runs(
    package: Path, file: str, content: str, gone: set[str], says: str
) -> None:
    (package / file).parent.mkdir(exist_ok=True)
    (package / file).write_text(content, encoding="utf-8")
    found = registry.load_registry()
    assert {"OPS951", "SCH901", "CAP001"} - set(found.checks) == gone
    assert any(says in line for line in said(found)), said(found)
    assert all(render_text(problem, "zh-CN") for problem in found.problems)
    assert find_problems(found.checks["CAP001"], Rule(judge=Fixed(Severity.LOW))) == []


def test_a_broken_translation_leaves_the_sentence_in_english(package: Path) -> None:
    po(package).write_text(PO.format(title="过多", finding="{resourc} 有"), encoding="utf-8")
    found = registry.load_registry()
    brought, finding = found.translations, found.checks["OPS951"].finding
    assert i18n.translate(finding, "zh-CN", brought) == finding
    assert i18n.translate("Too many theirs", "zh-CN", brought) == "过多"


def test_an_entry_point_that_names_a_module_is_told(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("hy", "hy_checks.theirs", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    found = registry.load_registry()
    assert "OPS951" not in found.checks
    assert "names a package" in said(found)[0]


def test_a_code_without_code_that_is_taken_is_refused_and_both_are_named(package: Path) -> None:
    yaml_check(package, ("SCH901", "CAP001"))
    with pytest.raises(ConfigError) as error:
        registry.load_registry()
    text = render_text(error.value.text, "en")
    assert "CAP001" in text and "large.check.yaml" in text and "checks.capacity." in text


def test_an_engagement_brings_checks_without_code(tmp_path: Path) -> None:
    good = yaml_check(tmp_path)
    broken = tmp_path / "broken.check.yaml"
    broken.write_text("version: 1\n")
    found = registry.load_registry([good, broken])
    assert "SCH901" in found.checks
    assert any(str(broken) in line for line in said(found))
    assert "SCH901" not in registry.load_registry().checks


def crashing(variables: object, numbers: object) -> Iterator[Measurement]:
    raise ZeroDivisionError


def test_the_contract_finds_what_is_wrong(package: Path) -> None:
    found = registry.load_registry()
    spec = found.checks["OPS951"]
    rule = rules.load_rules({"OPS951": spec}, tiny(found, package)[1]).rules["OPS951"]
    assert find_problems(spec, rule, "hy_checks") == []
    untold = find_translation_problems(spec, found.translations)
    assert not any("Too many theirs" in text for text in untold) and any("burden" in text for text in untold), untold
    assert any("Too many theirs" in text for text in find_translation_problems(spec)), "the agent has none"
    remedy = dataclasses.replace(spec.remediation, sql=("DROP TABLE t;",), post_check="", run_as=RunAs.SYS, advice="?")
    wrong = dataclasses.replace(
        spec,
        code="CAP9",
        title="It ends.",
        finding="nothing",
        rationale="short",
        name="operations.Other",
        sources=(),
        remediation=remedy,
        actor=Actor.CUSTOMER,
        measure=crashing,
    )
    problems = "; ".join(find_problems(wrong, rule, "hy_checks"))
    for part in (
        "three capital letters",
        "letters are not those of operations",
        "the name is not",
        "the title is not",
        "rationale",
        "does not name its resource",
        "does not show its number",
        "advice says too little",
        "no post-check",
        "SQL without a rollback",
        "SQL without its risk",
        "no source with a public page in zh-CN",
        "cannot run it as sys",
        "it is not in hy_checks",
        "do not carry the check's name",
        "it fails on empty facts: The check failed: ZeroDivisionError",
    ):
        assert part in problems, part


def test_english_is_what_the_code_says(package: Path) -> None:
    (package / "locale" / "en" / "LC_MESSAGES").mkdir(parents=True)
    (package / "locale" / "en" / "LC_MESSAGES" / "hy.po").write_text('msgid "unknown"\nmsgstr "reworded"\n')
    assert i18n.translate("unknown", "en", registry.load_registry().translations) == "unknown"
