"""Jinja for templates of the house style: they use only the given names, and each error has template and line."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, StrictUndefined, TemplateError, TemplateSyntaxError, meta
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from agent.model.terms import Text
from agent.support.errors import RenderError

# Variables for the text of an added section. docs/house-style.md lists them.
VARIABLES = (
    "customer", "target", "version", "period", "assessed", "number", "valid_until", "prepared_by", "reviewed_by",
    "classification", "score", "range", "grade", "coverage", "language",
)  # fmt: skip
_TEXT_NAME = "<text>"
_MULTIPLE_MAX = 10_000


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """A problem and its line, from 1. ``detail`` is in Jinja's own words."""

    template: str
    line: int
    detail: str


class _Sandbox(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Refuse a product or a power that could fill the memory."""
        sizes = [len(side) if isinstance(side, str | list | tuple) else abs(side) for side in (left, right)]
        if operator == "**" or max(sizes) > _MULTIPLE_MAX:
            raise SecurityError("a product this large is not allowed")
        return super().call_binop(context, operator, left, right)


def build_sandbox(loader: BaseLoader | None = None, *, autoescape: bool) -> ImmutableSandboxedEnvironment:
    """Return an environment that refuses unknown names and can use only what it is given."""
    return _Sandbox(
        loader=loader, autoescape=autoescape, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def find_text_problem(text: str) -> TemplateProblem | None:
    """Return why the text of a section cannot be printed, or None."""
    environment = build_sandbox(autoescape=False)
    try:
        tree = environment.parse(text)
        environment.compile(tree)
    except TemplateSyntaxError as error:
        return TemplateProblem(_TEXT_NAME, error.lineno, error.message or "")
    unknown = sorted(meta.find_undeclared_variables(tree) - {*VARIABLES, *environment.globals})
    if unknown:
        line = next((n for n, row in enumerate(text.splitlines(), 1) if unknown[0] in row), 1)
        return TemplateProblem(_TEXT_NAME, line, f"'{unknown[0]}' is undefined; there are {', '.join(VARIABLES)}")
    return None


def find_file_problem(path: Path, limit_bytes: int) -> TemplateProblem | None:
    """Return why a template file cannot be used, or None."""
    try:
        with path.open("rb") as file:
            content = file.read(limit_bytes + 1)
        if len(content) > limit_bytes:
            return TemplateProblem(path.name, 1, f"larger than {limit_bytes} bytes")
        build_sandbox(autoescape=True).compile(content.decode("utf-8"), path.name)
    except TemplateSyntaxError as error:
        return TemplateProblem(path.name, error.lineno, error.message or "")
    except OSError as error:
        return TemplateProblem(path.name, 1, error.strerror or str(error))
    except UnicodeDecodeError:
        return TemplateProblem(path.name, 1, "not UTF-8")
    return None


def render_template(text: str, name: str, variables: Mapping[str, str]) -> str:
    """Return the text with its variables filled in. Raises RenderError, which gives ``name`` and the line."""
    environment = build_sandbox(autoescape=False)
    try:
        return environment.from_string(text).render(variables)
    except Exception as error:  # a template may raise any error
        raise explain_template_error(error, name, "<template>") from error


def explain_template_error(error: Exception, name: str, file: str = "") -> RenderError:
    """Return the error of a template as one message. ``file`` is the template's name in a traceback, if it differs."""
    template, line = name, 0
    if isinstance(error, TemplateSyntaxError):
        template, line = error.name or name, error.lineno
    else:
        for frame in traceback.extract_tb(error.__traceback__):
            if frame.filename == file or (not file and frame.filename.endswith(".j2")):
                template, line = (name if file else Path(frame.filename).name), frame.lineno or 0
    detail = str(error) or type(error).__name__
    if not isinstance(error, TemplateError):
        detail = f"{type(error).__name__}: {detail}"
    return RenderError(
        Text(
            "{template}, line {line}: {detail}. Mend this template of the house style and render again.",
            {"template": template, "line": line, "detail": detail.rstrip(".")},
        )
    )
