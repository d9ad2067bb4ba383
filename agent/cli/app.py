"""The command ``ob-health``. Heavy modules are imported by the command that needs them, so that --help is quick."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

import agent
from agent.cli.assessment import assess_command, collect_command, evaluate_command, render_command
from agent.cli.authorize import authorize_app
from agent.cli.catalogue import checks_app, rules_app
from agent.cli.command_classes import LocalizedCommand, LocalizedGroup
from agent.cli.completion import completion_command
from agent.cli.fleet import fleet_app
from agent.cli.help_topics import help_command
from agent.cli.history import history_app
from agent.cli.journal import journal_app
from agent.cli.preparation import grants_command, init_command, preflight_command
from agent.cli.proof import verify_command, what_if_command
from agent.cli.schedule import schedule_app
from agent.cli.snapshot import snapshot_app
from agent.cli.sql import sql_app
from agent.support import console

HELP = """Read-only health assessment of OceanBase MySQL-mode tenants.

A first assessment: init scaffolds an engagement file, authorize writes the request that the customer signs, grants
prints the script for the customer's DBA, preflight tries the account, assess writes the report. demo shows all of it
on an embedded kernel."""


def build_app(more: Mapping[str, Callable[..., Any]] | None = None) -> typer.Typer:
    """Return the application. ``more`` are commands of rooms above this one, by name."""
    app = typer.Typer(cls=LocalizedGroup, help=HELP, no_args_is_help=True, add_completion=False)
    app.callback(invoke_without_command=True)(_handle_global_options)
    app.command("init")(init_command)
    app.command("grants")(grants_command)
    app.command("preflight")(preflight_command)
    app.command("assess")(assess_command)
    app.command("collect")(collect_command)
    app.command("evaluate")(evaluate_command)
    app.command("render")(render_command)
    app.add_typer(authorize_app, name="authorize")
    app.add_typer(checks_app, name="checks")
    app.add_typer(rules_app, name="rules")
    app.add_typer(history_app, name="history")
    app.add_typer(schedule_app, name="schedule")
    app.add_typer(fleet_app, name="fleet")
    app.add_typer(journal_app, name="journal")
    app.add_typer(snapshot_app, name="snapshot")
    app.add_typer(sql_app, name="sql")
    app.command("verify")(verify_command)
    app.command("what-if")(what_if_command)
    for name, function in (more or {}).items():
        app.command(name)(function)
    app.command("completion")(completion_command)
    app.command("help")(help_command)
    _give_classes(app)
    return app


def _give_classes(app: typer.Typer) -> None:
    """Let every command have the common options, help in the reader's language, and a variable for each option."""
    for command in app.registered_commands:
        command.cls = LocalizedCommand
    for group in app.registered_groups:
        group.cls = LocalizedGroup
        if group.typer_instance:
            _give_classes(group.typer_instance)


def _handle_global_options(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        console.print_verbatim(agent.__version__)
        raise typer.Exit
    if os.environ.get("OB_HEALTH_LANG"):
        console.say_if_language_is_unknown()


def run_app(app: typer.Typer) -> None:
    """Run the command and end the process. Our own errors become one message and an exit code."""
    from agent.support import signals, streams

    gc.set_threshold(20_000)  # a short process with many imports and frozen data: there is little to collect
    signals.handle_signals()
    streams.make_streams_patient()
    started = time.monotonic()
    try:
        code = _run_typed_command(app)
        _say_last_words(code, time.monotonic() - started)
        streams.flush_streams()
    except BaseException as cause:  # noqa: BLE001 -- no error of ours may end with Python's code 1, which is for findings
        code = _explain_end(cause)
        streams.abandon_streams()
    finally:
        gc.freeze()  # otherwise the exit of the interpreter takes a tenth of the whole run
    sys.exit(code)


def _run_typed_command(app: typer.Typer) -> int:
    try:
        app()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


def _say_last_words(code: int, elapsed_s: float) -> None:
    """Say which engagement was taken, if something was wrong and nobody had named it; and the time, for debugging."""
    from agent.cli.options import say_assumed_engagement

    if code not in (0, 1):
        say_assumed_engagement()
    console.tell_more("exit code {code} after {elapsed_s}", console.Loudness.DEBUG, code=str(code), elapsed_s=elapsed_s)


def _explain_end(cause: BaseException) -> int:
    """Print why the run ended. Return the exit code."""
    from agent.cli.options import say_assumed_engagement
    from agent.model.terms import Text
    from agent.support.errors import HealthAgentError, Stopped
    from agent.support.tracebacks import format_origin

    for line in format_origin(cause) if console.is_told(console.Loudness.DEBUG) else ():
        console.err.print(line, style="dim", markup=False, highlight=False, soft_wrap=True)
    if isinstance(cause, Stopped):
        before = Text("Stopped before the end. Files written before are unchanged; run the command again.")
        console.warn(cause.text or before)
        return cause.exit_code
    if isinstance(cause, HealthAgentError):
        error = cause
    elif isinstance(cause, OSError):
        text = "A file cannot be read or written: {reason}. Correct that and run the command again."
        error = HealthAgentError(Text(text, {"reason": str(cause)}))
    else:
        text = (
            "ob-health has a defect ({kind}). Run the command with --debug, and report the output; it holds no data of "
            "the customer's database and no passwords."
        )
        error = HealthAgentError(Text(text, {"kind": type(cause).__name__}))
    console.fail(error)
    say_assumed_engagement()
    return error.exit_code
