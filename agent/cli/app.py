"""The command ``ob-health``, and the list of its commands.

A command is imported when it is called, and its heavy modules when it needs them, so that each answers quickly.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Mapping
from typing import Annotated

import typer

import agent
from agent.cli.command_classes import make_group_class
from agent.cli.lazy_commands import CommandEntry, name_command
from agent.model.labels import N_
from agent.support import console

HELP = """Read-only health assessment of OceanBase MySQL-mode tenants.

A first assessment: init scaffolds an engagement file, authorize writes the request that the customer signs, grants
prints the script for the customer's DBA, preflight tries the account, assess writes the report. demo shows all of it
on an embedded kernel."""
# A command's place is imported when it is called. Each summary is the first paragraph of that command's own help.
COMMANDS: Mapping[str, CommandEntry] = {
    "init": name_command(
        "agent.cli.preparation:init_command",
        N_("Scaffold an engagement: NAME/engagement.yaml with comments, and its JSON Schema for editors."),
    ),
    "grants": name_command(
        "agent.cli.preparation:grants_command", N_("Print the script with which the customer's DBA makes the account.")
    ),
    "preflight": name_command(
        "agent.cli.preparation:preflight_command",
        N_("Connect and say what the account may see, what is missing, and what would unlock it."),
    ),
    "assess": name_command(
        "agent.cli.assessment:assess_command",
        N_("Assess one target or all of them: report, assessment.json and snapshot in DIR/<target>/."),
    ),
    "collect": name_command(
        "agent.cli.assessment:collect_command",
        N_("Only collect: a snapshot per target that can be evaluated later, anywhere."),
    ),
    "sample": name_command(
        "agent.cli.sample:sample_command",
        N_("Take a sample of capacity and load, between assessments, as the customer signed it."),
    ),
    "evaluate": name_command(
        "agent.cli.assessment:evaluate_command",
        N_("Evaluate a saved snapshot again, by today's rules; nothing is connected."),
    ),
    "render": name_command(
        "agent.cli.assessment:render_command", N_("Render an old assessment again, of any earlier agent.")
    ),
    "deliver": name_command(
        "agent.cli.deliver:deliver_command",
        N_("Send the message of a report to the destinations of the engagement that do not have it yet."),
    ),
    "report": name_command("agent.cli.report:report_app", N_("The files of a report: signed and verified.")),
    "authorize": name_command("agent.cli.authorize:authorize_app", N_("The customer's signed permission.")),
    "checks": name_command("agent.cli.catalogue:checks_app", N_("The catalogue of checks.")),
    "rules": name_command("agent.cli.catalogue:rules_app", N_("The rules that judge.")),
    "history": name_command("agent.cli.history:history_app", N_("Earlier assessments.")),
    "schedule": name_command(
        "agent.cli.schedule:schedule_app", N_("The quarterly assessments that a subscription owes.")
    ),
    "service": name_command(
        "agent.cli.service:service_app",
        N_("The service log: questions, incidents, projects, requests, topic sessions, critical periods, usage."),
    ),
    "document": name_command(
        "agent.cli.document:document_app",
        N_("Documents of the service: list of questions, quarterly service report, closing list."),
    ),
    "readiness": name_command(
        "agent.cli.readiness:readiness_command",
        N_("Judge whether targets are ready for a critical period, and write the plan for its protection."),
    ),
    "incident": name_command(
        "agent.cli.incident:incident_app", N_("Faults: collect what the tenant still holds, and report.")
    ),
    "fleet": name_command("agent.cli.fleet:fleet_app", N_("All targets of many customers.")),
    "journal": name_command("agent.cli.journal:journal_app", N_("The journal of every statement sent.")),
    "snapshot": name_command(
        "agent.cli.snapshot:snapshot_app", N_("Snapshots for sharing: names replaced by pseudonyms.")
    ),
    "sql": name_command(
        "agent.cli.sql:sql_app",
        N_("Slow statements of a saved snapshot: text, plan, waits, causes. Nothing is connected."),
    ),
    "verify": name_command(
        "agent.cli.proof:verify_command",
        N_("Propose indexes for a snapshot's statements and prove them on a kernel of our own. Nothing is connected."),
    ),
    "what-if": name_command(
        "agent.cli.proof:what_if_command",
        N_("Say how plans would change with other indexes or settings, on a kernel of our own. Nothing is connected."),
    ),
}
LAST_COMMANDS: Mapping[str, CommandEntry] = {
    "completion": name_command(
        "agent.cli.completion:completion_command",
        N_("Print the script that makes TAB complete commands, options, targets, codes and ids."),
    ),
    "help": name_command(
        "agent.cli.help_topics:help_command",
        N_("Show the help of a command, the exit codes (help exit-codes) or the variables (help environment)."),
    ),
}


def build_app(more: Mapping[str, CommandEntry] | None = None) -> typer.Typer:
    """Return the application. ``more`` are commands of rooms above this one, by name."""
    known = {**COMMANDS, **(more or {}), **LAST_COMMANDS}
    app = typer.Typer(cls=make_group_class(known), help=HELP, no_args_is_help=True, add_completion=False)
    app.callback(invoke_without_command=True)(_handle_global_options)
    return app


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
