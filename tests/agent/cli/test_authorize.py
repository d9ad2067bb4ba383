"""``ob-health authorize`` as it is typed: three commands from the engagement to the verdict."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from typer.testing import CliRunner

from agent.cli.authorize import authorize_app
from agent.support import sshsig
from agent.support.errors import ConfigError
from tests.agent.engagements import MINIMAL as DATED
from tests.agent.signing import KEY, SIGNER, needs_openssh, ssh_keygen

RUNNER = CliRunner()
# The commands go by the real clock.
MINIMAL = DATED.replace("start: 2026-01-31", f"start: {date.today() - timedelta(days=2)}")


def run(*arguments: str | Path, code: int = 0) -> str:
    """What it says, on one line."""
    done = RUNNER.invoke(authorize_app, [str(argument) for argument in arguments])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code
    return done.output.replace("\n", "")


@pytest.fixture
def engagement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OB_HEALTH_LANG", "en")
    path = tmp_path / "engagement.yaml"
    path.write_text(MINIMAL)
    (tmp_path / "key").write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    return path


@needs_openssh
def test_the_three_commands(engagement: Path) -> None:
    document, directory = engagement.with_name("authorization.yaml"), engagement.parent
    assert f"written: {document}" in run("request", "-e", engagement, "--asked-by", "Zhao", "--hours", "00:00-24:00")
    said = run("sign", document, "--key", directory / "key")
    assert SIGNER in said and sshsig.fingerprint_key(KEY.public_key()) in said
    signers = directory / "signers"
    signers.write_text(f"dba {SIGNER}\n")
    ssh_keygen("-Y", "verify", "-n", "ob-health", "-I", "dba", "-f", signers, "-s", f"{document}.sig", stdin=document)
    engagement.write_text(f"{MINIMAL}authorization: {{document: authorization.yaml, signer: {SIGNER}}}\n")
    assert "orders: authorization OBH-" in run("verify", "-e", engagement)
    document.write_text(document.read_text() + "\n")
    assert "only the line ends differ" in run("verify", "-e", engagement, code=3)


def test_a_request_may_ask_for_more_than_reading(engagement: Path) -> None:
    run("request", "-e", engagement, "--asked-by", "Zhao", "--allow-write-privileges", "only root exists there")
    assert "allow_privileges: only root exists there" in engagement.with_name("authorization.yaml").read_text()


def test_where_the_request_goes(engagement: Path) -> None:
    other = engagement.with_name("next-year.yaml")
    run("request", "-e", engagement, "--asked-by", "Zhao", "-o", other, "--weekdays", "sat,sun")
    assert "days: [sat, sun]" in other.read_text()
    with pytest.raises(ConfigError, match="never overwritten"):
        run("request", "-e", engagement, "--asked-by", "Zhao", "-o", other)
