"""Opening what was written for Word and spreadsheets, with other programs than those that wrote it."""

from __future__ import annotations

import re
import shutil
import subprocess
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CONVERT_S = 300


def parts(content: bytes) -> dict[str, bytes]:
    """The files of a package."""
    with ZipFile(BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def root(content: bytes, name: str = "word/document.xml") -> ElementTree.Element:
    return ElementTree.fromstring(parts(content)[name])


def text_of(element: ElementTree.Element) -> str:
    """What a reader reads: a paragraph a line, tabs and breaks as blanks."""
    lines = []
    for paragraph in element.iter(f"{W}p"):
        shown = [
            (node.text or "") if node.tag == f"{W}t" else " "
            for node in paragraph.iter()
            if node.tag in (f"{W}t", f"{W}br", f"{W}tab")
        ]
        lines.append("".join(shown))
    return re.sub(r"[ \t]+", " ", "\n".join(lines))


def tables(content: bytes) -> list[list[list[str]]]:
    """The tables of a Word document as rows of texts."""
    return [
        [[text_of(cell).strip() for cell in row.iter(f"{W}tc")] for row in table.iter(f"{W}tr")]
        for table in root(content).iter(f"{W}tbl")
    ]


def outside(content: bytes) -> list[str]:
    """Relationships that lead out of the package."""
    return [
        node.attrib["Target"]
        for name, part in parts(content).items()
        if name.endswith(".rels")
        for node in ElementTree.fromstring(part)
        if node.attrib.get("TargetMode") == "External"
    ]


def converted(content: bytes, suffix: str, folder: Path) -> str:
    """The text of the file as LibreOffice shows it; skipped and said where there is none."""
    if not shutil.which("soffice") or not shutil.which("pdftotext"):
        pytest.skip("no LibreOffice (soffice) or pdftotext to open the file with")
    file = folder / f"report.{suffix}"
    file.write_bytes(content)
    command = [
        "soffice",
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(folder),
        str(file),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=CONVERT_S)
    pdf = folder / "report.pdf"
    assert pdf.is_file(), "LibreOffice made nothing of it"
    command = ["pdftotext", "-layout", str(pdf), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
