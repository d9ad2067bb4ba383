"""The message of a report: what it says, and that no name of a tenant is ever in it."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agent.archive.document import build_document
from agent.archive.redaction.key import RedactionKey
from agent.archive.redaction.redact import redact_file
from agent.archive.snapshot import load_snapshot, save_snapshot
from agent.delivery.markdown_card import format_card
from agent.delivery.plain_text import format_mail
from agent.judgement.evaluate import evaluate_checks
from agent.judgement.joining import join_findings
from agent.judgement.remedies import group_by_remedy
from agent.judgement.roadmap import plan_roadmap
from agent.judgement.score import score_results
from agent.model.assessment import Assessment
from agent.model.delivery import Message, MessageFile
from agent.model.document import Document
from agent.model.snapshot import Snapshot
from agent.report.view.message import build_message
from agent.support.i18n import LANGUAGES
from tests.agent.report import sample
from tests.checks import cases
from tests.harness import Case, gathered, rules_of_cases, shipped, snapshot_of

FILES = (MessageFile("report.pdf", "ab" * 32), MessageFile("SHA256SUMS", "cd" * 32))
KEY = RedactionKey(b"m" * 32)
PSEUDONYM = re.compile(r"[a-z]+_[0-9a-f]{12}")
# Keys of the document below which names of a tenant, statements, accounts and addresses stand.
FROM_A_TENANT = frozenset(
    {
        "resource", "names", "evidence", "sql", "rollback", "text", "database", "user", "user_name", "db_name",
        "table", "trace_id", "sql_id", "exhausted_by", "formula", "plans", "zone", "settings", "locality",
        "primary_zone", "unjudged", "reason", "unlock", "well", "measured", "value", "params", "sources", "problems",
        "notes", "unlocks", "needs", "statements", "instance", "authorization", "receipt", "overrides", "fingerprint",
    }
)  # fmt: skip


def build(document: Document, language: str = "en", place: str = "the share of the service") -> Message:
    return build_message(document, language, place=place, files=FILES)


def written(message: Message) -> str:
    """Everything that leaves, in each form."""
    return "\n".join((*format_card(message), *format_mail(message)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_message_says_what_is_agreed(language: str) -> None:
    document = sample.rich()
    message = build(document, language)
    text = written(message)
    score, comparison = document["score"], document["comparison"]
    assert comparison and comparison["score_delta"] is not None
    wanted = [document["customer"], document["target"]["name"], f"{score['value']:.1f}", "the share of the service"]
    wanted += [f"{score['low']:.1f}–{score['high']:.1f}", f"{comparison['score_delta']:+.1f}".replace("-", "−")]
    wanted += [str(document["colophon"]["valid_until"]), {"en": "Poor", "zh-CN": "差"}[language], "ab" * 32, "cd" * 32]
    assert [part for part in wanted if part not in text] == []
    assert len(message.actions) == 3 and all(
        action.title and action.action and action.due for action in message.actions
    )
    assert len(text.encode()) < 2 * 8000, "DingTalk takes no more than 20000 bytes of a message"


def test_a_first_assessment_and_one_that_read_nothing_have_a_message() -> None:
    document = sample.rich()
    document["comparison"] = None
    assert ("Change", "first assessment") in build(document).facts
    blind = sample.blind()
    facts = dict(build(blind).facts)
    assert facts["Grade"] == "not graded" and "Range" not in facts


def leaves(found: Any, below: bool = False) -> Iterator[tuple[Any, Any]]:
    """(container, key) of each text that a tenant may have given."""
    pairs = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for key, value in list(pairs):
        inner = below or key in FROM_A_TENANT
        if isinstance(value, str) and inner and value and value not in ("unit", "severity"):
            yield found, key
        elif isinstance(value, dict | list):
            yield from leaves(value, inner)


KEPT = {"severity", "unit", "what", "kind", "outcome", "actor", "run_as", "code", "stage", "status", "view", "source"}


@given(st.text(min_size=1, max_size=60))
@example("canary_table")
@example("10.20.30.40")
@example("root@%")
@example("SELECT * FROM canary")
@example("[x](https://evil.example)\n# head")
@settings(deadline=None, max_examples=10)
def test_no_text_of_a_tenant_is_in_a_message(name: str) -> None:
    canary = f"\u2603{name}\u2603"
    plain, hostile = sample.rich(), copy.deepcopy(sample.rich())
    replaced = 0
    for container, key in leaves(hostile):
        if key not in KEPT and not re.match(r"\d{4}-\d\d-\d\d", container[key]):
            container[key] = canary
            replaced += 1
    assert replaced > 200
    for language in LANGUAGES:
        text = written(build(hostile, language))
        assert "\u2603" not in text and text == written(build(plain, language)), "names change nothing"


def one_case_of_each_check() -> list[Case]:
    """The case of each check with most findings: each check can be among the first three."""
    found: dict[str, Case] = {}
    for case in gathered(cases, "CASES"):
        if case.found and len(case.found) > len(found[case.code].found if case.code in found else ()):
            found[case.code] = case
    return list(found.values())


def judge(snapshot: Snapshot, code: str) -> Document:
    """The document of an assessment by this check alone."""
    (registry, _), ruleset = shipped(), rules_of_cases()
    results = group_by_remedy(join_findings(evaluate_checks([registry.checks[code]], ruleset, snapshot)))
    scored = score_results(results, ruleset.scoring, snapshot.tenant_kind, None)
    specs = {code: registry.checks[code]}
    return build_document(
        Assessment(
            id="20261003-013000-abc123",
            agent_version="0",
            customer="Acme",
            period=None,
            authorization=None,
            snapshot=snapshot,
            specs=specs,
            ruleset=ruleset,
            results=results,
            score=scored,
            roadmap=plan_roadmap(results, scored, specs, snapshot.tenant_kind),
        )
    )


@pytest.mark.slow
def test_no_check_has_a_name_of_a_tenant_in_its_message(tmp_path: Path) -> None:
    """Each check is judged on a redacted tenant: every name in it is a pseudonym that can be recognized."""
    named, told = 0, 0
    for case in one_case_of_each_check():
        snapshot = snapshot_of(case.facts, kind=case.tenant_kind, version=case.version)
        save_snapshot(snapshot, tmp_path / "plain.obh")
        redact_file(tmp_path / "plain.obh", KEY, tmp_path / "redacted.obh")
        redacted = load_snapshot(tmp_path / "redacted.obh", shipped()[0].sources)
        for name in ("plain.obh", "redacted.obh"):
            (tmp_path / name).unlink()
        document = judge(redacted, case.code)
        named += any(PSEUDONYM.search(f["resource"]) for result in document["results"] for f in result["findings"])
        for language in LANGUAGES:
            message = build(document, language)
            told += bool(message.actions)
            said = written(message).replace(document["target"]["name"], "")
            assert not PSEUDONYM.search(said), (case.code, said)
    assert named > 60 and told > 200, (named, told)
