"""One test over many things: what takes a millisecond for each needs no test of its own for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

Thing = TypeVar("Thing")


def each(
    things: Iterable[Thing], name: Callable[[Thing], str]
) -> Callable[[Callable[[Thing], None]], Callable[[], None]]:
    """Make one test of a test with one parameter: it tries all things, and tells every one that fails by its name.

    The test runner's own work for a test (collecting, sending, reporting) costs more than such a trial.
    """
    tried = list(things)
    assert tried

    def decorate(test: Callable[[Thing], None]) -> Callable[[], None]:
        def try_each() -> None:
            failed = []
            for thing in tried:
                try:
                    test(thing)
                except AssertionError as error:
                    error.add_note(name(thing))
                    failed.append(error)
            if failed:
                raise ExceptionGroup(f"{len(failed)} of {len(tried)}", failed)

        try_each.__name__, try_each.__doc__, try_each.__module__ = test.__name__, test.__doc__, test.__module__
        return try_each

    return decorate
