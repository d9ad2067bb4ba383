"""Finds the word that was probably meant, where an unknown one was given."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from agent.model.terms import Text


def suggest_words(given: Iterable[str], known: Iterable[str]) -> tuple[Text, ...]:
    """Return ``Did you mean ...?`` for each given word that is unknown but close to known ones."""
    plain = {word.lower(): word for word in known}
    found = []
    for word in given:
        close = get_close_matches(word.lower(), plain, n=3) if word not in plain.values() else []
        if close:
            found.append(Text("Did you mean {words}?", {"words": ", ".join(plain[match] for match in close)}))
    return tuple(found)
