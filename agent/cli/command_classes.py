"""What all commands have in common: options, variables of the environment, help and usage errors.

Every command has one of the two classes, given when it is built, so a new command needs nothing of its own.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, partial
from itertools import zip_longest
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.models import CommandInfo

from agent.cli.completion import complete_languages
from agent.cli.help_page import COMMON_PANEL, list_paragraphs, render_help, render_usage
from agent.cli.lazy_commands import CommandEntry, LazyCommands
from agent.cli.options import forget_assumed_engagement
from agent.cli.usage_errors import UsageProblem, print_usage_error
from agent.cli.variables import attach_variable
from agent.model.terms import Text
from agent.support import console
from agent.support.console import Loudness
from agent.support.i18n import LANGUAGES
from agent.support.suggestions import suggest_words

if TYPE_CHECKING:  # typer's own base class has no public name
    from typer._click import Command, Context
else:
    Command = object

_COMPLETE_VARIABLE = "_OB_HEALTH_COMPLETE"
_typed_language: ContextVar[str] = ContextVar("typed_language", default="")


class _Shared(Command):
    """Mixed into typer's classes, before them."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**{**attrs, "add_help_option": False})  # ours is among the common options
        taken = {name for param in self.params for name in (*param.opts, *param.secondary_opts)}
        self.params = [*self.params, *(option for option in _make_common_options() if not taken & set(option.opts))]
        for param in self.params:
            if isinstance(param, TyperOption):
                attach_variable(param)

    def get_help(self, ctx: Context) -> str:
        """Return the page in the reader's language, as wide as the terminal."""
        with _speak_as_typed():
            return render_help(self, ctx)

    def get_usage(self, ctx: Context) -> str:
        """Return the usage line in the reader's language."""
        return render_usage(self, ctx)

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """Parse as typer does, but refuse an option that is given twice with different values."""
        if not args and self.no_args_is_help and not ctx.resilient_parsing:
            console.print_verbatim(self.get_help(ctx))
            ctx.exit(2)
        if not ctx.resilient_parsing:
            self._refuse_contradictions(ctx, args)
        return super().parse_args(ctx, args)

    def _refuse_contradictions(self, ctx: Context, args: list[str]) -> None:
        singles = [param for param in self.params if isinstance(param, TyperOption) and not param.multiple]
        for option in singles:
            option.multiple = True  # for this look only, so that the parser keeps every value
        try:
            parser = self.make_parser(ctx)
        finally:
            for option in singles:
                option.multiple = False
        try:
            given, _, _ = parser.parse_args(args=list(args))
        except typer.TyperException as error:
            error.ctx = getattr(error, "ctx", None) or ctx  # type: ignore[attr-defined]
            raise
        for option in singles:
            values = list(dict.fromkeys(given.get(option.name) or ()))
            if len(values) > 1:
                raise UsageProblem(_describe_contradiction(option, values), ctx)


def _describe_contradiction(option: TyperOption, values: Sequence[Any]) -> Text:
    if option.is_flag:
        return Text("{options} contradict each other. Give one of them.", {"options": ", ".join(_flags_of(option))})
    args = {"option": max(option.opts, key=len), "values": ", ".join(map(str, values))}
    return Text("{option} takes one value, and several were given: {values}. Give one of them.", args)


def _flags_of(option: TyperOption) -> list[str]:
    return [max(names, key=len) for names in (option.opts, option.secondary_opts) if names]


class LocalizedCommand(_Shared, TyperCommand):
    """A command."""


class LocalizedGroup(_Shared, TyperGroup):
    """A group of commands, and the whole application."""

    def list_commands(self, ctx: Context) -> list[str]:  # noqa: ARG002 -- as typer calls it
        """Return the names; typer would build each command to know them."""
        return list(self.commands)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command line ``args``. Usage errors are told in the reader's language; the exit code is 2."""
        console.set_loudness(Loudness.NORMAL)
        console.prefer_language("")
        forget_assumed_engagement()
        _typed_language.set(_find_typed_language(sys.argv[1:] if args is None else args))
        if os.environ.get(_COMPLETE_VARIABLE):
            from typer.completion import completion_init  # type: ignore[attr-defined]

            completion_init()  # typer does so for its own two options, which we do not have
        try:
            code = super().main(
                args, prog_name, complete_var or _COMPLETE_VARIABLE, False, windows_expand_args, **extra
            )
        except typer.TyperException as error:
            if not standalone_mode:
                raise
            with _speak_as_typed():
                print_usage_error(error)
            code = error.exit_code
        if standalone_mode:
            sys.exit(code if isinstance(code, int) else 0)
        return code


def make_group_class(entries: Mapping[str, CommandEntry]) -> type[LocalizedGroup]:
    """Return the class of the group that has these commands."""

    class _Group(LocalizedGroup):
        def __init__(self, **attrs: Any) -> None:
            super().__init__(**{**attrs, "commands": LazyCommands(entries, _build_command)})

    return _Group


def _build_command(name: str, entry: CommandEntry) -> Command:
    loaded = entry.load()
    if isinstance(loaded, typer.Typer):
        return _build_group(name, loaded)
    info = loaded if isinstance(loaded, CommandInfo) else CommandInfo(name, callback=loaded)
    info.cls = LocalizedCommand
    carrier = typer.Typer(add_completion=False)
    carrier.registered_commands.append(info)
    return typer.main.get_command(carrier)


def _build_group(name: str, app: typer.Typer) -> Command:
    """Return a group whose commands are named by their functions, and built when they are called."""
    entries = {
        info.name or "": CommandEntry(next(iter(list_paragraphs(info.callback.__doc__)), ""), partial(_give, info))
        for info in app.registered_commands
        if info.callback
    }
    carrier = typer.Typer(cls=make_group_class(entries), name=name, help=app.info.help, no_args_is_help=True)
    return typer.main.get_group(carrier)


def _give(info: CommandInfo) -> CommandInfo:
    return info


@contextmanager
def _speak_as_typed() -> Iterator[None]:
    """Help and usage errors follow ``--lang`` wherever it stands, though nothing has been parsed."""
    with console.use_language(_typed_language.get() or console.choose_language()):
        yield


def _find_typed_language(args: Sequence[str]) -> str:
    """Return the language after ``--lang``; empty without one that is known."""
    pairs = zip_longest(args, args[1:], fillvalue="")
    typed = (word.partition("=")[2] or following for word, following in pairs if word.partition("=")[0] == "--lang")
    return next((word for word in typed if word in LANGUAGES), "")


def _make_switch(level: Loudness, *names: str, help: str) -> Any:
    return typer.Option(
        *names,
        help=help,
        callback=lambda value: _choose_loudness(level) if value else None,
        expose_value=False,
        is_eager=True,
        rich_help_panel=COMMON_PANEL,
    )


def _show_help(ctx: typer.Context, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        console.print_verbatim(ctx.command.get_help(ctx))
        raise typer.Exit


def _choose_loudness(level: Loudness) -> None:
    """The louder of two wins: a variable may say quiet, and somebody at the terminal want to see more."""
    if level is not Loudness.QUIET or not console.is_told(Loudness.VERBOSE):
        console.set_loudness(level)


def _choose_language(value: str) -> None:
    if value and value not in LANGUAGES:
        text = Text("There is no language {given}; known are {known}.", {"given": value, "known": ", ".join(LANGUAGES)})
        raise UsageProblem(text, suggestions=suggest_words([value], LANGUAGES))
    if value:
        console.prefer_language(value)


_QUIET = _make_switch(
    Loudness.QUIET, "--quiet", "-q", help="Print warnings and errors only, and what programs read: scripts, JSON."
)
_VERBOSE = _make_switch(
    Loudness.VERBOSE, "--verbose", "-v", help="Say on standard error which files are used and what is being done."
)
_DEBUG = _make_switch(Loudness.DEBUG, "--debug", help="Like --verbose, with times, and with where an error came from.")
_LANG = typer.Option(
    "--lang",
    metavar="LANG",
    help="Language of messages and help: zh-CN or en. Without it, the locale decides.",
    callback=_choose_language,
    expose_value=False,
    is_eager=True,
    rich_help_panel=COMMON_PANEL,
    autocompletion=complete_languages,
)


_HELP = typer.Option(
    "--help",
    "-h",
    help="Show this message and exit.",
    callback=_show_help,
    expose_value=False,
    is_eager=True,
    rich_help_panel=COMMON_PANEL,
)


def _carry_common_options(
    quiet: Annotated[bool, _QUIET] = False,
    verbose: Annotated[bool, _VERBOSE] = False,
    debug: Annotated[bool, _DEBUG] = False,
    lang: Annotated[str, _LANG] = "",
    help: Annotated[bool, _HELP] = False,
) -> None:
    """Exists for its parameters."""


@cache
def _make_common_options() -> tuple[TyperOption, ...]:
    """Return the options that every command takes, before and after its name."""
    carrier = typer.Typer(add_completion=False)
    carrier.command()(_carry_common_options)
    params = typer.main.get_command(carrier).params
    return tuple(param for param in params if isinstance(param, TyperOption))
