"""The identity of a finding, by which assessments are compared and mutes are kept."""

from __future__ import annotations

import hashlib
import json


def fingerprint_finding(target: str, code: str, resource: str) -> str:
    """Return a finding's identity over assessments: 16 hex characters.

    The parts are hashed as a JSON list. Its quoting keeps them apart, whatever text a resource's name holds.
    """
    return hashlib.sha256(json.dumps([target, code, resource]).encode()).hexdigest()[:16]
