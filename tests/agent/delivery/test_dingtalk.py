"""The sender of a group robot: what it sends is accepted, each answer is read, and no secret leaves it."""

from __future__ import annotations

import json
import logging
import socket
import ssl
import threading
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.delivery import dingtalk
from agent.delivery.dingtalk import read_answer, send_to_robot, sign_request
from agent.model.delivery import Answer, DeliveryState, Retry
from agent.support.credentials import Secret
from agent.support.i18n import LANGUAGES, render_text
from tests.agent.delivery.messages import MESSAGE, robot_destination
from tests.agent.delivery.robot import OK, RATE_LIMIT, SECRET, TOKEN, Robot, running_robot, take_and_hang_up

SENT, REFUSED, UNCERTAIN = DeliveryState.SENT, DeliveryState.REFUSED, DeliveryState.UNCERTAIN


def test_the_robot_accepts_signature_and_form() -> None:
    with running_robot() as robot:
        assert send_to_robot(robot_destination(robot), MESSAGE) == Answer(state=SENT, code="0")
    (taken,) = robot.received
    assert taken["title"] == MESSAGE.headline and "62.3" in taken["text"]
    assert "%2B" in robot.requests[0] or "%2F" in robot.requests[0] or "%3D" in robot.requests[0]
    assert "%25" not in robot.requests[0], "the signature is encoded once"


def test_the_signature_is_the_one_of_the_documentation() -> None:
    """Computed with openssl: printf '1577262236757\\nthis is secret' | openssl dgst -sha256 -hmac 'this is secret'."""
    assert sign_request(1577262236757, Secret("this is secret")) == "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM="


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"token": lambda: "another"}, "300001"), ({"secret": lambda: "SECother"}, "310000")],
)
def test_what_dingtalk_refuses_is_no_success(changes: dict[str, Any], code: str) -> None:
    with running_robot() as robot:
        answer = send_to_robot(robot_destination(robot, **changes), MESSAGE)
    assert (answer.state, answer.code, answer.retry) == (REFUSED, code, Retry.NEVER)
    assert robot.received == []


def test_a_clock_that_is_hours_off_is_refused() -> None:
    with running_robot() as robot:
        answer = send_to_robot(robot_destination(robot), MESSAGE, clock=lambda: 1_600_000_000.0)
    assert (answer.state, answer.code) == (REFUSED, "310000")
    assert "invalid timestamp" in render_text(answer.text, "en")


@pytest.mark.parametrize(
    ("given_answer", "state", "code", "retry"),
    [
        (OK, SENT, "0", Retry.NEVER),
        (RATE_LIMIT, REFUSED, "130101", Retry.RATE_LIMIT),
        ({"errcode": 410100, "errmsg": "too fast"}, REFUSED, "410100", Retry.RATE_LIMIT),
        ({"errcode": 310000, "errmsg": "keywords not in content"}, REFUSED, "310000", Retry.NEVER),
        ({"errcode": 300001, "errmsg": "token is not exist"}, REFUSED, "300001", Retry.NEVER),
        ({"errcode": 400013, "errmsg": "x"}, REFUSED, "400013", Retry.NEVER),
        ({"errcode": 400101, "errmsg": "x"}, REFUSED, "400101", Retry.NEVER),
        ({"errcode": 400102, "errmsg": "x"}, REFUSED, "400102", Retry.NEVER),
        ({"errcode": 400106, "errmsg": "x"}, REFUSED, "400106", Retry.NEVER),
        ({"errcode": 430101, "errmsg": "x"}, REFUSED, "430101", Retry.NEVER),
        ({"errcode": 999999, "errmsg": "new"}, REFUSED, "999999", Retry.NEVER),
        ({"errcode": -1, "errmsg": "busy"}, REFUSED, "-1", Retry.SOON),
        ({"errcode": "0"}, UNCERTAIN, "200", Retry.NEVER),
        ({"errcode": False}, UNCERTAIN, "200", Retry.NEVER),
        ({"errmsg": "ok"}, UNCERTAIN, "200", Retry.NEVER),
        (200, UNCERTAIN, "200", Retry.NEVER),
        (302, REFUSED, "302", Retry.NEVER),
        (404, REFUSED, "404", Retry.NEVER),
        (429, REFUSED, "429", Retry.RATE_LIMIT),
        (500, REFUSED, "500", Retry.SOON),
        (503, REFUSED, "503", Retry.SOON),
        (502, UNCERTAIN, "502", Retry.NEVER),
        (504, UNCERTAIN, "504", Retry.NEVER),
    ],
)
def test_each_answer_is_read(given_answer: Any, state: DeliveryState, code: str, retry: Retry) -> None:
    with running_robot(given_answer) as robot:
        answer = send_to_robot(robot_destination(robot), MESSAGE)
    assert (answer.state, answer.code, answer.retry) == (state, code, retry)
    said = [render_text(answer.text, language) for language in LANGUAGES]
    assert (said == ["", ""]) == (state is SENT) and (state is SENT or said[0] != said[1])


NOT_ZERO = st.one_of(st.integers().filter(bool), st.text(), st.booleans(), st.none(), st.floats(), st.lists(st.just(0)))


@given(st.integers(100, 599), NOT_ZERO)
def test_nothing_but_errcode_0_is_a_success(status: int, code: Any) -> None:
    assert read_answer(status, json.dumps({"errcode": code, "errmsg": "ok"}).encode()).state is not SENT
    assert read_answer(status, json.dumps(code).encode()).state is not SENT
    assert (read_answer(status, b'{"errcode": 0}').state is SENT) == (status == 200)


def test_a_lost_answer_may_have_been_sent_and_is_not_tried_again() -> None:
    with running_robot() as robot:
        robot.answers.append(take_and_hang_up(robot))
        answer = send_to_robot(robot_destination(robot), MESSAGE)
    assert (answer.state, answer.retry) == (UNCERTAIN, Retry.NEVER) and robot.received


def test_an_answer_that_does_not_come_in_time_may_have_been_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dingtalk, "_READ_S", 0.2)
    over = threading.Event()
    with running_robot(lambda handler: over.wait(10)) as robot:
        answer = send_to_robot(robot_destination(robot), MESSAGE)
        over.set()
    assert (answer.state, answer.retry) == (UNCERTAIN, Retry.NEVER)


def endless(handler: Any) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b" " * 4096)
    except OSError:
        pass


def test_an_answer_without_end_is_left() -> None:
    with running_robot(endless) as robot:
        assert send_to_robot(robot_destination(robot), MESSAGE).state is UNCERTAIN


def test_who_cannot_be_reached_got_nothing() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        robot = Robot(url=f"http://127.0.0.1:{nobody.getsockname()[1]}/robot/send")
        answer = send_to_robot(robot_destination(robot), MESSAGE)
    assert (answer.state, answer.code, answer.retry) == (REFUSED, "unreachable", Retry.SOON)


def test_a_certificate_that_is_not_trusted_is_told_as_such() -> None:
    error = httpx.ConnectError("failed")
    error.__cause__ = ssl.SSLCertVerificationError("self-signed")
    answer = dingtalk._describe_no_connection(error)
    assert (answer.state, answer.code, answer.retry) == (REFUSED, "tls", Retry.NEVER)


def repeat_request(handler: Any) -> None:
    """An answer that holds what it was sent."""
    told = b'{"errcode": 310000, "errmsg": "' + f"{TOKEN} {SECRET} {handler.path}".encode() + b'"}'
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(told)))
    handler.end_headers()
    handler.wfile.write(told)


@pytest.mark.parametrize("given_answer", [OK, RATE_LIMIT, repeat_request, 404, 200, lambda handler: None])
def test_no_secret_is_in_an_answer_or_in_any_log(given_answer: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "httpcore.http11", "httpcore.connection"):
        caplog.set_level(logging.DEBUG, logger=name)
    with running_robot(given_answer) as robot:
        answer = send_to_robot(robot_destination(robot), MESSAGE)
    told = f"{answer!r} {render_text(answer.text, 'en')} {caplog.text}"
    assert TOKEN not in told and SECRET not in told and "SEC7e1" not in told


def test_the_logs_of_the_library_would_show_the_token(caplog: pytest.LogCaptureFixture) -> None:
    """What the test above looks for is there if nobody prevents it."""
    caplog.set_level(logging.DEBUG)
    with running_robot(OK) as robot:
        httpx.post(robot.url, params={"access_token": TOKEN})
    assert TOKEN in caplog.text
