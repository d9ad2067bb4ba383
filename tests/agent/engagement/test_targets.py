"""From the engagement's words to endpoint, budget and the facts that people supply."""

from __future__ import annotations

import dataclasses
import ssl
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from agent.collection.connect import Budget
from agent.collection.tls_pin import PinnedContext, verifies_server
from agent.engagement import targets
from agent.facts.given import Administrator, Attestation, BusinessProfile, CriticalPeriod, EarlierValue
from agent.judgement.joining import join_findings
from agent.model.comparison import Earlier
from agent.model.result import CheckResult
from agent.model.terms import Outcome, Severity
from agent.support.errors import ConfigError
from agent.support.i18n import render_text
from tests.agent.engagements import MINIMAL, load
from tests.agent.scoring import failed, finding

NOW = datetime(2026, 2, 15, 4, 0, tzinfo=UTC)
TARGET = """\
    tls: {mode: TLS}
    limits: {statement_timeout_s: 5, total_database_ms: 1000, max_rows: 10}
    attestations:
      tde_enabled: {value: false, by: Li, date: 2026-02-01, valid_until: 2026-02-15}
business:
  peak_qps: 1200.5
  critical_periods:
    - {name: Double 11, from: 2026-11-01, to: 2026-11-12}
attestations:
  tde_enabled: {value: true, by: Li, date: 2026-02-01, valid_until: 2026-05-01}
  last_restore_drill: {value: 2026-01-15, by: Li, date: 2026-02-01, valid_until: 2026-02-14}
"""


def content(mode: str = "required") -> str:
    return MINIMAL + TARGET.replace("TLS", mode)


def test_the_password_is_asked_for_only_when_the_connection_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ORDERS_PASSWORD", raising=False)
    endpoint = targets.build_endpoint(load(tmp_path, content()), "orders")
    assert (endpoint.name, endpoint.host, endpoint.port, endpoint.user) == (
        "orders",
        "db.example.com",
        3306,
        "reader@orders#c1",
    )
    with pytest.raises(ConfigError):
        endpoint.password()
    monkeypatch.setenv("ORDERS_PASSWORD", "s3cret")
    assert endpoint.password() == "s3cret"
    assert "s3cret" not in repr(endpoint)


@pytest.mark.parametrize(
    ("mode", "mode_of_tls", "names_are_checked"),
    [("required", ssl.CERT_NONE, False), ("verify", ssl.CERT_REQUIRED, True)],
)
def test_tls(tmp_path: Path, mode: str, mode_of_tls: ssl.VerifyMode, names_are_checked: bool) -> None:
    tls = targets.build_endpoint(load(tmp_path, content(mode)), "orders").tls
    assert tls is not None and (tls.verify_mode, tls.check_hostname) == (mode_of_tls, names_are_checked)


@pytest.mark.parametrize("spelt", ["ab" * 32, ":".join(["AB"] * 32), "AB" * 32])
def test_a_pinned_fingerprint(tmp_path: Path, spelt: str) -> None:
    written = content().replace("{mode: required}", f'{{mode: verify, fingerprint: "{spelt}"}}')
    tls = targets.build_endpoint(load(tmp_path, written), "orders").tls
    assert isinstance(tls, PinnedContext) and tls.fingerprint == "ab" * 32 and verifies_server(tls)


@pytest.mark.parametrize(
    "tls",
    [
        f"{{fingerprint: {'ab' * 32}, mode: required}}",
        f"{{mode: disabled, fingerprint: {'ab' * 32}}}",
        f"{{mode: verify, ca: ca.pem, fingerprint: {'ab' * 32}}}",
        "{mode: verify, fingerprint: abcd}",
        f"{{mode: verify, fingerprint: {'xy' * 32}}}",
        "{mode: verify, fingerprint: ''}",
    ],
)
def test_a_fingerprint_that_would_mislead_is_told(tmp_path: Path, tls: str) -> None:
    (tmp_path / "ca.pem").touch()
    with pytest.raises(ConfigError) as error:
        load(tmp_path, content().replace("{mode: required}", tls))
    assert "fingerprint" in " ".join(render_text(problem, "en") for problem in error.value.problems)


@pytest.mark.parametrize(("mode", "verified"), [("required", False), ("verify", True)])
def test_only_verify_verifies(tmp_path: Path, mode: str, verified: bool) -> None:
    assert verifies_server(targets.build_endpoint(load(tmp_path, content(mode)), "orders").tls) is verified
    assert not verifies_server(None)


def test_tls_disabled_is_plain_text(tmp_path: Path) -> None:
    assert targets.build_endpoint(load(tmp_path, content("disabled")), "orders").tls is None


def test_a_certificate_file_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    engagement = load(tmp_path, content().replace("{mode: required}", "{mode: verify, ca: ca.pem}"))
    with pytest.raises(ConfigError) as error:
        targets.build_endpoint(engagement, "orders")
    assert "ca.pem" in render_text(error.value.text, "en")


def test_the_budget_is_the_targets_own(tmp_path: Path) -> None:
    assert targets.build_budget(load(tmp_path, content()), "orders") == Budget(5.0, 1000.0, 10)


def test_facts_that_people_supply(tmp_path: Path) -> None:
    given = list(targets.list_given_facts(load(tmp_path, content()), "orders", NOW, None))
    assert BusinessProfile(peak_qps=1200.5, concurrency=None, growth_pct_per_year=None) in given
    assert CriticalPeriod(name="Double 11", start=date(2026, 11, 1), end=date(2026, 11, 12)) in given
    attested = [fact for fact in given if isinstance(fact, Attestation)]
    assert [(fact.key, fact.value) for fact in attested] == [("tde_enabled", False)], (
        "the target's own; expired ones left out"
    )


def test_administrators_are_facts(tmp_path: Path) -> None:
    written = content().replace(
        "    tls: {mode: required}", '    administrators: [dba, "ops@10.%"]\n    tls: {mode: required}'
    )
    assert written != content()
    given = list(targets.list_given_facts(load(tmp_path, written), "orders", NOW, None))
    named = [fact for fact in given if isinstance(fact, Administrator)]
    assert named == [Administrator(user_name="dba", host=""), Administrator(user_name="ops", host="10.%")]


@pytest.mark.parametrize("account", ["''", "'a b'", '"o\'x"', "'@10.%'", "'a@'", "5"])
def test_an_administrator_that_is_no_account_is_told(tmp_path: Path, account: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, content().replace("    tls:", f"    administrators: [{account}]\n    tls:"))
    assert "administrators" in " ".join(render_text(problem, "en") for problem in error.value.problems)


def test_the_last_assessments_numbers_are_facts_and_its_words_are_not(tmp_path: Path) -> None:
    words = finding(Severity.LOW, resource="words")
    results = {
        "CAP001": failed("CAP001", finding(Severity.HIGH, resource="disk", value=81)),
        "VAR001": CheckResult(
            code="VAR001", outcome=Outcome.FINDING, findings=(dataclasses.replace(words, value="OFF"),)
        ),
    }
    earlier = Earlier(id="e", as_of=NOW, ruleset_sha256="sha", score=90.0, results=results, scored={})
    values = [
        f
        for f in targets.list_given_facts(load(tmp_path, content()), "orders", NOW, earlier)
        if isinstance(f, EarlierValue)
    ]
    assert values == [EarlierValue(code="CAP001", resource="disk", value=81.0, as_of=NOW)]


def test_values_of_signs_are_known_by_the_check_that_measured_them(tmp_path: Path) -> None:
    results = [
        dataclasses.replace(failed(code, finding(Severity.LOW, value=value, code=code)), join="scan")
        for code, value in (("SQL003", 30.0), ("SQL004", 4.0))
    ]
    joined = {result.code: result for result in join_findings(results)}
    earlier = Earlier(id="e", as_of=NOW, ruleset_sha256="sha", score=90.0, results=joined, scored={})
    given = targets.list_given_facts(load(tmp_path, content()), "orders", NOW, earlier)
    assert {(f.code, f.value) for f in given if isinstance(f, EarlierValue)} == {("SQL003", 30.0), ("SQL004", 4.0)}
