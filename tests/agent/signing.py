"""A customer who signs: one key for all tests, and what it signs."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agent.catalogue import registry
from agent.cli.actions.grants import USUAL_CLASSES
from agent.engagement.authorization.drafting import DraftOptions, draft_request, write_request_yaml
from agent.engagement.engagement_file import Engagement
from agent.engagement.loading import load_engagement
from agent.support import sshsig

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
SIGNER = sshsig.format_public_key(KEY.public_key())
DOCUMENT = "authorization.yaml"
needs_openssh = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
BLOCK = f"authorization: {{document: {DOCUMENT}, signer: {SIGNER}}}\n"


def signed(path: Path, content: str, key: sshsig.PrivateKey = KEY) -> Path:
    """A file with its signature beside it."""
    path.write_bytes(content.encode())
    path.with_name(path.name + ".sig").write_bytes(sshsig.sign_content(path.read_bytes(), key))
    return path


def request_text(engagement: Engagement, sources: Sequence[type] | None = None, **changes: Any) -> str:
    """A request for all targets, valid from a year before now to a year after; ``changes`` are fields of ``Ask``."""
    now = datetime.now(UTC).replace(microsecond=0)
    asked: dict[str, Any] = {
        "reference": "T-1",
        "asked_by": "A TAM",
        "approver": "A DBA",
        "targets": list(engagement.targets),
        "data_classes": USUAL_CLASSES,
        "not_before": now - timedelta(days=365),
        "not_after": now + timedelta(days=365),
        "window": {"timezone": "Asia/Shanghai"},
        "retention_days": 400,
    }
    rows = registry.load_registry(engagement.rules.checks).sources if sources is None else sources
    return write_request_yaml(draft_request(engagement, rows, DraftOptions(**asked | changes)), DOCUMENT)


def authorized(engagement: Path, **changes: Any) -> Path:
    """Let the customer sign what the engagement needs, and pin their key in it."""
    signed(engagement.with_name(DOCUMENT), request_text(load_engagement(engagement), **changes))
    engagement.write_text(engagement.read_text(encoding="utf-8") + BLOCK, encoding="utf-8")
    return engagement


def ssh_keygen(*arguments: str | Path, stdin: Path | None = None) -> str:
    """Stock OpenSSH; what it says."""
    content = stdin.read_text(encoding="utf-8") if stdin else None
    done = subprocess.run(
        ["ssh-keygen", *map(str, arguments)], input=content, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout
