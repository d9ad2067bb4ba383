"""The search for messages follows them wherever they go."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.message_flow import Flow

WAYS = {
    "an argument": 'Text("said {x}")',
    "a choice": 'Text("said {x}" if 1 else "told {x}")',
    "a variable": 'def f():\n    message = "said {x}"\n    return Text(message)',
    "one of two variables": 'def f():\n    message, args = "said {x}", {}\n    return Text(message, args)',
    "a table": 'TABLE = {1: "said {x}"}\ndef f(key):\n    return Text(TABLE[key])',
    "a table asked with a default": 'TABLE = {}\ndef f(key):\n    return Text(TABLE.get(key, "said {x}"))',
    "a loop over a table": 'TABLE = {1: "said {x}"}\ndef f():\n    for _, t in TABLE.items():\n        yield Text(t)',
    "a search in a table": (
        'TABLE = {1: "said {x}"}\ndef f(n):\n    text = next((t for k, t in TABLE.items() if k == n), "")\n'
        "    return Text(text)"
    ),
    "a function of one's own": 'def _refuse(path, text):\n    return Text(text)\ndef f():\n    _refuse(1, "said {x}")',
    "two functions": 'def a(t):\n    return Text(t)\ndef b(n, t):\n    return a(t)\ndef f():\n    b(1, "said {x}")',
    "a function inside": 'def outer(t):\n    def inner():\n        return Text(t)\n    return inner\nouter("said {x}")',
    "a method": 'class A:\n    def add(self, loc, t):\n        return Text(t)\ndef f(a):\n    a.add(1, "said {x}")',
    "an error of ours": (
        "class Ours(Exception):\n    def __init__(self, t):\n        self.text = Text(t)\n"
        'class Other(Ours):\n    pass\ndef f():\n    raise Other("said {x}")'
    ),
    "an attribute": (
        "class Kept(Exception):\n    def __init__(self, t):\n        self.message = t\n"
        'def f(e):\n    return Text(e.message)\ndef g():\n    raise Kept("said {x}")'
    ),
    "a returned value": 'def _find():\n    return "said {x}", {}\ndef f():\n    m, a = _find()\n    return Text(m, a)',
}


@pytest.mark.parametrize("way", WAYS)
def test_a_message_is_found(tmp_path: Path, way: str) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "module.py").write_text(WAYS[way])
    assert "said {x}" in set(Flow(tmp_path).messages())


@pytest.mark.parametrize("code", ['print("said {x}")', 'def f(t):\n    return len(t)\nf("said {x}")'])
def test_what_is_no_message_is_not(tmp_path: Path, code: str) -> None:
    (tmp_path / "module.py").write_text(code)
    assert set(Flow(tmp_path).messages()) == set()
