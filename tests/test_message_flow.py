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
    "a keyword": 'def f(x):\n    return Text(args={}, msgid="said {x}")',
    "a keyword of one's own": 'def _tell(path, text):\n    return Text(text)\ndef f():\n    _tell(1, text="said {x}")',
    "a parameter that is a keyword only": (
        'def _tell(path, *, text):\n    return Text(text)\ndef f():\n    _tell(1, text="said {x}")'
    ),
    "a keyword that is passed on": (
        'def a(*, t):\n    return Text(t)\ndef b(n, *, u=""):\n    return a(t=u)\ndef f():\n    b(1, u="said {x}")'
    ),
    "keywords in a mapping": 'def f():\n    return Text(**{"msgid": "said {x}"})',
    "a sequence that is unpacked": 'def f():\n    return Text(*("said {x}", {}))',
    "a sequence of one's own that is unpacked": 'PAIR = ("said {x}", {})\ndef f():\n    return Text(*PAIR)',
    "a default": 'def f(text="said {x}"):\n    return Text(text)',
    "a default of a keyword": 'def f(*, text="said {x}"):\n    return Text(text)',
    "a value of a mapping": 'def _tell(table, key):\n    return Text(table[key])\n_tell({"a": "said {x}"}, "a")',
    "a value put into a mapping": 'def f(k):\n    table = {}\n    table["a"] = "said {x}"\n    return Text(table[k])',
    "a value put into a mapping at the top": 'T = {}\nT["a"] = "said {x}"\ndef f(k):\n    return Text(T[k])',
    "a value of dict()": 'def f(k):\n    table = dict(a="said {x}")\n    return Text(table[k])',
    "a list that grows": (
        'def f():\n    found = []\n    found.append("said {x}")\n    for text in found:\n        yield Text(text)'
    ),
    "a list that is added to": 'def f():\n    t = []\n    t += ["said {x}"]\n    return [Text(one) for one in t]',
    "a field of a dataclass by position": (
        "@dataclass\nclass Rule:\n    code: str\n    words: str\n"
        'def f(rule):\n    return Text(rule.words)\nRULE = Rule("C1", "said {x}")'
    ),
    "a field of a dataclass by keyword": (
        "@dataclass(kw_only=True)\nclass Rule:\n    code: str\n    words: str\n"
        'def f(rule):\n    return Text(rule.words)\nRULE = Rule(code="C1", words="said {x}")'
    ),
    "a default of a dataclass": (
        '@dataclass\nclass Rule:\n    words: str = "said {x}"\ndef f(rule):\n    return Text(rule.words)'
    ),
    "a field of a dataclass that inherits": (
        "@dataclass\nclass Base:\n    words: str\n@dataclass\nclass Rule(Base):\n    code: str\n"
        'def f(rule):\n    return Text(rule.words)\nRULE = Rule("said {x}", "C1")'
    ),
    "a field that holds several": (
        "@dataclass\nclass Rule:\n    texts: tuple[str, ...]\n"
        'def f(rule):\n    for text in rule.texts:\n        yield Text(text)\nRULE = Rule(("said {x}",))'
    ),
    "a record that is replaced": (
        "@dataclass\nclass Rule:\n    words: str\n"
        'def f(rule):\n    return Text(rule.words)\ndef g(rule):\n    return replace(rule, words="said {x}")'
    ),
    "a keyword of a class that is not ours": (
        "class Refused(yaml.MarkedYAMLError):\n    pass\n"
        'def f(e):\n    return Text(str(e.problem))\ndef g():\n    raise Refused(problem="said {x}")'
    ),
    "an attribute of a class": (
        'class Rule:\n    words = "said {x}"\n    def tell(self):\n        return Text(self.words)'
    ),
    "an attribute that is set": 'def f(e):\n    return Text(e.message)\ndef g(e):\n    e.message = "said {x}"',
    "a comprehension": 'def f():\n    return [Text(t) for t in ("said {x}",)]',
    "a comprehension at the top": 'TOLD = [Text(t) for _, t in (("a", "said {x}"),)]',
    "a comprehension in a comprehension": 'TOLD = {Text(t) for _, (t, n) in [(1, ("said {x}", 2))]}',
    "a mapping made by a comprehension": 'def f(k):\n    return Text({n: "said {x}" for n in range(3)}[k])',
    "a value that a function yields": (
        'def _find():\n    yield "said {x}"\ndef f():\n    for text in _find():\n        yield Text(text)'
    ),
    "a lambda": 'tell = lambda text: Text(text)\ntell("said {x}")',
    "a call prepared with its message": 'def a(t, n):\n    return Text(t)\nb = partial(a, "said {x}")',
    "a sum": 'def f():\n    return Text("said " + "{x}")',
    "a text made tidy": 'TEXT = "said {x}"\ndef f():\n    return Text(str(TEXT).strip())',
    "a function that waits": 'async def a(t):\n    return Text(t)\nasync def f():\n    await a("said {x}")',
    "a returned value": 'def _find():\n    return "said {x}", {}\ndef f():\n    m, a = _find()\n    return Text(m, a)',
}


@pytest.mark.parametrize("way", WAYS)
def test_a_message_is_found(tmp_path: Path, way: str) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "module.py").write_text(WAYS[way])
    assert "said {x}" in set(Flow(tmp_path).messages())


@pytest.mark.parametrize(
    "code",
    [
        'print("said {x}")',
        'def f(t):\n    return len(t)\nf("said {x}")',
        'def f(t, *, sql):\n    return Text(t), len(sql)\ndef g(t):\n    f(t, sql="said {x}")',
        'def f(t, sql="said {x}"):\n    return Text(t), len(sql)',
        'def f(t, x):\n    return Text(t, {"x": x})\ndef g(t):\n    f(t, "said {x}")',
        '@dataclass\nclass A:\n    words: str\n    sql: str\ndef f(a):\n    return Text(a.words)\nA(1, "said {x}")',
        '@dataclass\nclass A:\n    words: str\n    sql: str = "said {x}"\ndef f(a):\n    return Text(a.words)',
        'def f(rows):\n    return [Text(t) for t in rows if t != "said {x}"]',
    ],
)
def test_what_is_no_message_is_not(tmp_path: Path, code: str) -> None:
    (tmp_path / "module.py").write_text(code)
    assert set(Flow(tmp_path).messages()) == set()
