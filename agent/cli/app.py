"""The command ``ob-health``. Heavy modules are imported by the command that needs them, so that --help is quick."""

from __future__ import annotations

import gc
import os
import sys
from typing import Annotated

import typer

import agent
from agent.cli.assessment import assess_command, collect_command, evaluate_command, render_command
from agent.cli.authorize import authorize_app
from agent.cli.catalogue import checks_app, rules_app
from agent.cli.history import history_app
from agent.cli.journal import journal_app
from agent.cli.preparation import grants_command, init_command, preflight_command
from agent.cli.schedule import schedule_app
from agent.cli.snapshot import snapshot_app

# One line a paragraph: the terminal breaks them at its own width.
HELP = (
    "Read-only health assessment of OceanBase MySQL-mode tenants.\n\n"
    "A first assessment: [bold]init[/bold] scaffolds an engagement file, [bold]grants[/bold] prints the script for the "
    "customer's DBA, [bold]authorize[/bold] writes the request that the customer signs, [bold]preflight[/bold] tries "
    "the account, [bold]assess[/bold] writes the report. [bold]demo[/bold] shows all of it on an embedded kernel.\n\n"
    "Exit codes: 0 done; 1 findings at or above --fail-on; 2 configuration; 3 not authorized; 4 nothing could be "
    "assessed or written. Messages are in English or Chinese: OB_HEALTH_LANG=en or zh-CN.\n"
)


def build_app() -> typer.Typer:
    """Return the application with all commands except the demo."""
    app = typer.Typer(
        help=HELP, no_args_is_help=True, rich_markup_mode="rich", add_completion=False, pretty_exceptions_enable=False
    )
    app.callback(invoke_without_command=True)(_handle_global_options)
    app.command("assess")(assess_command)
    app.command("collect")(collect_command)
    app.command("evaluate")(evaluate_command)
    app.command("render")(render_command)
    app.command("preflight")(preflight_command)
    app.command("grants")(grants_command)
    app.command("init")(init_command)
    app.add_typer(authorize_app, name="authorize")
    app.add_typer(checks_app, name="checks")
    app.add_typer(rules_app, name="rules")
    app.add_typer(history_app, name="history")
    app.add_typer(schedule_app, name="schedule")
    app.add_typer(journal_app, name="journal")
    app.add_typer(snapshot_app, name="snapshot")
    return app


def _handle_global_options(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        typer.echo(agent.__version__)
        raise typer.Exit
    if os.environ.get("OB_HEALTH_LANG"):
        from agent.support import console

        console.say_if_language_is_unknown()


def run_app(app: typer.Typer) -> None:
    """Run the command; our own errors become one message and an exit code."""
    from agent.support import signals
    from agent.support.errors import HealthAgentError, Stopped

    gc.set_threshold(20_000)  # a short process with many imports and frozen data: there is little to collect
    signals.handle_signals()
    try:
        app()
    except (HealthAgentError, OSError, Stopped) as cause:
        sys.exit(_explain_end(cause))
    finally:
        gc.freeze()  # otherwise the exit of the interpreter takes a tenth of the whole run


def _explain_end(cause: BaseException) -> int:
    """Print why the run ended. Return the exit code."""
    from agent.model.terms import Text
    from agent.support import console
    from agent.support.errors import HealthAgentError, Stopped

    if isinstance(cause, Stopped):
        console.warn(Text("Stopped before the end. What was written before is as it was; run it again."))
        return cause.exit_code
    if isinstance(cause, HealthAgentError):
        error = cause
    else:
        text = "A file cannot be read or written: {reason}. Mend that and run it again."
        error = HealthAgentError(Text(text, {"reason": str(cause)}))
    console.fail(error)
    return error.exit_code
