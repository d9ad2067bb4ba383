"""What is sent of a report, where to, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from agent.model.terms import Text


class DeliveryState(StrEnum):
    """What became of a message.

    SENDING is kept before anything is sent: a run that was killed leaves it behind, and then nobody knows whether the
    message went out. UNCERTAIN says the same of a run that lost the answer. Neither is ever sent again by itself.
    REFUSED: it was certainly not taken, so it may be sent again.
    """

    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"

    @property
    def is_open(self) -> bool:
        """Whether it may have been sent, and nobody knows."""
        return self in (DeliveryState.SENDING, DeliveryState.UNCERTAIN)


class Retry(StrEnum):
    """When the same message may be tried again within one run: not at all, in seconds, or after the rate limit."""

    NEVER = "never"
    SOON = "soon"
    RATE_LIMIT = "rate_limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one attempt came to. ``code`` is the destination's own, such as 310000 or 550; ``text`` is for people."""

    state: DeliveryState
    code: str = ""
    text: Text | None = None
    retry: Retry = Retry.NEVER


@dataclass(frozen=True, slots=True)
class MessageFile:
    """A file of the report: its name and the SHA-256 of its bytes, 64 hexadecimal digits."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAction:
    """One of the first things to do, without the name of any object. ``due`` says by when; "" where nobody knows."""

    title: str
    action: str
    due: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is said of an assessment in one language. It names no object, statement, account or address of a tenant.

    ``headline`` is the line of a list of messages. ``facts`` are (name, value). ``place`` is where the report lies, as
    the engagement says it: a link or words, "" without. ``files`` are the report and the manifest of its files.
    """

    language: str
    headline: str
    title: str
    facts: tuple[tuple[str, str], ...]
    actions_title: str
    actions: tuple[MessageAction, ...]
    place_title: str
    place: str
    files: tuple[MessageFile, ...]

    def join_pair(self, name: str, value: str) -> str:
        """Return a name and its value as the language writes them."""
        return f"{name}：{value}" if self.language.startswith("zh") else f"{name}: {value}"

    def add_remark(self, text: str, remark: str) -> str:
        """Return the text with a remark in brackets, if there is one."""
        if not remark:
            return text
        return f"{text}（{remark}）" if self.language.startswith("zh") else f"{text} ({remark})"


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotDestination:
    """A group robot of DingTalk. ``token`` and ``secret`` return the secrets when they are needed and not before."""

    key: str
    url: str
    token: Callable[[], str]
    secret: Callable[[], str]
    keyword: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailDestination:
    """One address of a mail. ``security`` is tls (from the first byte), starttls or none; ``password`` may be None."""

    key: str
    server: str
    port: int
    security: str
    user: str
    password: Callable[[], str] | None
    sender: str
    recipient: str
    attachments: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MessengerDestination:
    """Another messenger, by its address as apprise writes it; the address holds the secrets."""

    key: str
    service: str
    address: Callable[[], str]


Destination = RobotDestination | MailDestination | MessengerDestination


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRecord:
    """What history knows of one message to one destination; ``changed`` is aware."""

    assessment_id: str
    destination: str
    state: DeliveryState
    attempts: int
    changed: datetime
    code: str
    message_sha256: str


def name_destination(key: str) -> str:
    """Return the name that the engagement gives to a destination: ``dba`` of ``dba/3f2a9c81``, one address of it."""
    return key.partition("/")[0]
