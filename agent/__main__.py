"""The command as a whole: ``ob-health``, or ``python -m agent``."""

from __future__ import annotations

import typer

from agent.cli.app import build_app, run_app
from agent.cli.lazy_commands import name_command
from agent.model.labels import N_

_DEMO = name_command(
    "agent.demo.command:demo_command",
    N_("Show all of it on an embedded OceanBase kernel with a faulty shop workload."),
)


def build_command() -> typer.Typer:
    """Return the application with all commands, including the demo."""
    return build_app({"demo": _DEMO})


def main() -> None:
    """Run the command that was typed."""
    run_app(build_command())


if __name__ == "__main__":
    main()
