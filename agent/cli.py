"""The command ``ob-health``. Heavy modules are imported by the command that needs them, so that --help is quick."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import agent

if TYPE_CHECKING:
    from agent.archive.history.store import History
    from agent.engagement.engagement_file import Engagement

# One line a paragraph: the terminal breaks them at its own width.
HELP = (
    "Read-only health assessment of OceanBase MySQL-mode tenants.\n\n"
    "A first assessment: [bold]init[/bold] scaffolds an engagement file, [bold]grants[/bold] prints the script for the "
    "customer's DBA, [bold]authorize[/bold] writes the request that the customer signs, [bold]preflight[/bold] tries "
    "the account, [bold]assess[/bold] writes the report. [bold]demo[/bold] shows all of it on an embedded kernel.\n\n"
    "Exit codes: 0 done; 1 findings at or above --fail-on; 2 configuration; 3 not authorized; 4 nothing could be "
    "assessed or written. Messages are in English or Chinese: OB_HEALTH_LANG=en or zh-CN.\n"
)
app = typer.Typer(
    help=HELP, no_args_is_help=True, rich_markup_mode="rich", add_completion=False, pretty_exceptions_enable=False
)

EngagementFile = Annotated[Path, typer.Option("--engagement", "-e", help="The engagement file (YAML).")]
TargetName = Annotated[str | None, typer.Option("--target", "-t", help="One target; without it, all of them.")]
ALL_FORMATS = "html,docx,xlsx,pdf,json"
OutDir = Annotated[Path, typer.Option("--out", "-o", help="Directory for the artifacts; made if missing.")]
Formats = Annotated[str, typer.Option("--format", "-f", help="Comma-separated: html, docx, xlsx, pdf, json.")]
Languages = Annotated[
    str | None, typer.Option("--lang", "-l", help="Comma-separated: zh-CN, en. Default: the engagement's.")
]
FailOn = Annotated[
    str | None, typer.Option("--fail-on", help="Exit 1 for findings at or above: low, medium, high, critical.")
]
UpdatedList = Annotated[
    Path | None, typer.Option("--update", metavar="FILE", help="An earlier findings.*.xlsx; what people wrote is kept.")
]
OutsideService = Annotated[
    str, typer.Option("--outside-service", metavar="REASON", help="Assess although the subscription does not cover it.")
]


@app.callback(invoke_without_command=True)
def _main(version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False) -> None:
    if version:
        typer.echo(agent.__version__)
        raise typer.Exit
    if os.environ.get("OB_HEALTH_LANG"):
        from agent.support import console

        console.say_if_language_is_unknown()


@app.command()
def assess(
    engagement: EngagementFile, out: OutDir, target: TargetName = None, format: Formats = ALL_FORMATS,
    lang: Languages = None, fail_on: FailOn = None,
    if_due: Annotated[bool, typer.Option("--if-due", help="Only targets whose quarter is not yet assessed.")] = False,
    outside_service: OutsideService = "", update: UpdatedList = None,
) -> None:  # fmt: skip
    """Assess one target or all of them: report, assessment.json and snapshot in DIR/<target>/."""
    from agent.assessing import assess_all

    with _opened(engagement) as (loaded, history):
        languages = split(lang) or None
        code = assess_all(
            loaded, history, out, target, split(format), languages, fail_on, if_due, _now(), outside_service, update
        )
    raise typer.Exit(code)


@app.command()
def collect(
    engagement: EngagementFile, out: OutDir, target: TargetName = None, outside_service: OutsideService = "",
) -> None:  # fmt: skip
    """Only collect: a snapshot per target that can be evaluated later, anywhere."""
    from agent.assessing import collect_all

    with _opened(engagement) as (loaded, history):
        code = collect_all(loaded, history, out, target, _now(), outside_service)
    raise typer.Exit(code)


@app.command()
def evaluate(
    snapshot: Annotated[Path, typer.Option("--snapshot", "-s", help="A snapshot that collect or assess wrote.")],
    engagement: EngagementFile, out: OutDir, format: Formats = ALL_FORMATS, lang: Languages = None,
    fail_on: FailOn = None,
) -> None:  # fmt: skip
    """Evaluate a saved snapshot again, by today's rules; nothing is connected."""
    from agent.assessing import evaluate_file

    with _opened(engagement) as (loaded, history):
        code = evaluate_file(loaded, history, snapshot, out, split(format), split(lang) or None, fail_on)
    raise typer.Exit(code)


@app.command()
def render(
    assessment: Annotated[str, typer.Option("--assessment", "-a", help="An assessment.json, or an id from history.")],
    out: OutDir,
    engagement: Annotated[
        Path | None, typer.Option("--engagement", "-e", help="Its house style, languages and history are used.")
    ] = None,
    format: Formats = ALL_FORMATS, lang: Languages = None,
    history: Annotated[str | None, typer.Option("--history", help="History database, if not the usual one.")] = None,
    update: UpdatedList = None,
) -> None:  # fmt: skip
    """Render an old assessment again, of any earlier agent."""
    from agent.assessing import render_again
    from agent.engagement.loading import load_engagement

    loaded = load_engagement(engagement) if engagement else None
    render_again(assessment, loaded, history, out, split(format), split(lang) or None, update)


@app.command()
def preflight(
    engagement: EngagementFile, target: TargetName = None, outside_service: OutsideService = "",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Directory for the journal; default: preflight/ beside the engagement."),
    ] = None,
) -> None:  # fmt: skip
    """Connect and say what the account may see, what is missing, and what would unlock it."""
    from agent.assessing import preflight_all
    from agent.engagement.loading import load_engagement

    place = out or engagement.parent / "preflight"
    raise typer.Exit(preflight_all(load_engagement(engagement), place, target, _now(), outside_service))


@app.command()
def grants(
    user: Annotated[str, typer.Option(help="Name of the account to be made.")] = "ob_health",
    host: Annotated[str, typer.Option(help="Where the agent connects from; best its own address.")] = "%",
    data_classes: Annotated[
        str, typer.Option("--data-classes", help="Comma-separated data classes; default: all that sources need.")
    ] = "",
    tls: Annotated[bool, typer.Option("--tls/--no-tls", help="Require TLS of the account.")] = True,
    kind: Annotated[str, typer.Option(help="Kind of tenant: user or sys.")] = "user",
) -> None:
    """Print the script with which the customer's DBA makes the account."""
    from agent.assessing import grants_script

    typer.echo(grants_script(user, host, split(data_classes), tls, kind), nl=False)


@app.command()
def init(
    name: Annotated[str, typer.Argument(help="Short name of the engagement; also the folder.")],
    directory: Annotated[Path, typer.Option("--dir", help="Where the folder is made.")] = Path(),
) -> None:
    """Scaffold an engagement: NAME/engagement.yaml with comments, and its JSON Schema for editors."""
    from agent.engagement.scaffold import scaffold
    from agent.support import console

    for path in scaffold(name, directory):
        console.say("written: {path}", path=str(path))
    console.say(
        "Fill in engagement.yaml, then run: ob-health authorize request -e {path} --asked-by NAME",
        path=f"{directory / name}/engagement.yaml",
    )


@app.command()
def demo(
    out: OutDir = Path("build/demo"), lang: Languages = "zh-CN,en", format: Formats = ALL_FORMATS,
) -> None:  # fmt: skip
    """Show all of it on an embedded OceanBase kernel with a faulty shop workload."""
    from agent.demo.run_demo import run_demo

    run_demo(out, split(format), split(lang), _now)


def _register() -> None:
    """The groups of subcommands, each in a module of its own."""
    from agent.cli_authorize import authorize_app
    from agent.cli_catalogue import checks_app, rules_app
    from agent.cli_journal import journal_app
    from agent.cli_service import history_app, schedule_app
    from agent.cli_snapshot import snapshot_app

    app.add_typer(authorize_app, name="authorize")
    app.add_typer(checks_app, name="checks")
    app.add_typer(rules_app, name="rules")
    app.add_typer(history_app, name="history")
    app.add_typer(schedule_app, name="schedule")
    app.add_typer(journal_app, name="journal")
    app.add_typer(snapshot_app, name="snapshot")


def split(words: str | None) -> list[str]:
    """``"a, b"`` -> ``["a", "b"]``."""
    return [word.strip() for word in (words or "").split(",") if word.strip()]


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Engagement, History | None]]:
    """The engagement and its history; a history that cannot be opened is a warning."""
    from agent.assessing import open_history
    from agent.engagement.loading import load_engagement

    engagement = load_engagement(path)
    history = open_history(engagement)
    try:
        yield engagement, history
    finally:
        if history:
            history.close()


def main() -> None:
    """Run the command; our own errors become one message and an exit code."""
    from agent.support import signals
    from agent.support.errors import HealthAgentError, Stopped

    gc.set_threshold(20_000)  # a short life full of imports and frozen data: there is little to collect
    _register()
    signals.end_in_order()
    try:
        app()
    except (HealthAgentError, OSError, Stopped) as cause:
        sys.exit(_explained(cause))
    finally:
        gc.freeze()  # or the interpreter's end would take a tenth of the whole run


def _explained(cause: BaseException) -> int:
    """Say why the run ended; the exit code."""
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
