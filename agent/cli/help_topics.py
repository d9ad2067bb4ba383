"""``ob-health help``: the help of a command, and what concerns all commands."""

from __future__ import annotations

from typing import Annotated

import typer
from typer.core import TyperGroup

from agent.cli.usage_errors import UsageProblem
from agent.model.labels import N_
from agent.model.terms import Text
from agent.support import console
from agent.support.suggestions import suggest_words

EXIT_CODES = {
    "0": N_("done"),
    "1": N_(
        "findings at or above --fail-on; of journal verify: the end is missing; of report verify: not whole; of checks "
        "docs: pages are stale; of readiness: not ready, or only on conditions"
    ),
    "2": N_(
        "the command line, the engagement or another file is wrong; of journal and report verify: altered, or none"
    ),
    "3": N_("not authorized: nothing was connected, or nothing was read"),
    "4": N_("nothing could be assessed, a file that was asked for was not written, or ob-health itself has a fault"),
    "5": N_(
        "partial: not all data was read, the history could not be used, the period stays due, or a report was not "
        "delivered; run it again; of readiness: too little was assessed to say"
    ),
    "6": N_("another run is assessing the target for the same period; nothing was connected"),
    "128 + n": N_("signal n ended it: 130 is Ctrl-C, 143 is SIGTERM"),
}
ENVIRONMENT = {
    "OB_HEALTH_<OPTION>": N_("The value of an option that is not given: OB_HEALTH_FORMAT for --format. 1 is yes."),
    "OB_HEALTH_LANG": N_("Language of messages and help: zh-CN or en. Without it, the locale decides."),
    "OB_HEALTH_HISTORY": N_("The history, where neither --history nor the engagement names one."),
    "OB_HEALTH_CHROMIUM": N_("The browser that makes PDFs."),
    "PAGER, NO_PAGER": N_("What shows long lists on a terminal; NO_PAGER=1: nothing does."),
    "NO_COLOR": N_("No colours on a terminal."),
}
TOPICS = {"exit-codes": EXIT_CODES, "environment": ENVIRONMENT}


def _list_topics(command: object) -> list[str]:
    return [*TOPICS, *(command.commands if isinstance(command, TyperGroup) else ())]


def _complete_topics(ctx: typer.Context) -> list[str]:
    return _list_topics(ctx.find_root().command)


def help_command(
    ctx: typer.Context,
    topic: Annotated[
        list[str] | None,
        typer.Argument(metavar="TOPIC", help="A command, exit-codes or environment.", autocompletion=_complete_topics),
    ] = None,
) -> None:
    """Show the help of a command, the exit codes (help exit-codes) or the variables (help environment)."""
    from agent.cli.help_page import render_topic

    words = topic or []
    if len(words) == 1 and words[0] in TOPICS:
        console.print_verbatim(render_topic(TOPICS[words[0]]))
        return
    context = ctx.find_root()
    for word in words:
        group = context.command
        inner = group.get_command(context, word) if isinstance(group, TyperGroup) else None
        if inner is None:
            text = Text("There is no help on {topic}.", {"topic": " ".join(words)})
            raise UsageProblem(text, ctx, suggest_words([word], _list_topics(group)))
        context = typer.Context(inner, info_name=word, parent=context)
    console.print_verbatim(context.command.get_help(context))
