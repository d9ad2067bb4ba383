"""Bounds of zip archives from elsewhere, looked at before a library unpacks them."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

from agent.model.labels import N_
from agent.model.terms import Scalar, Text

_PARTS_MAX = 1000


class TooLarge(Exception):
    """A file beyond a bound; ``text`` says which, without the path."""

    def __init__(self, msgid: str, **args: Scalar | Text) -> None:
        super().__init__(msgid)
        self.text = Text(msgid, args)


def require_bounds(content: bytes, most_bytes: int) -> None:
    """Raise TooLarge for an archive that unpacks to more. Raises BadZipFile and others for a file that is none.

    What is read of an archive ends at the sizes that it states, so a wrong one hides nothing.
    """
    with ZipFile(BytesIO(content)) as archive:
        parts = archive.infolist()
    if len(parts) > _PARTS_MAX:
        what = Text(N_("parts"))
        raise TooLarge("it has more than {most_count} {what}", most_count=_PARTS_MAX, what=what)
    if sum(part.file_size for part in parts) > most_bytes:
        raise TooLarge("it unpacks to more than {most_bytes}", most_bytes=most_bytes)
