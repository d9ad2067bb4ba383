"""Keeps the logs of libraries that send quiet: their lines hold tokens, and apprise warns on standard error."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

_TALKATIVE = ("apprise", "httpcore", "httpx", "requests", "urllib3")


@contextmanager
def keep_logs_quiet() -> Iterator[None]:
    """No line of these libraries reaches a log of this process while the block lasts, whatever level it has."""
    loggers = [
        logger
        for name, logger in logging.root.manager.loggerDict.items()
        if isinstance(logger, logging.Logger) and name.partition(".")[0] in _TALKATIVE
    ]
    loggers += [logging.getLogger(name) for name in _TALKATIVE]
    before = [(logger, logger.disabled) for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, was in before:
            logger.disabled = was


@contextmanager
def overhear_log(name: str) -> Iterator[list[str]]:
    """Yield a list that fills with the lines of one logger; they reach no other log. The reader must not keep them."""
    logger, heard = logging.getLogger(name), _Heard()
    kept = (logger.level, logger.propagate, logger.handlers[:], logger.disabled)
    logger.handlers[:], logger.propagate, logger.disabled = [heard], False, False
    logger.setLevel(logging.DEBUG)
    try:
        yield heard.lines
    finally:
        logger.setLevel(kept[0])
        logger.propagate, logger.handlers[:], logger.disabled = kept[1], kept[2], kept[3]


class _Heard(logging.Handler):
    """Keeps lines in memory."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        self.lines.append(record.getMessage())
