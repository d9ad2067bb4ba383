"""The way of an authorization by the command line's own functions: asked for, signed, verified."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from agent.catalogue import registry
from agent.cli.actions.request_and_sign import (
    USUAL_FILE,
    RequestOptions,
    read_signing_key,
    sign_file,
    verify_all,
    write_request,
)
from agent.engagement.authorization.request import Request, parse_signed
from agent.engagement.authorization.summary import describe_purpose, wrap_text
from agent.engagement.loading import load_engagement
from agent.engagement.scaffold import scaffold
from agent.facts import find_source_spec
from agent.facts.own_statements import session
from agent.model.terms import DataClass, TenantKind
from agent.support.errors import ConfigError, RulesError
from agent.support.i18n import render_text
from tests.agent.engagements import AUTHORIZATION, FULL, MINIMAL, load
from tests.agent.signing import KEY, needs_openssh, ssh_keygen

NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)  # already the 24th in Shanghai
ASKED = RequestOptions(asked_by="Zhao")
UNUSUAL = {DataClass.SQL_TEXT_FULL, DataClass.COLUMN_BOUNDS, DataClass.EMPTY_PASSWORDS}


def written(directory: Path, options: RequestOptions = ASKED, content: str = MINIMAL) -> Request:
    directory.mkdir(exist_ok=True)
    path = write_request(load(directory, content), directory / USUAL_FILE, options, NOW)
    return parse_signed(Request, path.read_bytes(), path)


def problem(directory: Path, options: RequestOptions) -> str:
    with pytest.raises(ConfigError) as caught:
        written(directory, options)
    assert not (directory / USUAL_FILE).exists()
    return render_text(caught.value.text, "en")


def test_the_usual_request(tmp_path: Path) -> None:
    found = written(tmp_path)
    assert (found.customer, found.asked_by, found.approver) == ("Acme", "Zhao", "Acme")
    assert re.fullmatch(r"OBH-20261124-[0-9a-f]{4}", found.reference)
    assert [(t.name, t.host, t.port, t.user) for t in found.targets] == [
        ("orders", "db.example.com", 3306, "reader@orders#c1")
    ]
    assert set(found.data_classes) == set(DataClass) - UNUSUAL
    assert found.not_before.isoformat() == "2026-11-24T00:00:00+08:00"
    assert found.not_after - found.not_before == timedelta(days=100)
    assert len(found.window.days) == 7 and found.window.timezone == "Asia/Shanghai"
    assert (found.window.opens, found.window.closes, found.retention_days) == ("22:00", "06:00", 200)
    assert found.statements.items() < session.list_own_statements().items()
    assert session.list_own_statements().keys() - found.statements.keys() == {"receipt_by_marker"}
    asked = {
        row.__name__
        for row in registry.load_registry().sources_of(TenantKind.USER)
        if (spec := find_source_spec(row)) and spec.data_class not in UNUSUAL
    }
    assert {source.name for source in found.sources} == asked


def test_wishes(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    (tmp_path / "rules.yaml").touch()
    wishes = RequestOptions(
        approver="Wang",
        reference="A-7",
        targets=["stock"],
        data_classes=["settings"],
        days_valid=30,
        weekdays=["sun", "sat"],
        hours="22:00-05:00",
        retention_days=90,
    )
    found = written(tmp_path, wishes, FULL)
    assert (found.asked_by, found.approver, found.reference) == ("Zhao", "Wang", "A-7")
    assert [target.name for target in found.targets] == ["stock"]
    assert {source.data_class for source in found.sources} == {DataClass.SETTINGS}
    assert (found.window.days, found.window.opens, found.window.closes) == (("sat", "sun"), "22:00", "05:00")
    assert (found.not_after - found.not_before, found.retention_days) == (timedelta(days=30), 90)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (RequestOptions(), "--asked-by"),
        (RequestOptions(asked_by="Zhao", targets=["stock"]), "no target stock"),
        (RequestOptions(asked_by="Zhao", data_classes=["everything"]), "Unknown data class: everything"),
        (RequestOptions(asked_by="Zhao", weekdays=["monday"]), "Unknown weekday: monday"),
        (RequestOptions(asked_by="Zhao", hours="night"), "--hours takes a span such as 01:00-05:00, not night"),
        (RequestOptions(asked_by="Zhao", hours="25:00-26:00"), "--hours takes a span"),
        (RequestOptions(asked_by="Zhao", data_classes=["column_bounds"]), "request cannot be used"),
        (RequestOptions(asked_by=" "), "request cannot be used"),
    ],
)
def test_wishes_that_cannot_be(tmp_path: Path, options: RequestOptions, words: str) -> None:
    assert words in problem(tmp_path, options)


def test_what_the_template_left_to_fill_in_is_never_sent_to_a_customer(tmp_path: Path) -> None:
    file = scaffold("acme", tmp_path)[0]
    with pytest.raises(ConfigError) as caught:
        write_request(load_engagement(file), tmp_path / USUAL_FILE, ASKED, NOW)
    assert [render_text(text, "en").partition(": this")[0] for text in caught.value.problems] == [
        f"{file}:13: service.start",
        f"{file}:24: targets.prod.host",
        f"{file}:26: targets.prod.user",
    ]
    assert not (tmp_path / USUAL_FILE).exists()
    assert written(tmp_path, content=MINIMAL + "business: {description: orders by REPLACE INTO}\n")


def test_each_refusal_names_its_target(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    second = "  stock: {host: db.example.com, port: 3306, user: reader, password: env:STOCK_PASSWORD}\n"
    engagement = load(tmp_path, (MINIMAL + second + AUTHORIZATION).replace("tier: premier", "tier: basic"))
    write_request(engagement, tmp_path / USUAL_FILE, ASKED, NOW)
    sign_file(tmp_path / USUAL_FILE, KEY)
    assert verify_all(engagement, None, NOW) == 3
    said = capsys.readouterr().err
    assert "orders: Health assessment belongs to" in said and "stock: Health assessment belongs to" in said
    assert verify_all(engagement, None, NOW + timedelta(days=400)) == 3
    assert "orders: Authorization OBH-" in capsys.readouterr().err


def test_verify_tells_what_is_wrong_with_a_mute(tmp_path: Path) -> None:
    mute = "mutes: [{code: NIX001, resource: '*', owner: Li, reason: known, until: 2026-12-01}]\n"
    with pytest.raises(RulesError) as caught:
        verify_all(load(tmp_path, MINIMAL + mute), None, NOW)
    assert "engagement.yaml:13: mutes[0].code: " in render_text(caught.value.problems[0], "en")


def test_a_request_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / USUAL_FILE).write_text("signed long ago")
    with pytest.raises(ConfigError, match="never overwritten"):
        written(tmp_path)
    assert (tmp_path / USUAL_FILE).read_text() == "signed long ago"


def comments_before_terms(text: str) -> list[str]:
    return text.partition("\nform: ")[0].splitlines()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ("What is read", "What is never read", "No row of a business table", "from 22:00 to 06:00", "for 200 days",
             "until 2027-03-04 00:00+08:00", "at db.example.com, port 3306; a user tenant"),
        ),
        (
            "zh-CN",
            ("读取什么", "绝不读取什么", "不读取业务表的任何一行", "22:00 至 06:00", "保存 200 天",
             "至 2027-03-04 00:00+08:00 止", "地址 db.example.com，端口 3306；用户租户"),
        ),
    ],
)  # fmt: skip
def test_the_file_begins_with_half_a_page_of_sentences(tmp_path: Path, language: str, words: tuple[str, ...]) -> None:
    written(tmp_path, dataclasses.replace(ASKED, language=language))
    text = (tmp_path / USUAL_FILE).read_text(encoding="utf-8")
    lines = comments_before_terms(text)
    assert all(line.startswith("#") or not line for line in lines) and len(lines) <= 45
    summary = " ".join(line.removeprefix("#").strip() for line in lines)
    for word in (*words, "ssh-keygen -Y sign -n ob-health -f ~/.ssh/id_ed25519 authorization.yaml", "revokes: OBH-"):
        assert word in summary or word in summary.replace(" ", ""), word
    for data_class in DataClass:
        mark = "-" if data_class in UNUSUAL else "+"
        assert f"#   {mark} {data_class}: " in text
    assert "&id" not in text and "!!" not in text


def test_the_language_is_the_first_of_the_engagement(tmp_path: Path) -> None:
    written(tmp_path, content=MINIMAL + "language: [en]\n")
    assert "What is never read" in (tmp_path / USUAL_FILE).read_text(encoding="utf-8")
    with pytest.raises(ConfigError, match="no language"):
        written(tmp_path / "x", dataclasses.replace(ASKED, language="fr"))


def test_each_source_says_what_it_is_for(tmp_path: Path) -> None:
    written(tmp_path, dataclasses.replace(ASKED, language="en"))
    lines = (tmp_path / USUAL_FILE).read_text(encoding="utf-8").splitlines()
    sources = lines[lines.index("sources:") :]
    starts = [number for number, line in enumerate(sources) if line.startswith("- name: ")]
    assert len(starts) > 40
    assert all(sources[number - 1].startswith("#") for number in starts)
    assert any("AUTO_INCREMENT column nearly exhausted" in line for line in sources)


def test_what_only_a_fault_needs_is_asked_for_where_that_is_wished(tmp_path: Path) -> None:
    names = {row.__name__ for row in registry.FOR_INCIDENTS}
    assert not names & {source.name for source in written(tmp_path / "usual").sources}
    wide = written(tmp_path / "wide", dataclasses.replace(ASKED, for_incidents=True))
    assert names <= {source.name for source in wide.sources}
    text = (tmp_path / "wide" / USUAL_FILE).read_text("utf-8")
    assert text.count("排查故障时还原时间线") == len(names), "each says what it is for"


def test_showing_definitions_is_asked_for_by_its_statement(tmp_path: Path) -> None:
    found = written(tmp_path, dataclasses.replace(ASKED, language="en"))
    (shown,) = (source for source in found.sources if source.name == "TableDefinition")
    assert (shown.data_class, shown.joined, shown.rows) == (DataClass.DEFINITIONS, "SHOW CREATE TABLE", 60)
    assert not shown.columns and not shown.filter
    text = " ".join((tmp_path / USUAL_FILE).read_text("utf-8").replace("\n#", " ").split())
    assert "Only system views are read there, and tables shown by SHOW CREATE TABLE:" in text
    assert "One with joined: SHOW CREATE TABLE sends that statement instead" in text
    fewer = RequestOptions(asked_by="Zhao", data_classes=["settings"], language="en")
    written(tmp_path / "fewer", fewer)
    assert "Only system views are read there: " in (tmp_path / "fewer" / USUAL_FILE).read_text("utf-8")
    plans = next(source for source in found.sources if source.name == "PlanStep")
    assert plans.data_class is DataClass.PLANS and not {"FILTER_PREDICATES", "OTHER_XML", "OTHER"} & set(plans.columns)


def test_nothing_is_asked_for_that_does_not_apply(tmp_path: Path) -> None:
    written(tmp_path)
    text = (tmp_path / USUAL_FILE).read_text(encoding="utf-8")
    assert "CDB_" not in text and "QUERY_SQL" not in text
    written(tmp_path / "en", dataclasses.replace(ASKED, language="en"))
    assert "Attention:" not in summary_of(tmp_path / "en"), "no privilege beyond reading is asked for"
    found = written(tmp_path / "sys", content=MINIMAL + "    kind: sys\n")
    assert any("oceanbase.CDB_OB_BACKUP_JOB_HISTORY" in source.views for source in found.sources)
    (tmp_path / "full").mkdir()
    full = written(tmp_path / "full", dataclasses.replace(ASKED, data_classes=["statistics", "sql_text_full"]))
    assert "receipt_by_marker" in full.statements


@pytest.mark.parametrize(
    ("titles", "language", "said"),
    [
        ([], "en", ""),
        (["A"], "en", "For: A"),
        (["A", "B"], "en", "For: A; B"),
        (["A", "B", "C"], "en", "For: A; B; and 1 more"),
        (["A", "B", "C", "D"], "en", "For: A; B; and 2 more"),
        (["A", "B"], "zh-CN", "用途：A；B"),
    ],
)
def test_a_source_names_two_purposes_and_counts_the_rest(titles: list[str], language: str, said: str) -> None:
    assert describe_purpose(titles, language) == said


def test_a_line_of_a_comment_has_a_hundred_columns_and_no_end_of_its_own() -> None:
    assert wrap_text("a" * 49 + " " + "b" * 50) == ["a" * 49 + " " + "b" * 50]
    assert [line.strip() for line in wrap_text("a" * 50 + " " + "b" * 50)] == ["a" * 50, "b" * 50]
    assert wrap_text("a\nallow: b") == ["a allow: b"]


def summary_of(directory: Path) -> str:
    """The sentences and terms of the written request, on one line."""
    return " ".join((directory / USUAL_FILE).read_text(encoding="utf-8").replace("#", " ").split())


def test_the_costs_of_several_tenants_are_told_at_their_most(tmp_path: Path) -> None:
    wide = "    limits: {total_database_ms: 40000, max_rows: 300000, statement_timeout_s: 20, busy_wait_s: 120}\n"
    second = "  stock: {host: db.example.com, port: 3306, user: reader, password: env:STOCK_PASSWORD}\n"
    written(tmp_path, dataclasses.replace(ASKED, language="en"), MINIMAL + wide + second)
    said = summary_of(tmp_path)
    assert "at most 40 s of database time and 300,000 rows, a single statement at most 20 s." in said
    assert "it waits, and stops after 2 min." in said


@pytest.mark.parametrize(
    ("weekdays", "said"),
    [
        (["sat", "sun"], "on these days only: Saturday, Sunday, from"),
        (["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "on these days only: every day, from"),
    ],
)
def test_the_days_of_the_window_are_named(tmp_path: Path, weekdays: list[str], said: str) -> None:
    written(tmp_path, dataclasses.replace(ASKED, language="en", weekdays=weekdays))
    assert said in summary_of(tmp_path)


@pytest.mark.parametrize(
    ("mode", "words", "chinese"),
    [
        ("disabled", "; without TLS; reached directly.", "不使用 TLS"),
        ("required", "; TLS without looking at the certificate; reached directly.", "TLS"),
        ("verify", "; TLS with a verified certificate; reached directly.", "TLS"),
    ],
)
def test_the_way_to_a_tenant_is_told(tmp_path: Path, mode: str, words: str, chinese: str) -> None:
    content = MINIMAL + f"    tls: {{mode: {mode}}}\n"
    for language, said in (("en", words), ("zh-CN", chinese)):
        written(tmp_path / language, dataclasses.replace(ASKED, language=language), content)
        summary = summary_of(tmp_path / language)
        assert said in summary and (words.strip("; ") in summary) is (language == "en")
    written(tmp_path / "via", dataclasses.replace(ASKED, language="en"), content + "    via: ssh://tam@jump\n")
    assert "; through the jump host ssh://tam@jump." in summary_of(tmp_path / "via")


def test_each_chapter_of_terms_is_explained_in_the_language_of_the_reader(tmp_path: Path) -> None:
    reason = dataclasses.replace(ASKED, language="zh-CN", allow_privileges="只有 root")
    written(tmp_path, reason)
    lines = (tmp_path / USUAL_FILE).read_text(encoding="utf-8").splitlines()
    for term in ("targets", "data_classes", "not_before", "window", "retention_days", "allow_privileges", "statements",
                 "sources"):  # fmt: skip
        place = next(number for number, line in enumerate(lines) if line.startswith(f"{term}:"))
        heading = lines[max(number for number, line in enumerate(lines[:place]) if not line) + 1]
        assert heading.startswith("# ") and re.search("[\u4e00-\u9fff]", heading), (term, heading)


def test_a_reason_to_allow_more_than_reading_stands_among_the_sentences(tmp_path: Path) -> None:
    written(tmp_path, dataclasses.replace(ASKED, language="en", allow_privileges="Only root exists"))
    assert "privileges beyond reading, for this reason: Only root exists. Then only" in summary_of(tmp_path)


def test_what_is_all_asked_for_leaves_nothing_to_name(tmp_path: Path) -> None:
    everything = [item.value for item in DataClass]
    written(tmp_path, dataclasses.replace(ASKED, language="en", data_classes=everything))
    assert "Not asked for" not in summary_of(tmp_path)


def test_the_terms_stand_as_people_wrote_them_and_none_stands_empty(tmp_path: Path) -> None:
    """In the order in which they are read; names in their own letters; words on one line."""
    found = written(tmp_path, dataclasses.replace(ASKED, asked_by="赵敏", language="en"))
    text = (tmp_path / USUAL_FILE).read_text(encoding="utf-8")
    terms = [line.partition(":")[0] for line in text.splitlines() if re.match(r"[a-z_]+:", line)]
    assert terms == [name for name in Request.model_fields if name in terms] and terms[0] == "form"
    assert "asked_by: 赵敏\n" in text and "data_classes: [" in text and "views: [" in text
    assert not re.search(r"^  (filter|grouped_by|joined|columns): *(''|\[\])?$", text, re.MULTILINE)
    others = re.search(r"Not asked for: ([^.]*)\.", summary_of(tmp_path))
    assert others and others[1].count(";") == len(set(DataClass) - set(found.data_classes)) - 1


@pytest.mark.parametrize("char", ["\n", "\r", "\x85", "\u2028", "\u2029", "\x0b"])
def test_no_name_can_write_a_term(tmp_path: Path, char: str) -> None:
    injected = f"Zhao{char}allow_privileges: all of them"
    found = written(tmp_path, dataclasses.replace(ASKED, asked_by=injected, approver=injected))
    assert found.allow_privileges is None
    kept = injected.replace("\x85", " ")  # YAML folds this one as a line's end
    assert found.asked_by == found.approver == kept, "it is a name, whatever stands in it"


def test_every_statement_of_our_own_is_listed() -> None:
    templates = [
        value
        for name, value in vars(session).items()
        if name.isupper() and isinstance(value, str) and value.startswith(("SELECT ", "SET ", "SHOW "))
    ]
    listed = session.list_own_statements().values()
    assert len(templates) >= 6
    assert all(re.sub(r"\{.*?\}", "<microseconds>", template) in listed for template in templates)
    assert session.list_own_statements().keys() > session.DISPENSABLE.keys()


def test_from_the_request_to_the_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path)
    engagement = load(tmp_path, MINIMAL + AUTHORIZATION)
    assert verify_all(engagement, None, NOW) == 3
    sign_file(tmp_path / USUAL_FILE, KEY)
    assert verify_all(engagement, None, NOW) == 0
    said = capsys.readouterr().out
    assert "orders: authorization OBH-" in said and "SHA256:" in said
    assert verify_all(engagement, None, NOW + timedelta(days=400)) == 3


def test_verify_names_what_is_not_covered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, RequestOptions(asked_by="Zhao", data_classes=["statistics"]))
    sign_file(tmp_path / USUAL_FILE, KEY)
    assert verify_all(load(tmp_path, MINIMAL + AUTHORIZATION), "orders", NOW) == 0
    said = capsys.readouterr().out
    assert "not covered, so not read: " in said and "Parameter" in said and "Memstore" not in said


def test_keys_for_sign(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    assert read_signing_key(key).public_key() == KEY.public_key()
    key.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n")
    with pytest.raises(ConfigError, match="no private key that can be used"):
        read_signing_key(key)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_signing_key(tmp_path / "none")
    with pytest.raises(ConfigError, match="cannot be read"):
        sign_file(tmp_path / "none", KEY)


@needs_openssh
def test_a_key_with_a_passphrase_is_for_ssh_keygen(tmp_path: Path) -> None:
    ssh_keygen("-q", "-t", "ed25519", "-N", "a passphrase", "-f", tmp_path / "key")
    with pytest.raises(ConfigError, match="has a passphrase; sign with it by: ssh-keygen"):
        read_signing_key(tmp_path / "key")
