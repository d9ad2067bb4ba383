"""Names of resources can be read back, so that two objects never share one; ordinary names are as they always were."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.naming import Named, fill_name, list_names, name_account, name_object, name_shape, tenant_name
from agent.support.i18n import render_text

HOSTILE = st.text(alphabet=".`@\"' ,:()\\\t\u200b中a", max_size=5)
PARTS = st.lists(HOSTILE, min_size=1, max_size=3)
ORDINARY = st.text(alphabet="abcXYZ019_$-#中é", min_size=1, max_size=8)
TEMPLATES = ("{one}.{two}", "{one}{two}", "job {one} of {two}", "{one}, {two}: x", "{one} ({two})", "a{one}b{two}a")


def read_back(name: str, separator: str) -> list[str]:
    """The parts of a name, by the rules that its docstring gives."""
    parts, rest = [], name
    while True:
        part = ""
        if rest.startswith("`"):
            rest = rest[1:]
            while not rest.startswith("`") or rest.startswith("``"):
                size = 2 if rest[0] in "`\\" else 1
                size += {"x": 2, "u": 4, "U": 8}.get(rest[1:2], 0) if rest[0] == "\\" else 0
                char, rest = rest[:size], rest[size:]
                part += char[0] if char[0] == "`" else char.encode().decode("unicode_escape") if size > 1 else char
            rest = rest[1:]
        else:
            part, rest = rest.partition(separator)[0], rest[len(rest.partition(separator)[0]) :]
        parts.append(part)
        if not rest:
            return parts
        assert rest[0] == separator
        rest = rest[1:]


@given(PARTS)
def test_the_parts_of_an_object_can_be_read_back(parts: list[str]) -> None:
    name = name_object(*parts)
    assert name.isprintable()
    assert read_back(name, ".") == parts
    assert name.former == ".".join(parts)


@given(st.lists(st.tuples(HOSTILE, HOSTILE, st.booleans()), unique=True, min_size=2, max_size=20))
def test_two_accounts_never_share_a_name(accounts: list[tuple[str, str, bool]]) -> None:
    assert len({name_account(user, host, role=role) for user, host, role in accounts}) == len(accounts)


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_two_pairs_of_short_values_have_one_name(template: str) -> None:
    """All of them: chance does not find what needs a certain pair."""
    short = [*map("".join, product("`.a\\", repeat=2)), *"`.a\\", ""]
    pairs = list(product(short, repeat=2))
    assert len({fill_name(template, {"one": one, "two": two}) for one, two in pairs}) == len(pairs)


@given(st.sampled_from(TEMPLATES), st.lists(st.tuples(HOSTILE, HOSTILE), unique=True, min_size=2, max_size=20))
def test_two_filled_in_names_differ(template: str, values: list[tuple[str, str]]) -> None:
    for make in (fill_name, lambda text, words: Named(text, **words)):
        assert len({make(template, {"one": one, "two": two}) for one, two in values}) == len(values)


@given(ORDINARY, ORDINARY, ORDINARY)
def test_ordinary_names_stand_as_they_are(one: str, two: str, three: str) -> None:
    assert name_object(one, two, three) == f"{one}.{two}.{three}"
    assert name_account(one, "10.0.%") == f"{one}@10.0.%"
    assert name_account(one, two, role=True) == f"role {one}@{two}"
    assert Named("job {job} of {owner}", job=one, owner=two) == f"job {one} of {two}"
    assert fill_name("{a}.{b}", {"a": one, "b": two}) == f"{one}.{two}"


@pytest.mark.parametrize(
    ("name", "shown", "former"),
    [
        (name_object("p.q", "r"), "`p.q`.r", "p.q.r"),
        (name_object("p", "q.r"), "p.`q.r`", "p.q.r"),
        (name_object("a`b"), "`a``b`", "a`b"),
        (name_object("a\tb\\"), "`a\\tb\\\\`", "a\tb\\"),
        (name_object("two words", "订单"), "two words.订单", "two words.订单"),
        (name_account("a@b", "%"), "`a@b`@%", "a@b@%"),
        (name_account("role x", "%"), "`role x`@%", "role x@%"),
        (name_account("tenant 5"), "`tenant 5`", "tenant 5"),
        (tenant_name(5), "tenant 5", "tenant 5"),
    ],
)  # fmt: skip
def test_a_part_that_is_no_plain_name_stands_in_backticks(name: str, shown: str, former: str) -> None:
    assert (name, getattr(name, "former", None)) == (shown, former)


def test_a_name_in_a_sentence_is_not_quoted_twice() -> None:
    names = [name_object("p.q", "r"), name_object("s", "t")]
    assert list_names(names) == "`p.q`.r, s.t"
    stream = Named("{tenant}, log stream {stream}", tenant=tenant_name(1002), stream="1")
    assert render_text(stream.text, "zh-CN") == "租户 1002，日志流 1"


def test_a_finer_name_keeps_how_it_was_written() -> None:
    finer = Named("{account} of tenant {tenant}", account=name_account("app", "%"), tenant="shop").formerly("app@%")
    assert (finer, finer.former) == ("app@% of tenant shop", "app@%")
    assert all(one != two for one, two in pairwise([finer, name_account("app", "%"), name_account("app")]))


@pytest.mark.parametrize(("tenant_id", "name"), [(None, "SQL AB"), (1002, "SQL AB of tenant 1002")])
def test_a_shape_is_named_by_its_tenant_where_there_are_several(tenant_id: int | None, name: str) -> None:
    assert name_shape("AB", tenant_id) == name
