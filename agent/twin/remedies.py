"""Tries on the twin what findings would have people run.

Proven is: the server takes it in the tenant's schema, each statement has the effect that it names, the rollback
restores what was before, and no plan of the dearest statements costs more. A statement may come from a file, so only
plain changes of tables of the twin, and of settings that do it no harm, are sent; the rest is not verifiable here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from agent.model.labels import N_
from agent.model.sql_stages import Stage, find_stage
from agent.model.terms import Text
from agent.support.errors import KernelError
from agent.twin.hints import is_single
from agent.twin.material import Material, Name
from agent.twin.result import Remedy, Tried, Verdict
from agent.twin.setting_trial import SettingTrial
from agent.twin.table_trial import TableTrial
from agent.twin.trial import Failed, Scene
from agent.twin.twin import ShowProgress

TRYING = N_("remedies tried on the twin")
MOST_TRIED = 40
_NAME = r"`(?:[^`]|``)+`"
_ON_TABLE = re.compile(
    rf"(?:ALTER TABLE|(?:CREATE (?:[A-Z]+ )?|DROP )INDEX {_NAME} ON) (?P<schema>{_NAME})\.(?P<table>{_NAME})(?:\s.+)?",
    re.DOTALL,
)
_OF_SETTING = re.compile(r"(?:SET GLOBAL|ALTER SYSTEM SET) `?\w+`? = .+", re.DOTALL)
_CHOICE = re.compile(r"<[A-Za-z][\w ,]*>")


def try_remedies(scene: Scene, remedies: Sequence[Remedy], progress: ShowProgress) -> Iterator[Tried]:
    """Yield what became of each remedy that changes something. A kernel that ends ends no run."""
    tables, settings = TableTrial(scene), SettingTrial(scene)
    changing = [one for one in remedies if any(find_stage(sql) is not Stage.VERIFY for sql in one.sql)]
    dead: Text | None = None
    for done, remedy in enumerate(changing):
        progress(TRYING, done, len(changing))
        if dead is not None or done >= MOST_TRIED:
            yield _describe(remedy, Failed(dead or Text("it was not tried: there are too many")))
            continue
        try:
            yield _try(remedy, tables, settings)
        except KernelError as error:
            dead = error.text
            yield _describe(remedy, Failed(dead))
    progress(TRYING, len(changing), len(changing))


def list_tables(remedies: Iterable[Remedy], material: Material) -> set[Name]:
    """Return the tables of the twin that the remedies change."""
    places = {_read_place(text.strip().rstrip(";")) for one in remedies for text in one.sql}
    found = (material.find_table(*place) for place in places if place)
    return {(table.schema, table.name) for table in found if table}


def _try(remedy: Remedy, tables: TableTrial, settings: SettingTrial) -> Tried:
    sql = [text.strip().rstrip(";") for text in remedy.sql if find_stage(text) is not Stage.VERIFY]
    rollback = [text.strip().rstrip(";") for text in remedy.rollback]
    try:
        if any(map(_CHOICE.search, sql)):
            raise Failed(Text("it has a value that you choose"))
        if not all(map(is_single, (*sql, *rollback))):
            raise Failed(Text("it is not one plain statement"))
        places = [_read_place(text) for text in (*sql, *rollback)]
        if all(places):
            tables.run(sql, rollback, [place for place in dict.fromkeys(places) if place])
        elif all(map(_OF_SETTING.fullmatch, (*sql, *rollback))):
            settings.run(sql, rollback)
        else:
            raise Failed(Text("it acts on accounts, sessions, jobs, servers or rows, which the twin does not have"))
    except Failed as failed:
        return _describe(remedy, failed)
    return _describe(remedy, None)


def _describe(remedy: Remedy, failed: Failed | None) -> Tried:
    return Tried(
        code=remedy.code,
        fingerprint=remedy.fingerprint,
        resource=remedy.resource,
        verdict=failed.verdict if failed else Verdict.VERIFIED,
        why=failed.why if failed else None,
        dearer=failed.dearer if failed else (),
    )


def _read_place(sql: str) -> Name | None:
    """Return the table that a statement changes; None for one that changes something else."""
    found = _ON_TABLE.fullmatch(sql)
    return (_unquote(found["schema"]), _unquote(found["table"])) if found else None


def _unquote(name: str) -> str:
    return name[1:-1].replace("``", "`")
