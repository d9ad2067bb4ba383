"""Finds the word that was probably meant, where an unknown one was given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from agent.model.terms import Text

_MOST = 3
_LEAST_LIKENESS = 0.7


def suggest_words(given: Iterable[str], known: Iterable[str]) -> tuple[Text, ...]:
    """Return ``Did you mean ...?`` for each given word that is unknown but close to known ones."""
    plain = {word.lower(): word for word in known}
    meant = [_find_close(word.lower(), plain) for word in given if word not in plain.values()]
    return tuple(Text("Did you mean {words}?", {"words": ", ".join(words)}) for words in meant if words)


def _find_close(word: str, plain: Mapping[str, str]) -> list[str]:
    close = get_close_matches(word, plain, n=_MOST, cutoff=_LEAST_LIKENESS)
    if not close and word:
        close = [each for each in plain if each.startswith(word) or word.startswith(each)][:_MOST]
    return [plain[each] for each in close]
