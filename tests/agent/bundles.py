"""A customer who collects and a TAM who assesses, each in a folder of their own. No database is asked."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from agent import pipeline
from agent.archive.bundle.contents import pack_bundle, unpack_bundle
from agent.archive.history.store import History
from agent.catalogue import registry, rules
from agent.catalogue.registry import Registry
from agent.cli.actions.assess import AssessOptions, assess_all
from agent.cli.actions.assess_bundle import assess_bundle
from agent.cli.actions.collect import BundleWish, CollectOptions, collect_all
from agent.collection.journal import Journal, locate_journal
from agent.engagement.engagement_file import Engagement
from agent.engagement.loading import load_engagement
from agent.facts.settings import Variable
from agent.model.bundle import Bundle, BundleHead, TargetParts
from agent.model.cost import Cost, Receipt, Sent
from agent.model.snapshot import Snapshot, SourceRecord
from agent.pipeline import AssessmentJob, ClockPair, CollectedTarget
from agent.support import sshsig
from tests.agent.signing import KEY, SIGNER, authorized
from tests.agent.tiny import RULES, SPECS, memstore, written
from tests.agent.tiny import snapshot as facts_of

NOW = datetime.now(UTC)
ENGAGEMENT = """\
customer: {{name: {customer}}}
service: {{tier: premier, start: {start}, months: 12}}
targets:
  shop: {{host: db.example.com, port: 2881, user: reader, password: env:P}}
  stock: {{host: db.example.com, port: 2881, user: reader, password: env:P}}
history: sqlite:///{directory}/history.sqlite
language: [en]
{more}"""


def sign_bundle(content: bytes, key: sshsig.PrivateKey = KEY) -> bytes:
    """What ``ssh-keygen`` writes."""
    return sshsig.sign_content(content, key, sshsig.BUNDLE_NAMESPACE)


@dataclass
class TwoSides:
    """``collect`` is what the customer types, ``assess`` what the TAM does. ``failing`` are targets out of reach."""

    root: Path
    failing: set[str] = field(default_factory=set)
    used: int = 950

    @property
    def bundle(self) -> Path:
        return self.root / "acme.obb"

    @property
    def out(self) -> Path:
        return self.root / "tam" / "out"

    def engagement(self, side: str) -> Engagement:
        return load_engagement(self.root / side / "engagement.yaml")

    def write(self, side: str, customer: str = "Acme", more: str = "", **request: Any) -> None:
        """Write the engagement of a side, signed by the customer."""
        place = self.root / side
        place.mkdir(exist_ok=True)
        start = NOW.date() - timedelta(days=10)
        text = ENGAGEMENT.format(customer=customer, start=start, directory=place, more=more)
        (place / "engagement.yaml").write_text(text, encoding="utf-8")
        authorized(place / "engagement.yaml", **request)

    def share_document(self) -> None:
        """Give the TAM the very document that the customer has signed."""
        for name in ("authorization.yaml", "authorization.yaml.sig"):
            (self.root / "tam" / name).write_bytes((self.root / "customer" / name).read_bytes())

    def read(self, job: AssessmentJob, assessment_id: str, directory: Path, _meanwhile: object) -> CollectedTarget:
        """Stands for the connection: authorize as always, write a journal, and return two sources."""
        authorization = pipeline._authorize_target(job, assessment_id, directory)
        if job.target in self.failing:
            raise OSError("out of reach")
        place = locate_journal(directory, assessment_id)
        with Journal(place, assessment_id, job.target, job.engagement.customer.name) as journal:
            for source in ("Memstore", "Variable"):
                journal.sent(source, f"SELECT {source}")
                journal.answered(1.0, 1, 10, None)
        facts = dataclasses.replace(
            pipeline.give_again(job, self.facts()),
            target=job.target,
            as_of=job.now,
            receipt=Receipt(way="marker", sent=2, found=2, journal_sha256=journal.head),
        )
        return CollectedTarget(assessment_id, authorization, facts, ClockPair(job.now, job.now))

    def facts(self) -> Snapshot:
        records = tuple(SourceRecord(source=name, view="V", status="ok", rows=1) for name in ("Memstore", "Variable"))
        variables = (Variable(name="v", value="OFF"),)
        sent = (Sent("Memstore", 1.0, 1, None), Sent("Variable", 1.0, 1, None))
        cost = Cost(statements=2)
        return facts_of([memstore("10.0.0.1", self.used)], variables, records=records, statements=sent, cost=cost)

    @property
    def key(self) -> Path:
        path = self.root / "customer.key"
        if not path.exists():
            path.touch(0o600)
            path.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
        return path

    def collect(self, *, now: datetime = NOW, target: str | None = None, **wish: Any) -> int:
        bundle = BundleWish(**{"path": self.bundle, "key": self.key, **wish})
        options = CollectOptions(out=self.root / "customer" / "out", target=target, bundle=bundle)
        engagement = self.engagement("customer")
        with History.open(engagement.history) as history:
            return collect_all(engagement, history, options, now)

    def assess(
        self, content: bytes | None = None, *, now: datetime = NOW, identity: str | None = None, **options: Any
    ) -> int:
        """Assess the bundle, or a file that holds this."""
        if content is not None:
            self.bundle.write_bytes(content)
        given = AssessOptions(**{"out": self.out, "formats": ["json"], **options})
        engagement = self.engagement("tam")
        with History.open(engagement.history) as history:
            return assess_bundle(engagement, history, given, now, path=self.bundle, identity=identity)

    def assess_by_connecting(self, now: datetime = NOW) -> int:
        engagement = self.engagement("tam")
        with History.open(engagement.history) as history:
            return assess_all(engagement, history, AssessOptions(out=self.out, formats=["json"]), now)

    def recorded(self) -> list[str]:
        with History.open(self.engagement("tam").history) as history:
            return [entry.target for entry in history.list()]

    def open(self) -> Bundle:
        return unpack_bundle(self.bundle.read_bytes(), SIGNER, "made")


def pack_again(head: BundleHead, parts: dict[str, TargetParts]) -> bytes:
    """What somebody makes who has the customer's key."""
    return pack_bundle(head, parts, sign_bundle)


@pytest.fixture
def sides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TwoSides:
    """Both sides, with the same document, before anything is collected."""
    made = TwoSides(tmp_path)
    path = written(tmp_path, RULES)
    monkeypatch.setattr(rules, "locate_shipped_rules", lambda: path)
    monkeypatch.setattr(registry, "load_registry", lambda *_: Registry(SPECS))
    monkeypatch.setattr(pipeline, "_collect_target", made.read)
    monkeypatch.setenv("OB_HEALTH_LANG", "en")
    for side in ("customer", "tam"):
        made.write(side)
    made.share_document()
    return made
