"""Where the facts that a check relies on were looked up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

_DOCUMENTATION = "https://github.com/oceanbase/oceanbase-doc/blob"
_KERNEL = "https://github.com/oceanbase/oceanbase/blob"
_FOLDERS = {"en": "en-US", "zh-CN": "zh-CN"}


@dataclass(frozen=True, slots=True)
class DocPage:
    """A page of OceanBase's documentation, by its path below the language and the branch of its version (``V4.3.3``).

    ``zh`` is the path of the Chinese page where that is another one. A test compares both with the list of pages.
    """

    path: str
    branch: str = "V4.3.3"
    zh: str = ""


@dataclass(frozen=True, slots=True)
class WebPage:
    """Any other public page, by its address. ``zh`` is that of the Chinese page, where there is one."""

    en: str
    zh: str = ""


@dataclass(frozen=True, slots=True)
class KernelCode:
    """A place in the kernel's source: the file, what to look for in it, and the tag or branch that was read."""

    path: str
    name: str
    tag: str = "master"


@dataclass(frozen=True, slots=True)
class KernelRun:
    """What was seen on a kernel that ran: its version, and the statement or test that shows it."""

    version: str
    shown_by: str


Source = DocPage | WebPage | KernelCode | KernelRun


def cite_source(source: Source, language: str) -> str:
    """Return what a reader knows it by: name of the page, address, or version, in a language (``en``, ``zh-CN``)."""
    match source:
        case DocPage():
            return f"{source.branch} {PurePosixPath(_find_path(source, language)).name.split('.', 1)[1][:-3]}"
        case WebPage():
            return find_link(source, language)
        case KernelCode():
            return f"{source.path} {source.name}"
        case KernelRun():
            return f"OceanBase {source.version}: {source.shown_by}"


def find_link(source: Source, language: str) -> str:
    """Return the public address in a language (``en``, ``zh-CN``); "" if there is none."""
    match source:
        case DocPage():
            return f"{_DOCUMENTATION}/{source.branch}/{_find_path(source, language)}"
        case WebPage():
            return source.zh if source.zh and language == "zh-CN" else source.en
        case KernelCode():
            return f"{_KERNEL}/{source.tag}/{source.path}"
        case KernelRun():
            return ""


def find_first_link(sources: Iterable[Source], language: str) -> str:
    """Return the address of the first source that has one in a language; "" if none has."""
    return next((link for source in sources if (link := find_link(source, language))), "")


def _find_path(page: DocPage, language: str) -> str:
    path = page.zh if page.zh and language == "zh-CN" else page.path
    return f"{_FOLDERS[language]}/{path}"
