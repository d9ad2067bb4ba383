"""Each option has a variable of the environment, ``OB_HEALTH_<OPTION>``, which counts where the option is not given."""

from __future__ import annotations

from typer.core import TyperOption

_PREFIX = "OB_HEALTH_"
# Read elsewhere: the console reads the language, and the history its own place, after that of the engagement.
_READ_ELSEWHERE = {"--lang": "OB_HEALTH_LANG", "--history": "OB_HEALTH_HISTORY"}
_WITHOUT = frozenset({"--help", "--version"})


def name_variable(option: TyperOption) -> str:
    """Return the variable of an option; empty if it has none."""
    if isinstance(option.envvar, str):
        return option.envvar
    long = next((name for name in option.opts if name.startswith("--")), "--help")
    if long in _WITHOUT:
        return ""
    return _READ_ELSEWHERE.get(long) or _PREFIX + long.removeprefix("--").replace("-", "_").upper()


def attach_variable(option: TyperOption) -> None:
    """Let the parser read the variable, and name it where it complains."""
    variable = name_variable(option)
    if variable and variable not in _READ_ELSEWHERE.values():
        option.envvar, option.show_envvar = variable, True
