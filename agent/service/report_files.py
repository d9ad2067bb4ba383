"""The files of a written report: their folder, the one that a message names, and the manifest beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from agent.archive.folder import EARLIER, read_owner
from agent.collection.journal import locate_journal
from agent.delivery.manifest import MANIFEST, SIGNATURE, hash_file, read_hashes, sign_manifest, write_manifest
from agent.engagement.engagement_file import Engagement
from agent.model.delivery import MessageFile
from agent.model.document import Document
from agent.model.terms import Text
from agent.report.render import FORMATS
from agent.report.view.file_names import name_file
from agent.support.errors import ConfigError

# What a reader opens first.
_MAIN_FORMATS = ("pdf", "docx", "html", "xlsx", "json")


def seal_report(engagement: Engagement, document: Document, directory: Path) -> Path | None:
    """Write the manifest of a report, signed where the engagement has a key. None where nothing is delivered.

    Raises WriteError and RenderError as ``write_manifest`` does.
    """
    block = engagement.deliver
    if block is None:
        return None
    id = document["assessment_id"]
    return write_manifest(directory, id, locate_journal(directory, id), block.signing_key)


def seal_recorded(engagement: Engagement, document: Document, directory: Path) -> Path | None:
    """Return the manifest of a report that was written before; a missing one, or a missing signature, is made now.

    One that is there is left as it is: it tells whether the files were altered since.
    """
    block = engagement.deliver
    if block is None or not (directory / MANIFEST).is_file():
        return seal_report(engagement, document, directory)
    if block.signing_key and not (directory / SIGNATURE).is_file():
        sign_manifest(directory, block.signing_key)
    return directory / MANIFEST


def seal_again(engagement: Engagement | None, document: Document, directory: Path) -> Path | None:
    """Write the manifest of a report that was rendered again, where there is to be one or was one."""
    if engagement and engagement.deliver:
        return seal_report(engagement, document, directory)
    if not (directory / MANIFEST).exists():
        return None
    id = document["assessment_id"]
    return write_manifest(directory, id, locate_journal(directory, id))


def find_report_folder(document: Document, place: Path | None, named: Path | None) -> Path:
    """Return the folder of a report: the named one, else where history says, or where it was set aside since.

    Raises ConfigError if no file of the report is there.
    """
    places = [named] if named else [place, place / EARLIER / document["assessment_id"]] if place else []
    for folder in filter(None, places):
        if read_owner(folder).assessment_id in ("", document["assessment_id"]) and any(_list_paths(document, folder)):
            return folder
    text = (
        "The files of the report {id} are not in {path}. Name their folder with --folder, or write them again: "
        "ob-health render -a {id} -o DIR"
    )
    raise ConfigError(Text(text, {"id": document["assessment_id"], "path": ", ".join(map(str, places)) or "–"}))


def choose_message_files(document: Document, directory: Path, language: str) -> tuple[MessageFile, ...]:
    """Return the file that a reader opens first, in this language if there is one, and the manifest.

    Raises ConfigError if there is none, or if the file is not as the manifest has it.
    """
    others = [other for other in ("zh-CN", "en") if other != language]
    paths = [path for each in (language, *others) for path in _list_paths(document, directory, each)]
    if not paths:
        raise ConfigError(Text("{path} holds no report that a message could name.", {"path": str(directory)}))
    files = [_check_file(paths[0], read_hashes(directory))]
    if (directory / MANIFEST).is_file():
        files.append(MessageFile(MANIFEST, hash_file(directory / MANIFEST)))
    return tuple(files)


def choose_attachments(
    document: Document, directory: Path, formats: Sequence[str], languages: Sequence[str]
) -> tuple[Path, ...]:
    """Return the files of these formats, in every language that is there. Raises ConfigError if one is missing."""
    found: list[Path] = []
    hashes = read_hashes(directory)
    for name in formats:
        paths = [directory / name_file(FORMATS[name].file, document, language) for language in languages]
        here = [path for path in dict.fromkeys(paths) if path.is_file()]
        if not here:
            text = "{path}: there is no report in the format {format} to attach. Write it, or attach another."
            raise ConfigError(Text(text, {"path": str(directory), "format": name}))
        for path in here:
            _check_file(path, hashes)
        found += here
    return tuple(found)


def _list_paths(document: Document, directory: Path, language: str = "") -> Iterator[Path]:
    for name in _MAIN_FORMATS:
        for each in (language,) if language else ("zh-CN", "en"):
            path = directory / name_file(FORMATS[name].file, document, each)
            if path.is_file():
                yield path


def _check_file(path: Path, hashes: dict[str, str]) -> MessageFile:
    """Return a file with its hash. A list of findings may have been written in since; nothing else may."""
    digest = hash_file(path)
    if hashes.get(path.name, digest) != digest and path.suffix != ".xlsx":
        text = "{path} was altered after it was written. Write the report again, or put back the original file."
        raise ConfigError(Text(text, {"path": str(path)}))
    return MessageFile(path.name, digest)
