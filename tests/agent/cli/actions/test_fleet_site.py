"""``ob-health fleet site`` as it is typed: histories and engagement files that are found, missing, or wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.cli.actions.fleet_site import make_fleet_site
from agent.support.errors import ConfigError, NoHistory
from tests.agent.engagements import MINIMAL
from tests.agent.report.site.fleets import NOW, add_assessment, make_document


@pytest.fixture
def history(tmp_path: Path) -> Path:
    add_assessment(tmp_path / "h.db", "a1", "Acme", "orders", NOW, make_document("orders", [], None))
    return tmp_path / "h.db"


def write_engagement(folder: Path, content: str = MINIMAL) -> Path:
    folder.mkdir(parents=True)
    (folder / "engagement.yaml").write_text(content, "utf-8")
    return folder


def test_a_history_alone_makes_a_site(history: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert make_fleet_site(tmp_path / "out", [], str(history), "en", NOW) == 0
    assert "index.html" in capsys.readouterr().out
    assert "history alone" in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_folders_are_searched_for_engagement_files(history: Path, tmp_path: Path) -> None:
    write_engagement(tmp_path / "tree" / "a" / "b")
    write_engagement(tmp_path / "tree" / "c", MINIMAL.replace("name: Acme", "name: Bravo"))
    assert make_fleet_site(tmp_path / "out", [tmp_path / "tree"], str(history), "en", NOW) == 0
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert "history alone" not in page and "Bravo" in page and "Never assessed" in page


def test_a_wrong_engagement_is_named_and_the_others_count(
    history: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_engagement(tmp_path / "tree" / "good")
    wrong = write_engagement(tmp_path / "tree" / "wrong", MINIMAL.replace("tier:", "tire:"))
    assert make_fleet_site(tmp_path / "out", [tmp_path / "tree"], str(history), "en", NOW) == 2
    assert "tire" in capsys.readouterr().err
    assert (tmp_path / "out" / "index.html").exists()
    with pytest.raises(ConfigError):
        make_fleet_site(tmp_path / "none", [wrong], str(history), "en", NOW)
    assert not (tmp_path / "none").exists()


def test_engagements_name_their_own_histories(history: Path, tmp_path: Path) -> None:
    own = write_engagement(tmp_path / "own", MINIMAL + f"history: sqlite:///{history}\n")
    other = write_engagement(
        tmp_path / "other", MINIMAL.replace("name: Acme", "name: Bravo") + f"history: sqlite:///{tmp_path}/none.db\n"
    )
    assert make_fleet_site(tmp_path / "out", [own, other], None, "en", NOW) == 0
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert "Acme" in page and "Bravo" in page
    assert not (tmp_path / "none.db").exists(), "a command that only reads makes no history"


def test_what_cannot_be_used_is_refused_before_anything_is_written(history: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for places, named, lang, error in (
        ([], str(tmp_path / "none.db"), None, NoHistory),
        ([tmp_path / "empty"], str(history), None, ConfigError),
        ([tmp_path / "missing.yaml"], str(history), None, ConfigError),
        ([], str(history), "fr", ConfigError),
    ):
        with pytest.raises(error):
            make_fleet_site(tmp_path / "out", places, named, lang, NOW)
    assert not (tmp_path / "out").exists()
