"""The words of messages: one term for one thing, plain sentences, figures with their units, nothing of our own.

The tables are the glossary: what must not be written, and what to write instead.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from agent.catalogue import registry, rules
from agent.catalogue.contract import list_texts
from agent.model.labels import DATA_CLASSES, FOR_STATEMENTS
from agent.model.result import Finding
from agent.model.rule import Expected
from agent.model.terms import Unit
from agent.report.view.cards import format_evidence
from agent.report.words import Words
from agent.support.i18n import load_translations, render_text
from tests.checks import cases
from tests.harness import gathered, run_check, snapshot_of

ROOT = Path(__file__).parent.parent
HAN = "\u4e00-\u9fff"

# Chinese: what must not be written (a pattern), and what OceanBase's documentation writes instead.
PREFERRED: Mapping[str, str] = {
    "主可用区": "Primary Zone",
    "主副本": "Leader",
    "从副本": "Follower",
    "本地索引": "局部索引",
    "字符序": "排序规则",
    "隐藏参数": "隐藏配置项",
    "负载信息库": "WR",
    "(?<!^)(?<!（)工作负载仓库(?!（WR）)": "WR",
    "SQL Audit": "SQL 审计",
    r"(?<![\w.{])hint(?!\w)": "Hint",
    r"(?<![\w.])outline(?!\w)": "Outline",
    "普通租户|业务租户": "用户租户",
    "账户": "账号",
    "限值": "阈值",
    "委托文件|服务项目文件": "服务约定文件",
    "评测目标": "评测对象",
    "大合并|全局合并|Major 合并": "合并",
    "Minor 合并": "转储",
    "写入限流": "写入限速",
    "迁移 Unit|Unit 迁": "资源单元",
    "兜底分区": "MAXVALUE 或 DEFAULT 分区",
    "HASH 分区|RANGE 分区|LIST 分区": "Hash、Range、List 分区",
    "哈希连接": "Hash Join",
    "业务关键时": "业务关键期",
    "业务低谷": "业务低峰",
    "执行日志": "操作日志",
    "屏蔽": "豁免、脱敏",
    "回滚语句": "回退语句",
    "作业": "定时任务",
    "悬而未决": "悬挂事务",
    # Translationese: light verbs, passives for what somebody does, figures of speech.
    "进行": "the verb itself",
    "予以|加以": "the verb itself",
    "被(?:进行|收集|创建|执行|设置为)": "the active voice",
    "全凭运气|全凭偶然|陷阱|断送|白白|谁也等不起|只是一种希望": "what happens",
    "没有人声明|证明人|客户证明": "客户提供",
    "‰": "百分比",
}
# English: words of ours, and what reads translated.
PLAIN: Mapping[str, str] = {
    r"\bmend\w*": "fix, correct",
    r"\banew\b": "again",
    r"\bdearest\b": "most expensive",
    r"\bway back\b": "rollback",
    r"\bcosts? once\b": "is deducted once",
    r"\btold with\b": "combined with",
    r"\baudit ring\b": "SQL audit",
    r"\bas a rule\b": "usually",
    r"‰": "per cent",
    r"\d %": "% without a space",
}
# What the report's reader never sees: our files, commands, options and keys.
OURS = re.compile(
    r"\bengagement\b|\bob-health\b|(?<!\w)--[a-z]|\b(?:limits|business|authorization|attestations|report|service)\.[a-z]"
    r"|\battest\w*|\bconsole_backup_enabled\b|\bpurchased_data_disk_bytes\b|\blast_restore_drill\b"
    r"|\bconsole_whitelist_restricted\b|\btde_enabled\b|\bfact set\b"
    + "".join(rf"|\b{name}\b" for name in DATA_CLASSES if "_" in name)
)
OURS_ZH = re.compile("服务约定文件|engagement|ob-health|事实")
# Rooms whose messages a report prints; in them, the modules that speak while there is no report yet.
REPORTING = ("checks", "agent/judgement", "agent/report", "agent/model", "agent/collection")
BEFORE_A_REPORT = {
    "connect.py", "tls_errors.py", "tls_pin.py", "tunnel.py", "host_keys.py", "preflight.py", "grants.py",
    "gate.py", "signed_scope.py", "journal.py", "guarded_driver.py", "house_style.py", "render.py", "write_report.py",
    "render_xlsx.py", "written.py", "template.py", "privileges.py", "server_views.py",
    # The fleet site is for those who write engagement files.
    "first_page.py", "target_page.py", "write_site.py",
}  # fmt: skip


def test_chinese_has_one_term_for_one_thing() -> None:
    found = {
        (pattern, text[:60])
        for text in load_translations("zh-CN").values()
        for pattern in PREFERRED
        if re.search(pattern, text)
    }
    assert found == set(), "see PREFERRED for what to write"


def test_english_is_plain() -> None:
    found = {(pattern, text[:60]) for text in _list_texts_of_checks() for pattern in PLAIN if re.search(pattern, text)}
    assert found == set(), "see PLAIN for what to write"


def test_chinese_has_a_space_beside_latin_and_figures() -> None:
    tight = re.compile(rf"[{HAN}][A-Za-z0-9{{]|[A-Za-z0-9}}%][{HAN}]")
    chinese = load_translations("zh-CN")
    assert {text for text in chinese.values() if tight.search(text)} == set()
    assert {text for text in chinese.values() if re.search(rf"[{HAN}] [{HAN}]", text) and "://" not in text} == set()


def test_sizes_have_a_space_before_the_unit() -> None:
    tight = re.compile(r"\d(?:[KMGT]i?B)\b")
    assert {text for pair in load_translations("zh-CN").items() for text in pair if tight.search(text)} == set()


def test_templates_hold_no_chinese_of_their_own() -> None:
    pages = sorted((ROOT / "report_templates").glob("*.j2"))
    assert pages
    assert {page.name for page in pages if re.search(f"[{HAN}]", page.read_text("utf-8"))} == set()


def test_readers_of_reports_see_nothing_of_ours() -> None:
    chinese = load_translations("zh-CN")
    told = {text for text in _list_reported() if text in chinese}
    assert len(told) > 2000
    assert {text for text in told if OURS.search(text)} == set()
    assert {text for text in told if OURS_ZH.search(chinese[text])} == set()


def test_a_key_that_reached_a_reader_would_be_seen() -> None:
    assert OURS.search("Attest tde_enabled in the engagement file.")
    assert OURS.search("Raise limits.busy_wait_s of the target.")
    assert not OURS.search("Provide the size of the data disk of each node (GiB).")


def test_titles_say_which_way_a_value_is_wrong() -> None:
    specs = registry.load_registry().checks
    ruled = rules.load_rules(specs).rules
    ranges = {
        code
        for code, rule in ruled.items()
        if isinstance(rule.judge, Expected) and rule.judge.minimum is not None and rule.judge.maximum is not None
    }
    lacking = {code for code in ranges if not (specs[code].title_below and specs[code].title_above)}
    # What ends at 0 has nothing below.
    assert {code for code in lacking if ruled[code].judge.minimum != 0} == set()  # type: ignore[union-attr]
    both_ways = re.compile(r"过[长短大小高低早晚多少强弱].{0,8}或.{0,4}[过几]")
    chinese = load_translations("zh-CN")
    sided = [title for spec in specs.values() for title in (spec.title_below, spec.title_above) if title]
    assert len(sided) == len(set(sided)) > 40
    assert {title for title in sided if both_ways.search(chinese[title])} == set()
    assert {code for code, spec in specs.items() if both_ways.search(chinese[spec.title])} <= ranges


def test_settings_are_told_in_words() -> None:
    seen = 0
    for case, finding in _list_case_findings("parameters"):
        for language in ("en", "zh-CN"):
            sentence = render_text(finding.text, language)
            seen += 1
            assert "''" not in sentence, (case, sentence)
            assert not re.search(r"\b(?:True|False)\b(?! ?[（(])", sentence), (case, sentence)
            huge = re.search(r"(?<![(（\d,])\d{10,}", sentence)
            assert not huge, (case, sentence)
    assert seen > 100


def test_evidence_for_statements_is_not_shown_and_is_in_use() -> None:
    keys = {key for _, finding in _list_case_findings() for key in finding.evidence}
    assert keys >= FOR_STATEMENTS
    hidden = dict.fromkeys(FOR_STATEMENTS, "x")
    assert format_evidence(hidden, "", Words("en")) == ()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_shares_are_told_in_per_cent(language: str) -> None:
    words = Words(language)
    assert words.value(32.52, Unit.PERMILLE) == "3.25%"
    assert words.value(0.1, Unit.PERMILLE) == "0.01%"


@cache
def _list_texts_of_checks() -> tuple[str, ...]:
    return tuple(text for spec in registry.load_registry().checks.values() for text in list_texts(spec))


def _list_reported() -> Iterator[str]:
    """Texts in the rooms that a report prints from: whatever stands there and has a translation is one."""
    yield from _list_texts_of_checks()
    for room in REPORTING:
        for path in sorted((ROOT / room).rglob("*.py")):
            if path.name not in BEFORE_A_REPORT:
                yield from _list_strings(ast.parse(path.read_text("utf-8")))


def _list_strings(tree: ast.AST) -> Iterator[str]:
    return (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))


@cache
def _run_cases() -> tuple[tuple[str, Finding], ...]:
    return tuple(
        (case.code, finding)
        for case in gathered(cases, "CASES")
        for finding in run_check(
            case.code, snapshot_of(case.facts, kind=case.tenant_kind, version=case.version)
        ).findings
    )


def _list_case_findings(category: str = "") -> list[tuple[str, Finding]]:
    specs = registry.load_registry().checks
    return [(code, finding) for code, finding in _run_cases() if not category or specs[code].category == category]
