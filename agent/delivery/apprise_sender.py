"""Sends mail, and messages to other messengers, with apprise: only where it reports that the other side refused.

Apprise says no more than whether it went well. Why it did not is in its log, which is read here and kept nowhere. Where
the log does not say that the message was refused before it was taken, it may have been sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import apprise

from agent.delivery.markdown_card import format_card
from agent.delivery.plain_text import format_mail
from agent.delivery.quiet_libraries import keep_logs_quiet, overhear_log
from agent.model.delivery import Answer, DeliveryState, MailDestination, Message, MessengerDestination, Retry
from agent.model.terms import Text
from agent.support.credentials import reveal_secret

_SCHEMES = {"tls": "mailtos", "starttls": "mailtos", "none": "mailto"}
_MODES = {"tls": "ssl", "starttls": "starttls", "none": "insecure"}
_TIMEOUT_S = 20
# Apprise: where it could not connect or log in; what the server said; what other messengers answered.
_NOT_CONNECTED = "Connection error while submitting email"
_SMTP_CODE = re.compile(r"(?:\(|refused: )([45]\d\d)(?:,|\s)")
_OTHER_CODE = re.compile(r"(?:error=|code=|notification failed: )(-?\d+)")
_LOST = Text("its answer was lost")


def send_mail(mail: MailDestination, message: Message) -> Answer:
    """Send one message to one address once, with its attachments. ConfigError where the password cannot be had.

    One address at a time: with several, apprise does not say which of them were refused.
    """
    subject, text = format_mail(message)
    password = reveal_secret(mail.password()) if mail.password else None
    settings: dict[str, Any] = {
        "schema": _SCHEMES[mail.security],
        "host": mail.server,
        "smtp_host": mail.server,
        "port": mail.port,
        "secure_mode": _MODES[mail.security],
        "user": mail.user if password else None,
        "password": password,
        "from_addr": mail.sender,
        "targets": [mail.recipient],
        "format": "text",
        "verify": True,
        "cto": _TIMEOUT_S,
    }
    taken, heard = _notify(settings, subject, text, apprise.NotifyFormat.TEXT, mail.attachments)
    return Answer(state=DeliveryState.SENT, code="250") if taken else _read_mail_log(heard)


def _read_mail_log(heard: Sequence[str]) -> Answer:
    codes = [found[1] for line in heard if (found := _SMTP_CODE.search(line))]
    if any(_NOT_CONNECTED in line for line in heard):
        if codes:  # it was reached, and refused the login
            text = Text("the mail server refuses the login ({code}). Check user and password", {"code": codes[0]})
            return Answer(state=DeliveryState.REFUSED, code=codes[0], text=text)
        text = Text("the mail server cannot be reached, or is not trusted. Check name, port, security and CA")
        return Answer(state=DeliveryState.REFUSED, code="unreachable", text=text, retry=Retry.SOON)
    if not codes:
        return Answer(state=DeliveryState.UNCERTAIN, code="lost", text=_LOST)
    soon = codes[0].startswith("4")
    text = (
        Text("the mail server takes no mail now ({code})", {"code": codes[0]})
        if soon
        else Text("the mail server refuses the mail ({code}). Check sender and address", {"code": codes[0]})
    )
    return Answer(state=DeliveryState.REFUSED, code=codes[0], text=text, retry=Retry.SOON if soon else Retry.NEVER)


def send_to_messenger(messenger: MessengerDestination, message: Message) -> Answer:
    """Send one message once. ConfigError where the address cannot be had."""
    address = reveal_secret(messenger.address())
    if not address.startswith(f"{messenger.service}://"):
        text = Text("its address is not one of {service}: it must begin with {scheme}", _name_scheme(messenger))
        return Answer(state=DeliveryState.REFUSED, code="address", text=text)
    title, text_shown = format_card(message)
    taken, heard = _notify(address, title, text_shown, apprise.NotifyFormat.MARKDOWN)
    if taken:
        return Answer(state=DeliveryState.SENT)
    if taken is None:
        return Answer(state=DeliveryState.REFUSED, code="address", text=Text("its address cannot be used"))
    code = next((found[1] for line in heard if (found := _OTHER_CODE.search(line))), "")
    if not code:
        return Answer(state=DeliveryState.UNCERTAIN, code="lost", text=_LOST)
    return Answer(state=DeliveryState.REFUSED, code=code, text=Text("it refused the message ({code})", {"code": code}))


def _name_scheme(messenger: MessengerDestination) -> Mapping[str, str]:
    return {"service": messenger.service, "scheme": f"{messenger.service}://"}


def _notify(
    address: str | dict[str, Any], title: str, text: str, form: apprise.NotifyFormat, files: Sequence[Path] = ()
) -> tuple[bool | None, list[str]]:
    """Return whether it was taken, None for an address that apprise does not understand, and what apprise logged."""
    asset = apprise.AppriseAsset(app_id="ob-health", app_desc="ob-health", async_mode=False)
    with keep_logs_quiet(), overhear_log("apprise") as heard:
        service = apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)
        if service is None:
            return None, heard
        attached = apprise.AppriseAttachment(list(map(_locate_attachment, files)), asset=asset) if files else None
        return bool(service.notify(body=text, title=title, body_format=form, attach=attached)), heard


def _locate_attachment(path: Path) -> str:
    """Return the address of a file with an ASCII name: apprise writes any other so that mail programs lose it."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", path.name).strip("-")
    return f"file://{quote(str(path.absolute()))}?name={quote(name)}"
