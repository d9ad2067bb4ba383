"""What is wrong with a command line, in the reader's language. The parser knows English only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import typer

from agent.model.labels import N_
from agent.model.terms import Scalar, Text
from agent.support import console
from agent.support.errors import ConfigError
from agent.support.suggestions import suggest_words

if TYPE_CHECKING:  # typer's own base class has no public name
    from typer._click import Context


class UsageProblem(typer.BadParameter):
    """A wrong command line that we found ourselves; ``suggestions`` follow, a line each."""

    def __init__(self, text: Text, ctx: Context | None = None, suggestions: Sequence[Text] = ()) -> None:
        super().__init__(text.msgid, ctx)
        self.text, self.suggestions = text, tuple(suggestions)


# The parser's sentences as templates, each with our message. Of two that fit, the first is taken.
_SENTENCES: dict[str, str] = {
    "No such option: {option} (Possible options: {meant})": N_("There is no option {option}."),
    "No such option: {option}": N_("There is no option {option}."),
    "No such command {command}. Did you mean {meant}?": N_("There is no command {command}."),
    "No such command {command}.": N_("There is no command {command}."),
    "Missing command.": N_("A command is missing."),
    "Missing option {option}.": N_("The option {option} is missing."),
    "Missing argument {argument}.": N_("The argument {argument} is missing."),
    "Option {option} requires an argument.": N_("The option {option} needs a value."),
    "Option {option} does not take a value.": N_("The option {option} takes no value."),
    "Got unexpected extra argument(s) ({arguments})": N_("These arguments are too many: {arguments}"),
    "Invalid value for {option}: {reason}": N_("Wrong value for {option}: {reason}"),
    "Invalid value: {reason}": N_("Wrong value: {reason}"),
}
_REASONS: dict[str, str] = {
    "Input should be a valid integer, {detail}": N_("a whole number is expected"),
    "Input should be a valid number, {detail}": N_("a number is expected"),
    "Input should be a valid boolean, {detail}": N_("yes or no is expected, as 1 or 0"),
    "Input should be greater than or equal to {limit}": N_("it must be at least {limit}"),
    "Input should be less than or equal to {limit}": N_("it must be at most {limit}"),
    # Every option that takes a day takes it in this form, and none takes another.
    "Value error, {given} does not match the format{detail}": N_("{given} is no day; write one such as 2026-12-05"),
    "Value error, {given} is not one of {known}.": N_("{given} is none of {known}"),
}


def print_usage_error(error: typer.TyperException) -> None:
    """Print the error, what was probably meant, the usage line, and how to get help, on standard error."""
    if isinstance(error, UsageProblem):
        text, suggestions = error.text, error.suggestions
    else:
        text, suggestions = explain_sentence(error.format_message())
    console.fail(ConfigError(text, suggestions))
    context: typer.Context | None = getattr(error, "ctx", None)
    if context is not None:
        console.err.print(context.command.get_usage(context), style="dim", highlight=False, soft_wrap=True)
        command = Text("Help: {command}", {"command": f"{context.command_path} --help"})
        console.err.print(console.localize_text(command), style="dim", highlight=False, markup=False, soft_wrap=True)


def explain_sentence(sentence: str) -> tuple[Text, tuple[Text, ...]]:
    """Return our message for a sentence of the parser, and what was probably meant. An unknown one stays as it is."""
    for template, msgid in _SENTENCES.items():
        if found := _compile_template(template).fullmatch(sentence):
            args: dict[str, Scalar | Text] = {name: _clean_words(word) for name, word in found.groupdict().items()}
            if "reason" in args:
                args["reason"] = _explain_reason(found["reason"])
            meant = str(args.pop("meant", "")).split(", ") if "meant" in args else ()
            return Text(msgid, args), suggest_words([str(args.get("option") or args.get("command"))], meant)
    return Text("{sentence}", {"sentence": sentence}), ()


def _explain_reason(reason: str) -> Text | str:
    for template, msgid in _REASONS.items():
        if found := _compile_template(template).fullmatch(reason):
            return Text(msgid, {name: word for name, word in found.groupdict().items() if f"{{{name}}}" in msgid})
    return reason


@cache
def _compile_template(template: str) -> re.Pattern[str]:
    pieces = re.split(r"{(\w+)}", template)
    pattern = "".join(f"(?P<{piece}>.+)" if place % 2 else re.escape(piece) for place, piece in enumerate(pieces))
    return re.compile(pattern, re.DOTALL)


def _clean_words(words: str) -> str:
    """``'--out' / '-o' (env var: 'OB_HEALTH_OUT')`` -> ``--out/-o ($OB_HEALTH_OUT)``."""
    plain = re.sub(r"'([^']*)'", r"\1", words).replace(" / ", "/")
    return re.sub(r"\(env var: (\w+)\)", r"($\1)", plain)
