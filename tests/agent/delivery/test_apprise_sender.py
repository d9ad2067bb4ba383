"""Mail and other messengers: what was taken, what was certainly not, and which services say so at all."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apprise
import pytest
import requests

from agent.delivery import apprise_sender
from agent.delivery.apprise_sender import send_mail, send_to_messenger
from agent.engagement.deliver_block import DestinationBlock
from agent.model.delivery import Answer, DeliveryState, MessengerDestination, Retry
from agent.support.credentials import Secret
from agent.support.i18n import render_text
from tests.agent.delivery.messages import MESSAGE
from tests.agent.delivery.post import PASSWORD, Post, running_post

SENT, REFUSED, UNCERTAIN = DeliveryState.SENT, DeliveryState.REFUSED, DeliveryState.UNCERTAIN
pytestmark = [
    pytest.mark.filterwarnings("ignore:Requiring AUTH", "ignore:'imghdr'"),
    pytest.mark.slow,
]
ADDRESSES = {
    "feishu": "feishu://tokentokentoken0123456789",
    "lark": "lark://tokentokentoken0123456789",
}


@pytest.fixture
def post() -> Iterator[Post]:
    with running_post() as running:
        yield running


def test_a_mail_arrives_with_its_attachments(post: Post, tmp_path: Path) -> None:
    report = tmp_path / "report_示例商城_prod_2026-10-03.zh-CN.pdf"
    report.write_bytes(b"%PDF-1.7 \x00\xff")
    assert send_mail(post.destination(attachments=(report,)), MESSAGE) == Answer(state=SENT, code="250")
    ((address, mail),) = post.taken
    assert (address, mail["to"], mail["subject"]) == ("dba@example.com", "dba@example.com", MESSAGE.headline)
    body = mail.get_body(("plain",))
    assert body and "1. Data disk nearly full (by 2026-10-10)" in body.get_content()
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "report_-_prod_2026-10-03.zh-CN.pdf"
    assert attached.get_content() == report.read_bytes(), "the hash of the message is that of the attachment"


@pytest.mark.parametrize(
    ("changes", "settings", "state", "code", "retry"),
    [
        ({"password": lambda: Secret("wrong")}, {}, REFUSED, "535", Retry.NEVER),
        ({}, {"refusals": {"dba@example.com": "550 no such user"}}, REFUSED, "550", Retry.NEVER),
        ({}, {"refusals": {"dba@example.com": "450 greylisted"}}, REFUSED, "450", Retry.SOON),
        ({}, {"at_the_end": "452 full"}, REFUSED, "452", Retry.SOON),
        ({}, {"at_the_end": "552 too large"}, REFUSED, "552", Retry.NEVER),
        ({}, {"hangs_up": True}, UNCERTAIN, "lost", Retry.NEVER),
    ],
)
def test_each_refusal_is_read(
    changes: dict[str, Any], settings: dict[str, Any], state: DeliveryState, code: str, retry: Retry
) -> None:
    with running_post(**settings) as post:
        answer = send_mail(post.destination(**changes), MESSAGE)
    assert (answer.state, answer.code, answer.retry) == (state, code, retry)
    assert bool(post.taken) == (state is UNCERTAIN)


def test_a_server_that_cannot_be_reached_got_nothing(post: Post) -> None:
    closed = Post(port=post.port)
    with running_post() as gone:
        closed.port = gone.port
    answer = send_mail(closed.destination(), MESSAGE)
    assert (answer.state, answer.code, answer.retry) == (REFUSED, "unreachable", Retry.SOON)


def test_no_password_is_in_an_answer_or_a_log(post: Post, caplog: pytest.LogCaptureFixture, capfd: Any) -> None:
    caplog.set_level(logging.DEBUG)
    answers = [send_mail(post.destination(), MESSAGE)]
    answers.append(send_mail(post.destination(password=lambda: Secret("pa55-wrong")), MESSAGE))
    logged = [record.getMessage() for record in caplog.records if record.name != "mail.log"]  # that is the server's
    told = f"{answers} {[render_text(a.text, 'en') for a in answers]} {logged} {''.join(capfd.readouterr())}"
    assert PASSWORD not in told and "pa55-wrong" not in told and "dba@example.com" not in told


def answer_requests(monkeypatch: pytest.MonkeyPatch, status: int, content: bytes) -> list[bytes]:
    """Let every service be answered so; return the bodies that were sent."""
    sent: list[bytes] = []

    def post(url: str, **parts: Any) -> requests.Response:
        data = parts.get("data") or b""
        sent.append(data.encode() if isinstance(data, str) else data)
        response = requests.Response()
        response.status_code, response._content = status, content
        return response

    monkeypatch.setattr(requests, "post", post)
    return sent


def messenger(service: str) -> MessengerDestination:
    return MessengerDestination(key="chat", service=service, address=lambda: Secret(ADDRESSES[service]))


REFUSALS = [(200, b'{"code": 19024, "msg": "Key Words Not Found"}'), (403, b"invalid_token"), (500, b"")]


def test_the_services_of_the_engagement_are_those_that_are_tried_here() -> None:
    known = DestinationBlock.model_json_schema()["properties"]["messenger"]["anyOf"][0]["enum"]
    assert sorted(known) == sorted(ADDRESSES)


@pytest.mark.parametrize("service", ADDRESSES)
def test_a_messenger_takes_a_message(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = answer_requests(monkeypatch, 200, b'{"code": 0, "msg": "success"}')
    assert send_to_messenger(messenger(service), MESSAGE).state is SENT
    assert "62.3" in b"".join(sent).decode()


@pytest.mark.parametrize("service", ADDRESSES)
@pytest.mark.parametrize(("status", "content"), REFUSALS)
def test_a_refusal_of_a_messenger_is_no_success(
    service: str, status: int, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_requests(monkeypatch, status, content)
    answer = send_to_messenger(messenger(service), MESSAGE)
    assert answer.state is REFUSED
    assert answer.code in ("19024", str(status))


def test_a_service_that_hides_refusals_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Why WeCom and DingTalk are not sent to by apprise: it reports success for their error answers."""
    answer_requests(monkeypatch, 200, b'{"errcode": 310000, "errmsg": "sign not match"}')
    for address in ("dingtalk://SECsecret0123456789@tokentokentoken0123456789", "wecombot://botkey-0123456789"):
        taken, _ = apprise_sender._notify(address, "t", "x", apprise.NotifyFormat.TEXT)
        assert taken is True


def test_a_line_that_breaks_may_have_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    def post(*_: Any, **__: Any) -> None:
        raise requests.ReadTimeout("no answer")

    monkeypatch.setattr(requests, "post", post)
    for service in ADDRESSES:
        assert send_to_messenger(messenger(service), MESSAGE).state is UNCERTAIN


def test_an_address_of_another_service_is_refused() -> None:
    wrong = MessengerDestination(key="chat", service="feishu", address=lambda: Secret("wecombot://botkey-0123456789"))
    assert send_to_messenger(wrong, MESSAGE).state is REFUSED
    broken = MessengerDestination(key="chat", service="feishu", address=lambda: Secret("feishu://"))
    assert send_to_messenger(broken, MESSAGE).state is REFUSED
