"""Valid files gone wrong: bytes flipped, nodes replaced, everything that a file can be and should not."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import yaml
from hypothesis import strategies as st

Path = tuple[int | str, ...]
DEEP: Any = "bottom"
for _ in range(60):
    DEEP = [DEEP]
NUMBERS: tuple[Any, ...] = (
    0,
    -1,
    2**31,
    2**63,
    10**400,
    -(10**30),
    0.0,
    5e-324,
    1.7e308,
    math.inf,
    -math.inf,
    math.nan,
)
TEXTS = (
    "", " ", "x" * 100_000, "\x00", "\x1b[31m", "\u202e", "\ufeff", "{x}", "{0.__class__}", "%s%n", "{{ 7*7 }}",
    "../../../../etc/passwd", "/dev/zero", "/proc/self/mem", "env:HOME", "file:/dev/null", "0" * 5000, "1e999", "~",
    "'; DROP TABLE x; --", "<script>", "=1+1", "agent.facts:source", "os:system", "4.2.5.1", "low", "9999-12-31",
)  # fmt: skip
MOMENTS: tuple[Any, ...] = (date(1, 1, 1), date(9999, 12, 31), datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31))
OTHERS: tuple[Any, ...] = (None, True, False, [], {}, [[]], [{}], {"": ""}, {"x": {"y": "z"}}, DEEP, [None] * 1000)
PLAIN = st.sampled_from((*NUMBERS, *TEXTS, *OTHERS)) | st.text(max_size=20) | st.integers() | st.floats()


def paths(node: Any, here: Path = ()) -> Iterator[Path]:
    """Every place in plain data but the root."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield (*here, key)
        yield from paths(value, (*here, key))


@st.composite
def spoilt_data(draw: st.DrawFn, data: Any, values: st.SearchStrategy[Any] = PLAIN) -> Any:
    """Plain data with one to three nodes replaced, removed, or put where they do not belong."""
    found = copy.deepcopy(data)
    for _ in range(draw(st.integers(1, 3))):
        every = list(paths(found))
        if not every:
            break
        *parents, last = draw(st.sampled_from(every))
        node = found
        for step in parents:
            node = node[step]
        change = draw(st.sampled_from(["replace", "replace", "remove", "rename", "repeat"]))
        if change == "replace":
            node[last] = copy.deepcopy(draw(values))
        elif change == "remove":
            del node[last]
        elif isinstance(node, dict):
            node[draw(st.text(max_size=10)) if change == "rename" else f"{last}s"] = node.pop(last)
        else:
            node.append(node[last])
    return found


@st.composite
def spoilt_yaml(draw: st.DrawFn, data: Any) -> bytes:
    """The same as YAML."""
    spoilt = draw(spoilt_data(data, PLAIN | st.sampled_from(MOMENTS)))
    text: str = yaml.safe_dump(spoilt, allow_unicode=True, width=1000)
    return text.encode("utf-8", "surrogatepass")


@st.composite
def spoilt_json(draw: st.DrawFn, data: Any) -> str:
    """The same as JSON, NaN and all."""
    return json.dumps(draw(spoilt_data(data)))


@st.composite
def spoilt_bytes(draw: st.DrawFn, content: bytes) -> bytes:
    """Bytes flipped, cut out, put in, or written in another way."""
    changed = bytearray(content)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(0, len(changed) - 1)))
        length = draw(st.integers(0, 40))
        changed[place : place + length] = draw(st.binary(max_size=20) | st.sampled_from(PIECES))
    rewritten: bytes = draw(st.sampled_from(REWRITTEN))(bytes(changed))
    return rewritten


PIECES = (
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\t", b"\r", b"\r\n", b"\x1b]0;x\x07", b": ", b"- ", b"? ", b"&a ", b"*a",
    b"!!python/object/apply:os.system [id]", b"<<: *a", b"---\n", b"...\n", b"%YAML 9.9\n", b"|\n", b">-\n", b"{", b"[",
    b"{{", b"'", b'"', b"#", b"@", b"`", b"\xc3\x28", b"\xe2\x80\xa8", b"\xed\xa0\x80", b"[" * 500, b"{a: " * 500,
)  # fmt: skip
REWRITTEN = (
    lambda content: content,
    lambda content: b"\xef\xbb\xbf" + content,
    lambda content: content.replace(b"\n", b"\r\n"),
    lambda content: content.replace(b"\n", b"\r"),
    lambda content: content.decode("utf-8", "replace").encode("utf-16"),
    lambda content: content + b"\x00",
    lambda content: content + content,
)
BOMB = b"a: &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (97 + n, 97 + n, b", ".join([b"*%c" % (96 + n)] * 9)) for n in range(1, 26)
)
WHOLE_FILES = (
    b"", b"\n", b"\x00", b"\xff\xfe\x00", b"# nothing\n", b"null", b"7", b"[]", b"- a\n- b\n", b"a: b: c", BOMB,
    b"[" * 100_000, b"{a: " * 100_000, b"- " * 100_000, b"a: " + b"9" * 100_000, b"a: 0x" + b"f" * 100_000,
    b"? " * 20_000,
    b"a: 1\na: 2\n", b"a: " + b"x" * (2 << 20), b"a: 1e" + b"9" * 1000, b"a: 2026-99-99", b"a: 12:30:45",
    b"a: !!binary x",
    b"!!set {a, b}", b"<<: {a: 1}", b"'unclosed", b"\xef\xbb\xbf", b"%TAG ! tag:x,2000:\n--- !x {}\n", b"a: !!int x\n",
)  # fmt: skip
