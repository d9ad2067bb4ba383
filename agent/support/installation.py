"""How the agent was installed, and what installs more of it from there.

``oceanbase-health-agent`` is on no package index. Whoever registers the name there could run their own code where
somebody follows a message, so no message ever tells pip the bare name.
"""

from __future__ import annotations

import json
import shlex
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import agent
from agent.model.terms import Text

DISTRIBUTION = "oceanbase-health-agent"


def advise_install(extra: str) -> Text:
    """Return a sentence with the command that installs an extra from where the agent was installed."""
    source = _find_source(extra)
    if source is None:
        wheel = f"./{DISTRIBUTION.replace('-', '_')}-{agent.__version__}-py3-none-any.whl[{extra}]"
        command = _format_command(wheel)
        return Text("install the agent's wheel again, with the extra {extra}: {command}", _args(extra, command))
    return Text("install the extra {extra}: {command}", _args(extra, _format_command(*source)))


def _args(extra: str, command: str) -> dict[str, str]:
    return {"extra": extra, "command": command}


def _format_command(*arguments: str) -> str:
    """Return the command of this Python: another pip on the path may belong to another environment."""
    return shlex.join([sys.executable or "python3", "-m", "pip", "install", *arguments])


def _find_source(extra: str) -> tuple[str, ...] | None:
    """Return pip's arguments, or None if nothing says where the agent came from."""
    origin = _read_origin()
    url = str(origin.get("url", ""))
    if url.startswith("file:"):
        path = Path(unquote(urlsplit(url).path))
        flags = ("-e",) if origin.get("dir_info", {}).get("editable") else ()
        return (*flags, f"{path}[{extra}]") if path.exists() else None
    if url:
        return (f"{DISTRIBUTION}[{extra}] @ {_name_remote(origin, url)}",)
    checkout = Path(agent.__file__).resolve().parent.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / "setup.cfg").is_file():
        return "-e", f"{checkout}[{extra}]"
    return None


def _read_origin() -> dict[str, Any]:
    """Return what pip wrote down (PEP 610), from the first distribution of our name that has it."""
    for found in distributions(name=DISTRIBUTION):
        try:
            origin = json.loads(found.read_text("direct_url.json") or "{}")
        except (OSError, ValueError):
            continue
        if isinstance(origin, dict) and origin:
            return origin
    return {}


def _name_remote(origin: dict[str, Any], url: str) -> str:
    """Return the address without user and password, with the commit where it is a repository."""
    parts = urlsplit(url)
    plain = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    repository = origin.get("vcs_info", {})
    return f"{repository['vcs']}+{plain}@{repository['commit_id']}" if repository else plain
