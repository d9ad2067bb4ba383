"""Samples on the real kernel: six statements, within what was signed for samples, and read back as series."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.archive.history.samples import read_last_sample, read_series
from agent.archive.history.store import History
from agent.cli.actions.sample import sample_all
from agent.collection.journal import ALL_JOURNALS
from agent.demo.run_demo import ACCOUNT, PASSWORD_VARIABLE, demo_password, make_account
from agent.engagement.authorization.drafting import SampleAsk
from agent.engagement.engagement_file import Engagement
from agent.engagement.loading import load_engagement
from agent.facts import find_source_spec
from agent.kernel.start import Kernel
from agent.service.sampling import SAMPLE_SOURCES
from tests.agent.signing import authorized

pytestmark = [pytest.mark.kernel, pytest.mark.slow]
NOW = datetime.now(UTC).replace(microsecond=0)
WINDOW = {"timezone": "UTC"}


@pytest.fixture(scope="module")
def account(kernel: Kernel) -> Iterator[None]:
    with demo_password():
        kernel.run([f"DROP USER IF EXISTS '{ACCOUNT}'@'{kernel.host}'"])  # another test may have left it
        make_account(kernel)
        yield
        kernel.run([f"DROP USER '{ACCOUNT}'@'{kernel.host}'"])


def engagement(directory: Path, port: int, sampling: SampleAsk | None) -> Engagement:
    path = directory / "engagement.yaml"
    path.write_text(
        f"""customer: {{name: acme}}
service: {{tier: 顶级版, start: {(NOW - timedelta(days=10)).date()}, months: 12}}
targets:
  shop: {{host: 127.0.0.1, port: {port}, user: {ACCOUNT}, password: "env:{PASSWORD_VARIABLE}", tls: {{mode: disabled}}}}
""",
        encoding="utf-8",
    )
    return load_engagement(authorized(path, sampling=sampling))


def sent(directory: Path) -> list[list[str]]:
    """The sources that each sample asked, in their order."""
    found = sorted(
        (directory / "out" / "shop" / "samples").glob(ALL_JOURNALS), key=lambda path: path.stat().st_mtime_ns
    )
    lines = [[json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] for path in found]
    return [[str(line["source"]) for line in journal if line["event"] == "sent"] for journal in lines]


@pytest.mark.usefixtures("account")
def test_a_second_sample_sends_six_statements_and_gives_rates(kernel: Kernel, tmp_path: Path) -> None:
    agreed = engagement(tmp_path, kernel.port, SampleAsk(WINDOW, 60, SAMPLE_SOURCES))
    names = {row.__name__ for row in SAMPLE_SOURCES}
    assert len(names) == 6 and all(find_source_spec(row) for row in SAMPLE_SOURCES)
    with History.open(f"sqlite:///{tmp_path}/h.db") as history:
        for minutes in (0, 10, 60):
            moment = NOW + timedelta(minutes=minutes)
            assert sample_all(agreed, history, out=tmp_path / "out", target=None, now=moment) == 0
        series = {one.kind: one for one in read_series(history, "acme", "shop", NOW - timedelta(days=1))}
        last = read_last_sample(history, "acme", "shop")
    first, second = sent(tmp_path)
    assert set(second) & names == names and len([name for name in second if name in names]) == 6
    assert "columns" in first and "columns" not in second, "what preflight found is used again"
    assert len(series["log_disk_used_bytes"].points) == 2 and (series["log_disk_used_bytes"].limit or 0) > 0
    assert [point.at for point in series["sessions"].points] == [NOW, NOW + timedelta(hours=1)]
    assert len(series["qps"].points) == 1 and series["tablets"].points[0].value > 0
    assert last and last.taken_at == NOW + timedelta(hours=1) and last.capabilities_at == NOW


@pytest.mark.usefixtures("account")
def test_without_a_signed_window_nothing_is_connected(kernel: Kernel, tmp_path: Path) -> None:
    closed = {"timezone": "UTC", "days": [("mon", "tue", "wed", "thu", "fri", "sat", "sun")[(NOW.weekday() + 3) % 7]]}
    for number, ask in enumerate([None, SampleAsk(closed, 60, SAMPLE_SOURCES)]):
        folder = tmp_path / str(number)
        folder.mkdir()
        agreed = engagement(folder, kernel.port, ask)
        with History.open(f"sqlite:///{folder}/h.db") as history:
            given = {"out": folder / "out", "target": None, "now": NOW}
            assert sample_all(agreed, history, **given) == 3  # type: ignore[arg-type]
            assert sample_all(agreed, history, **given, only_if_open=True) == 0  # type: ignore[arg-type]
            assert read_series(history, "acme", "shop", NOW - timedelta(days=1)) == ()
        assert sent(folder) == [[]]
