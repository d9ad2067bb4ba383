"""The command as a whole: ``ob-health``, or ``python -m agent``."""

from __future__ import annotations

import typer

from agent.cli.app import build_app, run_app
from agent.demo.command import demo_command


def build_command() -> typer.Typer:
    """Return the application with all commands, including the demo."""
    return build_app({"demo": demo_command})


def main() -> None:
    """Run the command that was typed."""
    run_app(build_command())


if __name__ == "__main__":
    main()
