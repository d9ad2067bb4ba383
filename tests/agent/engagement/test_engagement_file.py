"""What each block of the engagement file may hold, and what is refused at which line and path."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from agent.model.rule import Mute, Override
from agent.model.terms import TenantKind
from tests.agent.engagements import AUTHORIZATION, FULL, MINIMAL, load, problems_of, with_line
from tests.agent.signing import SIGNER


def test_a_minimal_file_and_its_defaults(tmp_path: Path) -> None:
    engagement = load(tmp_path, MINIMAL)
    target = engagement.targets["orders"]
    assert (target.kind, target.tls.mode, target.tls.ca) == (TenantKind.USER, "required", None)
    assert target.limits.model_dump() == {
        "statement_timeout_s": 10,
        "total_database_ms": 30_000,
        "max_rows": 200_000,
        "max_bytes": 67_108_864,
        "busy_sessions_per_core": 4.0,
        "busy_cpu_pct": 90.0,
        "busy_queue_ms": 100.0,
        "busy_wait_s": 60,
    }
    assert (engagement.authorization, engagement.mutes, engagement.overrides) == (None, (), ())
    assert engagement.language == ("zh-CN", "en")
    assert engagement.business_of("orders").peak_qps is None
    assert engagement.attestations_of("orders") == {}
    subscription = engagement.subscription
    assert (subscription.start, subscription.months, subscription.timezone) == (date(2026, 1, 31), 24, "Asia/Shanghai")


def test_a_full_file(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    (tmp_path / "rules.yaml").touch()
    engagement = load(tmp_path, FULL)
    assert engagement.targets["orders"].kind is TenantKind.SYS
    assert engagement.targets["orders"].tls.ca == tmp_path / "ca.pem"
    assert engagement.rules.file == tmp_path / "rules.yaml"
    assert engagement.mutes == (
        Mute(owner="Li", reason="known", until=date(2026, 6, 1), fingerprint="0a1b"),
        Mute(owner="Li", reason="known", until=date(2026, 6, 1), code="CAP001", resource="zone*"),
    )
    assert engagement.overrides == (
        Override(code="CAP001", owner="Li", reason="small", until=date(2026, 6, 1), change={"judge": {"medium": 80}}),
    )
    assert engagement.authorization is not None
    assert engagement.authorization.document == tmp_path / "signed" / "authorization.yaml"
    assert engagement.authorization.signature_file == tmp_path / "signed" / "dba.sig"
    assert engagement.authorization.signer == f"{SIGNER} dba@acme"
    assert engagement.language == ("en",)
    assert engagement.history == "sqlite:///history.db"


def test_a_targets_own_profile_and_attestations_go_first(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    (tmp_path / "rules.yaml").touch()
    engagement = load(tmp_path, FULL)
    assert engagement.business_of("orders").peak_qps == 10
    assert engagement.business_of("orders").concurrency is None
    assert engagement.business_of("stock").peak_qps == 1200.5
    orders, stock = engagement.attestations_of("orders"), engagement.attestations_of("stock")
    assert (orders["tde_enabled"].value, stock["tde_enabled"].value) == (False, True)
    assert orders["purchased_data_disk_bytes"].value == 500 << 30
    assert orders["last_restore_drill"].value == date(2026, 1, 15)
    assert "console_backup_enabled" not in stock


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("name: Acme", "name: 5", "2: customer.name: write text"),
        ("tier: premier", "tier: premier\n  colour: x", "5: service.colour: unknown key; delete it, or write one of:"),
        ("start: 2026-01-31", 'start: "2026-01-31"', "5: service.start: write a date without quotes"),
        ("start: 2026-01-31", "start: 2026-01-31 10:00:00", "5: service.start: write a date without quotes"),
        ("start: 2026-01-31", "start: 0206-01-31", "5: service.start: the year is not plausible"),
        ("months: 24", "months: 12.5", "6: service.months: write a whole number"),
        ("months: 24", "months: 0", "6: service.months: must be at least 1"),
        ("months: 24", "months: 24\n  timezone: Asia", "7: service.timezone: no such time zone"),
        ("months: 24", "months: 24\n  timezone: ../etc/passwd", "7: service.timezone: no such time zone"),
        ("  orders:", "  my orders:", '8: targets."my orders": a name has letters'),
        ("  orders:", "  ..:", '8: targets."..": a name has letters'),
        ("host: db.example.com", "host: https://db", "9: targets.orders.host: write a host name"),
        ("port: 3306", 'port: "3306"', "10: targets.orders.port: write a whole number"),
        ("port: 3306", "port: 0", "10: targets.orders.port: must be at least 1"),
        ("user: reader@orders#c1", "user: reader@orders:c1", "11: targets.orders.user: write user@tenant#cluster"),
        ("user: reader@orders#c1", "user: reader#c1", "11: targets.orders.user: write user@tenant#cluster"),
        ("port: 3306", "port: 3306\n    kind: oracle", "11: targets.orders.kind: write one of: user, sys"),
        ("port: 3306", "port: 3306\n    tls: {mode: on}", "11: targets.orders.tls.mode: write one of: disabled"),
        ("port: 3306", "port: 3306\n    tls: {mode: verify, ca: x}", "11: targets.orders.tls.ca: there is no file"),
        ("port: 3306", "port: 3306\n    tls: {ca: engagement.yaml}", "11: targets.orders.tls.ca: a CA file is"),
        ("port: 3306", "port: 3306\n    tls: {ca: .}", "11: targets.orders.tls.ca: there is no file"),
        ("port: 3306", "port: 3306\n    limits: {max_rows: 0}", "11: targets.orders.limits.max_rows: must be greater"),
        ("port: 3306", "port: 3306\n    limits: {timeout: 1}", "11: targets.orders.limits.timeout: unknown key"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_line(tmp_path: Path, old: str, new: str, problem: str) -> None:
    (found,) = problems_of(tmp_path, with_line(old, new))
    assert found.startswith(problem)


@pytest.mark.parametrize(
    ("added", "problem"),
    [
        ("business: {peak_qps: -1}", "13: business.peak_qps: must be at least 0"),
        ("business: {peak_qps: .inf}", "13: business.peak_qps: write a number"),
        ("business: {concurrency: 1.5}", "13: business.concurrency: write a whole number"),
        ("business: 5", "13: business: write keys and values here"),
        (
            "business:\n  critical_periods:\n    - name: x\n      from: 2026-02-02\n      to: 2026-02-01",
            '17: business.critical_periods[0].to: "to" must not be before "from"',
        ),
        (
            'schedule:\n  change_windows: [{opens: "02:00", closes: "02:00"}]',
            '14: schedule.change_windows[0]: "opens" and "closes" must not be the same time',
        ),
        ('schedule: {major_compaction: "24:00"}', "13: schedule.major_compaction: write a time of day in quotes"),
        (
            "schedule: {blackouts: [{name: x, from: 2026-02-02, to: 2026-02-01}]}",
            '13: schedule.blackouts[0].to: "to" must not be before "from"',
        ),
        ("attestations: {tde_enable: 1}", "13: attestations.tde_enable: unknown key; did you mean tde_enabled?"),
        ("attestations: {tde_enabled: true}", "13: attestations.tde_enabled: write keys and values here"),
        (
            "attestations:\n  tde_enabled: {value: 1, by: Li, date: 2026-01-01, valid_until: 2026-02-01}",
            "14: attestations.tde_enabled.value: write true or false",
        ),
        (
            "attestations:\n  tde_enabled: {value: true, by: Li, date: 2026-01-02, valid_until: 2026-01-01}",
            '14: attestations.tde_enabled.valid_until: must not be before "date"',
        ),
        (
            "attestations: {purchased_data_disk_bytes: {value: 5X, by: Li, date: 2026-01-02, valid_until: 2026-01-02}}",
            "13: attestations.purchased_data_disk_bytes.value: write a size",
        ),
        (
            "attestations: {purchased_data_disk_bytes: {value: -5G, by: L, date: 2026-01-02, valid_until: 2026-01-02}}",
            "13: attestations.purchased_data_disk_bytes.value: write a size",
        ),
        ("mutes: {}", "13: mutes: write a list"),
        ("mutes:\n  - {owner: a, reason: b, until: 2026-01-01}", '14: mutes[0]: name either "fingerprint"'),
        ("mutes:\n  - {code: CAP001, owner: a, reason: b, until: 2026-01-01}", "14: mutes[0]: name either"),
        (
            'mutes:\n  - {fingerprint: f, code: CAP001, resource: "*", owner: a, reason: b, until: 2026-01-01}',
            '14: mutes[0]: name either "fingerprint"',
        ),
        (
            'mutes:\n  - {code: cap1, resource: "*", owner: a, reason: b, until: 2026-01-01}',
            "14: mutes[0].code: write the code of a check",
        ),
        ("mutes:\n  - {fingerprint: f, owner: a, until: 2026-01-01}", "14: mutes[0].reason: this key is missing"),
        ("rules: {file: no.yaml}", "13: rules.file: there is no file"),
        (
            "rules:\n  overrides:\n    - {code: CAP001, owner: a, reason: b, until: 2026-01-01, change: {}}",
            "15: rules.overrides[0].change: this must not be empty",
        ),
        ("language: zh-CN", "13: language: write a list"),
        ("language: []", "13: language: this must not be empty"),
        ("language: [en, fr]", "13: language[1]: write one of: zh-CN, en"),
        ("history: history.db", "13: history: write a database URL"),
        ("history: mysql://[x", "13: history: write a database URL"),
        ("history: mysql://h/db", "13: history: write mysql+pymysql:// instead of mysql://"),
        ("history: mariadb://h/db", "13: history: write mariadb+pymysql:// instead of mariadb://"),
        ("report: {title: x}", "13: report.title: unknown key"),
        ("<<: {report: 1}", '13: "<<": unknown key'),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_block(tmp_path: Path, added: str, problem: str) -> None:
    (found,) = problems_of(tmp_path, MINIMAL + added + "\n")
    assert found.startswith(problem)


UNSIGNED = """\
authorization:
  reference: AUTH-1
  approver: Wang
  targets: [orders]
  data_classes: [settings]
  not_before: 2026-01-01
  not_after: 2026-12-31
"""


def test_a_permission_that_is_only_written_is_refused_and_the_way_told(tmp_path: Path) -> None:
    (found,) = problems_of(tmp_path, MINIMAL + UNSIGNED)
    assert found == (
        "13: authorization: a permission that is only written here is not accepted. Delete this block, run "
        "ob-health authorize request, have the customer sign the file, then name document and signer here"
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("document: authorization.yaml", "document: 5", "14: authorization.document: write the path of a file"),
        (f"signer: {SIGNER}", "colour: x", "13: authorization.signer: this key is missing"),
        (SIGNER, "ssh-ed25519 AAAA", "15: authorization.signer: write the customer's public key on one line"),
        (
            SIGNER,
            "sk-ssh-ed25519@openssh.com AAAA",
            "15: authorization.signer: a key of the kind sk-ssh-ed25519@openssh.com cannot be used (a",
        ),
        (
            SIGNER,
            SIGNER.replace("ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com"),
            "15: authorization.signer: a key of the kind ssh-ed25519-cert-v01@openssh.com cannot be used",
        ),
        (SIGNER, "SHA256:abc", "15: authorization.signer: write the customer's public key on one line"),
        (SIGNER, '"-----BEGIN OPENSSH PRIVATE KEY-----"', "15: authorization.signer: write the customer's public key"),
        (SIGNER, f"{SIGNER}\n  revocation: gone.yaml", "16: authorization.revocation[0]: there is no file"),
        (SIGNER, f"{SIGNER}\n  revoked: ' '", "16: authorization.revoked: this must not be blank"),
    ],
)
def test_what_is_wrong_in_the_authorization(tmp_path: Path, old: str, new: str, problem: str) -> None:
    found = problems_of(tmp_path, MINIMAL + AUTHORIZATION.replace(old, new))
    assert found[0].startswith(problem)


def test_the_signature_is_where_ssh_keygen_writes_it(tmp_path: Path) -> None:
    engagement = load(tmp_path, MINIMAL + AUTHORIZATION)
    assert engagement.authorization is not None
    assert engagement.authorization.signature_file == tmp_path / "authorization.yaml.sig"


@pytest.mark.parametrize(("months", "end"), [(12, date(2027, 1, 31)), (13, date(2027, 2, 28)), (24, date(2028, 1, 31))])
def test_when_the_subscription_ends(tmp_path: Path, months: int, end: date) -> None:
    assert load(tmp_path, with_line("months: 24", f"months: {months}")).service.end == end


@pytest.mark.parametrize(
    "via",
    ["jump", "ssh://jump", "http://u@jump", "ssh://u:S3CRET@jump", "ssh://u:@jump", "ssh://u@jump/x", "ssh://u@jump:0",
     "ssh://u@jump:x", "ssh://u@ jump", "ssh://u@jump?a=b", "ssh://@jump", "ssh://u@"],
)  # fmt: skip
def test_a_jump_host_is_written_in_one_form(tmp_path: Path, via: str) -> None:
    (found,) = problems_of(tmp_path, MINIMAL + f'    via: "{via}"\n')
    assert found.startswith("13: targets.orders.via: write ssh://user@host") and "S3CRET" not in found


def test_a_key_without_a_jump_host_is_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "id").touch()
    (found,) = problems_of(tmp_path, MINIMAL + "    via_key: id\n")
    assert found.startswith("13: targets.orders.via_key: this is used with")


@pytest.mark.parametrize(
    "host",
    ["10.1.2.3:2883", "[::1]", "[fd00::1]:2883", "db:2883", "db:x", "::1:g", "fd00:::1", "10.1.2", "10.1.2.300",
     "1", "https://db", "db/x", "me@db", "a b", '"db\\n"', '"db\\0"'],
)  # fmt: skip
def test_what_is_more_than_a_host_is_refused_with_what_to_write(tmp_path: Path, host: str) -> None:
    quoted = host if host.startswith('"') else f"'{host}'"
    (problem,) = problems_of(tmp_path, with_line("    host: db.example.com\n", f"    host: {quoted}\n"))
    assert problem.startswith("9: targets.orders.host: write a host name or an IP address alone, such as")
    assert "port: 2883" in problem and "without protocol and brackets" in problem


@pytest.mark.parametrize(
    "host",
    [
        "fd00::1",
        "::1",
        "fe80::1%eth0",
        "::ffff:10.1.2.3",
        "10.1.2.3",
        "db",
        "db-1.example.com",
        "db_1",
        "数据库.example",
    ],
)
def test_names_and_addresses_of_both_kinds_are_hosts(tmp_path: Path, host: str) -> None:
    assert (
        load(tmp_path, with_line("    host: db.example.com\n", f"    host: '{host}'\n")).targets["orders"].host == host
    )
