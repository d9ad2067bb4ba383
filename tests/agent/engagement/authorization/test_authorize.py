"""Whatever is not as the customer signed it is refused by one message that says which, before any connection."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.cli.actions.grants import USUAL_CLASSES
from agent.engagement.authorization import authorize as module
from agent.engagement.authorization.authorize import authorize
from agent.engagement.engagement_file import Engagement
from agent.facts.own_statements.session import list_own_statements
from agent.facts.resources import Memstore
from agent.facts.settings import Variable
from agent.model.terms import DataClass, TenantKind
from agent.support import sshsig
from agent.support.errors import ConfigError, NotAuthorized
from agent.support.i18n import render_text
from tests.agent.engagements import AUTHORIZATION, MINIMAL, load
from tests.agent.signing import DOCUMENT, KEY, OTHER_KEY, request_text, signed

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)  # a Monday, 14:00 in Shanghai
DAY = timedelta(days=1)
SOURCES = (Memstore, Variable)
REVOCATION = "form: ob-health revocation 1\nrevokes: {reference}\nreason: The audit is over\n"


def prepared(directory: Path, content: str = MINIMAL, block: str = "", **changes: Any) -> Engagement:
    """An engagement with a signed authorization; ``block`` is appended to its authorization block."""
    engagement = load(directory, content + AUTHORIZATION + block)
    asked = {"not_before": NOW - DAY, "not_after": NOW + DAY, **changes}
    signed(directory / DOCUMENT, request_text(engagement, SOURCES, **asked))
    return engagement


def refusal(engagement: Engagement, target: str = "orders", now: datetime = NOW) -> str:
    with pytest.raises(NotAuthorized) as caught:
        authorize(engagement, target, now, SOURCES)
    assert caught.value.exit_code == 3
    return render_text(caught.value.text, "en")


def test_inside_everything_that_was_signed(tmp_path: Path) -> None:
    found = authorize(prepared(tmp_path), "orders", NOW, SOURCES)
    assert (found.reference, found.approver, found.targets) == ("T-1", "A DBA", ("orders",))
    assert (found.not_before, found.not_after) == (NOW - DAY, NOW + DAY)
    assert found.signer == sshsig.fingerprint_key(KEY.public_key())
    assert found.sources.keys() == {"Memstore", "Variable"}
    assert found.withheld == {"receipt_by_marker"}  # it filters on full texts, which were not asked for
    assert (found.tenant_kind, found.notes) == (TenantKind.USER, ())
    assert found.outside_service == ""
    assert (found.allow_privileges, found.retention_days) == ("", 400)


def test_an_account_that_may_write_is_allowed_by_the_signed_reason_only(tmp_path: Path) -> None:
    found = authorize(prepared(tmp_path, allow_privileges="No reader can be made."), "orders", NOW, SOURCES)
    assert found.allow_privileges == "No reader can be made."
    text = (tmp_path / DOCUMENT).read_text()
    assert "allow_privileges: No reader can be made." in text and "Do not sign if you do not agree" in text
    prepared(tmp_path)
    assert "allow_privileges" not in (tmp_path / DOCUMENT).read_text()


def test_the_hash_is_that_of_the_signed_file(tmp_path: Path) -> None:
    import hashlib

    found = authorize(prepared(tmp_path), "orders", NOW, SOURCES)
    assert found.sha256 == hashlib.sha256((tmp_path / DOCUMENT).read_bytes()).hexdigest()


def test_no_authorization(tmp_path: Path) -> None:
    message = refusal(load(tmp_path, MINIMAL))
    assert "ob-health authorize request, have Acme sign it" in message


@pytest.mark.parametrize("missing", [DOCUMENT, f"{DOCUMENT}.sig"])
def test_a_file_that_is_not_there(tmp_path: Path, missing: str) -> None:
    engagement = prepared(tmp_path)
    (tmp_path / missing).unlink()
    assert refusal(engagement) == (
        f"The authorization needs {tmp_path / missing}, which cannot be read (No such file or directory). The customer "
        "signs the request with: ssh-keygen -Y sign -n ob-health -f KEY FILE"
    )


def test_a_path_that_no_file_can_have(tmp_path: Path) -> None:
    engagement = prepared(tmp_path)
    assert engagement.authorization is not None
    block = engagement.authorization.model_copy(update={"document": Path("a\0b")})
    message = refusal(engagement.model_copy(update={"authorization": block}))
    assert "which cannot be read (invalid path). The customer" in message


@pytest.mark.parametrize(("name", "most"), [(DOCUMENT, 1 << 20), (f"{DOCUMENT}.sig", sshsig.MAX_SIGNATURE_BYTES)])
def test_a_file_that_is_too_large(tmp_path: Path, name: str, most: int) -> None:
    engagement = prepared(tmp_path)
    (tmp_path / name).write_bytes(b"#" * (most + 1))
    said = f"The authorization needs {tmp_path / name}, which is too large to be what the customer signed."
    assert refusal(engagement) == said
    (tmp_path / name).write_bytes(b"#" * most)
    assert "too large" not in refusal(engagement)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_altered_by_one_byte(tmp_path: Path, data: st.DataObject) -> None:
    engagement = prepared(tmp_path)
    content = bytearray((tmp_path / DOCUMENT).read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[at]))
    (tmp_path / DOCUMENT).write_bytes(content)
    assert "what the customer signed" in refusal(engagement)


def test_wrong_key(tmp_path: Path) -> None:
    engagement = prepared(tmp_path)
    signed(tmp_path / DOCUMENT, (tmp_path / DOCUMENT).read_text(), OTHER_KEY)
    assert "signed with the key SHA256:" in refusal(engagement)


def test_expired_and_not_yet_valid(tmp_path: Path) -> None:
    engagement = prepared(tmp_path)
    ended, early = refusal(engagement, now=NOW + DAY), refusal(engagement, now=NOW - DAY - timedelta(seconds=1))
    assert ended == "Authorization T-1 expired at 2026-11-24 06:00+00:00. Ask Acme to sign a new request."
    assert early.startswith("Authorization T-1 is valid only from 2026-11-22 06:00+00:00 on. Assess orders after that")
    for now in (NOW - DAY, NOW + DAY - timedelta(seconds=1)):
        assert authorize(engagement, "orders", now, SOURCES).reference == "T-1"


def test_revoked_by_a_line_in_the_engagement(tmp_path: Path) -> None:
    message = refusal(prepared(tmp_path, block="  revoked: Wang called on Monday\n"))
    assert message == "Authorization T-1 has been revoked: Wang called on Monday. Ask Acme for a new one."


def revoked(directory: Path, content: str, key: sshsig.PrivateKey = KEY) -> Engagement:
    signed(directory / "stop.yaml", content, key)
    return prepared(directory, block="  revocation: stop.yaml\n")


def test_revoked_by_the_signer(tmp_path: Path) -> None:
    message = refusal(revoked(tmp_path, REVOCATION.format(reference="T-1")))
    assert message == ("Authorization T-1 has been revoked by its signer: The audit is over. Ask Acme for a new one.")


@pytest.mark.parametrize("revokes", ["T-0", "t-1", "T-l", "OBH-20260110-1a2b"])
def test_a_revocation_of_something_else_stops_everything_until_it_is_cleared(tmp_path: Path, revokes: str) -> None:
    message = refusal(revoked(tmp_path, REVOCATION.format(reference=revokes)))
    assert f"stop.yaml revokes {revokes}, not T-1" in message
    assert "delete authorization.revocation" in message and "sign a revocation with this reference" in message
    assert authorize(prepared(tmp_path), "orders", NOW, SOURCES).reference == "T-1"


def test_of_several_revocations_the_one_that_is_meant_counts(tmp_path: Path) -> None:
    for name, reference in (("old.yaml", "T-0"), ("stop.yaml", "T-1")):
        signed(tmp_path / name, REVOCATION.format(reference=reference))
    assert "has been revoked by its signer" in refusal(
        prepared(tmp_path, block="  revocation: [old.yaml, stop.yaml]\n")
    )
    assert "old.yaml revokes T-0, not T-1" in refusal(prepared(tmp_path, block="  revocation: [old.yaml]\n"))
    signed(tmp_path / "old.yaml", REVOCATION.format(reference="T-0"), OTHER_KEY)
    assert "signed with the key" in refusal(prepared(tmp_path, block="  revocation: [stop.yaml, old.yaml]\n"))


@pytest.mark.parametrize(
    "content", ["", "form: ob-health revocation 1\n", "revokes: T-1\n", "a: b: c\n", "[]\n", "\x00"]
)
def test_a_signed_revocation_that_cannot_be_understood_stops_everything(tmp_path: Path, content: str) -> None:
    engagement = revoked(tmp_path, content)
    with pytest.raises(ConfigError):
        authorize(engagement, "orders", NOW, SOURCES)


def test_a_revocation_that_does_not_verify_stops_everything_too(tmp_path: Path) -> None:
    engagement = revoked(tmp_path, REVOCATION.format(reference="T-0"), OTHER_KEY)
    assert "stop.yaml was signed with the key" in refusal(engagement)
    (tmp_path / "stop.yaml.sig").unlink()
    assert "stop.yaml.sig" in refusal(engagement)


def test_an_authorization_is_no_revocation_and_the_other_way_round(tmp_path: Path) -> None:
    engagement = prepared(tmp_path)
    signed(tmp_path / DOCUMENT, REVOCATION.format(reference="T-1"))
    with pytest.raises(ConfigError) as caught:
        authorize(engagement, "orders", NOW, SOURCES)
    assert "form: write one of: ob-health authorization" in render_text(caught.value.problems[0], "en")


def test_wrong_customer(tmp_path: Path) -> None:
    prepared(tmp_path)
    other = load(tmp_path, MINIMAL.replace("name: Acme", "name: Bolt") + AUTHORIZATION)
    assert "is of the customer Acme, not of Bolt. Use the engagement" in refusal(other)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("  orders:", "  stock:", "does not name target stock"),
        ("user: reader@orders#c1", "user: root@orders#c1", "another user for target orders: reader@orders#c1, not"),
        (
            "host: db.example.com",
            "host: db2.example.com",
            "another host for target orders: db.example.com, not db2.example.com. Correct",
        ),
        ("port: 3306", "port: 2881", "another port for target orders: 3306, not 2881. Correct"),
        (
            "port: 3306",
            "port: 3306\n    limits: {max_rows: 200001}",
            "max_rows up to 200000 on orders; the engagement says 200001. Lower limits.max_rows",
        ),
        ("port: 3306", "port: 3306\n    kind: sys", "another kind for target orders: user, not sys"),
        ("port: 3306", "port: 3306\n    tls: {mode: disabled}", "another tls.mode for target orders: "),
        ("port: 3306", "port: 3306\n    tls: {mode: verify, ca: ca.pem}", "another tls."),
        ("port: 3306", "port: 3306\n    via: ssh://tam@jump", "another via for target orders: -, not ssh://tam@jump"),
    ],
)
def test_target_account_and_load_are_the_signed_ones(tmp_path: Path, old: str, new: str, problem: str) -> None:
    (tmp_path / "ca.pem").write_text("a certificate")
    prepared(tmp_path, MINIMAL.replace("port: 3306", "port: 3306\n    tls: {mode: required}"))
    assert MINIMAL.count(old) == 1
    content = MINIMAL if "tls" in new else MINIMAL.replace("port: 3306", "port: 3306\n    tls: {mode: required}")
    engagement = load(tmp_path, content.replace(old, new) + AUTHORIZATION)
    assert problem in refusal(engagement, next(iter(engagement.targets)))


WAYS = (
    "    tls: {mode: disabled}\n",
    "    tls: {mode: required}\n",
    "    tls: {mode: verify}\n",
    "    tls: {mode: verify, ca: one.pem}\n",
    "    tls: {mode: verify, ca: two.pem}\n",
    f"    tls: {{mode: verify, fingerprint: '{':'.join(['AB'] * 32)}'}}\n",
    f"    tls: {{mode: verify, fingerprint: '{':'.join(['AC'] * 32)}'}}\n",
    "    kind: sys\n    tls: {mode: verify}\n",
    "    via: ssh://tam@jump\n    tls: {mode: verify}\n",
    "    via: ssh://tam@jump:2222\n    tls: {mode: verify}\n",
)


@pytest.mark.parametrize("way", WAYS)
def test_another_way_to_the_target_needs_a_new_signature(tmp_path: Path, way: str) -> None:
    for name in ("one.pem", "two.pem"):
        (tmp_path / name).write_text(name)
    prepared(tmp_path, MINIMAL + way)
    for other in WAYS:
        engagement = load(tmp_path, MINIMAL + other + AUTHORIZATION)
        if other == way:
            assert authorize(engagement, "orders", NOW, SOURCES).notes == ()
        else:
            assert "names another " in refusal(engagement)


def test_a_jump_host_that_was_signed_cannot_be_left_out(tmp_path: Path) -> None:
    prepared(tmp_path, MINIMAL + "    via: ssh://tam@jump\n")
    message = refusal(load(tmp_path, MINIMAL + AUTHORIZATION))
    assert "names another via for target orders: ssh://tam@jump, not -. Correct the engagement" in message


def test_another_certificate_in_the_file_needs_a_new_signature(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("one")
    engagement = prepared(tmp_path, MINIMAL + "    tls: {mode: verify, ca: ca.pem}\n")
    assert authorize(engagement, "orders", NOW, SOURCES)
    (tmp_path / "ca.pem").write_text("two")
    assert "another tls.ca_sha256 for target orders" in refusal(engagement)


def in_earlier_form(text: str) -> str:
    """The same request as earlier versions wrote it."""
    kept = [line for line in text.splitlines() if not line.startswith(("  kind:", "  tls:", "    mode:", "  via:"))]
    return "\n".join(kept).replace("form: ob-health authorization 2", "form: ob-health authorization 1") + "\n"


def test_the_earlier_form_holds_until_its_end_and_the_report_says_so(tmp_path: Path) -> None:
    engagement = prepared(tmp_path, MINIMAL + "    via: ssh://tam@jump\n    tls: {mode: required}\n")
    signed(tmp_path / DOCUMENT, in_earlier_form((tmp_path / DOCUMENT).read_text()))
    found = authorize(engagement, "orders", NOW, SOURCES)
    (note,) = (render_text(item, "en") for item in found.notes)
    assert "T-1" in note and "kind of tenant (user), TLS (required) and jump host (ssh://tam@jump)" in note
    (direct,) = authorize(load(tmp_path, MINIMAL + AUTHORIZATION), "orders", NOW, SOURCES).notes
    assert "jump host (-)" in render_text(direct, "en")
    other = load(tmp_path, MINIMAL.replace("port: 3306", "port: 2881") + AUTHORIZATION)
    assert "another port" in refusal(other)


def test_no_new_document_can_be_written_in_the_earlier_form(tmp_path: Path) -> None:
    begin = datetime(2027, 1, 1, tzinfo=UTC)
    engagement = prepared(tmp_path, not_before=begin, not_after=begin + 9 * DAY)
    signed(tmp_path / DOCUMENT, in_earlier_form((tmp_path / DOCUMENT).read_text()))
    message = refusal(engagement, now=begin + DAY)
    assert "has the form of an earlier version" in message and "how orders is reached" in message
    assert "it begins after 2027-01-01. Ask Acme" in message
    engagement = prepared(tmp_path, not_before=begin - timedelta(seconds=1), not_after=begin + 9 * DAY)
    signed(tmp_path / DOCUMENT, in_earlier_form((tmp_path / DOCUMENT).read_text()))
    assert authorize(engagement, "orders", begin + DAY, SOURCES).notes, "it was there before the end"


def test_one_form_cannot_pass_for_the_other(tmp_path: Path) -> None:
    """Whoever writes the document cannot leave out what binds and keep the form."""
    engagement = prepared(tmp_path)
    text = (tmp_path / DOCUMENT).read_text()
    for form, content in (("2", in_earlier_form(text)), ("1", text)):
        changed = re.sub(r"authorization [12]\n", f"authorization {form}\n", content, count=1)
        signed(tmp_path / DOCUMENT, changed)
        with pytest.raises(ConfigError) as caught:
            authorize(engagement, "orders", NOW, SOURCES)
        assert 'each target has "kind" and "tls"' in render_text(caught.value.problems[0], "en")


def test_lower_limits_than_signed_are_fine(tmp_path: Path) -> None:
    prepared(tmp_path)
    engagement = load(tmp_path, MINIMAL + "    limits: {max_rows: 100}\n" + AUTHORIZATION)
    assert authorize(engagement, "orders", NOW, SOURCES).reference == "T-1"


def test_outside_the_window(tmp_path: Path) -> None:
    window = {"days": ["tue"], "opens": "01:00", "closes": "05:00", "timezone": "Asia/Shanghai"}
    message = refusal(prepared(tmp_path, window=window))
    assert "in this window only: tue 01:00-05:00 Asia/Shanghai. Assess orders then" in message


def test_a_needed_statement_that_was_not_signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engagement = prepared(tmp_path)
    later = {**list_own_statements(), "identity": "SELECT USER() AS account"}
    monkeypatch.setattr(module, "list_own_statements", lambda: later)
    said = "does not list the statement identity of this version of the agent: SELECT USER() AS account. Ask Acme"
    assert said in refusal(engagement)


def test_a_statement_that_can_be_done_without_is_only_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engagement = prepared(tmp_path)
    later = {**list_own_statements(), "receipt": "SELECT 1"}
    monkeypatch.setattr(module, "list_own_statements", lambda: later)
    assert authorize(engagement, "orders", NOW, SOURCES).withheld == {"receipt", "receipt_by_marker"}


def test_our_statement_on_full_texts_is_signed_where_they_are_asked_for(tmp_path: Path) -> None:
    engagement = prepared(tmp_path, data_classes=[*USUAL_CLASSES, DataClass.SQL_TEXT_FULL])
    assert authorize(engagement, "orders", NOW, SOURCES).withheld == frozenset()


def test_no_source_is_listed(tmp_path: Path) -> None:
    engagement = prepared(tmp_path)
    with pytest.raises(NotAuthorized, match="lists none of the data sources"):
        authorize(engagement, "orders", NOW, ())


def test_a_data_class_that_is_not_granted_is_only_absent(tmp_path: Path) -> None:
    found = authorize(prepared(tmp_path, data_classes=[DataClass.STATISTICS]), "orders", NOW, SOURCES)
    assert found.data_classes == {DataClass.STATISTICS} and found.sources.keys() == {"Memstore"}


@pytest.mark.parametrize(
    ("old", "new", "now", "problem"),
    [
        ("tier: premier", "tier: gold", NOW, "belongs to the service tier 顶级版; Acme has gold"),
        ("months: 24", "months: 13", NOW, "12, 24, 36, ... months; that of Acme lasts 13"),
        ("start: 2026-01-31", "start: 2026-11-24", NOW, "begins only on 2026-11-24"),
        ("start: 2026-01-31", "start: 2024-11-23", NOW, "ended on 2026-11-22"),
    ],
)
def test_service_terms(tmp_path: Path, old: str, new: str, now: datetime, problem: str) -> None:
    engagement = prepared(tmp_path, MINIMAL.replace(old, new))
    message = refusal(engagement, now=now)
    assert problem in message and "--outside-service REASON" in message
    with pytest.raises(NotAuthorized):
        authorize(engagement, "orders", now, SOURCES, "  ")
    assert authorize(engagement, "orders", now, SOURCES, "A trial ").outside_service == "A trial"


@pytest.mark.parametrize("tier", ["顶级版", "premier", "Premier"])
def test_inside_the_service_a_reason_is_not_needed_and_not_kept(tmp_path: Path, tier: str) -> None:
    engagement = prepared(tmp_path, MINIMAL.replace("tier: premier", f"tier: {tier}"))
    assert authorize(engagement, "orders", NOW, SOURCES, "a reason").outside_service == ""


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    change=st.sampled_from(["", "{", "- 1", "form: 5", "\x00", "targets: []", "window: {days: [mon], timezone: Mars}"])
    | st.text(max_size=40),
    cut=st.integers(0, 4000),
)
def test_whatever_is_signed_is_understood_or_told(tmp_path: Path, change: str, cut: int) -> None:
    engagement = prepared(tmp_path)
    text = (tmp_path / DOCUMENT).read_text()
    signed(tmp_path / DOCUMENT, (text[:cut] + change + text[cut:]).encode("utf-8", "replace").decode())
    try:
        authorize(engagement, "orders", NOW, SOURCES)
    except (ConfigError, NotAuthorized) as error:
        problems = error.problems if isinstance(error, ConfigError) else ()
        assert all(render_text(item, language) for item in (error.text, *problems) for language in ("en", "zh-CN"))


def test_every_refusal_says_one_thing_and_what_to_do(tmp_path: Path) -> None:
    """The way from nothing to an assessment, one refusal after the other."""
    steps: list[tuple[Callable[[], Engagement], str]] = [
        (lambda: load(tmp_path, MINIMAL), "names no authorization"),
        (lambda: load(tmp_path, MINIMAL + AUTHORIZATION), "cannot be read"),
        (lambda: prepared(tmp_path, not_after=NOW), "expired"),
    ]
    for step, words in steps:
        assert words in refusal(step())
    assert authorize(prepared(tmp_path), "orders", NOW, SOURCES)
