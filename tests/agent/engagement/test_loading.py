"""Loading an engagement: every problem at once with its line and path, no secret repeated, no other exception."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.engagement.loading import Engagement
from agent.support.errors import ConfigError
from agent.support.i18n import render_text
from tests.agent.engagements import MINIMAL, load, problems_of, with_line


def test_keys_left_empty_count_as_not_written(tmp_path: Path) -> None:
    engagement = load(tmp_path, MINIMAL + "mutes:\nbusiness:\nauthorization:\nhistory:\n")
    assert (engagement.mutes, engagement.authorization, engagement.history) == ((), None, None)
    (found,) = problems_of(tmp_path, with_line("  tier: premier", "  tier:"))
    assert found == "4: service.tier: this key is missing; add it"


def test_every_problem_is_listed_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    content = """\
customers: {}
service:
  tier: " "
  start: 2026-01-31
  months: 121
targets:
  orders:
    hots: db
    port: 70000
    user: reader@orders#c1
    password: env:X
authorization:
  document: a.yaml
  signatur: a.yaml.sig
  signer: Wang
"""
    assert problems_of(tmp_path, content) == [
        "1: customer: this key is missing; add it",
        "1: customers: unknown key; did you mean customer?",
        "3: service.tier: this must not be blank; fill it in",
        "5: service.months: must be at most 120",
        "7: targets.orders.host: this key is missing; add it",
        "8: targets.orders.hots: unknown key; did you mean host?",
        "9: targets.orders.port: must be at most 65,535",
        "14: authorization.signatur: unknown key; did you mean signature?",
        "15: authorization.signer: write the customer's public key on one line, such as ssh-ed25519 AAAA...; "
        "ed25519, ECDSA and RSA of at least 2048 bits can be used",
    ]


@pytest.mark.parametrize(
    "password",
    ["S3CRET", "'S3CRET'", "env:S3 CRET", "file:S3CRET", "keyring:S3CRET", "S3CRET: x", "[S3CRET]", "{S3CRET: 1}",
     "*S3CRET", "!S3CRET", "'S3CRET", "&a S3CRET", "|\n      S3CRET", "plain:S3CRET"],
)  # fmt: skip
def test_a_literal_password_is_refused_and_never_repeated(tmp_path: Path, password: str) -> None:
    content = with_line("password: env:ORDERS_PASSWORD", f"password: {password}")
    (found,) = problems_of(tmp_path, content)
    assert found.startswith("12: ")
    assert "S3" not in found


def test_a_number_as_password_is_told_how_to_write_a_reference(tmp_path: Path) -> None:
    (found,) = problems_of(tmp_path, with_line("env:ORDERS_PASSWORD", "20262026"))
    assert found == (
        "12: targets.orders.password: a password is never written here; "
        "write env:NAME, file:/path, keyring:service/user or command:program and keep the password there"
    )


@pytest.mark.parametrize("url", ["mysql+pymysql://u:S3CRET@h/db", "mysql+pymysql://u@h/db?password=S3CRET"])
def test_a_password_in_the_history_url_is_refused(tmp_path: Path, url: str) -> None:
    (found,) = problems_of(tmp_path, MINIMAL + f"history: {url}\n")
    assert found.startswith("13: history: a password is never written here")
    assert "S3CRET" not in found


def test_the_history_url_may_be_a_reference(tmp_path: Path) -> None:
    assert load(tmp_path, MINIMAL + "history: env:HISTORY_URL\n").history == "env:HISTORY_URL"


def test_a_target_written_twice_is_refused(tmp_path: Path) -> None:
    assert problems_of(tmp_path, MINIMAL + "  orders: {}\n") == [
        "13: targets.orders: this key is already in line 8; keep one of the two"
    ]


@pytest.mark.parametrize("content", ["[]", "5", "text", "null"])
def test_a_file_that_is_no_mapping(tmp_path: Path, content: str) -> None:
    assert problems_of(tmp_path, content) == ["1: write keys and values here, each on a line of its own"]


WORDS = st.sampled_from(
    ["customer", "service", "targets", "orders", "password", "tls", "rules", "file", "overrides", "change", "mutes",
     "until", "from", "to", "value", "authorization", "document", "limits", "language", "history", "[key]", "x"]
)  # fmt: skip
SCALARS = st.sampled_from(
    ["1", "-1", "1e400", ".nan", "9" * 400, "2026-01-01", "2026-01-01 00:00:00", "9999-12-31", "true", "~", "''",
     "env:X", "500G", "a@b", '"\\0"', '"\\ud83d"', "zh-CN"]
)  # fmt: skip
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.dictionaries(WORDS, inner, max_size=4).map(
            lambda d: "{" + ", ".join(f"{k!r}: {v}" for k, v in d.items()) + "}"
        )
        | st.lists(inner, max_size=3).map(lambda entries: "[" + ", ".join(entries) + "]")
    ),
    max_leaves=15,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(list(Engagement.model_json_schema()["properties"])), TREES, max_size=6))
def test_any_yaml_gives_an_engagement_or_a_config_error(tmp_path: Path, blocks: dict[str, str]) -> None:
    content = "".join(f"{name}: {tree}\n" for name, tree in blocks.items()) or "{}"
    try:
        load(tmp_path, content)
    except ConfigError as error:
        assert error.problems
        assert all(render_text(problem, "zh-CN") for problem in error.problems)
