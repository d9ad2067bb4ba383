"""The ``deliver:`` block: references instead of secrets, one kind each, consent for other messengers."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.engagement.deliver_block import DINGTALK_URL, list_keys
from tests.agent.engagements import MINIMAL, load, problems_of

ROBOT = "dingtalk: {token: env:TOKEN, secret: file:/run/secret}"
MAIL = "mail: {server: smtp.example.com, from: tam@example.com, to: [dba@example.com]}"


def block(*lines: str) -> str:
    """An engagement with these lines below ``deliver:``."""
    return MINIMAL + "deliver:\n" + "".join(f"  {line}\n" for line in lines)


def test_without_the_block_nothing_is_delivered(tmp_path: Path) -> None:
    assert load(tmp_path, MINIMAL).deliver is None


def test_destinations_and_their_keys(tmp_path: Path) -> None:
    addresses = "[a@example.com, B@example.com]"
    lines = ("place: https://files.example.com/acme", "to:", f"  group: {{{ROBOT}}}", f"  dba: {{{MAIL}}}")
    found = load(tmp_path, block(*lines).replace("[dba@example.com]", addresses)).deliver
    assert found and found.to["group"].dingtalk and found.to["group"].dingtalk.url == DINGTALK_URL
    group, *mails = found.keys
    assert group == "group" and [key.partition("/")[0] for key in mails] == ["dba", "dba"]
    assert "example.com" not in "".join(mails), "no address is kept"
    turned = load(tmp_path, block(*lines).replace("[dba@example.com]", "[b@EXAMPLE.com, a@example.com]")).deliver
    assert turned and sorted(turned.keys) == sorted(found.keys)
    assert list(list_keys("group", found.to["group"]).values()) == [""]


WRONG = {
    "group: {dingtalk: {token: 9f2c5d41, secret: env:SECRET}}": "a password is never written here",
    "group: {dingtalk: {token: env:T, secret: SEC12345}}": "a password is never written here",
    "group: {dingtalk: {token: env:T}}": "secret: this key is missing",
    "group: {dingtalk: {token: env:T, secret: env:S, url: 'http://oapi.dingtalk.com/robot/send'}}": "without its token",
    "group: {dingtalk: {token: env:T, secret: env:S, url: 'https://x/send?access_token=9f2c'}}": "without its token",
    "group: {dingtalk: {token: env:T, secret: env:S, url: 'https://u:p@x/send'}}": "without its token",
    f"both: {{{ROBOT}, {MAIL}}}": "write exactly one of",
    "none: {agreed: {by: Wang, date: 2026-01-10}}": "write exactly one of",
    "chat: {messenger: feishu, address: env:A}": "needs the customer's consent; add agreed:",
    "chat: {messenger: feishu, agreed: {by: Wang, date: 2026-01-10}}": "go together",
    "chat: {messenger: wecombot, address: env:A, agreed: {by: Wang, date: 2026-01-10}}": "write one of: feishu, lark",
    "chat: {messenger: feishu, address: 'feishu://9f2c', agreed: {by: W, date: 2026-01-10}}": "never written here",
    "dba: {mail: {server: s.example.com, from: tam, to: [dba@example.com]}}": "write one mail address",
    "dba: {mail: {server: s.example.com, from: t@example.com, to: ['a@b.example, c@b.example']}}": "one mail address",
    'dba: {mail: {server: s.example.com, from: t@example.com, to: ["a@example.com\\nBcc: b@example.com"]}}': "one mail",
    "dba: {mail: {server: s.example.com, from: t@example.com, to: []}}": "write at least one entry",
    "dba: {mail: {server: s.example.com, user: tam, from: t@example.com, to: [a@example.com]}}": "go together",
    "dba: {mail: {server: s.example.com, security: none, user: tam, password: env:P, from: t@example.com,"
    " to: [a@example.com]}}": "never sent in the clear",
    "dba: {mail: {server: s.example.com, from: t@example.com, to: [a@example.com], attach: [zip]}}": "write one of:",
}


@pytest.mark.parametrize("entry", WRONG)
def test_what_is_wrong_is_one_message_without_the_secret(entry: str, tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, block("to:", f"  {entry}"))
    assert WRONG[entry] in problem and problem.partition(" ")[0].startswith("15:")
    assert not any(secret in problem for secret in ("9f2c", "SEC12345", "u:p@"))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (
            ("place: https://u:p@files.example.com/", "to:", f"  group: {{{ROBOT}}}"),
            "everybody in the group reads this",
        ),
        (("place: https://files.example.com/?sig=9f2c", "to:", f"  group: {{{ROBOT}}}"), "everybody in the group"),
        (("place: " + "x" * 301, "to:", f"  group: {{{ROBOT}}}"), "at most 300 characters"),
        (("place: the share",), 'name a destination below "to"'),
        (("signing_key: nowhere",), "there is no file"),
    ],
)
def test_what_else_is_wrong(lines: tuple[str, ...], message: str, tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, block(*lines))
    assert message in problem


def test_a_key_alone_signs_and_delivers_nowhere(tmp_path: Path) -> None:
    (tmp_path / "id_ed25519").touch()
    found = load(tmp_path, block("signing_key: id_ed25519")).deliver
    assert found and found.keys == () and found.signing_key == tmp_path / "id_ed25519"
