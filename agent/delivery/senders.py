"""Sends a message by the sender of its destination. What a sender needs is loaded when it is needed."""

from __future__ import annotations

import hashlib

from agent.delivery.plain_text import format_mail
from agent.model.delivery import Answer, Destination, MailDestination, Message, RobotDestination
from agent.model.terms import Text
from agent.support.errors import ConfigError
from agent.support.installation import advise_install


def send_message(destination: Destination, message: Message) -> Answer:
    """Send one message once. Raises ConfigError where a secret or a package is missing: then nothing was sent."""
    try:
        if isinstance(destination, RobotDestination):
            from agent.delivery.dingtalk import send_to_robot

            return send_to_robot(destination, message)
        from agent.delivery.apprise_sender import send_mail, send_to_messenger
    except ImportError:
        text = "delivery needs a package that is not installed; {install}"
        raise ConfigError(Text(text, {"install": advise_install("deliver")})) from None
    if isinstance(destination, MailDestination):
        return send_mail(destination, message)
    return send_to_messenger(destination, message)


def hash_message(message: Message) -> str:
    """Return the SHA-256 of what a message says, to tell later which one was sent."""
    return hashlib.sha256("\n".join(format_mail(message)).encode()).hexdigest()
