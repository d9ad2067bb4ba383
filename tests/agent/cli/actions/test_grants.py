"""The script for the customer's DBA, filled in from the engagement."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agent.cli.actions.grants import GrantOptions, make_grants_scripts
from agent.support.errors import ConfigError
from tests.agent.engagements import AUTHORIZATION, MINIMAL, load
from tests.agent.signing import DOCUMENT, request_text

SECOND = """\
  stock:
    host: 10.0.0.2
    port: 2881
    user: assessor
    kind: sys
    tls: {mode: disabled}
    password: env:STOCK_PASSWORD
"""


def scripts(tmp_path: Path, content: str = MINIMAL + SECOND, target: str | None = None, **options: str) -> list[str]:
    made = make_grants_scripts(GrantOptions(**options), load(tmp_path, content), target)  # type: ignore[arg-type]
    return re.split(r"(?m)^-- OceanBase health assessment", made)[1:]


def test_each_target_has_its_script(tmp_path: Path) -> None:
    orders, stock = scripts(tmp_path, host="10.9.9.9")
    assert "-- Acme · orders: orders#c1\n" in orders and "-- Acme · stock: 10.0.0.2\n" in stock
    assert "CREATE USER 'reader'@'10.9.9.9' IDENTIFIED BY <password> REQUIRE SSL;" in orders
    assert "CREATE USER 'assessor'@'10.9.9.9' IDENTIFIED BY <password>;" in stock
    assert "CDB_" not in orders and "CDB_OB_BACKUP_JOB_HISTORY" in stock
    assert scripts(tmp_path, target="stock", host="10.9.9.9") == [stock]


def test_options_go_before_the_engagement(tmp_path: Path) -> None:
    (script,) = scripts(tmp_path, target="stock", user="other", kind="user", version="4.2.5", tls="x")
    assert "CREATE USER 'other'@'%' IDENTIFIED BY <password> REQUIRE SSL;" in script
    assert "CDB_" not in script and "[version]" not in script


def test_views_follow_the_data_classes_of_the_authorization(tmp_path: Path) -> None:
    content = MINIMAL + AUTHORIZATION
    usual = scripts(tmp_path, content)[0]
    assert "DBA_OB_USERS" in usual and "GV$OB_PLAN_CACHE_PLAN_STAT" in usual
    engagement = load(tmp_path, content)
    (tmp_path / DOCUMENT).write_text(request_text(engagement, data_classes=["statistics"]), encoding="utf-8")
    asked = scripts(tmp_path, content)[0]
    assert "GV$OB_MEMSTORE" in asked and "DBA_OB_USERS" not in asked and "GV$OB_PARAMETERS" not in asked
    assert "GV$OB_PARAMETERS" in scripts(tmp_path, content, data_classes=["settings"])[0]  # type: ignore[arg-type]


def test_without_an_engagement_the_options_say_all() -> None:
    script = make_grants_scripts(GrantOptions(), None, None)
    assert "CREATE USER 'ob_health'@'%' IDENTIFIED BY <password> REQUIRE SSL;" in script
    assert "CDB_" in make_grants_scripts(GrantOptions(kind="sys"), None, None)


def test_a_login_with_tenant_and_cluster_names_its_account() -> None:
    made = make_grants_scripts(GrantOptions(user="reader@orders#c1"), None, None)
    assert "CREATE USER 'reader'@'%'" in made and "orders#c1" not in made


@pytest.mark.parametrize("options", [{"kind": "none"}, {"version": "x"}, {"data_classes": ["all"]}])
def test_what_is_unknown_is_refused(options: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        scripts(tmp_path, **options)
    with pytest.raises(ConfigError):
        scripts(tmp_path, target="nowhere")


@pytest.mark.parametrize("version", ["", "4.2.5"])
def test_each_statement_stands_on_one_line(version: str, tmp_path: Path) -> None:
    for script in scripts(tmp_path, version=version):
        lines = [line for line in script.splitlines()[1:] if line and not line.startswith("--")]
        assert len(lines) > 40
        assert all(re.match(r"(SET SESSION|CREATE USER|GRANT|SHOW GRANTS FOR) .*;(  -- .*)?$", line) for line in lines)
