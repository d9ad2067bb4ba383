"""Help and usage errors: every command, in both languages, at every width, in words that a person types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from typer.core import TyperArgument, TyperGroup, TyperOption
from typer.main import get_command
from typer.testing import CliRunner

from agent.__main__ import build_command
from agent.cli.help_page import name_value
from agent.cli.help_topics import ENVIRONMENT, EXIT_CODES
from agent.cli.variables import name_variable
from agent.support import console
from agent.support.i18n import LANGUAGES, load_translations
from tests.agent.cli.typed import run_here
from tests.messages import walk_commands

COMMANDS = dict(walk_commands())
ROOT = Path(__file__).parents[3]
OPTIONS = [
    (path, option) for path, command in COMMANDS.items() for option in command.params if isinstance(option, TyperOption)
]


@pytest.fixture(autouse=True, scope="module")
def _built_once() -> Iterator[None]:
    """All commands are built once: that takes longer than a page."""
    command = get_command(build_command())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typer.testing._get_command", lambda app: command)
        yield


def say(*words: str, lang: str = "", columns: int = 80, code: int = 0) -> str:
    """What a terminal of so many columns is told."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OB_HEALTH_LANG", lang or "en")
        for each in (console.out, console.err):
            patch.setattr(each, "_width", columns)
        result = CliRunner().invoke(build_command(), list(words))
    assert result.exit_code == code, (words, result.output, result.exception)
    return result.output


def test_there_are_commands_and_options() -> None:
    assert len(COMMANDS) > 25 and len(OPTIONS) > 150


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("columns", [40, 80, 120])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_fits_the_terminal_and_speaks_its_language(path: tuple[str, ...], columns: int, lang: str) -> None:
    page = say(*path, "--help", lang=lang, columns=columns)
    names = re.compile(r"^  -|^      --")  # a name is never broken, though it may be longer than a narrow window
    assert max(cell_len(line) for line in page.splitlines() if not names.match(line)) <= columns
    assert not re.search(
        r"<(?:\w+\[)?(?:bool|str|int|float|path|file|directory|list|text|choice)\b", page, re.IGNORECASE
    )
    assert page.startswith("用法：" if lang == "zh-CN" else "Usage: ")
    if lang == "zh-CN":
        assert "通用选项" in page and not re.search(r"\b(Usage|Options|Commands|Arguments|default|required)\b", page)
    assert columns != 80 or page == say(*path, "-h", lang=lang, columns=columns)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_everything_that_a_command_takes_is_on_its_page(path: tuple[str, ...]) -> None:
    page, command = say(*path, "-h", columns=100), COMMANDS[path]
    for param in command.params:
        if isinstance(param, TyperOption):
            assert all(name in page for name in (*param.opts, *param.secondary_opts))
            assert f"${name_variable(param)}" in page if name_variable(param) else True
            assert param.is_flag or re.fullmatch(r"[A-Z][A-Z,.|:=-]*", name_value(param)), f"{param.opts} takes what?"
        elif isinstance(param, TyperArgument):
            assert param.metavar and param.metavar in page
        assert param.help, f"{path} {param.name}: not explained"
    for name, inner in getattr(command, "commands", {}).items():
        assert re.search(rf"(?m)^  {name}  ", page) and inner.help


def test_the_first_page_puts_every_command_somewhere_once() -> None:
    page = say("--help", columns=100)
    for name in COMMANDS[()].commands:
        assert len(re.findall(rf"(?m)^  {name}  ", page)) == 1


@pytest.mark.parametrize("path", [path for path, command in COMMANDS.items() if isinstance(command, TyperGroup)])
def test_a_group_alone_shows_its_page(path: tuple[str, ...]) -> None:
    assert say(*path, code=2) == say(*path, "--help")


# Usage errors: what is typed, what is said in English and in Chinese, and what was probably meant.
ERRORS: dict[str, tuple[str, str, str]] = {
    "asess": ("There is no command asess.", "没有命令 asess。", "assess"),
    "checks explian X": ("There is no command explian.", "没有命令 explian。", "explain"),
    "qqqqqq": ("There is no command qqqqqq.", "没有命令 qqqqqq。", ""),
    "assess --fromat html": ("There is no option --fromat.", "没有选项 --fromat。", "--format"),
    "assess -Z": ("There is no option -Z.", "没有选项 -Z。", ""),
    "snapshot redact x --out y": ("The option --key/-k ($OB_HEALTH_KEY) is missing.", "缺少选项 --key/-k", ""),
    "checks explain": ("The argument CODE is missing.", "缺少参数 CODE。", ""),
    "checks explain CAP001 more words": ("These arguments are too many: more words", "多余的参数：more words", ""),
    "history list --limit": ("The option --limit needs a value.", "选项 --limit 需要一个值。", ""),
    "history list --limit x": ("a whole number is expected", "应为整数", ""),
    "history list --limit 0": ("it must be at least 1", "不得小于 1", ""),
    "authorize request --days-valid 5000": ("it must be at most 1100", "不得大于 1100", ""),
    "grants --tls=yes": ("The option --tls takes no value.", "选项 --tls 不接受值。", ""),
    "grants --user a --user b": ("--user takes one value, and several were given: a, b.", "只接受一个值", ""),
    "assess -o a --out=b": ("--out takes one value, and several were given: a, b.", "a, b。", ""),
    "assess -oa -ob": ("--out takes one value, and several were given: a, b.", "a, b。", ""),
    "grants --tls --no-tls": ("--tls, --no-tls contradict each other.", "--tls, --no-tls 互相矛盾", ""),
    "completion bsh": ("", "", ""),
    "help asess": ("There is no help on asess.", "没有关于 asess 的帮助。", "assess"),
    "help exit-code": ("There is no help on exit-code.", "没有关于 exit-code 的帮助。", "exit-codes"),
    "grants --lang e": ("There is no language e; known are zh-CN, en.", "没有语言 e；", "en"),
    "assess": ("No engagement is named, and this folder has no engagement.yaml.", "未指定服务约定文件", ""),
}


@pytest.mark.parametrize("typed", [typed for typed in ERRORS if typed != "completion bsh"])
def test_a_wrong_line_is_told_in_the_readers_language(
    typed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    english, chinese, meant = ERRORS[typed]
    for lang, said in (("en", english), ("zh-CN", chinese)):
        output = say(*typed.split(), lang=lang, code=2)
        assert said in output and output.splitlines()[0]
        assert ("Did you mean" in output or "您是否想输入" in output) == bool(meant)
        assert not meant or re.search(rf"(Did you mean|您是否想输入) {meant}[?？]", output)
        assert re.search(r"(?m)^(Usage: |用法：)\S+", output) and re.search(r"(?m)^(Help: |帮助：).+ --help$", output)
        assert lang == "en" or not re.search(r"\b(Usage|Error|Missing|Invalid|Try|Did you)\b", output)


@pytest.mark.parametrize("words", [["--lang", "zh-CN", "grants", "--kind=x", "-Z"], ["grants", "-Z", "--lang=zh-CN"]])
def test_an_option_chooses_the_language_wherever_it_stands(words: list[str]) -> None:
    assert "没有选项 -Z" in say(*words, lang="en", code=2)
    assert say("grants", "--help", "--lang", "zh-CN", lang="en").startswith("用法：")
    assert say("assess", "--lang", "zh-CN", "--help", lang="en").startswith("用法：")
    assert say("--lang", "en", "grants", "-h", lang="zh-CN").startswith("Usage: ")


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LC_ALL": "zh_CN.UTF-8"}, "zh-CN"),
        ({"LC_ALL": "zh_CN.GBK"}, "zh-CN"),
        ({"LC_MESSAGES": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh-CN"),
        ({"LC_MESSAGES": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
        ({"LANG": "zh_TW"}, "zh-CN"),
        ({"LANG": "zh_CN.UTF-8", "OB_HEALTH_LANG": "en"}, "en"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
    ],
)
def test_the_locale_chooses_the_language(
    variables: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "OB_HEALTH_LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    output = CliRunner().invoke(build_command(), ["grants", "--help"]).output
    assert output.startswith("用法：" if language == "zh-CN" else "Usage: ")


# Variables


def shared_names() -> Iterator[tuple[str, set[str]]]:
    names: dict[str, set[str]] = {}
    for _, option in OPTIONS:
        if name_variable(option):
            names.setdefault(name_variable(option), set()).add(str(option.metavar or "switch"))
    yield from names.items()


def test_every_option_has_a_variable_and_none_means_two_things() -> None:
    without = {max(option.opts, key=len) for _, option in OPTIONS if not name_variable(option)}
    assert without == {"--help", "--version"}
    assert all(re.fullmatch(r"OB_HEALTH_[A-Z_]+", name) for name, _ in shared_names())
    mixed = {name: kinds for name, kinds in shared_names() if len(kinds) > 1}
    assert mixed == {}, "one variable for options that take different things"


def test_a_variable_counts_where_the_option_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OB_HEALTH_USER", "from_env")
    monkeypatch.setenv("OB_HEALTH_TLS", "0")
    script = say("grants")
    assert "'from_env'" in script and "REQUIRE SSL" not in script
    script = say("grants", "--user", "typed", "--tls")
    assert "'typed'" in script and "from_env" not in script and "REQUIRE SSL" in script
    monkeypatch.setenv("OB_HEALTH_USER", "")
    assert "'ob_health'" in say("grants"), "an empty variable is none"
    monkeypatch.setenv("OB_HEALTH_TLS", "maybe")
    assert "$OB_HEALTH_TLS" in say("grants", code=2)


def test_the_language_of_messages_is_not_that_of_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = say("assess", "--help", columns=100)
    assert "$OB_HEALTH_REPORT_LANG" in page and "$OB_HEALTH_LANG" not in page


# Topics


def test_exit_codes_are_those_of_the_page_on_operations() -> None:
    for suffix in (".md", ".zh-CN.md"):
        page = (ROOT / "docs" / f"operations{suffix}").read_text("utf-8")
        table = page.split("| 0 |")[0].rsplit("## ", 1)[1]
        listed = re.findall(r"(?m)^\| (\d+(?: \+ n)?) \|", page[page.index(table) :].split("\n## ")[0])
        assert listed == list(EXIT_CODES)
    english, chinese = say("help", "exit-codes"), say("help", "exit-codes", lang="zh-CN")
    for code, text in EXIT_CODES.items():
        assert re.search(rf"(?m)^  {re.escape(code)}  ", english) and re.search(rf"(?m)^  {re.escape(code)}  ", chinese)
        assert load_translations("zh-CN")[text][:8] in chinese


def test_variables_are_told_in_both_languages() -> None:
    for lang in LANGUAGES:
        shown = say("help", "environment", lang=lang)
        assert all(name in shown for name in ENVIRONMENT)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_of_a_command_is_its_page(path: tuple[str, ...]) -> None:
    if path:
        assert say("help", *path).split("\n", 1)[1] == say(*path, "--help").split("\n", 1)[1]


# The engagement of the folder


def run_in(folder: Path, *words: str) -> Any:
    return run_here(folder, *words, OB_HEALTH_LANG="en")


def test_the_engagement_of_this_folder_is_taken_and_named_when_something_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "engagement.yaml").write_text("customer: {name: Acme\n", "utf-8")
    for words in (
        ["assess", "-o", "out"],
        ["authorize", "verify"],
        ["schedule", "list"],
        ["history", "list"],
        ["rules", "validate"],
    ):
        ended = run_in(tmp_path, *words)
        assert ended.code == 2 and b"engagement.yaml:" in ended.err, ended
        assert b"The engagement was engagement.yaml of this folder; -e names another." in ended.err
    ended = run_in(tmp_path, "assess", "-o", "out", "-e", "other.yaml")
    assert ended.code == 2 and b"of this folder" not in ended.err
    ended = run_in(tmp_path, "history", "list", "--history", "none.db")
    assert b"There is no history at" in ended.err, "a history that is named needs no engagement"


@pytest.mark.parametrize("command", [["assess", "-o", "out"], ["collect", "-o", "out"], ["preflight"]])
def test_without_any_engagement_it_says_what_to_do(command: list[str], tmp_path: Path) -> None:
    ended = run_in(tmp_path, *command)
    assert ended.code == 2 and b"Give -e FILE, or make one: ob-health init NAME" in ended.err
