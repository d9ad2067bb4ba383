"""Turn the data of ``read_yaml`` into pydantic blocks, and each problem into a message with file, line and path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from agent.model.terms import Scalar, Text
from agent.support.yaml_fields import Invalid
from agent.support.yaml_file import Loc, Locate, describe_place, explain_unknown_key, refuse_file

B = TypeVar("B", bound=BaseModel)


# Messages by pydantic's kind of error. All placeholders except the place come from its context.
_MESSAGES = {
    "missing": "{place}: this key is missing; add it",
    "string_type": "{place}: write text; put it in quotes if it looks like a number, a date or true/false",
    "string_too_short": "{place}: this must not be blank; fill it in",
    "int_type": "{place}: write a whole number, without quotes",
    "int_from_float": "{place}: write a whole number, without quotes",
    "float_type": "{place}: write a number, without quotes",
    "finite_number": "{place}: write a number, without quotes",
    "bool_type": "{place}: write true or false, without quotes",
    "date_type": "{place}: write a date without quotes, such as 2026-03-31",
    "literal_error": "{place}: write one of: {expected}",
    "enum": "{place}: write one of: {expected}",
    "greater_than": "{place}: must be greater than {gt}",
    "greater_than_equal": "{place}: must be at least {ge}",
    "less_than_equal": "{place}: must be at most {le}",
    "multiple_of": "{place}: must be a multiple of {multiple_of}",
    "tuple_type": "{place}: write a list, each entry on a line of its own that begins with \"- \"",
    "too_short": "{place}: this must not be empty; write at least one entry",
    "dict_type": "{place}: write keys and values here, each on a line of its own",
    "model_type": "{place}: write keys and values here, each on a line of its own",
}  # fmt: skip


_OTHER_MESSAGE = "{place}: this value cannot be used here; correct it"
_DESCRIBED_MESSAGE = "{place}: this value cannot be used; {schema} says what may stand here"


def validate_blocks(
    root: type[B], data: Any, locate: Locate, path: Path, more: Mapping[str, object] | None = None
) -> B:
    """Return the data of ``read_yaml`` as blocks. Raises ConfigError with every problem listed.

    ``more`` is what validators of the blocks find in their context beside ``path`` and ``locate``.
    """
    try:
        return root.model_validate(data, context={"path": path, "locate": locate, **(more or {})})
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    problems = sorted(
        (_explain_error(root, detail, path, locate) for detail in details), key=lambda problem: problem[0]
    )
    raise refuse_file(path, [text for _, text in problems])


def _explain_error(root: type[BaseModel], detail: ErrorDetails, path: Path, locate: Locate) -> tuple[int, Text]:
    """Return the line of an error and its message."""
    # "[key]" is pydantic's mark for a mapping's key as opposed to its value.
    loc = tuple(step for step in detail["loc"] if step != "[key]")
    msgid, args = _choose_message(root, detail, loc)
    return locate(loc), Text(msgid, {"place": describe_place(path, locate, loc), **args})


def _choose_message(root: type[BaseModel], detail: ErrorDetails, loc: Loc) -> tuple[str, dict[str, Scalar]]:
    context = detail.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, Invalid):
        return cause.msgid, cause.args_by_name
    if detail["type"] == "extra_forbidden":
        return explain_unknown_key(str(loc[-1]), _list_known_keys(root, loc[:-1]))
    args: dict[str, Scalar] = {name: value for name, value in context.items() if isinstance(value, str | int | float)}
    if "expected" in args:
        args["expected"] = str(args["expected"]).replace("'", "").replace(" or ", ", ")
    if detail["type"] not in _MESSAGES and (schema := getattr(root, "schema_file", "")):
        return _DESCRIBED_MESSAGE, {"schema": schema}
    return _MESSAGES.get(detail["type"], _OTHER_MESSAGE), args


def _list_known_keys(root: type[BaseModel], loc: Loc) -> list[str]:
    """Return the keys of the block at a path."""
    block = root
    steps = iter(loc)
    for step in steps:
        field = _map_fields(block).get(step)
        if field is None:  # the index of a list
            continue
        if get_origin(field) is dict:
            next(steps, None)
        block = next(_find_blocks(field), block)
    return [str(key) for key in _map_fields(block)]


def _map_fields(block: type[BaseModel]) -> dict[int | str, Any]:
    return {field.alias or name: field.annotation for name, field in block.model_fields.items()}


def _find_blocks(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the blocks in a type such as ``dict[str, Target] | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _find_blocks(part)
