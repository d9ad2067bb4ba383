"""Loads one package of checks: its modules, and for a plug-in its rules, checks without code and translations.

Anything wrong with a plug-in becomes a line in the report. The part that is wrong is left out; the rest runs.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from agent.api import API_VERSION
from agent.catalogue import yaml_check
from agent.catalogue.rule_entry import parse_rule
from agent.catalogue.rule_problems import RuleProblems
from agent.model.check import CheckSpec
from agent.model.placeholders import split_message
from agent.model.terms import Text, Translations
from agent.support.errors import CRASHES, ConfigError, RulesError
from agent.support.i18n import LANGUAGES, read_catalogue
from agent.support.yaml_file import describe_place, read_yaml

RULES_FILE = "rules.yaml"
YAML_CHECKS = "*.check.yaml"
_TOP_KEYS = {"version", "checks"}


@dataclass(slots=True)
class LoadedPackage:
    """Checks with the place that each comes from, problems, and translations by language."""

    checks: list[tuple[str, CheckSpec]] = field(default_factory=list)
    problems: list[Text] = field(default_factory=list)
    translations: dict[str, dict[str, str]] = field(default_factory=dict)

    def add_translations(self, brought: Translations) -> None:
        """Add translations by language; a later entry replaces an earlier one."""
        for language, entries in brought.items():
            self.translations.setdefault(language, {}).update(entries)

    def refuse(self, error: ConfigError) -> None:
        """Keep an error of the package as a problem to tell."""
        self.problems += [error.text, *error.problems]


def load_own_package(package: str) -> LoadedPackage:
    """Load the agent's own package: modules only, because the agent already has its rules and texts."""
    found = LoadedPackage()
    for module in _walk_modules(package, found.problems):
        found.checks += [(module.__name__, spec) for spec in _list_specs(module, found.problems)]
    return found


def load_plugin(package: str) -> LoadedPackage:
    """Load a package of another distribution. Never raises."""
    found = LoadedPackage()
    root = _import_module(package, found.problems)
    if root is None or not _is_usable(root, found.problems):
        return found
    modules = load_own_package(package)
    found.problems += modules.problems
    directory = Path(next(iter(root.__path__)))
    usable = [(here, spec) for here, spec in modules.checks if _has_good_header(here, spec, found.problems)]
    found.checks += _attach_rules(directory / RULES_FILE, usable, found)
    load_yaml_checks(sorted(directory.glob(YAML_CHECKS)), found)
    for language in (language for language in LANGUAGES if language != "en"):
        for path in sorted((directory / "locale" / language.replace("-", "_") / "LC_MESSAGES").glob("*.po")):
            found.add_translations({language: _read_translations(path, language, found.problems)})
    return found


def load_yaml_checks(paths: Sequence[Path], found: LoadedPackage) -> LoadedPackage:
    """Load checks without code and add them to ``found``."""
    for path in paths:
        try:
            check = yaml_check.load_yaml_check(path)
        except ConfigError as error:
            found.refuse(error)
        else:
            found.checks.append((str(path), check.spec))
            found.add_translations(check.translations)
    return found


def _is_usable(root: ModuleType, problems: list[Text]) -> bool:
    name = root.__name__
    wanted = getattr(root, "OB_HEALTH_API", API_VERSION)
    if not hasattr(root, "__path__"):
        problems.append(Text("{package} is a module; the entry point of a plug-in names a package.", {"package": name}))
    elif not isinstance(wanted, int):
        problems.append(Text("{package}: OB_HEALTH_API must be a whole number.", {"package": name}))
    elif wanted > API_VERSION:
        args = {"package": name, "wanted": str(wanted), "ours": str(API_VERSION)}
        text = (
            "The checks of {package} are left out: they were written for version {wanted} of the check API, "
            "and this agent has {ours}. Upgrade the agent."
        )
        problems.append(Text(text, args))
    else:
        return True
    return False


def _walk_modules(name: str, problems: list[Text]) -> Iterator[ModuleType]:
    module = _import_module(name, problems)
    if module is None:
        return
    yield module
    for info in pkgutil.iter_modules(getattr(module, "__path__", ()), name + "."):
        yield from _walk_modules(info.name, problems)


def _import_module(name: str, problems: list[Text]) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except CRASHES as error:  # the border where a broken plug-in becomes a line in the report
        problems.append(_describe_failure(name, error))
        return None


def _list_specs(module: ModuleType, problems: list[Text]) -> list[CheckSpec]:
    try:
        functions = [*vars(module).values(), *getattr(module, "CHECKS", ())]
    except TypeError as error:
        problems.append(_describe_failure(module.__name__, error))
        return []
    mine = [item for item in functions if inspect.isfunction(item) and item.__module__ == module.__name__]
    specs = [getattr(function, "__check__", None) for function in mine]
    return [spec for spec in specs if isinstance(spec, CheckSpec)]


def _describe_failure(module: str, error: BaseException) -> Text:
    args = {"module": module, "reason": f"{type(error).__name__}: {error}"[:300]}
    return Text("The checks of {module} could not be loaded: {reason}", args)


def _has_good_header(module: str, spec: CheckSpec, problems: list[Text]) -> bool:
    """Whether the header has what the agent itself relies on; ``agent.catalogue.contract`` asks for more."""
    texts = (spec.code, spec.name, spec.title, spec.finding, spec.remediation.advice)
    args = {"module": module, "code": str(spec.code)}
    if not all(isinstance(text, str) and text for text in texts):
        problem = Text("{module}: {code} is left out: its code, name, title, finding and advice must be texts.", args)
    elif not re.fullmatch(r"[A-Z]{3}\d{3}", spec.code):
        problem = Text("{module}: {code} is left out: a code is three capital letters and three digits.", args)
    elif not re.fullmatch(r"[a-z]+\.[a-z0-9_]+", spec.name):
        problem = Text("{module}: {code} is left out: its name is not category.what_is_wrong.", args)
    elif list_placeholders(spec.finding) is None:
        problem = Text("{module}: {code} is left out: the braces of its finding do not fit.", args)
    else:
        return True
    problems.append(problem)
    return False


def list_placeholders(template: str) -> frozenset[str] | None:
    """Return the names in braces, or None if the braces do not fit or hold more than a name."""
    try:
        return frozenset(name for _, name in split_message(template) if name is not None)
    except ValueError:
        return None


def _attach_rules(path: Path, checks: list[tuple[str, CheckSpec]], found: LoadedPackage) -> list[tuple[str, CheckSpec]]:
    """The checks that have a valid rule in the package's rules file, each with its rule."""
    if not checks and not path.is_file():
        return []
    try:
        data, locate = read_yaml(path)
        entries = _read_entries(path, data)
    except ConfigError as error:
        found.refuse(error)
        return []
    where = partial(describe_place, path, locate)
    specs = {spec.code: spec for _, spec in checks}
    for code in sorted(entries.keys() - specs.keys()):
        text = "{place}: the package has no such check; a plug-in brings rules for its own checks only"
        found.problems.append(Text(text, {"place": where(("checks", code))}))
    return [
        (here, dataclasses.replace(spec, rule=entries[spec.code]))
        for here, spec in checks
        if _has_rule(spec, entries, RuleProblems(str(path), where), found)
    ]


def _read_entries(path: Path, data: Any) -> dict[str, Any]:
    problems = RuleProblems(str(path), lambda loc: str(path))
    if (
        not isinstance(data, dict)
        or set(data) != _TOP_KEYS
        or data["version"] != 1
        or not isinstance(data["checks"], dict)
    ):
        problems.add((), "{place}: exactly version: 1 and a mapping called checks are expected")
    problems.raise_any()
    entries: dict[str, Any] = data["checks"]
    return entries


def _has_rule(spec: CheckSpec, entries: Mapping[str, Any], problems: RuleProblems, found: LoadedPackage) -> bool:
    if spec.code not in entries:
        problems.add(("checks",), "{place}: the check {code} ({name}) has no rule", code=spec.code, name=spec.name)
    else:
        parse_rule(spec, entries[spec.code], ("checks", spec.code), problems)
    try:
        problems.raise_any()
    except RulesError as error:
        found.refuse(error)
        return False
    return True


def _read_translations(path: Path, language: str, problems: list[Text]) -> dict[str, str]:
    """The translations with the same placeholders as the message. Others would fail when they are printed."""
    try:
        entries = read_catalogue(path, language)
    except Exception as error:  # noqa: BLE001 - Babel has its own error; whatever it is, the checks run in English
        args = {"file": str(path), "reason": f"{type(error).__name__}: {error}"[:200]}
        problems.append(Text("{file}: the translations cannot be used: {reason}", args))
        return {}
    fine = {
        msgid: text
        for msgid, text in entries.items()
        if list_placeholders(msgid) == list_placeholders(text) and list_placeholders(text) is not None
    }
    for msgid in sorted(entries.keys() - fine.keys()):
        args = {"file": str(path), "message": msgid[:80]}
        problems.append(Text("{file}: the placeholders of a translation differ from its message: {message}", args))
    return fine
