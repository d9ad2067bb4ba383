"""Sends a message to a group robot of DingTalk, signed, and reads what it answers.

DingTalk answers errors with HTTP 200 and an ``errcode``. The signature is HMAC-SHA256 over timestamp, line feed and
secret, with the secret as key, in Base64, encoded for the URL; the timestamp, in milliseconds, is good for an hour.
More than 20 messages within a minute stop a robot for ten. The pages on this are "Custom robot access" and "Security
settings of custom robots" of open.dingtalk.com. Robots are known to answer 310000, 130101, 300001 and 90030; the pages
could not be read when this was written, so the other codes below are not confirmed by them. A code that is not listed
is told as DingTalk words it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
import time
from collections.abc import Callable, Mapping

import httpx

from agent.delivery.markdown_card import format_card
from agent.delivery.quiet_libraries import keep_logs_quiet
from agent.model.delivery import Answer, DeliveryState, Message, Retry, RobotDestination
from agent.model.terms import Scalar, Text
from agent.support.credentials import reveal_secret

_CONNECT_S, _READ_S, _WHOLE_S = 10.0, 20.0, 60.0
_MOST_BYTES = 1 << 16
_MOST_SAID = 160
_RATE_LIMITS = (130101, 410100, 90030)
_BUSY = -1
_REFUSALS: Mapping[int, str] = {
    310000: Text(
        "its security settings do not let the message pass ({code}: {said}). Compare secret, keyword and allowed IP "
        "addresses of the robot with the engagement, and the clock of this machine"
    ).msgid,
    300001: Text("it does not know this token ({code}). Copy the token of the robot's webhook again").msgid,
    400101: Text("it does not know this token ({code}). Copy the token of the robot's webhook again").msgid,
    400106: Text("the robot does not exist any more ({code}). Add it to the group again").msgid,
    400102: Text("the robot is switched off ({code}). Switch it on in the settings of the group").msgid,
    400013: Text("the group was dissolved ({code}). Name the robot of another group").msgid,
    430101: Text("it takes a link of the message for unsafe ({code}). Name another place of the report").msgid,
}
_OTHER_REFUSAL = Text("it refused the message ({code}: {said})").msgid
_UNREADABLE = Text("it gave an answer that is not DingTalk's")
_RATE_LIMITED = Text("it takes no more messages for some minutes, because it had more than 20 within one")
_OVERLOADED = Text("it is overloaded now")
_LOST = Text("its answer was lost")


def sign_request(timestamp_ms: int, secret: str) -> str:
    """Return the signature of a request in Base64, before it is encoded for the URL."""
    content = str(timestamp_ms).encode() + b"\n" + secret.encode()
    return base64.b64encode(hmac.new(secret.encode(), content, hashlib.sha256).digest()).decode()


def send_to_robot(robot: RobotDestination, message: Message, clock: Callable[[], float] = time.time) -> Answer:
    """Send one message once. Raises nothing of the network; ConfigError where a secret cannot be had.

    No answer and no error holds the token or the secret.
    """
    token, secret = reveal_secret(robot.token()), reveal_secret(robot.secret())
    timestamp = round(clock() * 1000)
    query = {"access_token": token, "timestamp": str(timestamp), "sign": sign_request(timestamp, secret)}
    title, text = format_card(message, robot.keyword)
    payload = {"msgtype": "markdown", "markdown": {"title": title, "text": text}}
    with keep_logs_quiet():
        try:
            status, body = _post(robot.url, query, payload)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
            return _describe_no_connection(error)
        except (httpx.UnsupportedProtocol, httpx.InvalidURL):
            return Answer(state=DeliveryState.REFUSED, text=Text("its address cannot be used"))
        except (httpx.HTTPError, TimeoutError):
            return Answer(state=DeliveryState.UNCERTAIN, code="lost", text=_LOST)
    return _hide_secrets(read_answer(status, body), (token, secret))


def _post(url: str, query: Mapping[str, str], payload: Mapping[str, object]) -> tuple[int, bytes]:
    """Return status and body. Raises httpx's errors, and TimeoutError for an answer that does not end."""
    timeout = httpx.Timeout(_READ_S, connect=_CONNECT_S)
    until, body = time.monotonic() + _WHOLE_S, b""
    with (
        httpx.Client(timeout=timeout, follow_redirects=False) as client,
        client.stream("POST", url, params=query, json=payload) as response,
    ):
        for part in response.iter_bytes():
            body += part
            if len(body) > _MOST_BYTES or time.monotonic() > until:
                raise TimeoutError
        return response.status_code, body


def _describe_no_connection(error: BaseException) -> Answer:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            text = Text("its certificate is not trusted here. Add the CA of your proxy to those of this machine")
            return Answer(state=DeliveryState.REFUSED, code="tls", text=text)
        cause = cause.__cause__ or cause.__context__
    text = Text("it cannot be reached. Check the network and the proxy of this machine")
    return Answer(state=DeliveryState.REFUSED, code="unreachable", text=text, retry=Retry.SOON)


def read_answer(status: int, body: bytes) -> Answer:
    """Return what an HTTP status and a body come to. Only an ``errcode`` of 0 says that the message was taken."""
    args: dict[str, Scalar] = {"code": str(status), "said": ""}
    if status == 429:
        return Answer(state=DeliveryState.REFUSED, code="429", text=_RATE_LIMITED, retry=Retry.RATE_LIMIT)
    if status in (500, 503):
        return Answer(state=DeliveryState.REFUSED, code=str(status), text=_OVERLOADED, retry=Retry.SOON)
    if 300 <= status < 500:
        text = Text("what answers at its address is not the robot (HTTP {code}). Check the address", args)
        return Answer(state=DeliveryState.REFUSED, code=str(status), text=text)
    try:
        found = json.loads(body)
        code, said = found["errcode"], str(found.get("errmsg", ""))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return Answer(state=DeliveryState.UNCERTAIN, code=str(status), text=_UNREADABLE)
    if type(code) is not int or status != 200:
        return Answer(state=DeliveryState.UNCERTAIN, code=str(status), text=_UNREADABLE)
    return _read_code(code, said[:_MOST_SAID])


def _read_code(code: int, said: str) -> Answer:
    if code == 0:
        return Answer(state=DeliveryState.SENT, code="0")
    if code in _RATE_LIMITS:
        return Answer(state=DeliveryState.REFUSED, code=str(code), text=_RATE_LIMITED, retry=Retry.RATE_LIMIT)
    if code == _BUSY:
        return Answer(state=DeliveryState.REFUSED, code=str(code), text=_OVERLOADED, retry=Retry.SOON)
    text = Text(_REFUSALS.get(code, _OTHER_REFUSAL), {"code": str(code), "said": said})
    return Answer(state=DeliveryState.REFUSED, code=str(code), text=text)


def _hide_secrets(answer: Answer, secrets: tuple[str, ...]) -> Answer:
    """Replace the secrets in what the robot said: a server may repeat what it was sent."""
    if answer.text is None or "said" not in answer.text.args:
        return answer
    said = str(answer.text.args["said"])
    for secret in secrets:
        said = said.replace(secret, "***")
    text = Text(answer.text.msgid, {**answer.text.args, "said": said})
    return Answer(state=answer.state, code=answer.code, text=text, retry=answer.retry)
