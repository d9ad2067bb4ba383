"""Writes the fleet site: a first page and a page per target, in each language, all in one folder.

The pages load nothing from anywhere. They are made beside the old ones and then take their place, so that a target
that history has forgotten is gone from the site too, and a run that is stopped leaves the old site whole.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, Template
from markupsafe import Markup

import agent
from agent.model.fleet import FleetTarget
from agent.model.labels import N_, SEVERITIES
from agent.model.terms import Text
from agent.report.html.render_html import build_environment
from agent.report.site.first_page import MARKS, build_first_page
from agent.report.site.target_line import TargetLine, build_line
from agent.report.site.target_page import SeenAt, build_target_page
from agent.report.style import ACCENT
from agent.report.words import Words
from agent.support.errors import WriteError
from agent.support.files import lock_directory, make_folder, make_workplace
from agent.support.i18n import translate

FIRST_PAGE = "index.html"
_IN_THIS_LANGUAGE = N_("In English")  # its translation names the other language in its own words
_PAGES = "targets"
_MARK = '<meta name="generator" content="ob-health fleet site">'
_HEAD_BYTES = 1024  # the mark stands at the beginning of the page
_MODE = 0o600
_MOST_CELLS = 10_000


@dataclass(frozen=True, slots=True)
class WrittenSite:
    """The first page of the first language, and what the site holds."""

    path: Path
    customers: int
    targets: int


def write_site(
    targets: Iterable[FleetTarget], out: Path, languages: Sequence[str], now: datetime, *, has_agreed: bool
) -> WrittenSite:
    """Write the site of all targets into ``out``; the first language is that of ``index.html``.

    ``now`` is aware; ``has_agreed``: engagement files were given. The targets are read once and not kept. Raises
    WriteError if nothing can be written there, or if the folder holds something else.
    """
    try:
        with lock_directory(out):
            _refuse_foreign(out)
            with make_workplace(out, "site") as place:
                lines = _write_pages(targets, place, out, languages, now, has_agreed=has_agreed)
                _replace_site(place, out)
    except OSError as error:
        args = {"path": str(out), "reason": error.strerror or str(error)}
        raise WriteError(
            Text("{path}: the site cannot be written ({reason}). Make room or choose another --out.", args)
        ) from None
    return WrittenSite(out / FIRST_PAGE, len({line.customer for line in lines}), len(lines))


def _refuse_foreign(out: Path) -> None:
    """Refuse a folder that holds a file or folder of our names which is no part of an earlier site."""
    first = out / FIRST_PAGE
    try:
        with first.open("rb") as file:
            is_ours = _MARK.encode() in file.read(_HEAD_BYTES)
    except FileNotFoundError:
        is_ours = not (out / _PAGES).exists()
    if not is_ours:
        text = "{path}: this folder holds other files that the site would replace. Choose another --out."
        raise WriteError(Text(text, {"path": str(out)}))


def _replace_site(place: Path, out: Path) -> None:
    """Move the new pages to their place and remove what is left of the old site."""
    old = place / "old"
    if (out / _PAGES).exists():
        (out / _PAGES).rename(old)
    (place / _PAGES).rename(out / _PAGES)
    new = {path.name for path in place.glob("index*.html")}
    for path in place.glob("index*.html"):
        path.replace(out / path.name)
    for left in out.glob("index.*.html"):
        if left.name not in new:
            left.unlink()
    shutil.rmtree(old, ignore_errors=True)


def _write_pages(
    targets: Iterable[FleetTarget], place: Path, out: Path, languages: Sequence[str], now: datetime, *, has_agreed: bool
) -> list[TargetLine]:
    pages = place / _PAGES
    make_folder(pages)
    link = _make_linker(out / _PAGES)
    environment, lines = build_environment(), []
    template, cells = environment.get_template("fleet_target.html.j2"), _make_cells(environment)
    for found in targets:
        line = build_line(found)
        lines.append(line)
        for number, language in enumerate(languages):
            words = Words(language, zone=line.zone)
            page = build_target_page(found, line, now, words)
            known = {"page": page, "name": line.page, "link": link, "severities": SEVERITIES.items(), "cells": cells}
            _write(pages / _name(line.page, number, language), template, known, words, languages)
    first = environment.get_template("fleet.html.j2")
    for number, language in enumerate(languages):
        words = Words(language)
        view = build_first_page(lines, now, words, has_agreed=has_agreed)
        known = {"page": view, "marks": MARKS, "severities": tuple(SEVERITIES.items()), "name": "index"}
        _write(place / _name("index", number, language), first, known, words, languages)
    return lines


def _name(stem: str, number: int, language: str) -> str:
    return f"{stem}.{language}.html" if number else f"{stem}.html"


def _make_linker(folder: Path) -> Any:
    """Return what makes the address of a file as seen from a page; each of its characters is a part of a path."""
    absolute = folder.absolute()

    def link(path: Path) -> str:
        return quote(os.path.relpath(path.absolute(), absolute).replace(os.sep, "/").encode("utf-8", "surrogateescape"))

    return link


def _make_cells(environment: Environment) -> Callable[[Sequence[SeenAt], Sequence[str]], Markup]:
    """Return what makes the cells of a finding, one for each day: they are most of a page, and few of them differ."""
    template = environment.get_template("_fleet_cell.html.j2")

    @lru_cache(maxsize=_MOST_CELLS)
    def make_cell(sight: SeenAt, day: str) -> str:
        return template.render(sight=sight, day=day)

    def make_cells(sights: Sequence[SeenAt], days: Sequence[str]) -> Markup:
        return Markup("".join(map(make_cell, sights, days)))  # noqa: S704 - escaped by the template

    return make_cells


def _write(path: Path, template: Template, known: dict[str, Any], words: Words, languages: Sequence[str]) -> None:
    """Write one page. It is not synchronised with the disk: the site is made anew at any time."""
    ending = path.name.removeprefix(known["name"])
    others = [(other, _name(known["name"], number, other)) for number, other in enumerate(languages)]
    content = template.render(
        **known,
        **_load_assets(),
        _=words,
        ending=ending,
        others=[
            (language, name, translate(_IN_THIS_LANGUAGE, language))
            for language, name in others
            if language != words.language
        ],
        version=agent.__version__,
        mark=Markup(_MARK),  # noqa: S704 - our own tag
    )
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content.encode("utf-8", "replace"))


@cache
def _load_assets() -> dict[str, Any]:
    """Return style, script and the policies that allow only these, by their digests."""
    css = _read_asset("base.css") + _read_asset("fleet.css") + f":root {{ --house: {ACCENT}; }}\n"
    script = _read_asset("fleet.js")
    policy = f"default-src 'none'; style-src {_compute_digest(css)}; base-uri 'none'; form-action 'none'"
    return {
        "css": Markup(css),  # noqa: S704 - our own file
        "script": Markup(script),  # noqa: S704 - our own file
        "policy": f"{policy}; script-src {_compute_digest(script)}",
    }


def _read_asset(name: str) -> str:
    return (files("report_templates") / name).read_text("utf-8")


def _compute_digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
