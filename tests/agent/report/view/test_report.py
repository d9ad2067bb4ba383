"""The body of the report: what stands where, and what is left out."""

from __future__ import annotations

import copy
import re
import time

import pytest

from agent.archive.upgrade import upgrade_document
from agent.model.terms import Outcome
from agent.report.docx.render_docx import render_docx
from agent.report.html.render_html import render_html
from agent.report.style import Style
from agent.report.view.cards import ROWS_KEPT, ROWS_SHOWN, format_evidence
from agent.report.view.report import build_report
from agent.report.view.work_lines import build_work_lines
from agent.report.words import Words
from tests.agent.report import office, sample
from tests.agent.report.lists import in_excel
from tests.agent.report.pages import page, text_of

REPORT = build_report(sample.rich(), "en")


def test_findings_are_sorted_by_points_lost() -> None:
    assert [card.code for card in REPORT.cards] == ["CAP001", "SQL003", "STA001", "PAR004", "SCH002"]


def test_a_symptom_stands_under_its_cause_only() -> None:
    assert [symptom.code for symptom in REPORT.cards[0].symptoms] == ["CAP002"]
    assert all(card.code != "CAP002" for card in REPORT.cards)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_one_cause_has_one_script_in_its_order(language: str) -> None:
    """What a symptom prepares stands before what its cause takes away, whoever reads from top to bottom."""
    document = sample.rich()
    by_code = {result["code"]: result for result in document["results"]}
    by_code["CAP001"]["findings"][0] |= {
        "sql": ["SHOW GRANTS FOR a;", "REVOKE SUPER ON *.* FROM a;"], "rollback": ["GRANT SUPER ON *.* TO a;"],
    }  # fmt: skip
    by_code["CAP002"]["findings"][0] |= {
        "sql": ["GRANT SELECT ON x.* TO a;", "SHOW GRANTS FOR a;", "REVOKE DROP ON *.* FROM a;"],
        "rollback": ["GRANT DROP ON *.* TO a;", "REVOKE SELECT ON x.* FROM a;"],
    }  # fmt: skip
    report = build_report(document, language)
    (cause,) = [card for card in report.cards if card.code == "CAP001"]
    told = [line for step in cause.steps for line in step.script.text.splitlines()]
    assert [line.split(" ")[0] for line in told] == ["GRANT", "SHOW", "REVOKE", "REVOKE"]
    assert [line.split(" ")[0] for line in cause.rollback.text.splitlines()] == ["GRANT", "GRANT", "REVOKE"]
    (symptom,) = cause.symptoms
    assert (symptom.steps, symptom.rollback.count, symptom.script_of) == ((), 0, "CAP001")
    shown = text_of(page(document, language))
    assert shown.count("GRANT SELECT ON x.* TO a;") == 1 and shown.index("GRANT SELECT ON x") < shown.index(
        "REVOKE SUPER"
    )
    assert Words(language)("Its statements are in the script of {code}.", code="CAP001") in shown


def test_a_symptom_whose_cause_is_not_shown_stands_alone() -> None:
    document = sample.rich()
    document["results"] = [result for result in document["results"] if result["code"] != "CAP001"]
    assert "CAP002" in [card.code for card in build_report(document, "en").cards]


def test_platform_findings_are_an_annex_on_a_user_tenant_only() -> None:
    assert [card.code for card in REPORT.platform] == ["CAP007"]
    document = sample.rich()
    document["target"]["kind"] = "sys"
    assert not build_report(document, "en").platform
    assert "CAP007" in [card.code for card in build_report(document, "en").cards]


def test_value_stands_against_limit_with_units() -> None:
    row = REPORT.cards[0].rows[0]
    assert (row.value, row.limit) == ("93.4%", "≥ 90%")
    assert row.evidence == (("used", "933.6 GiB"), ("total", "1,000 GiB"), ("sampled at", "2026-10-03 09:30 UTC+8"))
    assert REPORT.cards[0].judged == (("Medium", "≥ 70%"), ("High", "≥ 80%"), ("Critical", "≥ 90%"))
    assert REPORT.cards[0].symptoms[0].judged[0] == ("Medium", "≤ 60 days")
    assert ("min executions", "100") in REPORT.cards[1].judged
    assert REPORT.cards[3].judged == (("Expected", "ON"), ("Recommended", "ON"))


def test_evidence_leaves_out_what_is_not_known() -> None:
    known = {"executions_count": 7, "statement": None, "server": None}
    assert format_evidence(known, "", Words("en")) == (("executions", "7"),)
    lengths = {"length_is": "0", "length_to": "12", "policy_is": None, "policy_to": None, "valid_to": "now"}
    assert format_evidence(lengths, "", Words("en")) == (("length", "now 0, recommended 12"), ("valid to", "now"))
    setting = {"setting": "sql_mode", "present": "", "servers": "a, b"}
    assert format_evidence(setting, "STRICT", Words("zh-CN"))[0] == ("sql_mode", "当前空，建议 STRICT")
    assert format_evidence(setting, "STRICT", Words("en"))[1:] == (("servers", "a, b"),)


def test_a_gain_that_takes_two_says_with_whom() -> None:
    document = sample.rich()
    disk = next(result for result in document["results"] if result["code"] == "CAP001")
    assert disk["gain"] > 0 and REPORT.cards[0].gain_with == ""
    assert REPORT.cards[0].symptoms[0].gain_with == "only together with CAP001"
    disk["gain"] = 0.0
    assert build_report(document, "en").cards[0].gain_with == "only together with CAP002"
    assert "only together with CAP002" in text_of(page(document))


def test_changes_are_marked_on_cards_and_rows() -> None:
    assert REPORT.cards[0].change == "worsened"
    assert {row.change for row in REPORT.cards[4].rows} == {"new", "unchanged"}
    assert [line.kind for line in REPORT.changes][:2] == ["worsened", "not_comparable"], "the gravest first"
    kinds = [line.kind for line in REPORT.changes]
    assert kinds.count("new") == 23
    assert "unchanged" not in kinds
    resolved = next(line for line in REPORT.changes if line.kind == "resolved")
    assert (resolved.code, resolved.was_severity, resolved.severity) == ("SCH001", "Medium", "")
    lost = next(line for line in REPORT.changes if line.kind == "not_comparable")
    assert (lost.code, lost.was_severity, lost.was_value, lost.severity) == ("TRX001", "High", "15 min", "")


def test_not_assessed_names_reason_and_key() -> None:
    assert [line.code for line in REPORT.not_assessed] == ["BAK001", "TRX001", "OPS001"]
    assert REPORT.not_assessed[0].unlock == "Attest `last_backup` in the engagement file."
    assert REPORT.not_assessed[2].outcome == "Check failed to run"


def test_not_assessed_is_grouped_by_what_unlocks_it_the_most_coverage_first() -> None:
    groups = [(unlock.needs, [line.code for line in unlock.lines]) for unlock in REPORT.unlocks]
    assert groups == [
        (("Attest `last_backup` in the engagement file.",), ["BAK001"]),
        (("GRANT PROCESS ON *.* TO the account.",), ["TRX001"]),
        ((), ["OPS001"]),
    ]
    gains = [float(unlock.coverage.removesuffix("%")) for unlock in REPORT.unlocks]
    assert gains == sorted(gains, reverse=True) and gains[0] > 10
    assert round(sum(gains) + sample.rich()["score"]["coverage_pct"], 6) == 100


def test_one_reason_is_told_once_and_a_need_with_the_checks_that_wait_for_it() -> None:
    document = sample.rich()
    bak = next(result for result in document["results"] if result["code"] == "BAK001")
    twin = {**copy.deepcopy(bak), "code": "BAK999"}
    seen = next(result for result in document["results"] if result["outcome"] == Outcome.PASS)
    seen |= {"reason": bak["reason"], "unlock": bak["unlock"]}
    document["results"].append(twin)
    document["unlocks"][0]["codes"].append("BAK999")
    report = build_report(document, "en")
    assert [[line.code for line in block] for block in report.unlocks[0].blocks] == [["BAK001", "BAK999"]]
    told = next(line for line in report.passed if line.code == seen["code"]).unjudged
    assert bak["reason"]["en"] in told and bak["unlock"]["en"] not in told
    shown = render_html(document, "en").decode()
    # Once among the decisions of page one, once with the checks that wait for it.
    assert shown.count("Attest <code>last_backup") + shown.count("Attest `last_backup`") == 2
    assert shown.count('rowspan="2"') == 1


def test_an_older_document_is_grouped_by_the_first_thing_needed() -> None:
    document = sample.rich()
    del document["unlocks"]
    report = build_report(upgrade_document(document), "en")
    groups = [(unlock.needs, unlock.coverage, len(unlock.lines)) for unlock in report.unlocks]
    assert groups == [
        (("Attest `last_backup` in the engagement file.",), "", 1),
        (("GRANT PROCESS ON *.* TO the account.",), "", 1),
        ((), "", 1),
    ]


def test_carried_points_are_the_documents() -> None:
    document = sample.rich()
    lost = next(result["points_lost"] for result in document["results"] if result["code"] == "TRX001")
    assert lost > 0
    assert [(line.code, line.points, line.carried_runs) for line in REPORT.carried] == [("TRX001", f"{lost:.1f}", 1)]
    assert "Long-running transaction etl@10.0.0.% 20260703-0130-shop-prod 1" in text_of(page(document))


def test_what_is_carried_beside_findings_leads_to_their_card() -> None:
    document = sample.rich()
    result = next(result for result in document["results"] if result["code"] == "STA001")
    result.update(carried_from="20260703-0130-shop-prod", carried_runs=1)
    told = re.findall(r'href="#(\w+)"><span class="mono">(STA001|TRX001)<', page(document))
    assert ("STA001", "STA001") in told and ("carried", "TRX001") in told and ("carried", "STA001") not in told


def test_mutes_and_overrides_show_what_they_hide() -> None:
    score, text = sample.rich()["score"], text_of(page(sample.rich()))
    assert score["hidden_by_mutes"] > 0
    assert f"Points hidden by mutes {score['hidden_by_mutes']:.1f}" in text
    assert f"Points hidden by overrides {score['hidden_by_overrides']:.1f}" in text
    assert "SEC002 Account may connect from anywhere batch@%" in text
    assert "Li Wei 2026-12-31" in text
    assert 'STA001 {"medium": 14} Orders are loaded monthly. Zhang Min 2026-12-01' in text


def test_what_a_check_could_not_judge_is_said_though_all_that_it_found_is_muted() -> None:
    document = sample.rich()
    result = next(result for result in document["results"] if result["code"] == "STA001")
    said = result["reason"]["en"]
    result["outcome"] = Outcome.MUTED
    for finding in result["findings"]:
        finding["muted"] = {"owner": "a", "reason": "b", "until": "2026-12-31"}
    document["roadmap"] = [unit for unit in document["roadmap"] if "STA001" not in unit["codes"]]
    assert said
    assert said in text_of(page(document))
    assert said in office.text_of(office.root(render_docx(document, "en", Style())))
    assert any(said in str(row) for sheet in in_excel(document) for row in sheet.values)


def test_a_muted_finding_is_no_open_one() -> None:
    document = sample.rich()
    result = next(result for result in document["results"] if result["code"] == "SCH002")
    result["findings"][3]["muted"] = {"owner": "a", "reason": "b", "until": "2026-12-31"}
    card = next(card for card in build_report(document, "en").cards if card.code == "SCH002")
    assert card.row_count == 24
    assert all(row.resource != "shop.t0003.idx_3" for row in card.rows)
    assert all("DROP INDEX idx_3 " not in step.script.text for step in card.steps)


def test_a_muted_critical_says_that_it_still_counts() -> None:
    document = sample.rich()
    result = next(result for result in document["results"] if result["code"] == "SEC002")
    assert "stays in the score" not in text_of(page(document))
    result["points_lost"] = 30.5
    result["findings"][0]["severity"] = "critical"
    assert "stays in the score; its check loses 30.5" in text_of(page(document))


@pytest.mark.parametrize(("muted", "shown"), [("high", "low"), ("critical", "critical")])
def test_a_card_is_as_severe_as_what_counts(muted: str, shown: str) -> None:
    document = sample.rich()
    result = next(result for result in document["results"] if result["code"] == "SCH002")
    mute = {"owner": "a", "reason": "b", "until": "2026-12-31"}
    result["findings"].append({**result["findings"][0], "severity": muted, "muted": mute})
    result["severity"] = muted
    report = build_report(document, "en")
    assert next(card for card in report.cards if card.code == "SCH002").severity == shown
    counts = {key: count for key, _, count in report.front.severities}
    assert counts["high"] == 2
    assert counts[shown] == {"low": 1, "critical": 2}[shown]


def test_many_resources_are_folded_and_counted() -> None:
    card = REPORT.cards[4]
    assert (len(card.rows), len(card.more_rows), card.row_count, card.unseen) == (ROWS_SHOWN, 5, 25, 0)
    # One of them made a plan dearer on the twin.
    assert [(step.script.count, step.more.count) for step in card.steps] == [(ROWS_SHOWN, 4)]
    assert "5 more resources" in text_of(page(sample.rich()))


def test_rows_beyond_reading_are_counted() -> None:
    card = build_report(sample.rich(ROWS_KEPT + 7), "en").cards[4]
    assert (card.row_count, card.unseen) == (ROWS_KEPT + 7, 7)


def test_statements_come_once_and_ready_to_run() -> None:
    document = sample.rich()
    result = next(result for result in document["results"] if result["code"] == "PAR004")
    result["findings"] = [{**result["findings"][0], "sql": ["SELECT 1;", "SELECT 2"]}] * 2
    card = next(card for card in build_report(document, "en").cards if card.code == "PAR004")
    assert [(step.label, step.script.text) for step in card.steps] == [("", "SELECT 1;\nSELECT 2;")]
    assert card.steps[0].script.whole


def test_what_depends_on_what_goes_before_is_a_step_of_its_own() -> None:
    document = sample.rich()
    result = next(result for result in document["results"] if result["code"] == "PAR004")
    for name in ("a", "b"):
        script = [f"GRANT SELECT ON x.* TO {name};", f"SHOW GRANTS FOR {name};", f"REVOKE SELECT ON *.* FROM {name};"]
        result["findings"].append({**result["findings"][0], "resource": name, "sql": script})
    del result["findings"][0]
    report = build_report(document, "en")
    card = next(card for card in report.cards if card.code == "PAR004")
    assert [step.script.text.split()[0] for step in card.steps] == ["GRANT", "SHOW", "REVOKE"]
    assert [step.label[:11] for step in card.steps] == ["Step 1 of 3", "Step 2 of 3", "Step 3 of 3"]
    assert all(step.script.count == 2 for step in card.steps)
    (line,) = (line for line in build_work_lines(document, report, Words("en")) if "PAR004" in line.codes)
    assert "GRANT" in line.sql and "REVOKE" not in line.sql
    for sheet in in_excel(document):
        cells = [str(cell) for row in sheet.values for cell in row]
        assert not any("GRANT SELECT" in cell and "REVOKE SELECT" in cell for cell in cells)


def test_every_part_is_on_the_page() -> None:
    text = text_of(page(sample.rich()))
    for part in (
        "Rollback",
        "DROP INDEX idx_orders_customer ON shop.orders",
        "Space that was bought",
        "Ask who reads",
        "Annex: for the cloud platform",
        "VER001 Not found: Version at its end of life Stated by the customer",
        "Rule overridden",
        "AVA001 Only one replica – Not applicable: Only a sys tenant can tell.",
        "Compaction is late – Switched off",
        "oceanbase.GV$OB_SQL_AUDIT Read · cut at its limit",
        "Privilege missing",
        "The account lacks PROCESS.",
        "The audit covers the last 6 hours only.",
        sample.rich()["ruleset"]["sha256"],
        "ob-health 0.1.0",
    ):
        assert part in text, part


def test_the_page_needs_nothing_else() -> None:
    html = page(sample.rich())
    assert "http-equiv" in html
    for outside in ("<link", "<iframe", "@import"):
        assert outside not in html, outside
    assert set(re.findall(r"url\((.)", html)) == {"#"}, "places in the page itself"
    assert not re.findall(r' src="(?!data:image)', html) and html.count('<svg font-family="') > 8


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_rendering_twice_is_equal(language: str) -> None:
    assert render_html(sample.rich(), language) == render_html(sample.rich(), language)


def test_a_thousand_findings_are_quick() -> None:
    document = sample.rich(1_000)
    render_html(document, "en")
    started = time.perf_counter()
    render_html(document, "zh-CN")
    assert time.perf_counter() - started < 3


def test_a_joined_finding_is_counted_once_and_told_with_its_signs() -> None:
    report = build_report(sample.joined(), "en")
    (card,) = report.cards
    (other,) = card.symptoms
    assert (card.code, card.severity, other.code) == ("SQL003", "high", "SQL004")
    (row,) = card.rows
    assert [(sign.code, sign.severity, sign.sentence) for sign in row.signs] == [
        ("SQL004", "high", "It reads 4,000,000 rows for each."),
        ("SQL017", "low", "It pages by OFFSET."),
    ]
    assert [(sign.code, sign.advice) for sign in card.signs] == [
        ("SQL004", "Cover the conditions."),
        ("SQL017", "Page by key."),
    ]
    assert [(step.script.text, step.script.count) for step in card.steps] == [("ANALYZE t;", 1)]
    assert [row.signs for row in other.rows] == [()]
    assert report.front.finding_count == 2
    assert [count for _, _, count in report.front.severities] == [0, 1, 1, 0]
    (chapter,) = report.chapters
    assert (chapter.passed, chapter.not_assessed, chapter.muted, chapter.joined) == (0, 0, 0, 1)
    (line,) = report.joined
    assert (line.code, line.told_with) == ("SQL017", "SQL003, SQL004")
    assert "The text of some statements is unknown." in line.unjudged
    assert report.front.since is not None
    assert {kind: count for kind, _, count in report.front.since.counts if count} == {"unchanged": 3}


def test_a_sign_of_several_findings_is_told_with_the_first_of_them() -> None:
    document = sample.joined()
    card = next(item for item in document["results"] if item["code"] == "SQL003")
    (one,) = card["findings"]
    card["findings"].append({**one, "fingerprint": "0" * 16, "resource": "another"})
    rows = build_report(document, "en").cards[0].rows
    assert [[sign.code for sign in row.signs] for row in rows] == [["SQL004", "SQL017"], ["SQL003"]]


def test_each_mute_of_a_joined_finding_is_told() -> None:
    document = sample.joined()
    assert [line.code for line in build_report(document, "en").muted] == ["SQL004, SQL017"]
    signs = next(sign for item in document["results"] for f in item["findings"] if f["muted"] for sign in [f["signs"]])
    signs[1]["muted"] = {"owner": "Zhao", "reason": "Another one.", "until": "2026-11-01"}
    assert [(line.code, line.owner, line.until) for line in build_report(document, "en").muted] == [
        ("SQL004", "Li Wei", "2026-12-31"),
        ("SQL017", "Zhao", "2026-11-01"),
    ]
