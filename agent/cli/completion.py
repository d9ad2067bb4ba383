"""What the shell offers after TAB, and the script that makes it ask. A completion never fails and connects nowhere."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from agent.model.terms import Category, DataClass, Severity, TenantKind, Text
from agent.support import console
from agent.support.errors import ConfigError, HealthAgentError
from agent.support.i18n import LANGUAGES
from agent.support.suggestions import suggest_words

Offers = list[tuple[str, str]]
SHELLS = ("bash", "zsh", "fish", "powershell")
FORMATS = ("html", "docx", "xlsx", "pdf", "json")
DOCUMENT_FORMATS = ("html", "docx", "pdf")


def _offer_list(known: Iterable[str]) -> Callable[[str], list[str]]:
    """Return the completion of a comma-separated list: of its last word, without those that stand there."""

    def complete(incomplete: str) -> list[str]:
        before, comma, _ = incomplete.rpartition(",")
        return [before + comma + word for word in known if word not in before.split(",")]

    return complete


def _offer_words(known: Iterable[str]) -> Callable[[], list[str]]:
    return lambda: list(known)


complete_formats = _offer_list(FORMATS)
complete_document_formats = _offer_list(DOCUMENT_FORMATS)
complete_report_languages = _offer_list(LANGUAGES)
complete_data_classes = _offer_list(DataClass)
complete_languages = _offer_words(LANGUAGES)
complete_severities = _offer_words(Severity)
complete_categories = _offer_words(Category)
complete_kinds = _offer_words(TenantKind)
complete_shells = _offer_words(SHELLS)


def complete_targets(ctx: typer.Context) -> list[str]:
    """Return the targets of the engagement that is named so far, or of the one in this folder."""
    import yaml

    named = ctx.params.get("engagement") or Path("engagement.yaml")
    found: list[str] = []
    for path in named if isinstance(named, list | tuple) else [named]:
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError, yaml.YAMLError):
            found += map(str, yaml.safe_load(Path(path).read_text("utf-8"))["targets"])
    return found


def complete_codes() -> Offers:
    """Return the codes of all checks, with their titles."""
    from agent.catalogue.registry import load_registry

    with contextlib.suppress(HealthAgentError, OSError):
        return [(code, console.localize(spec.title)) for code, spec in load_registry().checks.items()]
    return []


def complete_assessments(ctx: typer.Context) -> Offers:
    """Return the latest assessments in the history that is meant so far."""
    return list(_list_assessments(ctx.params.get("history"), ctx.params.get("engagement")))


def _list_assessments(history: str | None, engagement: Path | None) -> Iterator[tuple[str, str]]:
    from agent.cli.actions.history import open_recorded_history

    with contextlib.suppress(HealthAgentError, OSError), open_recorded_history(history, engagement) as opened:
        for entry in opened.list(limit=30):
            yield entry.id, f"{entry.customer} {entry.target}"


def completion_command(
    shell: Annotated[
        str, typer.Argument(metavar="SHELL", help="bash, zsh, fish or powershell.", autocompletion=complete_shells)
    ],
) -> None:
    """Print the script that makes TAB complete commands, options, targets, codes and ids.

    bash: ob-health completion bash >> ~/.bashrc

    zsh: ob-health completion zsh > ~/.zfunc/_ob-health, with fpath+=~/.zfunc before compinit in ~/.zshrc

    fish: ob-health completion fish > ~/.config/fish/completions/ob-health.fish

    powershell: ob-health completion powershell >> $PROFILE
    """
    from typer.completion import get_completion_script  # type: ignore[attr-defined]

    if shell not in SHELLS:
        args = {"given": shell, "known": ", ".join(SHELLS)}
        raise ConfigError(
            Text("There is no completion for {given}; known are {known}.", args), suggest_words([shell], SHELLS)
        )
    console.print_verbatim(
        get_completion_script(prog_name="ob-health", complete_var="_OB_HEALTH_COMPLETE", shell=shell)
    )
