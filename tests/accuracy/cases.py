"""Case files: one product's schema with seeded faults and look-alikes that are right; and what each kind is found by.

Files in ``blind`` were written by somebody who had seen neither checks nor rules. They stand as they came, but for what
a comment in them names with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from agent.model.terms import Severity, Text
from agent.support.yaml_fields import Block
from agent.support.yaml_file import read_yaml, refuse_file
from agent.support.yaml_model import validate_blocks

HERE = Path(__file__).parent
KINDS = HERE / "kinds.yaml"


def _listed(value: Any) -> Any:
    """Several entries come as a list, one may come by itself; inside, lists are tuples."""
    return tuple(value) if isinstance(value, list | tuple) else (value,)


Statements = Annotated[tuple[str, ...], BeforeValidator(_listed)]


class Run(Block):
    """One statement of the application, sent so many times."""

    statement: str
    times: int = Field(default=1, ge=1)


Runs = Annotated[tuple[Run, ...], BeforeValidator(_listed)]


class Place(Block):
    """What is planted for one object. ``where`` names it; for a statement it is whatever tells the reader most.

    ``hold`` are statements of a session that stays open while the tenant is assessed, ``wait`` those of another that
    waits for it. With ``session: own`` those of ``plant`` are held open; with ``waits`` too they wait for the entry
    before. ``age_days`` lets what was planted grow old: it is judged by a clock so much later.
    """

    where: str
    plant: Statements = ()
    run: Runs = ()
    hold: Statements = ()
    wait: Statements = ()
    session: Literal["own", ""] = ""
    waits: bool = False
    age_days: int = Field(default=0, ge=0)
    because: str

    @property
    def planted(self) -> tuple[str, ...]:
        """What is run and over."""
        return () if self.session else self.plant

    @property
    def held(self) -> tuple[str, ...]:
        """What is run in a session that stays open."""
        return self.plant if self.session and not self.waits else self.hold

    @property
    def waiting(self) -> tuple[str, ...]:
        """What is run in a session that waits."""
        return self.plant if self.session and self.waits else self.wait


class Fault(Place):
    """Something wrong, of a kind that kinds.yaml knows."""

    kind: str
    severity: Annotated[Severity, BeforeValidator(Severity)]


class LookAlike(Place):
    """Something right that looks like a fault of the kind ``like``."""

    like: str


class CaseFile(Block):
    """One product. ``setup`` makes what is right before anything is planted."""

    schema_name: str = Field(alias="schema")
    about: str
    setup: Statements
    faults: Annotated[tuple[Fault, ...], BeforeValidator(_listed)]
    lookalikes: Annotated[tuple[LookAlike, ...], BeforeValidator(_listed)]


class About(StrEnum):
    """What findings of a kind are about, and so how one is matched with what was planted."""

    OBJECT = "object"  # a schema, a table or a part of it: by the parts of its name
    TABLE = "table"  # by schema and table, where a finding names another part of it than people do
    STATEMENT = "statement"  # by the SQL_IDs that the server gave to what ``run`` sent
    ACCOUNT = "account"  # by user and host
    SESSION = "session"  # by the account that holds it open
    TENANT = "tenant"  # a setting, or the tenant as a whole: any finding of the codes


class Kind(Block):
    """What finds a kind of fault. ``also`` are codes that may tell the same fault, too, but are not enough.

    ``none`` is why no check finds it, which counts as a miss all the same. ``resource`` is the finding's own, where the
    case file cannot say it; ``age_days`` is for kinds that show with age, in files that do not say so. ``nightly``: in
    this time the server has gathered the statistics of the table, as its nightly window does.
    """

    codes: Statements = ()
    also: Statements = ()
    about: Annotated[About, BeforeValidator(About)] = About.OBJECT
    resource: str = ""
    age_days: int = Field(default=0, ge=0)
    nightly: bool = False
    none: str = ""


class Kinds(Block):
    """All kinds, by the words that the case files use."""

    kinds: dict[str, Kind]


@dataclass(frozen=True)
class Cases:
    """A valid case file and where it stands."""

    path: Path
    file: CaseFile

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.name}"


def load_kinds(path: Path = KINDS) -> dict[str, Kind]:
    """What finds each kind. Raises ConfigError with every problem listed."""
    data, locate = read_yaml(path)
    return validate_blocks(Kinds, data, locate, path).kinds


def load_cases(path: Path, kinds: dict[str, Kind]) -> Cases:
    """One case file, each kind of which is known. Raises ConfigError with every problem listed."""
    data, locate = read_yaml(path)
    file = validate_blocks(CaseFile, data, locate, path)
    unknown = [
        Text(
            "{place}: no such kind in kinds.yaml: {kind}; add it there with the codes that find it",
            {"place": f"{path}:{locate((section, number))}", "kind": kind},
        )
        for section, words in (
            ("faults", [fault.kind for fault in file.faults]),
            ("lookalikes", [alike.like for alike in file.lookalikes]),
        )
        for number, kind in enumerate(words)
        if kind not in kinds
    ]
    if unknown:
        raise refuse_file(path, unknown)
    return Cases(path, file)


def list_paths() -> list[Path]:
    """All case files, the sighted ones first."""
    return [path for folder in ("sighted", "blind") for path in sorted((HERE / folder).glob("*.yaml"))]
