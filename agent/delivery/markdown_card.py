"""Lays a message out in the Markdown that group robots show: headings, bold, lists, links. A phone shows it first.

DingTalk documents these few forms only, and each paragraph needs an empty line before it. Characters that would become
markup are replaced by their full-width twins: a backslash before them is shown on some clients.
"""

from __future__ import annotations

import re

from agent.model.delivery import Message

_WIDE = str.maketrans("[]<>*`#|~\\{}", "［］＜＞＊＇＃｜～＼｛｝")
_UNDERSCORES = re.compile(r"(?P<within>(?<=[^\W_])_+(?=[^\W_]))|_+")  # within a word they are no markup
_LINK = re.compile(r"https://[\w.-]+(?::\d+)?(?:/[\w./%~=&?#+,:@-]*)?")


def format_card(message: Message, keyword: str = "") -> tuple[str, str]:
    """Return (title, text). ``keyword`` ends the text: a robot may demand a word in each message."""
    parts = [f"### {disarm_markup(message.title)}"]
    parts += [message.join_pair(disarm_markup(name), f"**{disarm_markup(value)}**") for name, value in message.facts]
    if message.actions:
        parts.append(f"#### {disarm_markup(message.actions_title)}")
        parts += _list_actions(message)
    parts.append(f"#### {disarm_markup(message.place_title)}")
    if message.place:
        parts.append(_format_place(message.place))
    parts += [f"{disarm_markup(file.name)}\n\nSHA-256: {file.sha256}" for file in message.files]
    if keyword and keyword not in "\n\n".join((message.headline, *parts)):
        parts.append(disarm_markup(keyword))
    return message.headline, "\n\n".join(parts)


def disarm_markup(text: str) -> str:
    """Return the text on one line, with nothing in it that Markdown would take for markup or a link."""
    plain = " ".join(text.split()).translate(_WIDE).replace("://", "：//")
    plain = _UNDERSCORES.sub(lambda run: run["within"] or "＿" * len(run[0]), plain)
    return re.sub(r"^([-+]|\d+[.)])(?= |$)", r"·\1", plain)


def _list_actions(message: Message) -> list[str]:
    told = []
    for number, action in enumerate(message.actions, start=1):
        # Not a list: its numbers begin again after each paragraph on some clients.
        title = message.add_remark(f"**{number}. {disarm_markup(action.title)}**", disarm_markup(action.due))
        told.append(f"{title}\n\n{disarm_markup(action.action)}")
    return told


def _format_place(place: str) -> str:
    """Return a link where the place is an address of the web, and the words otherwise."""
    return (
        f"[{disarm_markup(place.removeprefix('https://'))}]({place})"
        if _LINK.fullmatch(place)
        else disarm_markup(place)
    )
