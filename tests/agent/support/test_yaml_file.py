"""Files that people write: every problem has its line, and nothing but ConfigError comes out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.catalogue.rules import locate_shipped_rules
from agent.support.errors import ConfigError
from agent.support.i18n import render_text
from agent.support.yaml_file import describe_place, read_yaml, yaml_path


def problems_of(path: Path, content: str | bytes) -> list[str]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigError) as caught:
        read_yaml(path)
    return [render_text(problem, "en").replace(str(path), "F") for problem in caught.value.problems]


def test_data_and_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\nlist:\n  - x\n  - key:\n      deep: 2026-03-31\non: yes\n1: 2026-03-31T08:00:00Z\n")
    data, locate = read_yaml(path)
    moment = datetime(2026, 3, 31, 8, tzinfo=UTC)
    assert data == {"a": 1, "list": ["x", {"key": {"deep": date(2026, 3, 31)}}], "on": True, "1": moment}
    assert locate(("a",)) == 1
    assert locate(("list",)) == 2
    assert locate(("list", 1)) == 4
    assert locate(("list", 1, "key", "deep")) == 5
    assert locate(()) == 1


def test_a_path_that_is_not_there_is_located_at_its_nearest_ancestor(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\nb:\n  c: 2\n")
    _, locate = read_yaml(path)
    assert locate(("b", "missing", 3)) == 2
    assert describe_place(path, locate, ("b", "c")) == f"{path}:3: b.c"
    assert describe_place(path, locate, ()) == f"{path}:1"


@pytest.mark.parametrize(
    ("loc", "shown"),
    [
        ((), ""),
        (("mutes", 0, "until"), "mutes[0].until"),
        (("zh-CN",), "zh-CN"),
        (("a", "b c"), 'a."b c"'),
        (("订阅",), "订阅"),
        (("\x1b[2J",), '"\\u001b[2J"'),
    ],
)
def test_paths_as_shown(loc: tuple[int | str, ...], shown: str) -> None:
    assert yaml_path(loc) == shown


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "closing bracket"),
        ("a: 1\nb:\n\t- c\n", 3, "tab"),
        ("a: 1\nb: 'x\n", 2, "quote is opened"),
        ("a: 1\nb: c: d\n", 2, "colon is not allowed"),
        ("a:\n  b: 1\n c: 2\n", 3, "does not fit"),
        ("a: 1\nb\n", 3, "without a colon"),
        ("a: @home\n", 1, "cannot begin with"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ('a: 1\nb: "\\q"\n', 2, "not valid YAML"),
        ("a: 1\nb: \x07\n", 2, "control character"),
        (b"a: 1\nb: \xff\n", 2, "UTF-8"),
        ("a: 1\nb: 2\n".encode("utf-16"), 1, "UTF-8"),
        ("a: &x 1\nb: *x\n", 2, "aliases"),
        ("a: 1\nb: !!python/object:os.system {}\n", 2, "tags"),
        ("a:\n" + "[" * 100, 2, "nested too deeply"),
        ("a: 1\nb: {{ template }}\n", 2, "key must be text"),
        ("a: 1\nb: 2026-02-30\n", 2, "no such number or date"),
        ("a: 1\nb: " + "9" * 5000, 2, "no such number or date"),
    ],
)
def test_what_cannot_be_read_is_one_message_with_its_line(
    tmp_path: Path, content: str | bytes, line: int, words: str
) -> None:
    (problem,) = problems_of(tmp_path / "a.yaml", content)
    assert problem.startswith(f"F:{line}: ")
    assert words in problem


@pytest.mark.parametrize("content", ["", "\n\n", "# only a comment\n", "\ufeff"])
def test_an_empty_file(tmp_path: Path, content: str) -> None:
    assert problems_of(tmp_path / "a.yaml", content) == ["F: the file is empty"]


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    data, locate = read_yaml(path)
    assert data == {"a": 1, "b": 2}
    assert locate(("b",)) == 2


def test_all_duplicate_keys_are_listed(tmp_path: Path) -> None:
    content = "a: 1\nb:\n  c: 1\n  c: 2\nd: 2026-13-01\na: 2\n"
    assert problems_of(tmp_path / "a.yaml", content) == [
        "F:4: b.c: this key is already in line 3; keep one of the two",
        "F:5: d: no such number or date; correct it, or put text in quotes",
        "F:6: a: this key is already in line 1; keep one of the two",
    ]


def test_a_bomb_of_aliases_is_refused(tmp_path: Path) -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"k{i}: &k{i} [*a, *a]\n" for i in range(40))
    (problem,) = problems_of(tmp_path / "a.yaml", bomb)
    assert problem.startswith("F:2: aliases")


def test_a_file_too_large(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path / "a.yaml", "#" * (1 << 20) + "\n")
    assert "larger than 1 MiB" in problem


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_yaml(tmp_path / "none.yaml")
    assert "no such file" in render_text(caught.value.problems[0], "en")


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_yaml(tmp_path)
    assert "cannot be read" in render_text(caught.value.problems[0], "en")


@pytest.mark.parametrize("value", ["*SECRET", "!SECRET", "!SECRET!x", "'SECRET", '"SE\\qCRET"', "@SECRET", "[SECRET"])
def test_messages_never_repeat_a_value(tmp_path: Path, value: str) -> None:
    assert not any("CRET" in problem for problem in problems_of(tmp_path / "a.yaml", f"password: {value}\nb: 1\n"))


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=60),
        st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.text(alphabet="ab01:-.{}[]&*!|>'\"%@`#,?~<= \n\t+_xeTZ", max_size=60).map(str.encode),
    )
)
def test_any_content_gives_data_or_a_config_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    try:
        read_yaml(path)
    except ConfigError as error:
        assert error.problems
        assert all(render_text(problem, "zh-CN") for problem in error.problems)


def test_libyaml_and_python_read_the_shipped_rules_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    if not yaml.__with_libyaml__:
        pytest.skip("PyYAML was built without libyaml")
    quick, locate_quick = read_yaml(locate_shipped_rules())
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    slow, locate_slow = read_yaml(locate_shipped_rules())
    assert quick == slow
    for code in slow["checks"]:
        assert locate_quick(("checks", code)) == locate_slow(("checks", code))
