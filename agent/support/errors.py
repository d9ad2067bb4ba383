"""Exception tree.

HealthAgentError
    ConfigError          exit 2: engagement, rules or command line are wrong
        RulesError
    NotAuthorized        exit 3: outside the customer's authorization
    TargetError          exit 4: this target cannot be assessed; the others go on
        ConnectError
        StatementError   one statement failed; carries the kind for the snapshot
            StatementRefused   the gate did not let it pass
    SnapshotError        exit 2: a saved file cannot be read
    BundleError          exit 2: what was collected on the customer's side is refused
    JournalError         exit 4: the journal cannot be written, so nothing is sent
    WriteError           exit 4: a file cannot be written, or another run is writing it
    HistoryError         the report is still rendered, and says so
        HistoryPlaceError    exit 2: its place is written wrongly
        NoHistory            exit 2: there is none at its place
        DamagedHistory       exit 2: an assessment in it cannot be read; the others can
        ClaimLost            another run has taken the period over: nothing is recorded
    PeriodClaimed        exit 6: another run assesses the target for the same period
    RenderError          a report could not be written (exit 4 where none could); the others were
    KernelError          exit 4: the embedded kernel cannot be started
Stopped                  a signal ends the run: no Exception, so that nothing takes it for a failed check
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from agent.model.terms import Text, UnavailableKind


class HealthAgentError(Exception):
    """Base of all our errors. The message says what, where, and what to do next."""

    exit_code = 4

    def __init__(self, text: Text | str) -> None:
        self.text = text if isinstance(text, Text) else Text(text)
        super().__init__(self.text.msgid)

    def __reduce__(self) -> tuple[Callable[..., HealthAgentError], tuple[type[HealthAgentError], dict[str, object]]]:
        """Come whole out of another process: Python alone would keep the template and lose its values."""
        return _rebuild_error, (type(self), dict(self.__dict__))


def _rebuild_error(kind: type[HealthAgentError], values: dict[str, object]) -> HealthAgentError:
    error = kind.__new__(kind)
    error.__dict__.update(values)
    error.args = (error.text.msgid,)
    return error


class Stopped(BaseException):
    """A signal asked us to end. ``exit_code`` is 128 plus its number, as in shells.

    ``text`` is what the run lacks and how to get it, where a stage knows; ``written`` are the files of a report that
    were written before.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number
        self.text: Text | None = None
        self.written: tuple[Path, ...] = ()


class ConfigError(HealthAgentError):
    """One or more problems of a file; ``problems`` lists all of them, each with its place."""

    exit_code = 2

    def __init__(self, text: Text | str, problems: Sequence[Text] = ()) -> None:
        super().__init__(text)
        self.problems = tuple(problems)


class RulesError(ConfigError):
    """rules.yaml, an override or a mute is wrong."""


class SnapshotError(ConfigError):
    """A saved snapshot or assessment cannot be used."""


class BundleError(ConfigError):
    """A bundle is damaged, altered, foreign, used already or hostile, or cannot be written."""


class NotAuthorized(HealthAgentError):
    """The customer's authorization does not cover this run."""

    exit_code = 3


class TargetError(HealthAgentError):
    """This target cannot be assessed."""


class ConnectError(TargetError):
    """No session could be opened."""


class StatementError(TargetError):
    """One statement failed. ``kind`` is how the snapshot records it."""

    def __init__(self, text: Text | str, kind: UnavailableKind = UnavailableKind.ERROR, errno: int = 0) -> None:
        super().__init__(text)
        self.kind = kind
        self.errno = errno


class StatementRefused(StatementError):
    """The gate did not let the statement pass; nothing was sent."""


class JournalError(HealthAgentError):
    """The journal cannot be written; nothing is sent without it."""


class WriteError(HealthAgentError):
    """A file of ours cannot be written."""


class HistoryError(HealthAgentError):
    """The history database cannot be used."""


class HistoryPlaceError(HistoryError):
    """The place of the history is written wrongly. Nothing is connected before that is mended."""

    exit_code = 2


class NoHistory(HistoryError):
    """There is no history at the named place. A command that only reads does not make one."""

    exit_code = 2


class NoSuchAssessment(HistoryError):
    """The history holds no assessment of that id, or several whose ids begin so."""

    exit_code = 2


class DamagedHistory(HistoryError):
    """An assessment in the history cannot be read; the others can."""

    exit_code = 2


class ClaimLost(HistoryError):
    """The claim of the period has passed to another run, so this one records nothing."""


class PeriodClaimed(HealthAgentError):
    """Another run assesses the target for the same period; this one connects to nothing."""

    exit_code = 6


class RenderError(HealthAgentError):
    """A report could not be written; ``problems`` says why, ``written`` lists the files that were written."""

    def __init__(self, text: Text | str, problems: Sequence[Text] = (), written: Sequence[Path] = ()) -> None:
        super().__init__(text)
        self.problems = tuple(problems)
        self.written = tuple(written)


class KernelError(HealthAgentError):
    """The embedded kernel cannot be started."""


# What the code of others may raise, sys.exit() in a plug-in's check among it. Signals are none of it.
CRASHES = (Exception, SystemExit, GeneratorExit)
