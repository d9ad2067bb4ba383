"""A mail server on this machine that keeps what it takes, and refuses what it is told to refuse."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from agent.model.delivery import MailDestination
from agent.support.credentials import Secret

PASSWORD = "pa55-w0rd/of:mail@"


@dataclass
class Post:
    """``refusals`` is the answer to RCPT by address, ``at_the_end`` the answer to the content."""

    port: int = 0
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    at_the_end: str = "250 taken"
    hangs_up: bool = False

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.at_the_end.startswith("2"):
            assert isinstance(envelope.content, bytes)
            mail = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.taken += [(address, mail) for address in envelope.rcpt_tos]
        if self.hangs_up and server.transport:
            server.transport.abort()  # type: ignore[attr-defined]
        return self.at_the_end

    def destination(self, recipient: str = "dba@example.com", **changes: Any) -> MailDestination:
        given: dict[str, Any] = {"user": "tam", "password": lambda: Secret(PASSWORD), **changes}
        return MailDestination(
            key=f"dba/{recipient}",
            server="127.0.0.1",
            port=self.port,
            security="none",
            sender="tam@example.com",
            recipient=recipient,
            **given,
        )


@contextmanager
def running_post(**settings: Any) -> Iterator[Post]:
    post = Post(**settings)

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
        right = LoginPassword(b"tam", PASSWORD.encode())
        return AuthResult(success=given == right, handled=given == right)

    with socket.socket() as free:  # the controller takes no port 0
        free.bind(("127.0.0.1", 0))
        post.port = free.getsockname()[1]
    controller = Controller(
        post, hostname="127.0.0.1", port=post.port, authenticator=check, auth_required=True, auth_require_tls=False
    )
    controller.start()
    try:
        yield post
    finally:
        controller.stop()
