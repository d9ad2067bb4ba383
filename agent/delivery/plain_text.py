"""Lays a message out as the text of a mail."""

from __future__ import annotations

from agent.model.delivery import Message


def format_mail(message: Message) -> tuple[str, str]:
    """Return (subject, text). Neither has a line end of a value in it, so no value can begin a header or a line."""
    lines = [_flatten(message.title), ""]
    lines += [message.join_pair(_flatten(name), _flatten(value)) for name, value in message.facts]
    if message.actions:
        lines += ["", _flatten(message.actions_title)]
        for number, action in enumerate(message.actions, start=1):
            title = message.add_remark(_flatten(action.title), _flatten(action.due))
            lines += [f"{number}. {title}", f"   {_flatten(action.action)}"]
    lines += ["", _flatten(message.place_title)]
    lines += [_flatten(message.place)] if message.place else []
    for file in message.files:
        lines += [_flatten(file.name), f"  SHA-256 {file.sha256}"]
    return _flatten(message.headline), "\n".join(lines) + "\n"


def _flatten(text: str) -> str:
    return " ".join(text.split())
