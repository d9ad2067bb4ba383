"""``ob-health checks ...`` and ``ob-health rules ...``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

checks_app = typer.Typer(help="The catalogue of checks.", no_args_is_help=True)
rules_app = typer.Typer(help="The rules that judge.", no_args_is_help=True)


@checks_app.command("list")
def list_checks_command(as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False) -> None:
    """All checks: code, name, severities, who mends."""
    from agent.catalogue.pages import list_catalogue, print_catalogue

    if as_json:
        import json

        typer.echo(json.dumps(list_catalogue(), ensure_ascii=False, indent=2))
    else:
        print_catalogue()


@checks_app.command("explain")
def explain_check_command(code: Annotated[str, typer.Argument(help="A check's code, such as CAP001.")]) -> None:
    """What a check looks at, why, its limits, and what to do."""
    from agent.catalogue.pages import explain_check

    typer.echo(explain_check(code.upper()))


@checks_app.command("docs")
def write_pages_command(
    check: Annotated[bool, typer.Option("--check", help="Only say whether the pages are stale (exit 1).")] = False,
    directory: Annotated[Path, typer.Option("--dir", help="Root of the pages.")] = Path("checks"),
) -> None:
    """Write checks/README.md and one page per category from the registry and the rules."""
    from agent.catalogue.pages import find_stale_pages, write_pages

    if check:
        old = find_stale_pages(directory)
        for path in old:
            typer.echo(f"stale: {path}", err=True)
        raise typer.Exit(1 if old else 0)
    for path in write_pages(directory):
        typer.echo(str(path))


@rules_app.command("validate")
def validate_rules_command(
    rules: Annotated[Path | None, typer.Option("--rules", help="A rules file; default: the shipped one.")] = None,
    engagement: Annotated[
        Path | None, typer.Option("--engagement", "-e", help="Also check the overrides and mutes of an engagement.")
    ] = None,
) -> None:
    """Check a rules file against the registry, and an engagement's overrides and mutes; lists every problem."""
    from agent.cli.actions.catalogue import validate_rules

    validate_rules(rules, engagement)
