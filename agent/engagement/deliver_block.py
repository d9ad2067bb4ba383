"""The ``deliver:`` block of an engagement: where the report goes, what is attached, and who signs it.

Secrets are references only. The block is checked when the engagement is loaded, before anything is connected or sent.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from agent.engagement.report_block import Language
from agent.support.yaml_fields import Block, Day, ExistingFile, Host, Invalid, Many, Name, Password, Some, TextList

DINGTALK_URL = "https://oapi.dingtalk.com/robot/send"
_LOCAL = ("127.0.0.1", "::1", "localhost")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_MOST_PLACE = 300
AttachedFormat = Literal["pdf", "docx", "html", "xlsx", "json"]


def _check_robot_url(value: str) -> str:
    """Accept an address without secrets: the token is added when the message is sent."""
    try:
        parts = urlsplit(value)
        usable = bool(parts.hostname) and not (parts.query or parts.fragment or parts.username or parts.password)
        safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
    except ValueError:
        usable = safe = False
    if not (usable and safe):
        raise Invalid("{place}: write the address of the robot without its token, such as {usual}", usual=DINGTALK_URL)
    return value


def _check_mail_address(value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise Invalid("{place}: write one mail address, such as dba@example.com")
    return value


def _check_place(value: str) -> str:
    if len(value) > _MOST_PLACE or not value.isprintable():
        raise Invalid("{place}: write one line of at most {most} characters", most=str(_MOST_PLACE))
    if "://" in value:
        try:
            parts = urlsplit(value)
            hidden = parts.username or parts.password or parts.query
        except ValueError:
            hidden = "unknown"
        if hidden:
            raise Invalid("{place}: everybody in the group reads this; write it without user, password and query")
    return value


MailAddress = Annotated[str, AfterValidator(_check_mail_address)]


class DingTalkBlock(Block):
    """A group robot with a signature. ``keyword`` is a word that the robot demands in each message."""

    token: Password
    secret: Password
    keyword: str = ""
    url: Annotated[str, AfterValidator(_check_robot_url)] = DINGTALK_URL


class MailBlock(Block):
    """A mail server, and the addresses that get a mail each. ``attach`` names the formats of the report to attach."""

    server: Host
    port: Annotated[int, Field(ge=1, le=65_535)] = 465
    security: Literal["tls", "starttls", "none"] = "tls"
    user: str = ""
    password: Password | None = None
    sender: Annotated[MailAddress, Field(alias="from")]
    recipients: Annotated[Some[MailAddress], Field(alias="to")]
    attach: Many[AttachedFormat] = ()

    @model_validator(mode="after")
    def _require_safe_login(self) -> MailBlock:
        if (self.password is None) != (not self.user):
            raise Invalid("{place}: user and password go together; write both, or none where the server asks for none")
        if self.password and self.security == "none" and self.server not in _LOCAL:
            raise Invalid('{place}: a password is never sent in the clear; write "security: tls" or "starttls"')
        return self


class AgreedBlock(Block):
    """Who of the customer agreed to this messenger, and when."""

    by: TextList
    date: Day


class DestinationBlock(Block):
    """One destination, of exactly one kind."""

    dingtalk: DingTalkBlock | None = None
    mail: MailBlock | None = None
    messenger: Literal["feishu", "lark"] | None = None
    address: Password | None = None
    agreed: AgreedBlock | None = None

    @model_validator(mode="after")
    def _require_one_kind(self) -> DestinationBlock:
        if sum(kind is not None for kind in (self.dingtalk, self.mail, self.messenger)) != 1:
            raise Invalid('{place}: write exactly one of "dingtalk", "mail" and "messenger"')
        if (self.messenger is None) != (self.address is None):
            raise Invalid('{place}: "messenger" and "address" (a reference such as env:NAME) go together')
        if self.messenger and self.agreed is None:
            raise Invalid(
                "{place}: another messenger than DingTalk needs the customer's consent; add agreed: {example}",
                example="{by: Wang Wei, date: 2026-01-10}",
            )
        return self


class DeliverBlock(Block):
    """Where the report goes. ``place`` is what messages say of where it lies; ``language`` is that of the messages.

    ``signing_key`` is an SSH key of the sender: the manifest of the report's files is signed with it.
    """

    place: Annotated[TextList, AfterValidator(_check_place)] | None = None
    language: Language | None = None
    signing_key: ExistingFile | None = None
    to: dict[Name, DestinationBlock] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _require_purpose(self) -> DeliverBlock:
        if not self.to and self.signing_key is None:
            raise Invalid('{place}: name a destination below "to", or a "signing_key"')
        return self

    @property
    def keys(self) -> tuple[str, ...]:
        """A key for each message: a destination's name, and for mail the name with a mark of each address."""
        return tuple(key for name, block in self.to.items() for key in list_keys(name, block))


def list_keys(name: str, block: DestinationBlock) -> Mapping[str, str]:
    """Return key -> mail address of a destination; a robot or messenger has one key and no address.

    The mark is of the address itself, so another order of addresses changes nothing.
    """
    return dict(_list_marked(name, block.mail)) if block.mail else {name: ""}


def _list_marked(name: str, mail: MailBlock) -> Iterator[tuple[str, str]]:
    for address in mail.recipients:
        yield f"{name}/{hashlib.sha256(address.casefold().encode()).hexdigest()[:12]}", address
