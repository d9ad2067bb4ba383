"""Compose YAML by libyaml under the same strict rules. Import this only if PyYAML was built with libyaml."""

from __future__ import annotations

import yaml
from yaml.composer import Composer

from agent.support.yaml_file import Strict


class QuickComposer(Strict, yaml.CSafeLoader):
    """Scans and parses in C, and composes nodes as ``Strict`` does."""

    def __init__(self, text: str) -> None:
        yaml.CSafeLoader.__init__(self, text)
        Composer.__init__(self)
