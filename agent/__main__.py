"""``python -m agent`` is ``ob-health``."""

from agent.cli import main

main()
