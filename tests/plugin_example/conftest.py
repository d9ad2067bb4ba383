"""The example's tests need the example installed; the agent's own run leaves them to the test that installs it."""

from __future__ import annotations

import importlib.util

collect_ignore = [] if importlib.util.find_spec("ob_health_example") else ["tests"]
