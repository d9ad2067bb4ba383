"""Of a table's definition nothing is kept but names, types and structure, whatever stands in its texts."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agent.facts.definition_stripping import split_stripped, strip_definition
from agent.facts.definition_text import read_definition

OPTIONS = "ORGANIZATION INDEX DEFAULT CHARSET = utf8mb4 COMPRESSION = 'zstd_1.3.8' REPLICA_NUM = 1"
_ESCAPES = {"\\": "\\\\", "'": "\\'", '"': '\\"', "\n": "\\n", "\0": "\\0"}


def table(*elements: str, options: str = OPTIONS) -> str:
    """A definition as the server writes it."""
    return "CREATE TABLE `t` (\n  " + ",\n  ".join(elements) + f"\n) {options}"


def quote(text: str) -> str:
    """A text as the server writes it in comments, defaults, checks and expressions (seen on 4.3.5)."""
    return "'" + "".join(_ESCAPES.get(sign, sign) for sign in text) + "'"


def stripped(element: str) -> str:
    """What is kept of one element beside a plain column."""
    found = strip_definition(table("`first` int(11)", element))
    assert found.startswith("CREATE TABLE `t` (\n  `first` int(11)"), found
    return found.partition("int(11)")[2].partition("\n) ORG")[0].removeprefix(",\n  ")


@pytest.mark.parametrize(
    ("element", "kept"),
    [
        ("`a` varchar(64) NOT NULL DEFAULT 'secret, (' COMMENT 'secret ) `x`'", "`a` varchar(64) NOT NULL"),
        ("`a` int(11) DEFAULT '-777'", "`a` int(11)"),
        ("`a` int(11) DEFAULT -777 COMMENT 'secret'", "`a` int(11)"),
        ("`a` bit(8) DEFAULT b'10101010' NOT NULL", "`a` bit(8) NOT NULL"),
        ("`a` varchar(9) DEFAULT _gbk'secret' NOT NULL", "`a` varchar(9) NOT NULL"),
        ("`a` varchar(20) DEFAULT (upper('secret(')) NOT NULL", "`a` varchar(20) NOT NULL"),
        ("`a` datetime(6) DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)",
         "`a` datetime(6) ON UPDATE CURRENT_TIMESTAMP(6)"),
        ("`a` timestamp NULL DEFAULT NULL", "`a` timestamp NULL"),
        ("`e` enum('secret,1','secret)') CHARACTER SET gbk NOT NULL DEFAULT 'secret)'",
         "`e` enum('v1', 'v2') CHARACTER SET gbk NOT NULL"),
        ("`e` set('','secret') DEFAULT ''", "`e` set('v1', 'v2')"),
        ("`v` varchar(9) GENERATED ALWAYS AS (concat('secret',`a`,'(')) VIRTUAL COMMENT 'x'",
         "`v` varchar(9) GENERATED ALWAYS AS(concat('v1', `a`, 'v2')) VIRTUAL"),
        ("`v` int(11) GENERATED ALWAYS AS ((case when (`a` > 777777) then X'53' else 0 end)) STORED",
         "`v` int(11) GENERATED ALWAYS AS((case when(`a` > 1) then 'v1' else 1 end)) STORED"),
        ("CONSTRAINT `c,(` CHECK ((`a` <> 'secret'))", ""),
        ("CHECK ((`a` <> 'secret'))", ""),
        ("KEY `k` (`a`(10), `b` DESC) BLOCK_SIZE 16384 LOCAL COMMENT 'secret , KEY' /*!80000 INVISIBLE */",
         "KEY `k`(`a`(10), `b` DESC) BLOCK_SIZE 16384 LOCAL /*!80000 INVISIBLE */"),
        ("KEY `k` (`id`, (date_format(`d`,'%Y-secret')), `n`(3)) BLOCK_SIZE 16384 LOCAL",
         "KEY `k`(`id`, (date_format(`d`, 'v1')), `n`(3)) BLOCK_SIZE 16384 LOCAL"),
        ("FULLTEXT KEY `f` (`a`) WITH PARSER ik PARSER_PROPERTIES=(ik_mode='secret') BLOCK_SIZE 16384",
         "FULLTEXT KEY `f`(`a`) WITH PARSER ik BLOCK_SIZE 16384"),
        ("UNIQUE KEY `g` (`n`) BLOCK_SIZE 16384 GLOBAL\n partition by list columns(n)\n(partition `p0` values in "
         "('secret'),\npartition `p1` values in (7))\n",
         "UNIQUE KEY `g`(`n`) BLOCK_SIZE 16384 GLOBAL partition by list columns(n)(partition `p0` values in('v1'), "
         "partition `p1` values in(7))"),
        ("CONSTRAINT `f` FOREIGN KEY (`a`) REFERENCES `d`.`p`(`id`) ON UPDATE RESTRICT ON DELETE CASCADE ",
         "CONSTRAINT `f` FOREIGN KEY(`a`) REFERENCES `d`.`p`(`id`) ON UPDATE RESTRICT ON DELETE CASCADE"),
        ("`DEFAULT` int(11) DEFAULT '7'", "`DEFAULT` int(11)"),
        ("`COMMENT` varchar(9) DEFAULT 'secret' COMMENT 'secret'", "`COMMENT` varchar(9)"),
        ("`ENUM` enum('secret')", "`ENUM` enum('v1')"),
        ("`a``b, -- (` int(11) COMMENT 'secret'", "`a``b, -- (` int(11)"),
        ("KEY `COMMENT 'x` (`CHECK`)", "KEY `COMMENT 'x`(`CHECK`)"),
        ("`arr` ARRAY(INT) DEFAULT NULL", "`arr` ARRAY(INT)"),
    ],
)  # fmt: skip
def test_an_element(element: str, kept: str) -> None:
    assert stripped(element) == kept


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ("DEFAULT CHARSET = gbk COLLATE = gbk_bin COMMENT = 'secret ) , (' PCTFREE = 0",
         "DEFAULT CHARSET = gbk COLLATE = gbk_bin PCTFREE = 0"),
        ("DEFAULT CHARSET = gbk COMPRESSION = 'zstd_1.3.8' TABLEGROUP = 'secret'",
         "DEFAULT CHARSET = gbk COMPRESSION = 'zstd_1.3.8'"),
        ("COMPRESSION = 'two words' REPLICA_NUM = 1", "REPLICA_NUM = 1"),
        ("DYNAMIC_PARTITION_POLICY = (ENABLE = true, EXPIRE_TIME = 'secret') PCTFREE = 0", "PCTFREE = 0"),
        ("WITH COLUMN GROUP(all columns, each column)", "WITH COLUMN GROUP(all columns, each column)"),
        ("partition by range(to_days(d))\n(partition `p0` values less than (777),\npartition `p1` values less than "
         "(MAXVALUE))",
         "partition by range(to_days(d))(partition `p0` values less than(777), partition `p1` values less than"
         "(MAXVALUE))"),
        ("partition by range columns(d)\n(partition `p0` values less than ('2077-01-01 00:00:00') COMMENT 'secret')",
         "partition by range columns(d)(partition `p0` values less than('2077-01-01 00:00:00'))"),
        ("partition by key(id) subpartition by list columns(c) subpartition template (\nsubpartition `s1` values in "
         "('secret,3','secret2'),\nsubpartition `s0` values in ('secret1'))\n(partition `p0`,\npartition `p1`)",
         "partition by key(id) subpartition by list columns(c) subpartition template(subpartition `s1` values in"
         "('v1', 'v2'), subpartition `s0` values in('v3'))(partition `p0`, partition `p1`)"),
    ],
)  # fmt: skip
def test_options_of_a_table(options: str, kept: str) -> None:
    assert strip_definition(table("`a` int(11)", options=options)) == f"CREATE TABLE `t` (\n  `a` int(11)\n) {kept}"


def test_many_bounds_keep_their_order() -> None:
    bounds = ",\n".join(f"partition `p{number}` values less than ('secret{number:02d}')" for number in range(12))
    found = strip_definition(table("`a` varchar(9)", options=f"partition by range columns(a)\n({bounds})"))
    told = [part.partition("'")[0] for part in found.split("than('")[1:]]
    assert told == sorted(told) and (told[0], told[-1]) == ("v01", "v12")


def test_of_very_many_partitions_the_first_are_kept() -> None:
    bounds = ",\n".join(
        f"partition `p{number}` values less than ({number}) (\nsubpartition `s{number}`)" for number in range(8000)
    )
    text = table("`a` int(11)", "KEY `k` (`a`)", options=f"partition by range(a) subpartition by hash(a)\n({bounds})")
    found = strip_definition(text)
    assert (
        found.endswith("partition `p63` values less than(63)(subpartition `s63`))") and strip_definition(found) == found
    )


def test_what_would_be_cut_when_it_is_kept_is_left_out() -> None:
    assert len(strip_definition(table(*(f"`c{number:04d}{'x' * 44}` int(11)" for number in range(900))))) > 50_000
    assert strip_definition(table(*(f"`c{number:04d}{'x' * 44}` int(11)" for number in range(1000)))) == ""


IRREGULAR = [
    # the server escapes neither the words of ENUM and SET nor the bounds of LIST partitions (seen on 4.3.5)
    table("`e` enum('x','it's secret') DEFAULT NULL"),
    table("`e` enum('x' secret','a,b') DEFAULT NULL"),
    table("`e` enum('b\\','c') DEFAULT NULL", "`secret` int(11) COMMENT 'y'"),
    table("`e` enum('b\\','') DEFAULT 'secret'"),
    table("`e` set('a'') DEFAULT 'secret'"),
    table("`a` int(11)", options="partition by list columns(a)\n(partition `p` values in ('it's','secret'))"),
    table("`a` int(11)", options="partition by list columns(a)\n(partition `p` values in ('it' secret','x'))"),
    # not the definition of an ordinary table
    "CREATE VIEW `v` AS select 'secret' AS `x`",
    "CREATE EXTERNAL TABLE `t` (\n  `a` int(11)\n) \nLOCATION='oss://secret?access_key=secret'\nFORMAT (TYPE = 'CSV')",
    "CREATE TEMPORARY TABLE `t` (\n  `a` int(11)\n)",
    "CREATE TABLE `t` LIKE `u`",
    "CREATE TABLE `t` ()",
    'CREATE TABLE "t" (\n  "a" int(11)\n)',
    "CREATE TABLE t (\n  a int(11),\n  comment varchar(9)\n)",
    "DROP TABLE `t` (\n  `a` int(11)\n)",
    "",
    # ends in the middle
    table("`a` int(11) COMMENT 'secret")[:40],
    table("`a` int(11)", "`b` enum('secret','")[:-120],
    table("`a` int(11)").partition(")")[0],
    table("`a` int(11) COMMENT"),
    table("`a` int(11) DEFAULT"),
    table("`a`"),
    table("`a` int(11", "KEY `k` (`a`)", options=""),
    table("`a` int(11)", "KEY `k`"),
    table("`a` int(11)", options="COMMENT = "),
    table("`a` int(11)", options="partition by list(a) (partition `p` values in (1"),
    table("`a` int(11)", options="partition by list(a) )("),
    # what the server does not write
    table("`a` int(11) /* secret */"),
    table("`a` int(11) -- secret"),
    table("`a` int(11) 'secret'"),
    table("`a` int(11) `secret`"),
    table("`a` int('secret')"),
    table("`a` int(11)", "SECRET `k` (`a`)"),
    table("`a` int(11)", "KEY `k` (`a` 'secret')"),
    table("`a` int(11)", options="; DROP TABLE secret"),
    table("`a` int(11)", options="'secret'"),
    table("`a` int(11)", options="`secret`"),
    table("`a` int(11)", options="DEFAULT 'secret'"),
]


@pytest.mark.parametrize("text", IRREGULAR)
def test_what_is_not_in_the_server_s_own_form_is_left_out_whole(text: str) -> None:
    assert strip_definition(text) == "" and split_stripped(text) is None


def test_no_part_of_a_definition_that_is_cut_short_gives_a_secret() -> None:
    whole = table(
        "`a` enum('secret','secret2') DEFAULT 'secret' COMMENT 'it\\'s a secret'",
        "CONSTRAINT `c` CHECK ((`a` <> 'secret'))",
        "KEY `k` ((concat(`a`,'secret'))) COMMENT 'secret'",
        options="COMMENT = 'secret' partition by list columns(a)\n(partition `p` values in ('secret'))",
    )
    assert strip_definition(whole)
    for end in range(len(whole)):
        assert "secret" not in strip_definition(whole[:end]), whole[:end]


SIGNS = st.text(st.one_of(st.sampled_from("'\"\\`(),;\n -/*#=x"), st.characters(codec="utf-8")), max_size=12)
NAMES = st.text(st.one_of(st.sampled_from("'\"\\(), -/*#x"), st.characters(codec="utf-8", exclude_characters="`")),
                min_size=1, max_size=12).map(lambda name: f"`{name}`")  # fmt: skip
TOKEN = "z\u01c1secret\u01c1z"


def hide(text: str) -> str:
    return f"{text[::2]}{TOKEN}{text[1::2]}"


ELEMENTS = st.one_of(
    st.builds(lambda name, text: f"{name} int(11) DEFAULT {quote(hide(text))}", NAMES, SIGNS),
    st.builds(lambda name, text: f"{name} varchar(9) NOT NULL COMMENT {quote(hide(text))}", NAMES, SIGNS),
    st.builds(lambda name, text: f"{name} enum('a','{hide(text)}','b') DEFAULT NULL", NAMES, SIGNS),
    st.builds(lambda name, text: f"{name} set('{hide(text)}') CHARACTER SET gbk", NAMES, SIGNS),
    st.builds(lambda name, text: f"CONSTRAINT {name} CHECK ((`x` <> {quote(hide(text))}))", NAMES, SIGNS),
    st.builds(lambda name, text: f"KEY {name} ((concat(`x`,{quote(hide(text))}))) LOCAL", NAMES, SIGNS),
    st.builds(lambda name, text: f"KEY {name} (`x`) COMMENT {quote(hide(text))}", NAMES, SIGNS),
    st.builds(lambda name, text: f"{name} int(11) GENERATED ALWAYS AS ({quote(hide(text))}) STORED", NAMES, SIGNS),
)
BEHIND = st.one_of(
    st.just(OPTIONS),
    SIGNS.map(lambda text: f"{OPTIONS} COMMENT = {quote(hide(text))}"),
    SIGNS.map(lambda text: f"partition by list columns(x)\n(partition `p` values in ('{hide(text)}','b'))"),
)


@given(st.lists(ELEMENTS, min_size=1, max_size=4), BEHIND)
@example(["`a` enum('a','x','it's " + TOKEN + "','b') DEFAULT NULL", "`b` int(11)"], OPTIONS)
def test_no_text_stays_and_stripping_again_changes_nothing(elements: list[str], options: str) -> None:
    found = strip_definition(table("`x` int(11)", *elements, options=options))
    assert TOKEN not in found
    assert strip_definition(found) == found


@given(st.lists(ELEMENTS.filter(lambda element: "enum(" not in element and "set(" not in element), max_size=4))
def test_texts_that_the_server_escapes_leave_no_table_out(elements: list[str]) -> None:
    found = strip_definition(table("`x` int(11)", *elements))
    kept = sum(not element.startswith("CONSTRAINT") for element in elements)
    parts = split_stripped(found)
    assert parts is not None and len(parts.elements) == 1 + kept


WORDS = st.lists(
    st.sampled_from(
        ["CREATE TABLE `t` (", "`a` ", "int", "(11)", "enum(", "'x'", "'", '"', "`", "\\", ",", "(", ")", "=",
         "COMMENT ", "DEFAULT ", "CHECK ", "KEY ", "PARTITION BY ", "AS ", "/*!80000 INVISIBLE */", "/*", "--", "\n",
         "7", "_x'", "表"]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@given(st.one_of(st.text(), WORDS, WORDS.map(lambda text: f"CREATE TABLE `t` (`a` int(11), {text}")))
def test_any_text_is_stripped_or_left_out(text: str) -> None:
    found = strip_definition(text)
    assert strip_definition(found) == found
    assert found == "" or text.strip().upper().startswith("CREATE")


@pytest.mark.parametrize("before", ["", "CREATE TABLE `t` (", "CREATE TABLE `t` (`a` enum(", table("`a` int(11)")])
def test_the_time_is_linear(before: str) -> None:
    """Each of these took minutes if one piece were searched for again from each of its signs."""
    pieces = [
        "'",
        "\\'",
        "`",
        "``",
        '\\"',
        "(",
        ")",
        "''",
        "'a',",
        "partition by ",
        "KEY (",
        "_",
        "a",
        "/*!",
        "x=(",
        "b'",
    ]
    began = time.perf_counter()
    for piece in pieces:
        strip_definition((before + piece * 65_536)[:65_536])
    assert time.perf_counter() - began < 10


def test_further_elements_stand_behind_those_of_the_table() -> None:
    text = "CREATE TABLE `t` (\n  `a` int(11) COMMENT 'x, y)'\n) COMPRESSION = 'zstd_1.3.8' PARTITION BY HASH(`a`)"
    plain, more = strip_definition(text), strip_definition(text, ["INDEX `i` (`a`)", "INDEX `j` (`a`) LOCAL"])
    assert more.replace(",\n  INDEX `i` (`a`),\n  INDEX `j` (`a`) LOCAL", "") == plain != more
    assert read_definition(more).indexes == {"i": ("a",), "j": ("a",)}
    assert strip_definition("DROP TABLE `t`", ["INDEX `i` (`a`)"]) == ""
