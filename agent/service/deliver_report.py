"""Delivers a written report: a message to each destination of the engagement, none twice, and says what came of it.

Before a message goes out, history keeps that it is being sent. A run that is killed then leaves that behind, and the
message is never sent again by itself.
"""

from __future__ import annotations

import dataclasses
import shlex
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from agent.archive.history.store import History
from agent.delivery.senders import hash_message, send_message
from agent.engagement.deliver_block import DeliverBlock, DestinationBlock, list_keys
from agent.engagement.engagement_file import Engagement
from agent.model.delivery import (
    Answer,
    DeliveryRecord,
    DeliveryState,
    Destination,
    MailDestination,
    Message,
    MessengerDestination,
    RobotDestination,
    name_destination,
)
from agent.model.document import Document
from agent.model.terms import Text
from agent.report.house_style import build_style
from agent.report.view.message import build_message
from agent.service.report_files import choose_attachments, choose_message_files
from agent.support import console
from agent.support.credentials import resolve_reference
from agent.support.errors import ConfigError, HealthAgentError, HistoryError
from agent.support.i18n import LANGUAGES
from agent.support.installation import advise_install
from agent.support.suggestions import suggest_words

Sleep = Callable[[float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryWish:
    """A report and where it lies. ``only`` is the name of one destination, "" for all.

    ``again``: also what was sent before, or may have been; somebody wants that.
    """

    engagement: Engagement
    document: Document
    directory: Path
    only: str = ""
    again: bool = False

    @property
    def block(self) -> DeliverBlock:
        """What the engagement says of delivery. Raises ConfigError if it says nothing."""
        block = self.engagement.deliver
        if block is None or not block.to:
            text = "{path} names no destination. Write them below deliver: to:, as docs/delivery.md shows."
            raise ConfigError(Text(text, {"path": str(self.engagement.path)}))
        return block

    @property
    def language(self) -> str:
        """The language of the messages."""
        return self.block.language or self.engagement.language[0]


def prepare_message(wish: DeliveryWish) -> Message:
    """Return the message of a report. Raises ConfigError if its files are not there, or altered."""
    files = choose_message_files(wish.document, wish.directory, wish.language)
    style = build_style(wish.engagement.report, wish.document, wish.language)
    return build_message(wish.document, wish.language, place=wish.block.place or "", files=files, style=style)


def list_destinations(wish: DeliveryWish) -> Iterator[tuple[str, Destination]]:
    """Yield what a destination is called on a terminal, and the destination. Raises ConfigError for an unknown name."""
    known = wish.block.to
    if wish.only and wish.only not in known:
        text = Text(
            "There is no destination {name} in the engagement; known are {known}.",
            {"name": wish.only, "known": ", ".join(known)},
        )
        raise ConfigError(text, suggest_words([wish.only], known))
    for name, block in known.items():
        if wish.only in ("", name):
            for key, address in list_keys(name, block).items():
                yield f"{name} ({address})" if address else name, _build_destination(wish, block, key, address)


def _build_destination(wish: DeliveryWish, block: DestinationBlock, key: str, address: str) -> Destination:
    robot, mail = block.dingtalk, block.mail
    if robot:
        return RobotDestination(
            key=key,
            url=robot.url,
            token=_refer(robot.token),
            secret=_refer(robot.secret),
            keyword=robot.keyword,
        )
    if mail:
        return MailDestination(
            key=key,
            server=mail.server,
            port=mail.port,
            security=mail.security,
            user=mail.user,
            password=_refer(mail.password) if mail.password else None,
            sender=mail.sender,
            recipient=address,
            attachments=choose_attachments(wish.document, wish.directory, mail.attach, LANGUAGES),
        )
    assert block.messenger
    assert block.address
    return MessengerDestination(key=key, service=block.messenger, address=_refer(block.address))


def _refer(reference: str) -> Callable[[], str]:
    return lambda: resolve_reference(reference)


def deliver_report(history: History, wish: DeliveryWish, sleep: Sleep = time.sleep) -> bool:
    """Send the message to each destination that it has not reached. Return whether it has reached all that are meant.

    What fails is a warning. Raises ConfigError if nothing can be sent at all, HistoryError if the history cannot be
    read.
    """
    known, message = history.deliveries(wish.document["assessment_id"]), prepare_message(wish)
    reached = [
        _Delivery(history, wish, message, name, destination, known.get(destination.key)).reach(sleep)
        for name, destination in list(list_destinations(wish))
    ]
    return all(reached)


@dataclass(slots=True)
class _Delivery:
    """The delivery to one destination; ``record`` is what history knows of it, None before the first attempt.

    ``has_it``: it got the message before, and somebody wants it sent again. Whatever becomes of that, it has it.
    """

    history: History
    wish: DeliveryWish
    message: Message
    name: str
    destination: Destination
    record: DeliveryRecord | None
    has_it: bool = False

    def reach(self, sleep: Sleep) -> bool:
        """Send the message unless that may be the second time. Return whether the destination has it."""
        record = self.record
        self.has_it = record is not None and record.state is DeliveryState.SENT
        if record and not self.wish.again:
            if record.state is DeliveryState.SENT:
                text = "delivered to {name} before, at {moment}; --again sends it once more"
                console.say(text, name=self.name, moment=record.changed)
                return True
            if record.state.is_open:
                self._say_open(Text("its run ended before an answer at {moment}", {"moment": record.changed}))
                return False
        answer = self._send(sleep)
        if answer and answer.state is DeliveryState.SENT:
            console.say("delivered to {name}", name=self.name)
            return True
        if answer and answer.state.is_open:
            self._say_open(answer.text)
        elif answer:
            text = "{name}: not delivered: {reason}. To try again: {command}"
            console.warn(Text(text, {"name": self.name, "reason": answer.text, "command": self._command}))
        return False

    def _say_open(self, reason: Text | None) -> None:
        text = (
            "{name}: the message may have been sent: {reason}. It is not sent again by itself. Look whether it "
            "arrived; then: {command} --again, or --arrived if it did"
        )
        console.warn(Text(text, {"name": self.name, "reason": reason, "command": self._command}))

    @property
    def _command(self) -> str:
        id, file = self.wish.document["assessment_id"], str(self.wish.engagement.path)
        name = name_destination(self.destination.key)
        return shlex.join(["ob-health", "deliver", "-a", id, "-e", file, "--to", name])

    def _send(self, sleep: Sleep) -> Answer | None:
        """Return the last answer; None if nothing was sent and that was told."""
        try:
            from agent.delivery.attempts import send_with_retries
        except ImportError:
            text = Text("a package is not installed; {install}", {"install": advise_install("deliver")})
            return Answer(state=DeliveryState.REFUSED, code="package", text=text)
        try:
            return send_with_retries(self._attempt, self._note, sleep=sleep, tell_wait=self._tell_wait)
        except _OvertakenError:
            console.warn(Text("{name}: another run is sending this message now", {"name": self.name}))
        except HistoryError as error:
            unkept = "{name}: not delivered, because the history cannot keep it: {reason}"
            console.warn(Text(unkept, {"name": self.name, "reason": error.text}))
        return None

    def _attempt(self) -> Answer:
        try:
            return send_message(self.destination, self.message)
        except HealthAgentError as error:  # a secret or a package is missing: nothing was sent
            return Answer(state=DeliveryState.REFUSED, code="setting", text=error.text)
        except Exception as error:  # noqa: BLE001 -- a sender's defect must not end the run, nor send twice
            text = Text("an unexpected error ({kind})", {"kind": type(error).__name__})
            return Answer(state=DeliveryState.UNCERTAIN, code=type(error).__name__, text=text)

    def _note(self, answer: Answer | None) -> None:
        id = self.wish.document["assessment_id"]
        if answer is None:
            begun = self.history.begin_delivery(id, self.destination.key, hash_message(self.message), self.record)
            if begun is None:
                raise _OvertakenError
            self.record = begun
            return
        assert self.record is not None
        kept = dataclasses.replace(answer, state=DeliveryState.SENT) if self.has_it else answer
        try:
            self.record = self.history.end_delivery(self.record, kept)
        except HistoryError as error:
            text = "{name}: what became of the message cannot be kept ({reason}); it counts as perhaps sent"
            console.warn(Text(text, {"name": self.name, "reason": error.text}))

    def _tell_wait(self, answer: Answer, wait_s: float) -> None:
        console.say(
            "{name}: {reason}; the next attempt follows in {wait_s}", name=self.name, reason=answer.text, wait_s=wait_s
        )


class _OvertakenError(Exception):
    """Another run is sending the same message."""


def mark_arrived(history: History, wish: DeliveryWish) -> bool:
    """Keep that messages which may have been sent have arrived: somebody saw them. Return whether there were any."""
    known = history.deliveries(wish.document["assessment_id"])
    seen = Answer(state=DeliveryState.SENT, code="seen")
    marked = False
    for name, destination in list_destinations(wish):
        record = known.get(destination.key)
        if record and record.state.is_open:
            history.end_delivery(record, seen)
            console.say("kept as delivered: {name}", name=name)
            marked = True
    if not marked:
        console.say("No message of this report is in doubt.")
    return marked


def print_messages(wish: DeliveryWish) -> None:
    """Print what would be sent, and where to. Nothing is sent, no secret is asked for."""
    from agent.delivery.markdown_card import format_card
    from agent.delivery.plain_text import format_mail

    message = prepare_message(wish)
    for name, destination in list_destinations(wish):
        mail = isinstance(destination, MailDestination)
        keyword = destination.keyword if isinstance(destination, RobotDestination) else ""
        title, text = format_mail(message) if mail else format_card(message, keyword)
        console.say("to {name}: {title}", "bold", name=name, title=title)
        console.print_verbatim("\n".join(map(console.strip_controls, text.splitlines())))
        if isinstance(destination, MailDestination) and destination.attachments:
            console.say("attached: {files}", files=", ".join(path.name for path in destination.attachments))
