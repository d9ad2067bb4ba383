"""``ob-health checks ...`` and ``ob-health rules ...``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli.completion import complete_categories, complete_codes, complete_kinds, complete_severities
from agent.cli.options import make_engagement_option, split_words

checks_app = typer.Typer(help="The catalogue of checks.", no_args_is_help=True)
rules_app = typer.Typer(help="The rules that judge.", no_args_is_help=True)


@checks_app.command("list")
def list_checks_command(
    *,
    category: Annotated[
        str,
        typer.Option(
            "--category",
            "-c",
            metavar="CATEGORY,...",
            help="Only these categories, comma-separated: capacity, parameters, sql ...",
            autocompletion=complete_categories,
        ),
    ] = "",
    severity: Annotated[
        str,
        typer.Option(
            "--severity",
            metavar="SEVERITY",
            help="Only checks that can reach it or worse: low, medium, high, critical.",
            autocompletion=complete_severities,
        ),
    ] = "",
    code: Annotated[str, typer.Option("--code", metavar="PREFIX", help="Only codes that begin so, such as CAP.")] = "",
    text: Annotated[
        str, typer.Option("--text", metavar="TEXT", help="Only checks that say so, in either language.")
    ] = "",
    kind: Annotated[
        str,
        typer.Option(
            "--kind",
            metavar="KIND",
            help="Only checks for this kind of tenant: user or sys.",
            autocompletion=complete_kinds,
        ),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For machines: all that the catalogue knows.")] = False,
) -> None:
    """List the checks, a line each: code, worst severity, title, limits."""
    from agent.catalogue.pages import list_catalogue, print_catalogue
    from agent.cli.actions.catalogue import read_filter

    wanted = read_filter(categories=split_words(category), severity=severity, prefix=code, words=text, kind=kind)
    if as_json:
        from agent.support import console

        console.print_json(list_catalogue(wanted))
    else:
        print_catalogue(wanted)


@checks_app.command("explain")
def explain_check_command(
    code: Annotated[
        str,
        typer.Argument(
            metavar="CODE", help="The code of a check, such as CAP001, or its name.", autocompletion=complete_codes
        ),
    ],
) -> None:
    """What a check looks at, why, its limits, and what to do."""
    from agent.cli.actions.catalogue import print_explanation

    print_explanation(code)


@checks_app.command("docs")
def write_pages_command(
    check: Annotated[bool, typer.Option("--check", help="Only say whether the pages are stale (exit 1).")] = False,
    directory: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Root of the pages.")] = Path("checks"),
) -> None:
    """Write checks/README.md and one page per category from the registry and the rules."""
    from agent.catalogue.pages import find_stale_pages, write_pages
    from agent.model.terms import Text
    from agent.support import console

    if check:
        old = find_stale_pages(directory)
        for path in old:
            console.warn(Text("stale: {path}", {"path": str(path)}))
        raise typer.Exit(1 if old else 0)
    for path in write_pages(directory):
        console.print_verbatim(str(path))


@rules_app.command("validate")
def validate_rules_command(
    rules: Annotated[
        Path | None, typer.Option("--rules", metavar="FILE", help="A rules file; default: the shipped one.")
    ] = None,
    engagement: Annotated[
        Path | None, make_engagement_option("Also check the overrides and mutes of an engagement.")
    ] = None,
) -> None:
    """Check a rules file against the registry, and an engagement's overrides and mutes; lists every problem."""
    from agent.cli.actions.catalogue import validate_rules

    validate_rules(rules, engagement)
