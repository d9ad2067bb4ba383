"""The functions that the gate lets pass are the server's own, even where somebody made others of their names."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from agent.collection import gate
from agent.kernel.start import Kernel

pytestmark = pytest.mark.kernel
SCHEMA = "hx_functions"
MADE = 424_242
ARGUMENTS = {
    "AVG": ("1",), "COALESCE": ("NULL", "7"), "CONCAT": ("'a'", "'b'"), "COUNT": ("1",), "GREATEST": ("1", "2"),
    "IF": ("1", "2", "3"), "IFNULL": ("NULL", "7"), "ISNULL": ("NULL",), "MAX": ("3",), "MIN": ("3",),
    "MOD": ("7", "4"), "NVL": ("NULL", "7"), "SUBSTR": ("'abc'", "2"), "SUBSTRING": ("'abc'", "2"),
    "SUBSTRING_INDEX": ("'a@b'", "'@'", "1"), "SUM": ("4",),
    "CONNECTION_ID": (), "CURRENT_USER": (), "EFFECTIVE_TENANT_ID": (), "OB_VERSION": (), "VERSION": (),
}  # fmt: skip


@pytest.fixture(scope="module")
def schema(kernel: Kernel) -> Iterator[str]:
    kernel.run([f"CREATE DATABASE {SCHEMA}"])
    yield SCHEMA
    kernel.run([f"DROP DATABASE {SCHEMA}"])


def made_and_called(kernel: Kernel, schema: str, name: str, arguments: tuple[str, ...]) -> object:
    """What the name gives in a schema with a stored function of that name."""
    parameters = ", ".join(f"p{number} VARCHAR(20)" for number in range(len(arguments)))
    with contextlib.closing(kernel.connect(database=schema)) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE FUNCTION `{name}`({parameters}) RETURNS INT RETURN {MADE}")
        cursor.execute(f"SELECT {name}({', '.join(arguments)})")
        ((given,),) = cursor.fetchall()
        return given


def test_the_table_is_that_of_the_gate() -> None:
    assert set(ARGUMENTS) == gate._FUNCTIONS


@pytest.mark.parametrize("name", ARGUMENTS)
def test_the_servers_own_function_is_called(kernel: Kernel, schema: str, name: str) -> None:
    assert made_and_called(kernel, schema, name, ARGUMENTS[name]) != MADE


@pytest.mark.parametrize(("name", "arguments"), [("IIF", ("1", "2", "3")), ("CURRENT_VERSION", ())])
def test_a_name_that_is_no_function_of_the_server(
    kernel: Kernel, schema: str, name: str, arguments: tuple[str, ...]
) -> None:
    """The test itself: these two look built in to the parser, and here the made ones are called."""
    assert made_and_called(kernel, schema, name, arguments) == MADE
