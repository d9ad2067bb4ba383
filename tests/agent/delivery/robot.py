"""A group robot on this machine: it verifies what it is sent as DingTalk does, and answers with DingTalk's codes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "9f2c-robot-token-5d41"
SECRET = "SEC7e1-robot/secret+word="
HOUR_MS = 3_600_000
OK = {"errcode": 0, "errmsg": "ok"}
RATE_LIMIT = {
    "status": 1111,
    "wait": 5,
    "punish": "deny",
    "errcode": 130101,
    "errmsg": "send too fast, exceed 20 times per minute",
}


@dataclass
class Robot:
    """``received`` are the messages that it took. ``answers`` are given before it looks at a request at all:
    a dictionary is a body, a number a status, a function gets the handler.
    """

    url: str = ""
    received: list[dict[str, Any]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)

    def judge(self, path: str, body: bytes) -> dict[str, Any]:
        """What DingTalk would answer."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(path).query, keep_blank_values=True).items()}
        if query.get("access_token") != TOKEN:
            return {"errcode": 300001, "errmsg": "token is not exist"}
        sent = int(query.get("timestamp", "0"))
        if abs(time.time() * 1000 - sent) > HOUR_MS:
            return {"errcode": 310000, "errmsg": "invalid timestamp"}
        wanted = hmac.new(SECRET.encode(), f"{sent}\n{SECRET}".encode(), hashlib.sha256).digest()
        if query.get("sign") != base64.b64encode(wanted).decode():
            return {"errcode": 310000, "errmsg": "sign not match, more: [https://ding-doc.dingtalk.com]"}
        message = json.loads(body)
        if message.get("msgtype") != "markdown" or not all(message["markdown"].get(key) for key in ("title", "text")):
            return {"errcode": 400105, "errmsg": "unsupported msgtype"}
        self.received.append(message["markdown"])
        return OK


@contextmanager
def running_robot(*answers: Any) -> Iterator[Robot]:
    robot = Robot(answers=list(answers))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            robot.requests.append(self.path)
            answer = robot.answers.pop(0) if robot.answers else robot.judge(self.path, body)
            if callable(answer):
                answer(self)
                return
            status = answer if isinstance(answer, int) else 200
            told = json.dumps(answer).encode() if isinstance(answer, dict) else b"<html>gateway</html>"
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    serving.start()
    robot.url = f"http://127.0.0.1:{server.server_address[1]}/robot/send"
    try:
        yield robot
    finally:
        server.shutdown()
        server.server_close()
        serving.join()


def take_and_hang_up(robot: Robot) -> Callable[[Any], None]:
    """It takes the message, and the line breaks before the answer."""

    def answer(handler: Any) -> None:
        robot.received.append({"title": "taken"})
        handler.connection.close()

    return answer
