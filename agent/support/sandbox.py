"""Jinja for templates of the house style: they use only the given names, and each error has template and line."""

from __future__ import annotations

import errno
import os
import stat
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    Environment,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
    meta,
    nodes,
    pass_context,
)
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from agent.model.terms import Text
from agent.support.bounded import run_bounded
from agent.support.errors import RenderError

# Variables for the text of an added section. docs/house-style.md lists them.
VARIABLES = (
    "customer", "target", "version", "period", "assessed", "number", "valid_until", "prepared_by", "reviewed_by",
    "classification", "score", "range", "grade", "coverage", "language",
)  # fmt: skip
_TEXT_NAME = "<text>"
_MULTIPLE_MAX = 10_000
_TEMPLATE_BYTES = 256 * 1024


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
    """Return an environment that refuses unknown names and can use only what it is given.

    Nothing of a template is run when it is compiled. Filters on constants would be, and could fill the memory: they are
    not where there is no optimizer, and where printing needs the context.
    """
    return _Sandbox(
        loader=loader,
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        optimized=False,
        finalize=_keep_value,
    )


@pass_context
def _keep_value(_context: Context, value: object) -> object:
    return value


def find_text_problem(text: str) -> TemplateProblem | None:
    """Return why the text of a section cannot be printed, or None."""
    environment = build_sandbox(autoescape=False)
    try:
        tree = environment.parse(text)
        environment.compile(tree)
    except TemplateSyntaxError as error:
        return TemplateProblem(_TEXT_NAME, error.lineno, error.message or "")
    unknown = sorted(_find_names(environment, tree) - {*VARIABLES, *environment.globals})
    if unknown:
        line = next((n for n, row in enumerate(text.splitlines(), 1) if unknown[0] in row), 1)
        return TemplateProblem(_TEXT_NAME, line, f"'{unknown[0]}' is undefined; there are {', '.join(VARIABLES)}")
    return None


def _find_names(environment: Environment, tree: nodes.Template) -> set[str]:
    """As ``meta.find_undeclared_variables``, without its optimizer, which runs filters."""
    generator = meta.TrackingCodeGenerator(environment)
    generator.optimizer = None
    generator.visit(tree)
    return generator.undeclared_identifiers


def read_templates(folder: Path) -> Mapping[str, str] | TemplateProblem:
    """Return the templates of a folder by their path in it, or why they cannot be used.

    A link is refused, wherever it leads: it would print a file from elsewhere.
    """
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            return TemplateProblem(name, 1, "a link; put the file itself here")
        if path.suffix == ".j2" and not path.is_dir():
            try:
                found[name] = _read_template(path)
                build_sandbox(autoescape=True).compile(found[name], name)
            except TemplateSyntaxError as error:
                return TemplateProblem(name, error.lineno, error.message or "")
            except OSError as error:
                return TemplateProblem(name, 1, error.strerror or str(error))
            except UnicodeDecodeError:
                return TemplateProblem(name, 1, "not UTF-8")
    return found


def _read_template(path: Path) -> str:
    """Read a plain file, also if something else has been put in its place since it was looked at."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_NOFOLLOW", 0))
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "no plain file")
        content = file.read(_TEMPLATE_BYTES + 1)
    if len(content) > _TEMPLATE_BYTES:
        raise OSError(errno.EFBIG, f"larger than {_TEMPLATE_BYTES} bytes")
    return content.decode("utf-8")


def render_template(text: str, name: str, variables: Mapping[str, str]) -> str:
    """Return the text with its variables filled in. Raises RenderError, which gives ``name`` and the line."""

    def fill_in() -> str:
        try:
            return build_sandbox(autoescape=False).from_string(text).render(variables)
        except Exception as error:  # a template may raise any error
            raise explain_template_error(error, name, "<template>") from error

    return run_bounded(fill_in, name) if "{%" in text or "{{" in text else fill_in()


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
    return explain_template_problem(TemplateProblem(template, line, detail))


def explain_template_problem(problem: TemplateProblem) -> RenderError:
    """Return a problem of a template as one message."""
    return RenderError(
        Text(
            "{template}, line {line}: {detail}. Correct this template of the house style and render again.",
            {"template": problem.template, "line": problem.line, "detail": problem.detail.rstrip(".")[:300]},
        )
    )
