"""What a definition says of columns, indexes and partitions; the same before and after it is stripped."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.facts.definition_stripping import strip_definition
from agent.facts.definition_text import ColumnShape, TableShape, find_shape, read_definition
from tests.agent.facts.test_definition_stripping import BEHIND, ELEMENTS, IRREGULAR, WORDS, table

SHOWN = """CREATE TABLE `orders` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `Code` varchar(20) CHARACTER SET latin1 DEFAULT 'a COLLATE b' COMMENT 'CHARACTER SET x',
  `name` VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `note` text DEFAULT NULL,
  `state` set('a','b') CHARACTER SET gbk COLLATE gbk_bin DEFAULT NULL,
  `kind` enum('a','b') DEFAULT NULL,
  `price` decimal(10,2) DEFAULT '777.77',
  `made` datetime(6) NOT NULL,
  `day` date GENERATED ALWAYS AS (cast(`made` as date) collate utf8mb4_bin) VIRTUAL,
  `a``b` int(11) DEFAULT NULL,
  PRIMARY KEY (`id`, `made`),
  UNIQUE KEY `u` (`Code`) BLOCK_SIZE 16384 GLOBAL
 partition by key(Code)
(partition `p0`,
partition `p1`)
,
  KEY `ix` (`name`(10), `id` DESC) BLOCK_SIZE 16384 LOCAL COMMENT 'KEY `no` (`no`)',
  KEY `fx` (`id`, (substr(`name`,1,7))) BLOCK_SIZE 16384 LOCAL /*!80000 INVISIBLE */,
  CONSTRAINT `uu` UNIQUE KEY `inner` (`a``b`),
  FULLTEXT KEY `ft` (`note`) WITH PARSER space,
  CONSTRAINT `fk` FOREIGN KEY (`kind`) REFERENCES `d`.`p`(`id`) ON DELETE CASCADE,
  CONSTRAINT `ck` CHECK ((`id` > 7))
) AUTO_INCREMENT = 1 DEFAULT CHARSET = gbk COLLATE = gbk_chinese_ci COMMENT = 'partition by hash(note)'
 partition by range columns(MADE) subpartition by hash(`id`) subpartition template (
subpartition `price`)
(partition `p0` values less than ('2077-01-01 00:00:00'))"""


def test_columns() -> None:
    columns = read_definition(SHOWN).columns
    assert list(columns) == ["id", "Code", "name", "note", "state", "kind", "price", "made", "day", "a`b"]
    own: dict[str, Any] = {"character_set": "gbk", "collation": "gbk_chinese_ci"}
    assert columns["id"] == ColumnShape(name="id", data_type="bigint", length=20, is_required=True, **own)
    # A character set of a column's own has its own collation, which the table's is not.
    assert columns["Code"] == ColumnShape(name="Code", data_type="varchar", length=20, character_set="latin1")
    assert columns["name"] == ColumnShape(
        name="name", data_type="varchar", length=40, character_set="utf8mb4", collation="utf8mb4_bin"
    )
    assert columns["note"] == ColumnShape(name="note", data_type="text", **own)
    assert columns["state"] == ColumnShape(name="state", data_type="set", character_set="gbk", collation="gbk_bin")
    assert columns["kind"] == ColumnShape(name="kind", data_type="enum", **own)
    assert (columns["price"].data_type, columns["price"].length) == ("decimal", 10)
    assert (columns["day"].data_type, columns["day"].collation) == ("date", "gbk_chinese_ci")


def test_indexes() -> None:
    assert read_definition(SHOWN).indexes == {
        "PRIMARY": ("id", "made"),
        "u": ("Code",),
        "ix": ("name", "id"),
        "fx": ("id", ""),
        "inner": ("a`b",),
        "ft": ("note",),
    }


@pytest.mark.parametrize(
    ("options", "columns"),
    [
        ("", ()),
        ("partition by hash(id*7 + 3)", ("id",)),
        ("partition by range(to_days(`made`))\n(partition `id` values less than (800000))", ("made",)),
        ("partition by range columns(MADE, id)", ("made", "id")),
        ("partition by key(id) subpartition by list columns(made) subpartition template (subpartition `s`)",
         ("id", "made")),
        ("partition by key()", ()),
        ("WITH COLUMN GROUP(id) partition by hash(made)", ("made",)),
    ],
)  # fmt: skip
def test_partitioning(options: str, columns: tuple[str, ...]) -> None:
    text = table("`id` int(11)", "`made` date", "KEY `k` (`id`) GLOBAL partition by hash(id)", options=options)
    assert read_definition(text).partitioned_by == columns


def test_partitioning_of_the_whole() -> None:
    assert read_definition(SHOWN).partitioned_by == ("made", "id")


def test_what_is_stripped_reads_the_same() -> None:
    assert strip_definition(SHOWN) != SHOWN
    assert read_definition(strip_definition(SHOWN)) == read_definition(SHOWN)


@pytest.mark.parametrize("text", IRREGULAR)
def test_what_cannot_be_stripped_is_not_read(text: str) -> None:
    assert read_definition(text) == TableShape()


@given(st.lists(ELEMENTS, min_size=1, max_size=4), BEHIND)
def test_whatever_the_texts_hold_it_is_read_as_it_is_stripped(elements: list[str], options: str) -> None:
    text = table("`x` varchar(20)", *elements, options=options)
    shape = read_definition(text)
    assert shape == read_definition(strip_definition(text))
    assert shape == TableShape() or shape.columns["x"].length == 20


@given(st.one_of(st.text(), WORDS, WORDS.map(lambda text: table("`a` int(11)", text))))
def test_any_text_is_read(text: str) -> None:
    read_definition(text)


def test_a_table_and_a_column_are_found_however_their_names_are_written() -> None:
    shape = read_definition(table("`Cust` int(11)"))
    assert find_shape("ORD", {"other": TableShape(), "Ord": shape}) == shape
    assert find_shape("ord", {"other": shape}) is None
    assert (shape.find_column("cUST"), shape.find_column("id")) == (shape.columns["Cust"], None)


def test_a_length_that_is_none() -> None:
    assert read_definition(table(f"`a` varchar({'9' * 5000})")).columns["a"].length is None


def test_a_column_is_required_only_where_it_is_not_null() -> None:
    shape = read_definition(
        "CREATE TABLE `t` (\n  `a` int(11) NOT NULL AUTO_INCREMENT,\n  `b` int DEFAULT NULL,\n  `c` varchar(9)"
        " CHARSET gbk NOT NULL DEFAULT 'x',\n"
        "  `d` int GENERATED ALWAYS AS ((`b` is not null)) VIRTUAL,\n  `e` int NULL\n)"
    )
    assert [column.name for column in shape.columns.values() if column.is_required] == ["a", "c"]
