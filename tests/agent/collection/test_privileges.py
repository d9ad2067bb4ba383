"""What SHOW GRANTS says is understood as servers spell it, and what is not understood counts as writing."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agent.collection.privileges import (
    READS,
    join_first,
    list_beyond_reading,
    list_business_reads,
    list_global_privileges,
    list_readable_views,
    parse_grants,
    quote_account,
)

ALL = ("SELECT", "PROCESS", "SHOW VIEW")


@pytest.mark.parametrize(
    ("lines", "privileges", "granted"),
    [
        ([], set(), {}),
        (["GRANT USAGE ON *.* TO 'r'"], set(), {}),
        (["GRANT PROCESS, SHOW VIEW ON *.* TO 'r'@'%'"], {"PROCESS", "SHOW VIEW"}, {}),
        (["GRANT SELECT ON `oceanbase`.`gv$ob_units` TO 'r'"], set(), {"GV$OB_UNITS": frozenset()}),
        (["GRANT SELECT ON oceanbase.* TO 'r'"], set(), {"*": frozenset()}),
        (["GRANT SELECT ON `OCEANBASE`.* TO 'r'"], set(), {"*": frozenset()}),
        (["GRANT ALL PRIVILEGES ON `oceanbase`.* TO 'r'"], set(), {"*": frozenset()}),
        (
            ["GRANT SELECT (`HOST`, `user_name`), INSERT ON `oceanbase`.`dba_ob_users` TO 'r'"], set(),
            {"DBA_OB_USERS": frozenset({"HOST", "USER_NAME"})},
        ),
        (["GRANT INSERT ON `oceanbase`.`x` TO 'r'", "GRANT SELECT ON `shop`.* TO 'r'"], set(), {}),
        (["GRANT SELECT ON *.* TO 'r'"], {"SELECT", "SHOW VIEW"}, {}),
        (["GRANT PROCESS ON *.* TO 'r' WITH GRANT OPTION"], {"PROCESS", "GRANT OPTION"}, {}),
        (["GRANT ALL PRIVILEGES ON *.* TO 'r'"], {"ALL PRIVILEGES", *ALL}, {}),
        (["something else", ""], set(), {}),
    ],
)  # fmt: skip
def test_what_can_be_read(lines: list[str], privileges: set[str], granted: dict[str, frozenset[str]]) -> None:
    held = parse_grants(lines)
    assert list_global_privileges(held) == frozenset(privileges)
    assert list_readable_views(held, "oceanbase") == granted


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("GRANT SELECT, SHOW VIEW, SHOW DATABASES, PROCESS, REPLICATION CLIENT ON *.* TO 'r'", ""),
        ("GRANT SELECT (`id`) ON `shop`.`orders` TO 'r'@'10.%'", ""),
        ("GRANT SELECT ON `shop`.`odd `name` TO 'r'", ""),
        ("GRANT INSERT (`id`), UPDATE (`note`), SELECT (`id`) ON `shop`.`orders` TO 'r'",
         "INSERT, UPDATE ON `shop`.`orders`"),
        ("GRANT SELECT (`a, b`, `c)`), DELETE ON `shop`.`orders` TO 'r'", "DELETE ON `shop`.`orders`"),
        ("GRANT ALL PRIVILEGES ON `o.dd`.* TO 'r'", "ALL PRIVILEGES ON `o.dd`.*"),
        ("GRANT CREATE, DROP, SHOW VIEW, EVENT ON `shop`.* TO 'r' WITH GRANT OPTION",
         "CREATE, DROP, EVENT, GRANT OPTION ON `shop`.*"),
        ("GRANT SELECT ON *.* TO 'r' WITH GRANT OPTION", "GRANT OPTION ON *.*"),
        ("GRANT ALTER SYSTEM, PROCESS ON *.* TO 'r'", "ALTER SYSTEM ON *.*"),
        ("GRANT EXECUTE ON PROCEDURE `shop`.`p` TO 'r'", "EXECUTE ON PROCEDURE `shop`.`p`"),
        ("GRANT PROXY ON 'root'@'%' TO 'r'", "PROXY ON 'root'@'%'"),
        ("GRANT SELECT ON `mysql`.* TO 'r' REQUIRE SSL", ""),
        ("GRANT A NEWER PRIVILEGE ON *.* TO 'r'", "A NEWER PRIVILEGE ON *.*"),
        ("GRANT `writer`@`%` TO `r`@`%`", "GRANT `writer`@`%` TO `r`@`%`"),
        ("grant insert on `shop`.* to 'r'", "INSERT ON `shop`.*"),
        ("what is this", "what is this"),
        ("  ", ""),
    ],
)  # fmt: skip
def test_everything_beyond_reading_is_named_with_its_place(line: str, says: str) -> None:
    assert "; ".join(list_beyond_reading(parse_grants([line]))) == says


WORDS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=3).filter(lambda word: word != "ON")
PLACES = st.sampled_from(["*.*", "`shop`.*", "`shop`.`orders`", "`oceanbase`.*", "PROCEDURE `shop`.`p`"])


@given(st.sets(WORDS, min_size=1), PLACES, st.booleans(), st.text(max_size=5))
def test_nothing_that_is_not_known_to_read_passes(words: set[str], place: str, option: bool, user: str) -> None:
    """Whatever the words: a line holds something beyond reading exactly when one of them is not in the list."""
    line = f"GRANT {', '.join(sorted(words))} ON {place} TO 'x{user}'" + " WITH GRANT OPTION" * option
    assert bool(list_beyond_reading(parse_grants([line]))) == (option or not words <= READS)


@given(st.text(max_size=200))
def test_any_text_that_is_no_grant_is_named_as_it_stands(line: str) -> None:
    assume(not line.strip().upper().startswith("GRANT "))
    assert list_beyond_reading(parse_grants([line])) == ((line[:100],) if line.strip() else ())


@pytest.mark.parametrize(
    ("lines", "places"),
    [
        (["GRANT SELECT ON `oceanbase`.* TO 'r'", "GRANT SELECT ON `MYSQL`.* TO 'r'"], ()),
        (["GRANT SELECT ON `held_here`.* TO 'r'"], ()),
        (["GRANT SELECT ON *.* TO 'r'"], ("*.*",)),
        (["GRANT SELECT (`id`) ON `shop`.`orders` TO 'r'", "GRANT ALL PRIVILEGES ON `crm`.* TO 'r'"],
         ("`shop`.`orders`", "`crm`.*")),
    ],
)  # fmt: skip
def test_where_business_rows_can_be_read(lines: list[str], places: tuple[str, ...]) -> None:
    assert list_business_reads(parse_grants(lines), "held_here") == places


def test_a_long_list_is_cut_and_says_so() -> None:
    names = [f"`s{number}`.*" for number in range(13)]
    assert join_first(names[:10]) == "; ".join(names[:10])
    assert join_first(names[:11]).endswith("`s9`.*; ... (+1)")
    assert join_first(names).endswith("`s9`.*; ... (+3)")


@pytest.mark.parametrize(
    ("account", "sql"),
    [("r@%", "'r'@'%'"), ("o'brien@10.%", "'o''brien'@'10.%'"), ("a@b@%", "'a@b'@'%'"), ("r", "'r'")],
)
def test_an_account_is_quoted_for_a_grant(account: str, sql: str) -> None:
    assert quote_account(account) == sql
