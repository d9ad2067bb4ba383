"""The search for a secret finds it in every kind of place where one is planted."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.canary import Scanner, run

SECRET = "Pl4nted-5eCr3t-0987"
STARTED = (
    "import base64, gzip, hashlib, os, sqlite3, subprocess, sys, time, zipfile, zlib;"
    " s = '-'.join(os.environ['PARTS'].split()); "
)
PLANTED = {
    "what it said: plain": "print(s)",
    "what it said: UTF-16": "sys.stderr.buffer.write(s.encode('utf-16'))",
    "what it said: hex": "print(s.encode().hex())",
    "what it said: base64+0": "print(base64.b64encode(s.encode()))",
    "what it said: base64+1": "print(base64.b64encode(b'x' + s.encode()))",
    "what it said: base64+2": "print(base64.b64encode(b'xy' + s.encode()))",
    "what it said: password hash": "print(hashlib.sha1(hashlib.sha1(s.encode()).digest()).hexdigest().upper())",
    "file: plain": "open('file', 'w').write('x' + s)",
    "packed.zst: plain": "import zstandard; open('packed.zst', 'wb').write(zstandard.compress(b'x' * 99 + s.encode()))",
    "packed.gz: plain": "gzip.open('packed.gz', 'w').write(s.encode())",
    "report.docx: plain": "zipfile.ZipFile('report.docx', 'w', zipfile.ZIP_DEFLATED).writestr('a/b.xml', s)",
    "names of files: plain": "open('name-' + s, 'w')",
    "arguments of a process: plain": "subprocess.run([sys.executable, '-c', 'import time; time.sleep(2)', s])",
    "environment of a child: plain": "subprocess.run(['sleep', '2'], env={**os.environ, 'X': s})",
    "tmp/brief: plain": "open('tmp/brief', 'w').write(s); time.sleep(2); os.unlink('tmp/brief')",
    "db: plain": "c = sqlite3.connect('db'); c.execute('CREATE TABLE t (a)');"
    " c.execute('INSERT INTO t VALUES (?)', ['y' * 4000 + s + 'y' * 4000]); c.commit()",
    "zdb: plain": "c = sqlite3.connect('zdb'); c.execute('CREATE TABLE t (a)');"
    " c.execute('INSERT INTO t VALUES (?)', [zlib.compress(s.encode() * 9)]); c.commit()",
    "traceback: plain": "exec('raise RuntimeError(s)')",
}


def leaks_of(root: Path, code: str) -> tuple[str, ...]:
    """Of a program that works in ``root`` and knows the secret in parts only."""
    (root / "tmp").mkdir()
    environment = {"PATH": "/usr/bin:/bin", "TMPDIR": str(root / "tmp"), "PARTS": " ".join(SECRET.split("-"))}
    program = f"import os; os.chdir({str(root)!r}); {STARTED}{code}"
    return run(Scanner(SECRET, root), [sys.executable, "-c", program], environment).leaks


@pytest.mark.parametrize("where", PLANTED)
def test_a_planted_secret_is_found(tmp_path: Path, where: str) -> None:
    place = where.replace("traceback", "what it said")
    assert any(leak.endswith(place) for leak in leaks_of(tmp_path, PLANTED[where]))


def test_a_program_that_keeps_it_to_itself_is_clean(tmp_path: Path) -> None:
    assert leaks_of(tmp_path, "open('file', 'w').write(s[:-1]); time.sleep(0.2)") == ()


def test_a_spared_file_is_not_searched(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text(SECRET)
    assert Scanner(SECRET, tmp_path).of_root() and not Scanner(SECRET, tmp_path, frozenset({kept})).of_root()
