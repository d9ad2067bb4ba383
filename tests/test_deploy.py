"""The files for systemd and Kubernetes are well formed, and start commands that exist."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from agent.__main__ import build_command

DEPLOY = Path(__file__).parent.parent / "deploy"
UNITS = sorted([*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")])


def require_command(words: list[str]) -> None:
    """The command line takes these words."""
    command: Any = typer.main.get_command(build_command())
    for word in words:
        found = getattr(command, "commands", {}).get(word)
        if found is None:
            break
        command = found
    known = {option for parameter in command.params for option in parameter.opts}
    assert known.issuperset(word for word in words if word.startswith("-")), words


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_has_nothing_to_say_of_the_units() -> None:
    done = subprocess.run(["systemd-analyze", "verify", *map(str, UNITS)], capture_output=True, text=True, check=False)
    assert len(UNITS) == 5 and (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name)
def test_a_unit_starts_a_command_that_exists(unit: Path) -> None:
    (start,) = (line for line in unit.read_text(encoding="utf-8").splitlines() if line.startswith("ExecStart="))
    words = shlex.split(start.partition("=")[2])
    assert words[1].endswith("/ob-health")
    require_command(words[2:])


def test_the_cron_job_starts_a_command_that_exists() -> None:
    job = yaml.safe_load((DEPLOY / "cronjob.yaml").read_text(encoding="utf-8"))
    spec = job["spec"]["jobTemplate"]["spec"]
    (container,) = spec["template"]["spec"]["containers"]
    assert job["kind"] == "CronJob" and container["command"] == ["ob-health"]
    require_command(container["args"])
    mounted = {mount["name"] for mount in container["volumeMounts"]}
    assert mounted == {volume["name"] for volume in spec["template"]["spec"]["volumes"]}


def test_each_file_is_explained() -> None:
    page = (DEPLOY / "README.md").read_text(encoding="utf-8")
    assert all(file.name in page for file in DEPLOY.iterdir() if file.name != "README.md")
