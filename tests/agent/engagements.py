"""Engagement files to test with."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.engagement.loading import Engagement, load_engagement
from agent.support.errors import ConfigError
from agent.support.i18n import render_text
from tests.agent.signing import SIGNER

MINIMAL = """\
customer:
  name: Acme
service:
  tier: premier
  start: 2026-01-31
  months: 24
targets:
  orders:
    host: db.example.com
    port: 3306
    user: reader@orders#c1
    password: env:ORDERS_PASSWORD
"""
FULL = (
    MINIMAL
    + """\
    kind: sys
    tls: {mode: verify, ca: ca.pem}
    limits: {statement_timeout_s: 5, total_database_ms: 1000, max_rows: 10}
    business: {peak_qps: 10}
    attestations:
      tde_enabled: {value: false, by: Li, date: 2026-02-01, valid_until: 2026-03-01}
  stock:
    host: 10.0.0.2
    port: 2881
    user: reader
    password: keyring:ob-health/reader
"""
    + f"authorization: {{document: signed/authorization.yaml, signature: signed/dba.sig, signer: {SIGNER} dba@acme}}\n"
    + """\
business:
  peak_qps: 1200.5
  concurrency: 80
  growth_pct_per_year: 30
  critical_periods:
    - {name: Double 11, from: 2026-11-01, to: 2026-11-12}
  description: shop
attestations:
  purchased_data_disk_bytes: {value: 500G, by: Li, date: 2026-02-01, valid_until: 2026-05-01}
  tde_enabled: {value: true, by: Li, date: 2026-02-01, valid_until: 2026-05-01}
  last_restore_drill: {value: 2026-01-15, by: Li, date: 2026-02-01, valid_until: 2026-02-01}
mutes:
  - {fingerprint: 0a1b, owner: Li, reason: known, until: 2026-06-01}
  - {code: CAP001, resource: "zone*", owner: Li, reason: known, until: 2026-06-01}
rules:
  file: rules.yaml
  overrides:
    - {code: CAP001, owner: Li, reason: small, until: 2026-06-01, change: {judge: {medium: 80}}}
language: [en]
history: sqlite:///history.db
report:
  prepared_by: Zhao
"""
)
AUTHORIZATION = f"""\
authorization:
  document: authorization.yaml
  signer: {SIGNER}
"""


def load(directory: Path, content: str) -> Engagement:
    path = directory / "engagement.yaml"
    path.write_text(content, encoding="utf-8")
    return load_engagement(path)


def problems_of(directory: Path, content: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(directory, content)
    start = f"{directory / 'engagement.yaml'}:"
    shown = [render_text(problem, "en") for problem in caught.value.problems]
    assert all(problem.startswith(start) for problem in shown)
    assert render_text(caught.value.text, "en").endswith(f"problems found: {len(shown)}")
    return [problem.removeprefix(start) for problem in shown]


def with_line(old: str, new: str) -> str:
    """MINIMAL with one line replaced."""
    assert MINIMAL.count(old) == 1
    return MINIMAL.replace(old, new)
