"""The page of ``--help``: usage, what a command does, its arguments, options and commands, in the reader's language."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from rich.cells import cell_len
from rich.text import Text as Plain
from typer.core import TyperArgument, TyperGroup, TyperOption

from agent.cli.lazy_commands import LazyCommands
from agent.cli.variables import name_variable
from agent.model.labels import N_
from agent.support import console
from agent.support.folding import fold_text

if TYPE_CHECKING:  # typer's own base class has no public name
    from typer._click import Command, Context

Rows = list[tuple[Plain, Plain]]
_WIDEST, _LONGEST_NAME, _LEAST_TEXT, _MARGIN = 100, 28, 24, 2
COMMON_PANEL = N_("Options of every command")
_ARGUMENTS, _OPTIONS, _COMMANDS, _MORE = N_("Arguments"), N_("Options"), N_("Commands"), N_("More commands")
# The commands as one meets them. One that is not named here stands below "More commands".
_PANELS = {
    N_("A first assessment"): ("init", "authorize", "grants", "preflight", "assess"),
    N_("Every quarter"): ("schedule", "sample", "history", "deliver"),
    N_("The service and its documents"): ("service", "document", "incident", "readiness"),
    N_("From saved files"): ("collect", "evaluate", "render", "snapshot", "journal", "report"),
    N_("What is checked, and how it is judged"): ("checks", "rules"),
}
HEADINGS = (COMMON_PANEL, _ARGUMENTS, _OPTIONS, _COMMANDS, _MORE, *_PANELS)
# What an option without a metavar of its own takes.
_METAVARS = {bool: "", int: "N", float: "N", Path: "PATH", str: "TEXT"}


def render_help(command: Command, ctx: Context) -> str:
    """Return the page, coloured where the terminal shows colours."""
    width = min(console.out.width, _WIDEST)
    parts = [fold_text(Plain(render_usage(command, ctx), style="bold"), width), *_fold_prose(command, width)]
    parts += [_lay_out(name, rows, width) for name, rows in _list_sections(command, ctx).items()]
    return _render_lines(Plain("\n\n").join(parts))


def render_topic(rows: Mapping[str, str]) -> str:
    """Return words with their explanations, in two columns."""
    told = [(Plain(word, style="bold"), Plain(console.localize(text))) for word, text in rows.items()]
    return _render_lines(_lay_out("", told, min(console.out.width, _WIDEST)))


def _render_lines(text: Plain) -> str:
    with console.out.capture() as captured:
        console.out.print(text, soft_wrap=True, highlight=False)
    return captured.get().rstrip("\n")


def render_usage(command: Command, ctx: Context) -> str:
    """Return the usage line."""
    pieces = [console.localize("[OPTIONS]")]
    if isinstance(command, TyperGroup):
        pieces.append(console.localize("COMMAND ..."))
    for param in command.params:
        if isinstance(param, TyperArgument):
            name = name_value(param)
            pieces.append(name if param.required else f"[{name}]")
    return console.localize("Usage: {command} {pieces}", command=ctx.command_path, pieces=" ".join(pieces))


def list_paragraphs(help_text: str | None) -> list[str]:
    """Return the paragraphs of a docstring, a line each."""
    return [" ".join(part.split()) for part in inspect.cleandoc(help_text or "").split("\n\n") if part.strip()]


def list_messages(param: TyperArgument | TyperOption) -> list[str]:
    """Return the messages that the row of a parameter may show."""
    said = " ".join((param.help or "").split())
    return [text for text in (said, param.show_default) if isinstance(text, str) and text]


def name_value(param: TyperArgument | TyperOption) -> str:
    """Return what stands for the value of a parameter: FILE, N ...; empty for a switch."""
    if isinstance(param, TyperOption) and param.is_flag:
        return ""
    annotation = param.type_descriptor.annotation
    inner = next(iter(get_args(annotation)), annotation)
    usual = param.name.upper() if isinstance(param, TyperArgument) else _METAVARS.get(inner, "TEXT")
    more = isinstance(param, TyperArgument) and param.nargs != 1
    return (param.metavar or usual) + ("..." if more else "")


def _fold_prose(command: Command, width: int) -> Iterator[Plain]:
    for paragraph in list_paragraphs(command.help):
        yield fold_text(Plain(console.localize(paragraph)), width)


def _list_sections(command: Command, ctx: Context) -> dict[str, Rows]:
    """Return heading -> rows, in the order of the page: commands, arguments, options, options of every command."""
    sections = dict(_list_commands(command, ctx)) if isinstance(command, TyperGroup) else {}
    known = (param for param in command.get_params(ctx) if isinstance(param, TyperArgument | TyperOption))
    params = [param for param in known if not param.hidden]
    for param in params:
        if isinstance(param, TyperArgument):
            sections.setdefault(_ARGUMENTS, []).append((Plain(name_value(param), style="bold"), _explain_param(param)))
    options = [param for param in params if isinstance(param, TyperOption)]
    for option in sorted(options, key=_is_common):
        panel = COMMON_PANEL if _is_common(option) else _OPTIONS
        sections.setdefault(panel, []).append((_name_option(option), _explain_param(option)))
    return sections


def _list_commands(group: TyperGroup, ctx: Context) -> Iterator[tuple[str, Rows]]:
    shown = group.commands.summarize() if isinstance(group.commands, LazyCommands) else {}
    panels = {} if ctx.parent else _PANELS
    others = [name for name in shown if not any(name in names for names in panels.values())]
    for heading, names in {**panels, (_MORE if panels else _COMMANDS): others}.items():
        rows = ((Plain(name, style="bold"), Plain(console.localize(shown[name]))) for name in names if name in shown)
        yield heading, list(rows)


def _is_common(option: TyperOption) -> bool:
    return option.rich_help_panel == COMMON_PANEL


def _name_option(option: TyperOption) -> Plain:
    """``-o, --out DIR``; long names stand below each other."""
    short = [name for name in option.opts if not name.startswith("--")]
    long = [name for name in (*option.opts, *option.secondary_opts) if name.startswith("--")]
    names = (", ".join(short) + ", " if short else " " * 4) + " / ".join(long)
    return Plain.assemble((names, "bold"), (f" {value}", "cyan") if (value := name_value(option)) else "")


def _explain_param(param: TyperArgument | TyperOption) -> Plain:
    notes = "".join(f" [{note}]" for note in _list_notes(param))
    return Plain.assemble(console.localize(" ".join((param.help or "").split())), (notes, "dim"))


def _list_notes(param: TyperArgument | TyperOption) -> Iterator[str]:
    """Yield what is said in brackets: required, bounds, default, variable of the environment."""
    if param.required:
        yield console.localize("required")
    if param.min is not None or param.max is not None:
        yield " – ".join(str(limit) if limit is not None else "…" for limit in (param.min, param.max))
    if default := _tell_default(param):
        yield console.localize("default: {value}", value=default)
    if isinstance(param, TyperOption):
        if param.multiple:
            yield console.localize("may be repeated")
        if variable := name_variable(param):
            yield f"${variable}"


def _tell_default(param: TyperArgument | TyperOption) -> str:
    default: Any = param.default
    if not param.show_default:
        return ""
    if callable(default) or default in (None, "", (), [], False):
        return console.localize(param.show_default) if isinstance(param.show_default, str) else ""
    if isinstance(param, TyperOption) and param.is_flag:
        return param.opts[0] if param.secondary_opts else ""
    return ", ".join(map(str, default)) if isinstance(default, list | tuple) else str(default)


def _lay_out(heading: str, rows: Sequence[tuple[Plain, Plain]], width: int) -> Plain:
    """Return a section: its heading, and two columns. A long name has a line of its own, in a narrow window each."""
    fitting = [cell_len(name.plain) for name, _ in rows if cell_len(name.plain) <= _LONGEST_NAME]
    start = _MARGIN + max(fitting, default=_LONGEST_NAME) + 2
    if width - start < _LEAST_TEXT:
        start = 3 * _MARGIN
    lines = [Plain(console.localize(heading), style="bold underline")] if heading else []
    for name, text in rows:
        first, *others = fold_text(text, width - start).split("\n", allow_blank=True)
        gap = start - _MARGIN - cell_len(name.plain)
        if gap >= 2:
            lines.append(Plain.assemble(" " * _MARGIN, name, " " * gap, first))
        else:
            lines += [Plain.assemble(" " * _MARGIN, name), Plain.assemble(" " * start, first)]
        lines += [Plain.assemble(" " * start, line) for line in others]
    return Plain("\n").join(lines)
