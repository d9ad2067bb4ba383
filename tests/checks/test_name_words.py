"""What names tell: words that nothing else is called by, and their neighbours that mean something else."""

from __future__ import annotations

import pytest

from checks.schema.name_words import find_original, names_keys, names_moment


@pytest.mark.parametrize(
    ("name", "original"),
    [
        ("tmp_player_fix", "player_fix"),
        ("bak_account_tbluser_20220224", "account_tbluser"),
        ("ARTICLE_BAK_20250811", "article"),
        ("orders_old_202408", "orders"),
        ("x_backup_20240101", "x"),
        ("backup_plan", None),
        ("backpack", None),
        ("temp_reading", None),
        ("temperature_zone", None),
        ("book_copy", None),
        ("orders_20240101", None),
        ("20240101", None),
        ("tmp", None),
        ("", None),
    ],
)
def test_copies_are_known_by_their_words(name: str, original: str | None) -> None:
    assert find_original(name) == original


@pytest.mark.parametrize(
    "name", ["starts_on", "banned_until", "birth_date", "createTime", "CREATED_AT", "valid_from", "birthday"]
)
def test_names_of_moments(name: str) -> None:
    assert names_moment(name)


@pytest.mark.parametrize(
    "name", ["depends_on", "based_on", "located_at", "candidate", "update", "sent_from", "opening_time", "period", ""]
)
def test_names_of_other_things(name: str) -> None:
    assert not names_moment(name)


def test_names_of_several_keys() -> None:
    assert all(map(names_keys, ("tag_ids", "memberIds", "USER_IDS")))
    assert not any(map(names_keys, ("kids", "bids", "ids", "user_ids_json", "node_id", "")))
