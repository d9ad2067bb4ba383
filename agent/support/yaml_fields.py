"""Kinds of values in the engagement file. Each refusal says what to write instead and never repeats the value."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    PrivateAttr,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from agent.model.terms import Scalar
from agent.model.units import parse_size
from agent.support import sshsig
from agent.support.credentials import is_reference
from agent.support.yaml_file import Loc, Locate, describe_place

T = TypeVar("T")
_YEARS = range(2000, 2200)
_MOST = 10**12  # whatever is counted; as milliseconds 31 years
_MAX_SIZE_BYTES = 1 << 60
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d|24:00"


class Invalid(ValueError):
    """A value that cannot be used. ``msgid`` is the whole message; it has ``{place}`` in it."""

    def __init__(self, msgid: str, **args: Scalar) -> None:
        super().__init__(msgid)
        self.msgid = msgid
        self.args_by_name = args


class Block(BaseModel):
    """Base of all blocks. A key left empty counts as not written."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, hide_input_in_errors=True)
    schema_file: ClassVar[str] = ""  # the file for editors that describes a whole file, where there is one

    @model_validator(mode="before")
    @classmethod
    def _drop_empty_keys(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        known = {field.alias or name for name, field in cls.model_fields.items()}
        return {key: value for key, value in data.items() if value is not None or key not in known}


class WholeFile(Block):
    """The outermost block. It knows the lines of its parts, for problems that are found later."""

    _path: Path = PrivateAttr(default=Path("engagement"))
    _locate: Locate = PrivateAttr(default_factory=lambda: lambda loc: 1)

    def model_post_init(self, context: Any) -> None:
        """Take the path and the lines of the file from the context that ``validate_blocks`` gives."""
        if context:
            self._path, self._locate = context["path"], context["locate"]

    @property
    def path(self) -> Path:
        """The path of the file."""
        return self._path

    def place(self, *above: int | str) -> Callable[[Loc], str]:
        """Return a function that says, for messages, where a part of the block at ``above`` is."""
        return lambda loc: describe_place(self._path, self._locate, (*above, *loc))


def _match_pattern(pattern: str, msgid: str) -> AfterValidator:
    compiled = re.compile(pattern)

    def validate(value: str) -> str:
        if not compiled.fullmatch(value):
            raise Invalid(msgid)
        return value

    return AfterValidator(validate)


def _require_entries(value: tuple[T, ...]) -> tuple[T, ...]:
    # Not min_length: it counts only the valid entries and would report an entry twice.
    if not value:
        raise Invalid("{place}: this must not be empty; write at least one entry")
    return value


def _check_day(value: date) -> date:
    if value.year not in _YEARS:
        raise Invalid("{place}: the year is not plausible; correct it")
    return value


def _check_moment(value: Any) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise Invalid("{place}: write a time with its zone, without quotes, such as 2026-03-31T18:00:00+08:00")
    _check_day(value)
    return value


def _check_password(value: Any) -> str:
    if not is_reference(value):
        raise Invalid(
            "{place}: a password is never written here; "
            "write env:NAME, file:/path, keyring:service/user or command:program and keep the password there"
        )
    return str(value)


def _read_size(value: Any) -> int:
    try:
        size = value if type(value) is int else parse_size(value)
    except (ValueError, TypeError, OverflowError):
        size = 0
    if not 0 < size <= _MAX_SIZE_BYTES:
        raise Invalid("{place}: write a size such as 500G or 2T, or a whole number of bytes")
    return size


def _check_timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):  # unknown, malformed, or a folder of zones such as "Asia"
        raise Invalid("{place}: no such time zone; write one such as Asia/Shanghai") from None
    return value


def _resolve_path(value: Any, info: ValidationInfo) -> Path:
    """Resolve a path. Relative ones start at the engagement file's directory, ``~`` is the home of the user."""
    if not isinstance(value, str):
        raise Invalid("{place}: write the path of a file")
    file: Path = (info.context or {}).get("path", Path())
    return file.parent / os.path.expanduser(value)


def _resolve_file(value: Any, info: ValidationInfo) -> Path:
    path = _resolve_path(value, info)
    try:
        found = path.is_file()
    except (OSError, ValueError):
        found = False
    if not found:
        raise Invalid("{place}: there is no file {path}; paths start at the engagement file", path=str(path))
    return path


def _resolve_folder(value: Any, info: ValidationInfo) -> Path:
    path = _resolve_path(value, info)
    try:
        found = path.is_dir()
    except (OSError, ValueError):
        found = False
    if not found:
        raise Invalid("{place}: there is no folder {path}; paths start at the engagement file", path=str(path))
    return path


def _check_signer(value: str) -> str:
    try:
        sshsig.parse_public_key(value)
    except sshsig.UnusableKey as error:
        raise Invalid(
            "{place}: a key of the kind {kind} cannot be used (a certificate, or a key on a hardware token); "
            "ask for a plain key of one of these kinds: {kinds}",
            kind=error.kind,
            kinds=", ".join(sshsig.KINDS),
        ) from None
    except ValueError:
        raise Invalid(
            "{place}: write the customer's public key on one line, such as ssh-ed25519 AAAA...; "
            "ed25519, ECDSA and RSA of at least 2048 bits can be used"
        ) from None
    return value


def _check_history_url(value: str) -> str:
    """Accept a URL without a password, or a reference to a URL."""
    if is_reference(value):
        return value
    try:
        parts = urlsplit(value)
        hidden = parts.password or {"password", "passwd"} & {name for name, _ in parse_qsl(parts.query)}
        usable = bool(parts.scheme and value.startswith(f"{parts.scheme}://"))
    except ValueError:
        hidden, usable = None, False
    if hidden:
        raise Invalid(
            "{place}: a password is never written here; put the whole URL "
            "behind a reference: env:NAME, file:/path, keyring:service/user or command:program"
        )
    if not usable:
        raise Invalid("{place}: write a database URL such as sqlite:////srv/ob-health/history.db")
    if value.partition("://")[0] in ("mysql", "mariadb"):
        scheme = value.partition("://")[0]
        raise Invalid("{place}: write {right} instead of {given}", right=f"{scheme}+pymysql://", given=f"{scheme}://")
    return value


def _check_span(value: str) -> str:
    found = re.fullmatch(rf"({_CLOCK})-({_CLOCK})", value)
    if not found or found[1] >= found[2]:
        raise Invalid('{place}: write a span of hours in quotes, such as "09:00-12:00"')
    return value


def _check_host(value: str) -> str:
    """Accept a name or an address. What looks like an address must be one: resolvers take 10.1.2 for 10.1.0.2."""
    try:
        ipaddress.ip_address(value)
    except ValueError:
        if not re.fullmatch(r"[^\s/@:\[\]\x00-\x1f]+", value) or re.fullmatch(r"[0-9.]+", value):
            raise Invalid(
                "{place}: write a host name or an IP address alone, such as db.example.com, 10.1.2.3 or fd00::1, "
                "without protocol and brackets; the port has a key of its own, such as port: 2883"
            ) from None
    return value


def _check_jump_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        usable = parts.scheme == "ssh" and parts.hostname and parts.username and parts.port != 0
        more = parts.password is not None or parts.path.strip("/") or parts.query or parts.fragment
    except ValueError:
        usable, more = None, None
    if not usable or more or not re.fullmatch(r"[^\s\x00-\x1f]+", value):
        raise Invalid("{place}: write ssh://user@host or ssh://user@host:port, without a password")
    return value


def require_not_before(field: str, msgid: str) -> Callable[[date, ValidationInfo], date]:
    """Return a validator for the later of two dates. ``field`` is the earlier one."""

    def validate(value: date, info: ValidationInfo) -> date:
        earlier = info.data.get(field)
        if earlier is not None and value < earlier:
            raise Invalid(msgid)
        return value

    return validate


Many = Annotated[tuple[T, ...], Field(strict=False)]
Some = Annotated[
    tuple[T, ...], Field(strict=False, json_schema_extra={"minItems": 1}), AfterValidator(_require_entries)
]
TextList = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Count = Annotated[int, Field(ge=0, le=_MOST)]
Positive = Annotated[int, Field(gt=0, le=_MOST)]
Quantity = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Day = Annotated[date, AfterValidator(_check_day)]
Moment = Annotated[datetime, PlainValidator(_check_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
Size = Annotated[
    int, BeforeValidator(_read_size), WithJsonSchema({"type": ["integer", "string"], "examples": ["500G"]})
]
Timezone = Annotated[str, AfterValidator(_check_timezone)]
Password = Annotated[
    str, BeforeValidator(_check_password), WithJsonSchema({"type": "string", "pattern": "^(env|file|keyring|command):"})
]
AnyFile = Annotated[Path, BeforeValidator(_resolve_path), WithJsonSchema({"type": "string"})]
ExistingFile = Annotated[Path, BeforeValidator(_resolve_file), WithJsonSchema({"type": "string"})]
Folder = Annotated[Path, BeforeValidator(_resolve_folder), WithJsonSchema({"type": "string"})]
HistoryUrl = Annotated[str, AfterValidator(_check_history_url)]
SshKey = Annotated[str, AfterValidator(_check_signer)]
Fingerprint = Annotated[
    str,
    _match_pattern(
        r"(?:[0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}", "{place}: write the certificate's SHA-256 fingerprint, 64 hex digits"
    ),
    AfterValidator(lambda value: value.replace(":", "").lower()),
]
JumpUrl = Annotated[str, AfterValidator(_check_jump_url)]
ClockSpan = Annotated[str, AfterValidator(_check_span)]
ClockTime = Annotated[str, _match_pattern(_CLOCK, '{place}: write a time of day in quotes, such as "01:00"')]
Host = Annotated[str, AfterValidator(_check_host)]
User = Annotated[
    str,
    _match_pattern(r"[^\s@#:]+(@[^\s@#:]+(#[^\s@#:]+)?)?", "{place}: write user@tenant#cluster, user@tenant or user"),
]
Account = Annotated[
    str, _match_pattern(r"[^\s@'\"`]+(@[^\s@'\"`]+)?", "{place}: write user, or user@host as DBA_OB_USERS shows them")
]
Name = Annotated[str, _match_pattern(r"\w[\w.-]{0,63}", "{place}: a name has letters, digits, '-', '_' and '.' only")]
Code = Annotated[str, _match_pattern(r"[A-Z]{3}\d{3}", "{place}: write the code of a check, such as CAP001")]
