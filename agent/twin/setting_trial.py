"""Sets variables and parameters of the twin as a remedy says, and back. The twin's own values come back in any case."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

from agent.model.terms import Text
from agent.twin.result import Verdict
from agent.twin.trial import Failed, Scene, count_costs, require_no_dearer
from agent.twin.twin import TwinRefused

# One setting to one literal; the one expression is that of the check on sql_mode.
_SETTING = re.compile(
    r"(?P<how>SET GLOBAL|ALTER SYSTEM SET) `?(?P<name>\w+)`? = (?P<value>'(?:[^'\\]|'')*'|-?[\w.]+"
    r"|CONCAT_WS\(',', NULLIF\(@@GLOBAL\.sql_mode, ''\), '[A-Z_,]+'\))"
)
# These would open the twin to files or other hosts, or end it.
_HARMFUL = re.compile(
    r"secure_file_priv|invited_nodes|_dir$|memory|cpu|log_disk|datafile|data_disk|tablet|upgrade|read_only"
)
# What decides how a statement is understood, rewritten or planned.
_OF_PLANS = re.compile(r"optimizer|parallel|transformation|rewrite|sql_mode|plan_baselines|row_?goal|collation")
_VARIABLE = "SHOW GLOBAL VARIABLES LIKE %s"
_PARAMETER = "SELECT NAME, VALUE FROM oceanbase.GV$OB_PARAMETERS WHERE NAME = %s"
_SYSTEM = "ALTER SYSTEM SET"
Values = dict[str, str]
_PATIENCE_S, _PAUSE_S = 2.0, 0.1


class SettingTrial:
    """Tries settings."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._twin = scene.twin

    def run(self, sql: Sequence[str], rollback: Sequence[str]) -> None:
        """Try the statements. Raises Failed unless all is well, and KernelError if the kernel ends."""
        names = self._read_names((*sql, *rollback))
        own = self._read_values(names)
        try:
            # The rollback sets what the tenant has now, so the trial begins with it.
            self._run_all(rollback, Text("the server refuses its rollback"))
            is_slow = _SYSTEM in names.values()
            before = self._await_values(names, own, is_same=False) if is_slow else self._read_values(names)
            costs = self._count_costs(names, before)
            self._run_all(sql, Text("the server refuses it"))
            if self._await_values(names, before, is_same=False) == before:
                raise Failed(Text("it changes nothing on the twin"))
            require_no_dearer(costs, self._count_costs(names, self._read_values(names)))
            self._run_all(rollback, Text("the server refuses its rollback"))
            if rollback and self._await_values(names, before, is_same=True) != before:
                raise Failed(Text("its rollback does not restore what was before"), Verdict.UNVERIFIED)
        finally:
            self._set_back(names, own)

    def _count_costs(self, names: dict[str, str], values: Values) -> dict[str, int]:
        """Return what statements cost in a session that begins with these values; nothing if none decides on plans.

        A session that is there keeps the values that it began with, so they are set in it, and set back.
        """
        if not any(map(_OF_PLANS.search, names)):
            return {}
        found = {name: self._read_session(name) for name, how in names.items() if how != _SYSTEM}
        own = {name: value for name, value in found.items() if value is not None}
        try:
            for name in own:
                self._twin.set_variable(name, values[name])
            return count_costs(self._scene, self._scene.matched)
        finally:
            for name, value in own.items():
                self._twin.set_variable(name, value)

    def _read_session(self, name: str) -> str | None:
        """Return the session's own value of a variable; None if a session has none."""
        try:
            return str(self._twin.ask(f"SELECT @@SESSION.{name}")[0][0])
        except TwinRefused:
            return None

    def _read_names(self, statements: Sequence[str]) -> dict[str, str]:
        """Return how each setting is set, by its name."""
        names = {}
        for text in statements:
            found = _SETTING.fullmatch(text)
            if found is None or _HARMFUL.search(found["name"].lower()):
                raise Failed(Text("it is a setting of servers, files or networks, which are others on the twin"))
            names[found["name"].lower()] = found["how"]
        return names

    def _read_values(self, names: dict[str, str]) -> Values:
        values = {}
        for name, how in names.items():
            what = _VARIABLE if how == "SET GLOBAL" else _PARAMETER
            found = [str(value) for known, value in self._twin.ask(what, [name]) if str(known).lower() == name]
            if not found:
                raise Failed(Text("the twin has no setting {name}", {"name": name}))
            values[name] = found[0]
        return values

    def _await_values(self, names: dict[str, str], before: Values, *, is_same: bool) -> Values:
        """Return the values once they differ from those before, or are those again: a parameter takes a moment."""
        until = time.monotonic() + _PATIENCE_S
        values = self._read_values(names)
        while (values == before) is not is_same and time.monotonic() < until:
            time.sleep(_PAUSE_S)
            values = self._read_values(names)
        return values

    def _run_all(self, statements: Sequence[str], refusal: Text) -> None:
        for text in statements:
            try:
                self._twin.ask(text)
            except TwinRefused as refused:
                why = Text("{what}: {reason}", {"what": refusal, "reason": refused.reason})
                raise Failed(why, Verdict.UNVERIFIED) from None

    def _set_back(self, names: dict[str, str], own: Values) -> None:
        for name, value in own.items():
            try:
                self._twin.ask(f"{names[name]} {name} = %s", [int(value) if value.lstrip("-").isdecimal() else value])
            except TwinRefused:
                continue  # a value that this kernel shows and does not take
