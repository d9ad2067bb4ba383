"""What the pages say: links lead somewhere, commands exist, and those that need no database do what is printed."""

from __future__ import annotations

import configparser
import os
import pkgutil
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import typer
import yaml

from agent.__main__ import build_command
from agent.catalogue.registry import load_registry
from agent.collection.server_views import EMBEDDED, find_server_views
from agent.engagement.authorization.request import Revocation, parse_signed
from agent.engagement.loading import load_engagement
from agent.engagement.scaffold import engagement_template
from agent.engagement.service_log.entries import KINDS
from agent.engagement.service_log.loading import load_service_log
from agent.facts import find_source_spec
from agent.model.terms import TenantKind
from tests.harness import MOST_STATEMENTS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(
    [
        *ROOT.glob("README*.md"),
        *ROOT.glob("deploy/*.md"),
        ROOT / "CONTRIBUTING.md",
        ROOT / "CHANGELOG.md",
        *DOCS.rglob("*.md"),
    ],
    key=lambda path: str(path.relative_to(ROOT)),
)
GUIDES = [page for page in PAGES if page.parent in (ROOT, DOCS)]
CHINESE = [page for page in PAGES if page.name.endswith(".zh-CN.md")]
# For developers, or a list of pages in both languages.
ENGLISH_ONLY = {"CONTRIBUTING.md", "CHANGELOG.md", "docs/README.md", "docs/plug-ins.md", "docs/architecture.md"}
README_LINES = 100  # two screens
SENT_BY_THE_SESSION = 6  # its settings, and what preflight asks; looks at the load and the receipt read no facts

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)
# What ends one command of a line of shell.
ENDS = re.compile(r"[|&;<>]+")


def name_page(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@cache
def read_page(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def read_prose(page: Path) -> str:
    """The page without its code."""
    return re.sub(r"`[^`\n]*`", "``", FENCE.sub("", read_page(page)))


def list_blocks(page: Path, language: str) -> list[str]:
    """The fenced code of one language."""
    return [code for word, code in FENCE.findall(read_page(page)) if word == language]


def list_anchors(page: Path) -> set[str]:
    """The anchors of the headings, as GitHub makes them."""
    seen: Counter[str] = Counter()
    found = set()
    for _, title in HEADING.findall(FENCE.sub("", read_page(page))):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).strip().lower()
        anchor = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
        found.add(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
        seen[anchor] += 1
    return found


def split_shell(line: str) -> Iterator[list[str]]:
    """The words of each command of one line, without comments and redirections."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words: list[str] = []
    for word in lexer:
        if ENDS.fullmatch(word):
            yield words
            words = []
        else:
            words.append(word)
    yield words


def list_lines(page: Path) -> list[str]:
    """The lines of shell that a page prints."""
    blocks = [code for word, code in FENCE.findall(read_page(page)) if word in ("sh", "")]
    return [line for code in blocks for line in code.replace("\\\n", " ").splitlines() if line.strip()]


def list_commands(lines: list[str]) -> list[list[str]]:
    """The arguments of each ``ob-health`` in these lines."""
    found = []
    for line in lines:
        for words in split_shell(line):
            if words and Path(words[0]).name == "ob-health":
                found.append(words[1:])
    return found


def list_inline_commands(page: Path) -> list[list[str]]:
    """The ``ob-health`` commands that stand within sentences, with all their arguments or only some."""
    found = re.findall(r"`(ob-health [^`\n]+)`", FENCE.sub("", read_page(page)))
    return [shlex.split(text)[1:] for text in found]


@cache
def build_tree() -> Any:
    """The whole command as the parser has it."""
    return typer.main.get_command(build_command())


def find_command(arguments: list[str]) -> tuple[Any, list[str]]:
    """The command that is meant, and what follows its name."""
    command = build_tree()
    while arguments and arguments[0] in getattr(command, "commands", {}):
        command, arguments = command.commands[arguments[0]], arguments[1:]
    return command, arguments


def test_the_pages_hold_what_is_looked_at_below() -> None:
    found = {
        "links": sum(len(LINK.findall(read_prose(page))) for page in PAGES),
        "commands": sum(len(list_commands(list_lines(page))) for page in GUIDES),
        "commands in sentences": sum(len(list_inline_commands(page)) for page in GUIDES),
        "names of code": sum(len(re.findall(r"`agent[./][^`\n]+`", read_page(page))) for page in PAGES),
        "examples": sum(len(list_blocks(page, "yaml")) for page in GUIDES),
    }
    least = {"links": 150, "commands": 40, "commands in sentences": 15, "names of code": 30, "examples": 4}
    assert {what for what, count in found.items() if count < least[what]} == set(), found


# Links and languages


@pytest.mark.parametrize("page", PAGES, ids=name_page)
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(read_prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link}: no such file"
        assert target.is_relative_to(ROOT), f"{link}: outside the repository"
        if anchor:
            assert anchor in list_anchors(target), f"{link}: no such heading; there are {sorted(list_anchors(target))}"


@pytest.mark.parametrize("page", CHINESE, ids=name_page)
def test_a_chinese_page_says_what_its_english_twin_says(page: Path) -> None:
    twin = page.with_name(page.name.replace(".zh-CN.md", ".md"))
    assert twin.exists()
    outlines = [[len(level) for level, _ in HEADING.findall(FENCE.sub("", read_page(each)))] for each in (page, twin)]
    assert outlines[0] == outlines[1], "as many headings"
    commands = [[words[:2] for words in list_commands(list_lines(each))] for each in (page, twin)]
    assert commands[0] == commands[1], "the same commands"
    rows = [len(re.findall(r"^\|", read_page(each), re.MULTILINE)) for each in (page, twin)]
    assert rows[0] == rows[1], "as many rows in tables"
    assert name_page(twin).split("/")[-1] in LINK.findall(read_page(page)), "a link to the twin"
    assert page.name in LINK.findall(read_page(twin)), "a link back"


def test_every_guide_is_there_in_chinese() -> None:
    english = [page for page in GUIDES if page not in CHINESE and name_page(page) not in ENGLISH_ONLY]
    assert [page for page in english if not page.with_name(f"{page.stem}.zh-CN.md").exists()] == []


def test_the_index_names_every_page() -> None:
    linked = {(DOCS / link.partition("#")[0]).resolve() for link in LINK.findall(read_page(DOCS / "README.md"))}
    assert [name_page(page) for page in GUIDES if page not in linked and page != DOCS / "README.md"] == []


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_a_readme_fits_two_screens(name: str) -> None:
    assert len(read_page(ROOT / name).splitlines()) <= README_LINES


def test_the_budget_of_statements_is_one_number() -> None:
    """What contributors are told is what the tests demand; what each version has of the sources is within it."""
    assert f"at most {MOST_STATEMENTS} statements" in read_page(ROOT / "CONTRIBUTING.md")
    for kind, version in product(TenantKind, ("4.2.5", "4.3.0", "4.3.3", EMBEDDED)):
        views = find_server_views(version, kind)
        read = [row for row in load_registry().sources_of(kind) if not is_shown(row)]
        specs = [spec.seen_from(kind) for row in read if (spec := find_source_spec(row))]
        for_facts = [spec for spec in specs if views.has_view(spec.view)]
        assert len(for_facts) > 40
        assert len(for_facts) + SENT_BY_THE_SESSION <= MOST_STATEMENTS


@pytest.mark.parametrize("picture", sorted((DOCS / "images").iterdir()), ids=lambda path: path.name)
def test_pictures_are_small_and_used(picture: Path) -> None:
    assert picture.stat().st_size < 300_000
    assert any(picture.name in read_page(page) for page in PAGES)


def is_shown(row: type) -> bool:
    """Whether a source shows the definitions of tables, which count apart."""
    spec = find_source_spec(row)
    return spec is not None and spec.shown_for is not None


# Decisions and architecture


@pytest.mark.parametrize("page", PAGES, ids=name_page)
def test_paths_and_names_of_the_code_are_those_of_today(page: Path) -> None:
    for text in re.findall(r"`([^`\n]+)`", FENCE.sub("", read_page(page))):
        if re.fullmatch(r"(agent|checks|docs|tests|report_templates|\.ci)/[\w./-]+", text):
            assert (ROOT / text).exists(), f"{text}: no such file"
        elif name := re.match(r"agent(\.\w+)+", text):
            pkgutil.resolve_name(name[0])


def test_decisions_are_numbered_and_listed() -> None:
    records = sorted(path for path in (DOCS / "decisions").glob("*.md") if path.name != "README.md")
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    index = read_page(DOCS / "decisions" / "README.md")
    for path in records:
        text = read_page(path)
        title = re.match(r"# (\d{4})\. (.+)\n\n- Date: \d{4}-\d\d-\d\d\n- Status: \S", text)
        assert title and title[1] == path.name[:4]
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
        assert f"| [{title[1]}]({path.name}) | {title[2]} |" in index


def test_drawing_and_page_have_the_rooms_of_the_contract() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    layers = config["importlinter:contract:rooms"]["layers"].split("\n")
    rooms = [name.strip() for layer in layers for name in layer.split("|") if name.strip()]
    drawing = (DOCS / "images" / "architecture.svg").read_text(encoding="utf-8")
    assert re.findall(r'<text class="b"[^>]*>(\w+)</text>', drawing) == [*rooms, "checks", "report_templates"]
    assert re.findall(r"^\| `(\w+)` \|", read_page(DOCS / "architecture.md"), re.MULTILINE) == rooms


# Commands


@pytest.mark.parametrize("page", GUIDES, ids=name_page)
def test_the_command_line_takes_every_printed_command(page: Path) -> None:
    for arguments in list_commands(list_lines(page)):
        command, rest = find_command(arguments)
        assert not hasattr(command, "commands") or rest == ["--help"], f"{arguments}: a group, and no command of it"
        if rest != ["--help"]:
            command.make_context("ob-health", rest)  # raises for an unknown option, and for one that is missing


@pytest.mark.parametrize("page", GUIDES, ids=name_page)
def test_sentences_name_commands_and_options_that_exist(page: Path) -> None:
    for arguments in list_inline_commands(page):
        command, rest = find_command(arguments)
        options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
        for word in rest:
            assert not word.startswith("-") or word in options, f"{arguments}: no option {word}"


# Examples


def fill_in(engagement: Path) -> None:
    """Write what a user writes in place of REPLACE."""
    text = engagement.read_text(encoding="utf-8")
    text = text.replace("start: 2000-01-01  ## REPLACE", f"start: {datetime.now(UTC):%Y-01-01}")
    text = text.replace("REPLACE.example.com", "db.example.com", 1)
    text = text.replace("REPLACE_TENANT#REPLACE_CLUSTER", "shop#cluster1", 1)
    engagement.write_text(text, encoding="utf-8")


# One pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
    "3a7e9b550000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)


@pytest.mark.parametrize("page", GUIDES, ids=name_page)
def test_yaml_that_a_page_prints_can_be_loaded(page: Path, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    (tmp_path / "logo.png").write_bytes(PNG)
    for code in list_blocks(page, "yaml"):
        found = yaml.safe_load(code)
        path = tmp_path / "engagement.yaml"
        if "form" in found:
            assert parse_signed(Revocation, code.encode(), path).revokes
            continue
        path.write_text(engagement_template("acme"), encoding="utf-8")
        fill_in(path)
        if KINDS.keys() & found.keys():
            (tmp_path / "service").mkdir(exist_ok=True)
            (tmp_path / "service" / "log.yaml").write_text(code, encoding="utf-8")
            assert load_service_log(load_engagement(path), datetime.now(UTC)).places
            continue
        whole = yaml.safe_load(path.read_text(encoding="utf-8")) | found
        path.write_text(yaml.safe_dump(whole, allow_unicode=True), encoding="utf-8")
        load_engagement(path)


# What runs without a database once an engagement is there; the others connect, or read what an assessment wrote.
OFFLINE = {
    ("authorize", "request"),
    ("authorize", "verify"),
    ("checks", "explain"),
    ("checks", "list"),
    ("completion",),
    ("help",),
    ("grants",),
    ("history", "list"),
    ("history", "purge"),
    ("init",),
    ("journal", "verify"),
    ("rules", "validate"),
    ("schedule", "list"),
    ("service", "add"),
    ("service", "list"),
    ("snapshot", "key"),
    ("snapshot", "redact"),
    ("snapshot", "restore"),
    ("sql", "list"),
}


def needs_no_database(arguments: list[str]) -> bool:
    return bool({tuple(arguments[:1]), tuple(arguments[:2])} & OFFLINE)


class Terminal:
    """Runs lines of shell as they are printed, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        home = folder / "home"
        (home / ".ssh").mkdir(parents=True)
        known = {name: value for name, value in os.environ.items() if not name.startswith(("OB_HEALTH", "XDG_"))}
        self._environment = known | {
            "HOME": str(home),
            "OB_HEALTH_HISTORY": str(folder / "history.sqlite"),
            "OB_HEALTH_HOURS": "00:00-24:00",  # these tests run at any time of the day
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        }
        self._done: set[tuple[str, ...]] = set()

    def run(self, line: str, expected: int = 0) -> None:
        """Run a line and look at its exit code; one that has run before is left out."""
        key = tuple(word for words in split_shell(line) for word in words)
        if key in self._done:
            return
        self._done.add(key)
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == expected, f"{line}\n{done.stdout}{done.stderr}"


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".md", pytest.param(".zh-CN.md", marks=pytest.mark.long)])
def test_printed_commands_do_what_the_pages_say(suffix: str, tmp_path: Path) -> None:
    """A first assessment up to the connection by README, then all else that needs no database, page by page.

    Chinese pages print the same commands, so of these only README and the guide for the DBA are walked through.
    """
    terminal = Terminal(tmp_path)
    key = tmp_path / "home" / ".ssh" / "id_ed25519"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    engagement, artifacts = tmp_path / "acme" / "engagement.yaml", tmp_path / "out" / "acme" / "prod"
    pages = [page for page in GUIDES if page not in CHINESE]
    if suffix != ".md":
        pages = [ROOT / f"README{suffix}", DOCS / f"authorization-and-grants{suffix}"]

    lines = list_lines(ROOT / f"README{suffix}")
    first = {list_commands([line])[0][0]: line for line in lines if list_commands([line])}
    terminal.run(first["init"])
    fill_in(engagement)
    terminal.run(first["assess"], expected=3)  # nobody has signed yet
    assert list(artifacts.glob("journal-*.jsonl"))
    terminal.run(first["authorize"])
    terminal.run(next(line for line in lines if line.startswith("ssh-keygen")))
    block = list_blocks(DOCS / f"authorization-and-grants{suffix}", "yaml")[0]
    public = key.with_suffix(".pub").read_text(encoding="utf-8").strip()
    with engagement.open("a", encoding="utf-8") as file:
        file.write(re.sub(r"(?m)^(  signer: ).*$", lambda found: found[1] + public, block))

    shutil.copy(ROOT / "tests" / "data" / "before_rooms" / "snapshot.obh", artifacts / "snapshot.obh")
    ran = set()
    for page in pages:
        for line in list_lines(page):
            found = list_commands([line])
            if found and all(needs_no_database(arguments) for arguments in found):
                terminal.run(line)
                ran.add(tuple(found[0][:2]))
    assert "CREATE USER 'ob_health'@'10.1.2.3'" in (tmp_path / "grants.sql").read_text(encoding="utf-8")
    assert (tmp_path / "acme" / "other.yaml").exists() and (tmp_path / "acme" / "wide.yaml").exists()
    if suffix == ".md":
        assert {name for name in OFFLINE if len(name) == 2} <= ran
        assert (tmp_path / "restored.obh").read_bytes() == (artifacts / "snapshot.obh").read_bytes()
