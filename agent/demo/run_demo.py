"""The demo: a shop with ordinary mistakes on an embedded kernel, assessed twice as a customer's tenant would be.

Between the two assessments two faults are cured and a new one is planted, so that the report shows a change. In the
second, indexes and remedies are tried on a twin.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pymysql
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent import pipeline
from agent.archive.folder import EARLIER
from agent.archive.history.store import History
from agent.catalogue import registry, rules
from agent.cli.actions.request_and_sign import USUAL_FILE, RequestOptions, sign_file, verify_all, write_request
from agent.cli.actions.targets import show_progress
from agent.collection.grants import Grant, list_grants
from agent.collection.journal import ALL_JOURNALS
from agent.demo.service_documents import DOCUMENTS, PERIOD, write_documents, write_service_log
from agent.demo.shop import CURES, NEW_FAULTS, SHOP, Shop
from agent.engagement.loading import load_engagement
from agent.engagement.service_log.loading import FOLDER
from agent.kernel import start
from agent.model.terms import TenantKind, Text
from agent.report.render import validate_formats
from agent.support import console, sshsig
from agent.support.errors import ConfigError, KernelError
from agent.support.files import make_folder, write_whole

ACCOUNT = "ob_health"
PASSWORD_VARIABLE = "OB_HEALTH_DEMO_PASSWORD"  # noqa: S105 - the name of a variable
TARGET = "shop"
_ENGAGEMENT, _FIRST_LINE = "engagement.yaml", "# The demo's engagement: one shop on the embedded kernel."
_UNKNOWN_NAME_ERRORS = frozenset({1054, 1146})  # unknown column, no such view


def run_demo(out: Path, formats: Sequence[str], languages: Sequence[str], clock: Callable[[], datetime]) -> bool:
    """Run the demo. Write the artifacts of the second assessment to ``out``, those of the first to ``out/before``.

    An earlier demo in ``out`` is removed first. Return whether all artifacts were written. Raises ConfigError for a
    folder that holds anything else, and KernelError.
    """
    validate_formats(formats, languages)
    make_room(out)
    try:
        whole = _show_all(out, formats, languages, clock)
    except pymysql.MySQLError as error:
        text = (
            "The embedded kernel failed at a statement of the demo: {reason}. The machine may be too busy; run it "
            "again."
        )
        raise KernelError(Text(text, {"reason": str(error)})) from None
    for page in out.glob(f"report_*.{languages[0]}.html"):
        console.say("Open {path}", "bold", path=str(page))
    return whole


def _show_all(out: Path, formats: Sequence[str], languages: Sequence[str], clock: Callable[[], datetime]) -> bool:
    console.say("Starting the embedded OceanBase kernel (a process of its own, about 700 MB) ...")
    begun = clock()
    with start.run_kernel() as server, demo_password():
        console.say("Planting a faulty shop workload ...")
        shop = Shop(server)
        shop.plant(SHOP)
        make_account(server)
        engagement = write_engagement(out, server.port, clock())
        sign_as_customer(engagement, clock())
        console.say("First assessment, through an account made with the printed grants:")
        whole = _assess_shop(engagement, out / "before", formats, languages, clock())
        console.say("Curing two faults, planting a new one, and assessing again:")
        shop.run(CURES)
        shop.plant(NEW_FAULTS)
        later = clock() + timedelta(seconds=1)
        whole = _assess_shop(engagement, out, formats, languages, later, verify=True) and whole
        return _document_service(engagement, formats, languages, begun, clock() + timedelta(seconds=1)) and whole


def _document_service(
    engagement: Path, formats: Sequence[str], languages: Sequence[str], begun: datetime, now: datetime
) -> bool:
    """Write the service log and its documents. Return whether all of them were written."""
    write_service_log(engagement.parent, begun, now, languages[0])
    return write_documents(load_engagement(engagement), formats, languages, begun, now)


def make_room(out: Path) -> None:
    """Make the folder, and remove an earlier demo from it. Raises ConfigError if it holds anything but a demo."""
    engagement = out / _ENGAGEMENT
    if out.exists():
        held = [path.name for path in out.iterdir()] if out.is_dir() else [out.name]
        if held and not (engagement.is_file() and engagement.read_bytes().startswith(_FIRST_LINE.encode())):
            text = "{path} holds other files than those of a demo, which would be overwritten. Choose another --out."
            raise ConfigError(Text(text, {"path": str(out)}))
    make_folder(out)
    for folder in (out / "before", out / EARLIER, out / FOLDER, out / DOCUMENTS):
        shutil.rmtree(folder, ignore_errors=True)
    for file in (*out.glob(ALL_JOURNALS), out / "history.sqlite"):
        file.unlink(missing_ok=True)


@contextlib.contextmanager
def demo_password() -> Iterator[None]:
    """Set a random password in the environment for the time of the block."""
    os.environ[PASSWORD_VARIABLE] = secrets.token_urlsafe(18)
    try:
        yield
    finally:
        del os.environ[PASSWORD_VARIABLE]


def make_account(server: start.Kernel) -> None:
    """Make exactly the account of the printed script. Skip grants on views and columns that this version lacks."""
    password = os.environ[PASSWORD_VARIABLE]
    server.run([f"CREATE USER '{ACCOUNT}'@'{server.host}' IDENTIFIED BY '{password}'"])
    with contextlib.closing(server.connect()) as connection:
        run_grants(connection, list_grants(registry.load_registry().sources_of(TenantKind.USER), ACCOUNT, server.host))


def run_grants(connection: pymysql.Connection[Any], wanted: Iterable[Grant]) -> None:
    """Run grants as the customer's DBA would. Skip optional ones on views and columns that this version lacks."""
    with connection.cursor() as cursor:
        for grant in wanted:
            try:
                cursor.execute(grant.sql)
            except pymysql.MySQLError as error:
                if not grant.optional or error.args[0] not in _UNKNOWN_NAME_ERRORS:
                    raise


def _assess_shop(
    engagement: Path,
    out: Path,
    formats: Sequence[str],
    languages: Sequence[str],
    now: datetime,
    *,
    verify: bool = False,
) -> bool:
    loaded, found = load_engagement(engagement), registry.load_registry()
    with History.open(loaded.history) as history, show_progress() as show:
        job = pipeline.AssessmentJob(
            engagement=loaded,
            target=TARGET,
            registry=found,
            shipped=rules.load_rules(found.checks),
            now=now,
            history=history,
            progress=show,
            verify=verify,
        )
        assessed = pipeline.assess_target(job, out, formats, languages)
    console.print_summary(assessed.document, assessed.files)
    for warning in assessed.warnings:
        console.warn(warning)
    return not assessed.unwritten


def sign_as_customer(engagement: Path, now: datetime, data_classes: Sequence[str] = ()) -> None:
    """Write the request of the TAM and sign it for the customer, with a key that is not kept.

    Without ``data_classes`` it asks for those that are usual.
    """
    document = engagement.with_name(USUAL_FILE)
    for file in (document, document.with_name(f"{document.name}.sig")):
        file.unlink(missing_ok=True)
    console.say("The request for the customer: ob-health authorize request -e {path}", path=str(engagement))
    options = RequestOptions(
        asked_by="Demo TAM",
        approver="Demo DBA",
        reference="DEMO-1",
        days_valid=2,
        hours="00:00-24:00",
        for_incidents=True,
        data_classes=data_classes,
    )
    write_request(load_engagement(engagement), document, options, now)
    console.say("The customer reads and signs it: ssh-keygen -Y sign -n ob-health -f KEY {path}", path=str(document))
    key = Ed25519PrivateKey.generate()
    sign_file(document, key)
    signer = f"{sshsig.format_public_key(key.public_key())} throw-away"
    block = f"authorization: {{document: {document.name}, signer: {signer}}}\n"
    write_whole(engagement, (engagement.read_text(encoding="utf-8") + block).encode())
    console.say("Verify before connecting: ob-health authorize verify -e {path}", path=str(engagement))
    verify_all(load_engagement(engagement), None, now)


def write_engagement(out: Path, port: int, now: datetime) -> Path:
    """Write the engagement of the demo as a TAM would, not yet authorized. Return its path."""
    path = out / _ENGAGEMENT
    write_whole(
        path,
        f"""{_FIRST_LINE}
customer: {{name: Demo Shop / 示例商城}}
service: {{tier: 顶级版, start: {(now - timedelta(days=1)).date()}, months: 12}}
targets:
  {TARGET}:
    host: 127.0.0.1
    port: {port}
    user: {ACCOUNT}
    password: env:{PASSWORD_VARIABLE}
    tls: {{mode: disabled}}   # the kernel listens on this machine only
    kind: user
business:
  workload: OLTP
  peak_qps: 800
  concurrency: 40
  growth_pct_per_year: 60
  critical_periods:
    - {{name: {PERIOD}, from: {(now + timedelta(days=45)).date()}, to: {(now + timedelta(days=47)).date()}}}
history: sqlite:///{(out / "history.sqlite").resolve()}
""".encode(),
    )
    return path
