"""No more of an answer is read than was asked for, and the password is told where that is safe."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest

from agent.collection.gate import AnswerShape
from agent.collection.guarded_driver import (
    AnswerCut,
    GuardedDriver,
    OddAnswer,
    PasswordWithheld,
    check_labels,
    check_width,
)
from agent.support.i18n import render_text


class Packet:
    """A packet that begins with this byte."""

    def __init__(self, first: int) -> None:
        self.first = first

    def get_all_data(self) -> bytes:
        return bytes([self.first, 0])


class Wire:
    """The driver's own hooks, before a server that says what it is told to."""

    def __init__(self, **options: Any) -> None:
        self.options, self.closed, self.first, self._auth_plugin_name = options, False, 0, ""

    def connect(self, sock: socket.socket | None) -> None:
        self.sock = sock

    def _force_close(self) -> None:
        self.closed = True

    def _get_server_information(self) -> None:
        pass

    def _read_packet(self, *_args: Any) -> Packet:
        return Packet(self.first)

    def _read_bytes(self, num_bytes: int) -> bytes:
        return bytes(num_bytes)


class Driver(GuardedDriver, Wire):
    def read_packets(self, count: int) -> None:
        for _ in range(count):
            self._read_packet()

    def read_size(self, size: int) -> None:
        self._read_bytes(size)


def expecting(shape: AnswerShape, left_rows: int = 10, left_bytes: int = 1000) -> Driver:
    """A driver that awaits this answer, from a server that gives so many columns."""
    driver = Driver(False)
    driver.expect(shape, left_rows, left_bytes)
    driver.first = len(shape.labels or ())
    return driver


def refused(act: Callable[[], object], driver: Driver, kind: type[Exception] = AnswerCut) -> str:
    """What is said; the connection is shut then, because the rest of the answer may come."""
    with pytest.raises(kind) as caught:
        act()
    assert driver.closed
    return render_text(caught.value.what, "en") if isinstance(caught.value, OddAnswer) else str(caught.value)


TWO = AnswerShape(("a", "b"))


def test_nothing_is_connected_by_making_it() -> None:
    assert Driver(False, host="h").options == {"defer_connect": True, "host": "h"}


def test_a_login_has_sixteen_packets_and_64_kib_and_no_more() -> None:
    driver = Driver(False)
    driver.read_packets(16)
    driver.read_size(65_536)
    assert not driver.closed
    refused(lambda: driver.read_packets(1), driver)
    other = Driver(False)
    refused(lambda: other.read_size(65_537), other)


def test_an_answer_has_its_frame_and_the_rows_that_are_left() -> None:
    driver = expecting(TWO)
    driver.read_packets(4)  # a head, two columns, an end behind them
    assert driver.rows_read == 0
    driver.read_packets(1)
    assert driver.rows_read == 1
    driver.read_packets(10)  # the other rows, and the end
    assert not driver.closed
    assert "no end" in refused(lambda: driver.read_packets(1), driver)


def test_one_row_is_left_and_one_row_is_read() -> None:
    driver = expecting(AnswerShape(("a",)), left_rows=1)
    driver.read_packets(5)
    refused(lambda: driver.read_packets(1), driver)


def test_an_answer_has_the_bytes_that_are_left_beside_its_columns() -> None:
    driver = expecting(TWO)
    driver.read_size(1000 + 3 * 1024)
    assert not driver.closed and driver.bytes_read == 1000 + 3 * 1024
    refused(lambda: driver.read_size(1), driver)
    assert driver.bytes_read == 1000 + 3 * 1024, "what was refused was not read"
    driver.expect(TWO, 10, 1000)
    assert driver.bytes_read == driver.rows_read == 0
    driver.read_size(7)
    driver.read_size(5)
    assert driver.bytes_read == 12


@pytest.mark.parametrize(("most_rows", "left_rows", "kind"), [(3, 4, OddAnswer), (3, 3, OddAnswer), (3, 2, AnswerCut)])
def test_more_rows_than_were_asked_for_are_odd_and_more_than_are_left_a_cut(
    most_rows: int, left_rows: int, kind: type[Exception]
) -> None:
    driver = expecting(AnswerShape(("a",), most_rows), left_rows)
    driver.read_packets(min(most_rows, left_rows) + 4)
    assert not driver.closed
    said = refused(lambda: driver.read_packets(1), driver, kind)
    assert ("more rows" in said) is (kind is OddAnswer)


def test_too_many_bytes_are_a_cut_also_where_the_rows_are_bounded() -> None:
    driver = expecting(AnswerShape(("a",), 1))
    refused(lambda: driver.read_size(1000 + 2 * 1024 + 1), driver, AnswerCut)


def test_any_columns_are_two_hundred_and_fifty_at_most() -> None:
    driver = expecting(AnswerShape(None), left_rows=1, left_bytes=5)
    driver.first = 99
    driver.read_packets(254)
    driver.read_size(5 + 251 * 1024)
    assert not driver.closed
    refused(lambda: driver.read_packets(1), driver)


def test_a_bare_answer_has_no_columns() -> None:
    driver = expecting(AnswerShape(()), left_rows=0)
    driver.read_packets(3)
    refused(lambda: driver.read_packets(1), driver)


@pytest.mark.parametrize("first", [0, 1, 3])
def test_a_head_that_announces_other_columns_is_odd(first: int) -> None:
    driver = expecting(TWO)
    driver.first = first
    assert "other columns" in refused(lambda: driver.read_packets(1), driver, OddAnswer)


def test_only_the_head_is_asked_how_many_columns_there_are() -> None:
    driver = expecting(TWO)
    driver.read_packets(1)
    driver.first = 9
    driver.read_packets(3)
    assert not driver.closed


def test_a_row_of_four_mebibytes_is_read_and_a_longer_one_has_no_end() -> None:
    driver = expecting(TWO, left_bytes=2**30)
    driver.read_size(2**22)
    assert not driver.closed
    assert "no end" in refused(lambda: driver.read_size(2**22 + 1), driver, OddAnswer)


SAFE, PLAIN_IN_TLS = ("", "mysql_native_password"), ("caching_sha2_password", "sha256_password")


@pytest.mark.parametrize("way", [*SAFE, *PLAIN_IN_TLS, "mysql_clear_password", "dialog", "a_new_one"])
@pytest.mark.parametrize("verified", [False, True])
def test_the_password_is_told_where_that_is_safe(way: str, verified: bool) -> None:
    """By the greeting already, and when the server wants another way."""
    driver = Driver(verified)
    driver._auth_plugin_name = way
    for ask in (driver._get_server_information, lambda: driver._get_auth_plugin_handler(way.encode())):
        if way in SAFE or (verified and way in PLAIN_IN_TLS):
            ask()
        else:
            with pytest.raises(PasswordWithheld, match=way):
                ask()


def test_hanging_up_ends_what_blocks_and_needs_no_connection() -> None:
    driver = Driver(False)
    driver.hang_up()
    driver.connect(None)
    driver.hang_up()
    here, there = socket.socketpair()
    with here, there:
        driver.connect(here)
        driver.hang_up()
        assert here.recv(1) == b"" and driver.sock is here
        driver._force_close()
        driver.hang_up()


@pytest.mark.parametrize(
    ("columns", "labels", "odd"),
    [
        ([("a", 1), ("B", 2)], ("A", "b"), False),
        ([("anything",)], ("",), False),
        ([("a",)], ("b",), True),
        ([("a",), ("c",)], ("", "b"), True),
        ([("a",), ("b",)], None, False),
        ([], None, True),
        ([], (), False),
    ],
)
def test_an_answer_has_the_names_that_were_asked_for(
    columns: list[tuple[object, ...]], labels: tuple[str, ...] | None, odd: bool
) -> None:
    if odd:
        with pytest.raises(OddAnswer):
            check_labels(columns, AnswerShape(labels))
    else:
        check_labels(columns, AnswerShape(labels))


def test_every_row_is_as_wide_as_the_head() -> None:
    check_width([], 2)
    check_width([(1, 2), (3, 4)], 2)
    for rows in ([(1, 2), (3,)], [(1, 2, 3), (3, 4)]):
        with pytest.raises(OddAnswer):
            check_width(rows, 2)
