"""Files that people and networks spoil: never a traceback, always one of our errors with a message."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent import pipeline
from agent.archive import snapshot
from agent.archive.document import build_document
from agent.catalogue import rules, yaml_check
from agent.catalogue.registry import Registry
from agent.engagement import targets
from agent.engagement.authorization.authorize import authorize
from agent.engagement.engagement_file import Engagement
from agent.engagement.loading import load_engagement, read_overrides
from agent.facts.resources import Memstore
from agent.pipeline import AssessmentJob
from agent.report.render import render_files
from agent.support import sshsig
from agent.support.errors import ConfigError, HealthAgentError
from agent.support.i18n import LANGUAGES, render_text
from tests.agent.archive.test_snapshot import SNAPSHOT
from tests.agent.engagements import AUTHORIZATION, FULL, MINIMAL
from tests.agent.signing import DOCUMENT, KEY, request_text, signed
from tests.agent.tiny import RULES, SPECS
from tests.faults.mutations import WHOLE_FILES, spoilt_bytes, spoilt_json, spoilt_yaml
from tests.harness import shipped

NOW = datetime.now(UTC).replace(microsecond=0)
FUZZ = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
REVOCATION = "form: ob-health revocation 1\nrevokes: T-1\nreason: The audit is over.\n"
Reading = Callable[[], object]


@pytest.fixture
def tried(record_property: Callable[[str, object], None]) -> Iterator[Callable[[Reading], None]]:
    """Reads a bad file; what it raises must be ours and have something to say. Counts them."""
    count = 0

    def read(reading: Reading) -> None:
        nonlocal count
        count += 1
        try:
            reading()
        except HealthAgentError as error:
            texts = (error.text, *(error.problems if isinstance(error, ConfigError) else ()))
            assert all(render_text(text, language) for text in texts for language in LANGUAGES)
            assert not any("Traceback" in render_text(text, "en") for text in texts)

    yield read
    assert count
    record_property("bad_files", count)


def engagement_read(path: Path) -> None:
    """Everything that is done with an engagement before something is connected."""
    loaded = load_engagement(path)
    read_overrides(loaded)
    for name in loaded.targets:
        job = AssessmentJob(engagement=loaded, target=name, registry=Registry(SPECS), shipped=shipped()[1], now=NOW)
        targets.build_endpoint(loaded, name), targets.build_budget(loaded, name), targets.build_colophon(loaded, NOW)
        tuple(targets.list_given_facts(loaded, name, NOW, None))
        pipeline.find_period(job)
        authorize(loaded, name, NOW, [Memstore])


def prepared(directory: Path) -> Path:
    """An engagement with the files that it names."""
    (directory / "signed").mkdir(exist_ok=True)
    (directory / "ca.pem").touch()
    override = "{code: CAP001, owner: Li, reason: r, until: 2026-12-01, change: {severity: low}}"
    (directory / "rules.yaml").write_text(f"overrides: [{override}]")
    return directory / "engagement.yaml"


@FUZZ
@given(content=spoilt_yaml(yaml.safe_load(FULL)) | spoilt_bytes(FULL.encode()))
def test_engagements(content: bytes, tmp_path: Path, tried: Callable[[Reading], None]) -> None:
    path = prepared(tmp_path)
    path.write_bytes(content)
    tried(lambda: engagement_read(path))


@FUZZ
@given(content=spoilt_yaml(yaml.safe_load(RULES)) | spoilt_bytes(RULES.encode()))
def test_rules(content: bytes, tmp_path: Path, tried: Callable[[Reading], None]) -> None:
    path = tmp_path / "rules.yaml"
    path.write_bytes(content)

    def judged() -> None:
        job = AssessmentJob(
            engagement=engagement_of(),
            target="orders",
            registry=Registry(SPECS),
            shipped=rules.load_rules(SPECS, path),
            now=SNAPSHOT.as_of,
        )
        build_document(pipeline.judge_snapshot(job, "x", None, SNAPSHOT))

    tried(judged)


@cache
def shipped_text() -> bytes:
    return rules.locate_shipped_rules().read_bytes()


@settings(FUZZ, max_examples=8)
@given(data=st.data())
def test_the_shipped_rules(data: st.DataObject, tmp_path: Path, tried: Callable[[Reading], None]) -> None:
    path = tmp_path / "rules.yaml"
    path.write_bytes(data.draw(spoilt_bytes(shipped_text())))
    tried(lambda: rules.load_rules(shipped()[0].checks, path))


@FUZZ
@given(content=spoilt_yaml(yaml.safe_load(FULL)) | spoilt_bytes(FULL.encode()))
def test_overrides(content: bytes, tmp_path: Path, tried: Callable[[Reading], None]) -> None:
    path = prepared(tmp_path)
    path.write_text(FULL)
    (tmp_path / "rules.yaml").write_bytes(content)
    tried(lambda: read_overrides(load_engagement(path)))


@cache
def engagement_of() -> Engagement:
    """An engagement that has no files."""
    return Engagement.model_validate(yaml.safe_load(MINIMAL))


@cache
def request_of_one() -> str:
    return request_text(engagement_of(), [Memstore])


def customers(directory: Path, extra: str = "") -> Path:
    """An engagement whose authorization is good."""
    path = directory / "engagement.yaml"
    path.write_text(MINIMAL + AUTHORIZATION + extra, encoding="utf-8")
    signed(directory / DOCUMENT, request_of_one())
    return path


def authorized_by(path: Path) -> Reading:
    return lambda: authorize(load_engagement(path), "orders", NOW, [Memstore])


def test_what_is_spoilt_below_is_good(tmp_path: Path) -> None:
    authorized_by(customers(tmp_path))()


@FUZZ
@given(data=st.data())
def test_authorizations_that_were_signed_so(
    data: st.DataObject, tmp_path: Path, tried: Callable[[Reading], None]
) -> None:
    path, text = customers(tmp_path), request_of_one()
    content = data.draw(spoilt_yaml(yaml.safe_load(text)) | spoilt_bytes(text.encode()))
    sign_bytes(tmp_path / DOCUMENT, content)
    tried(authorized_by(path))


@FUZZ
@given(data=st.data())
def test_signatures(data: st.DataObject, tmp_path: Path, tried: Callable[[Reading], None]) -> None:
    path = customers(tmp_path)
    signature = tmp_path / (DOCUMENT + ".sig")
    good = signature.read_bytes()
    content = data.draw(spoilt_bytes(good))
    signature.write_bytes(content)
    tried(authorized_by(path))
    if b"".join(content.split()) != b"".join(good.split()) and not content.strip().startswith(good.strip()):
        with pytest.raises(HealthAgentError):
            authorized_by(path)()


@FUZZ
@given(content=spoilt_yaml(yaml.safe_load(REVOCATION)) | spoilt_bytes(REVOCATION.encode()))
def test_revocations(content: bytes, tmp_path: Path, tried: Callable[[Reading], None]) -> None:
    (tmp_path / "stop.yaml").touch()
    path = customers(tmp_path, "  revocation: stop.yaml\n")
    sign_bytes(tmp_path / "stop.yaml", content)
    tried(authorized_by(path))


@pytest.mark.parametrize("content", WHOLE_FILES, ids=lambda content: ascii(content[:20]))
def test_files_that_are_something_else(content: bytes, tmp_path: Path, tried: Callable[[Reading], None]) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_bytes(content)
    readings: list[Reading] = [
        lambda: load_engagement(wrong),
        lambda: rules.load_rules(SPECS, wrong),
        lambda: snapshot.load_snapshot(wrong),
        lambda: yaml_check.load_yaml_check(wrong),
    ]
    for name in (DOCUMENT, "stop.yaml"):
        directory = tmp_path / name[0]
        directory.mkdir()
        path = customers(directory)
        authorized_by(path)()
        if name == "stop.yaml":
            customers(directory, "  revocation: stop.yaml\n")
        sign_bytes(directory / name, content)
        readings.append(authorized_by(path))
    for reading in readings:
        tried(reading)
        with pytest.raises(HealthAgentError):
            reading()


def sign_bytes(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.with_name(path.name + ".sig").write_bytes(sshsig.sign_content(content, KEY))


@cache
def body() -> Any:
    return snapshot._serialize_snapshot(SNAPSHOT)


def packed(text: str) -> bytes:
    digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
    return zstandard.ZstdCompressor().compress(json.dumps({"sha256": digest, "body": text}).encode())


def report_of(path: Path) -> None:
    """A snapshot through the rest of the line."""
    facts = dataclasses.replace(snapshot.load_snapshot(path), target="orders")
    job = AssessmentJob(
        engagement=engagement_of(), target="orders", registry=Registry(SPECS), shipped=tiny_rules(), now=facts.as_of
    )
    document = build_document(pipeline.judge_snapshot(job, "x", None, facts))
    render_files(document, ["json", "html"], ["en"], path.parent)


@cache
def tiny_rules() -> Any:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as directory:
        path = Path(directory) / "rules.yaml"
        path.write_text(RULES)
        return rules.load_rules(SPECS, path)


@settings(FUZZ, max_examples=150)
@given(data=st.data())
def test_snapshots_of_right_hash(data: st.DataObject, tmp_path: Path, tried: Callable[[Reading], None]) -> None:
    path = tmp_path / "snapshot.obh"
    path.write_bytes(packed(data.draw(spoilt_json(body()))))
    tried(lambda: report_of(path))


@FUZZ
@given(data=st.data())
def test_snapshots_of_other_bytes(data: st.DataObject, tmp_path: Path, tried: Callable[[Reading], None]) -> None:
    path = tmp_path / "snapshot.obh"
    path.write_bytes(data.draw(spoilt_bytes(packed(json.dumps(body())))))
    tried(lambda: report_of(path))
