"""The wheel holds everything, and works where nothing of the source tree is near."""

from __future__ import annotations

import json
import os
import shutil
import site
import subprocess
import sys
import venv
import zipapp
import zipfile
from pathlib import Path

import pytest

from tests.report_files import plain

ROOT = Path(__file__).parent.parent
SAVED = ROOT / "tests" / "data" / "before_rooms"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of what git tracks."""
    place = tmp_path_factory.mktemp("wheel")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    for name in filter(None, listed.decode().split("\0")):
        source, copy = ROOT / name, place / "source" / name
        if source.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy, follow_symlinks=False)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--wheel-dir",
        str(place),
        str(place / "source"),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return next(place.glob("*.whl"))


def test_the_wheel_holds_what_the_code_reads(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in (
        "report_templates/report.html.j2",
        "report_templates/report.docx",
        "report_templates/document.html.j2",
        "report_templates/document.docx",
        "report_templates/document.css",
        "report_templates/base.css",
        "report_templates/style.css",
        "agent/archive/assessment.schema.json",
        "agent/catalogue/rules.yaml",
        "agent/locale/zh_CN/LC_MESSAGES/ob_health.po",
        "agent/archive/history/migrations/env.py",
        "agent/py.typed",
    ):
        assert wanted in names
    assert any(name.startswith("agent/archive/history/migrations/versions/0001") for name in names)
    assert not any(name.startswith(("tests/", ".ci/", "report_templates/docx_source")) for name in names)
    packed = zipfile.ZipFile(wheel).read("agent/catalogue/rules.yaml")
    assert packed == (ROOT / "rules.yaml").read_bytes(), "the link becomes the file itself"


def run_installed(python: str | Path, arguments: list[str], folder: Path, **more: str) -> str:
    """What a command says that runs outside the source tree, with our dependencies and nothing else of this one."""
    own = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [python, *arguments], cwd=folder, env={**own, **more}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def dependencies() -> list[str]:
    """The folders of the packages that we depend on."""
    return [path for path in site.getsitepackages() if Path(path).is_dir()]


def assert_it_knows_its_rules(python: str | Path, start: list[str], folder: Path, **more: str) -> None:
    """The catalogue, the rules and an evaluation of a saved snapshot, by a command that begins with ``start``."""
    listed = json.loads(run_installed(python, [*start, "checks", "list", "--json"], folder, **more))
    assert len(listed) >= 200
    assert "no problems" in run_installed(python, [*start, "rules", "validate"], folder, **more)
    for name in ("engagement.yaml", "snapshot.obh"):
        shutil.copy(SAVED / name, folder)
    words = ["evaluate", "-e", "engagement.yaml", "-s", "snapshot.obh", "-o", "out", "-f", "html,docx,json", "-l", "en"]
    home = {"HOME": str(folder), "OB_HEALTH_HISTORY": f"sqlite:///{folder / 'history.sqlite'}"}
    run_installed(python, [*start, *words], folder, **more, **home)
    assert (folder / "history.sqlite").stat().st_size > 0, "the history's migrations are found, too"
    assert {plain(path.name) for path in (folder / "out").iterdir()} >= {
        "report.en.html",
        "report.en.docx",
        "assessment.json",
    }


def test_installed_in_an_environment_of_its_own(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "venv"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-deps", str(wheel)], check=True, capture_output=True
    )
    packages = next((home / "lib").glob("python*/site-packages"))
    (packages / "borrowed.pth").write_text("\n".join(dependencies()))
    assert_it_knows_its_rules(home / "bin" / "ob-health", [], tmp_path)
    said = run_installed(home / "bin" / "ob-health", ["rules", "validate"], tmp_path)
    assert str(home) in said, "it reads the rules that were installed, not those of a source tree"


@pytest.mark.long
def test_installed_into_a_folder(wheel: Path, tmp_path: Path) -> None:
    """As ``pip install --target`` does it."""
    target = tmp_path / "lib"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target), str(wheel)]
    subprocess.run(command, check=True, capture_output=True)
    path = os.pathsep.join([str(target), *dependencies()])
    assert_it_knows_its_rules(sys.executable, ["-P", "-m", "agent"], tmp_path, PYTHONPATH=path)


@pytest.mark.long
def test_as_a_zipped_application(wheel: Path, tmp_path: Path) -> None:
    """Our packages in one file, as ``zipapp`` makes it."""
    source = tmp_path / "application"
    zipfile.ZipFile(wheel).extractall(source)
    zipapp.create_archive(source, tmp_path / "ob-health.pyz", main="agent.__main__:main")
    shutil.rmtree(source)
    path = os.pathsep.join(dependencies())
    assert_it_knows_its_rules(sys.executable, [str(tmp_path / "ob-health.pyz")], tmp_path, PYTHONPATH=path)
