"""The manifest of a report, its signature, and ``ob-health report``: every change of a file is found."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from agent.cli.actions.report import sign_folder, verify_folder
from agent.delivery.manifest import MANIFEST, SIGNATURE, hash_file, verify_report, write_manifest
from agent.support.errors import ConfigError, NotAuthorized, RenderError
from agent.support.sshsig import NAMESPACE, REPORT_NAMESPACE, find_signer, sign_content, verify_signature
from tests.agent.cli.typed import run_here
from tests.agent.signing import KEY, OTHER_KEY, SIGNER, needs_openssh, ssh_keygen

ID = "20261003-013000-abc123"
FILES = {
    "assessment.json": b"{}",
    "report_Acme_prod_2026-10-03.en.pdf": b"%PDF",
    "report_示例_prod_2026-10-03.zh-CN.html": b"<html>",
    "findings_Acme_prod_2026-10-03.en.xlsx": b"PK",
    "snapshot.obh": b"\x28",
    f"journal-{ID}.jsonl": b"{}\n",
}
OTHERS = ("journal-20250101-000000-aaaaaa.jsonl", "notes.txt")


def make_report(folder: Path, key: Path | None = None) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    for name in OTHERS:
        (folder / name).write_bytes(b"of somebody else")
    write_manifest(folder, ID, folder / f"journal-{ID}.jsonl", key)
    return folder


@pytest.fixture(autouse=True)
def said_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OB_HEALTH_LANG", "en")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_bytes(KEY.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    path.chmod(0o600)
    return path


@pytest.fixture
def report(tmp_path: Path) -> Path:
    return make_report(tmp_path / "report")


def test_every_file_of_the_report_is_in_it_and_no_other(report: Path) -> None:
    found = verify_report(report)
    assert sorted(found.intact) == sorted(FILES) and found.assessment_id == ID
    assert (found.altered, found.written_in, found.missing, found.added, found.signer) == ((), (), (), (), None)
    command = ["sha256sum", "-c", "--strict", MANIFEST]
    done = subprocess.run(command, cwd=report, capture_output=True, text=True, check=True)
    assert done.stdout.count(": OK") == len(FILES), "the tools of any system check it"


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("change", ["append", "remove", "empty"])
def test_every_change_is_found(report: Path, name: str, change: str, capsys: Any) -> None:
    path = report / name
    if change == "remove":
        path.unlink()
    else:
        path.write_bytes(FILES[name] + b" " if change == "append" else b"")
    code = verify_folder(report, None)
    is_list = name.startswith("findings_")
    assert code == (1 if is_list or change == "remove" else 2)
    said = capsys.readouterr()
    assert name in said.out + said.err


def test_a_file_that_was_put_there_is_found(report: Path, capsys: Any) -> None:
    (report / "report_Acme_prod_2026-10-03.en.docx").write_bytes(b"PK")
    assert verify_folder(report, None) == 2 and "put here afterwards" in capsys.readouterr().err


def test_one_file_alone_can_be_verified_and_none_at_all_is_no_success(report: Path) -> None:
    for name in FILES:
        if not name.endswith(".pdf"):
            (report / name).unlink()
    assert verify_folder(report, None) == 1
    (report / "report_Acme_prod_2026-10-03.en.pdf").unlink()
    assert verify_folder(report, None) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"# Files of another thing\n",
        f"# Files of the report {ID}.\n".encode(),
        f"# Files of the report {ID}.\n{'a' * 64}  ../key\n".encode(),
        f"# Files of the report {ID}.\n{'a' * 64}  /etc/passwd\n".encode(),
        f"# Files of the report {ID}.\n{'a' * 63}  report_x.pdf\n".encode(),
        f"# Files of the report {ID}.\n{'a' * 64}  report_x\x1b[2J.pdf\n".encode(),
        f"# Files of the report {ID}.\n{'a' * 64}  a.pdf\n{'b' * 64}  a.pdf\n".encode(),
    ],
)
def test_what_is_no_manifest_is_one_message(report: Path, content: bytes) -> None:
    (report / MANIFEST).write_bytes(content)
    done = run_here(report.parent, "report", "verify", report, OB_HEALTH_LANG="en")
    assert done.code == 2 and done.err.count(b"\n") == 1 and b"no manifest of a report" in done.err


def test_no_manifest_and_no_folder_are_one_message(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere"):
        done = run_here(tmp_path, "report", "verify", place, OB_HEALTH_LANG="en")
        assert done.code == 2 and done.err.count(b"\n") == 1
        assert run_here(tmp_path, "report", "sign", place, "--key", "key", OB_HEALTH_LANG="en").code == 2


# Signatures


@needs_openssh
def test_ssh_keygen_signs_and_stock_openssh_and_we_verify(tmp_path: Path, key: Path, capsys: Any) -> None:
    report = make_report(tmp_path / "report", key)
    assert verify_folder(report, SIGNER) == 0 and "signed with the key of the sender" in capsys.readouterr().out
    (tmp_path / "key.pub").write_text(f"{SIGNER} tam@example.com\n", encoding="utf-8")
    assert verify_folder(report, str(tmp_path / "key.pub")) == 0
    (tmp_path / "senders").write_text(f"tam@example.com {SIGNER}\n", encoding="utf-8")
    said = ssh_keygen(
        *("-Y", "verify", "-n", REPORT_NAMESPACE, "-I", "tam@example.com", "-f", tmp_path / "senders"),
        *("-s", report / SIGNATURE),
        stdin=report / MANIFEST,
    )
    assert "Good" in said and (report / SIGNATURE).stat().st_mode & 0o077 == 0


@needs_openssh
def test_a_change_of_the_manifest_breaks_the_signature(tmp_path: Path, key: Path) -> None:
    report = make_report(tmp_path / "report", key)
    pdf = report / "report_Acme_prod_2026-10-03.en.pdf"
    old = hash_file(pdf)
    pdf.write_bytes(b"%PDF forged")
    manifest = report / MANIFEST
    manifest.write_bytes(manifest.read_bytes().replace(old.encode(), hash_file(pdf).encode()))
    for signer in (None, SIGNER):
        with pytest.raises(ConfigError, match="does not fit the manifest"):
            verify_folder(report, signer)


def test_who_else_signed_is_found(report: Path, capsys: Any) -> None:
    content = (report / MANIFEST).read_bytes()
    (report / SIGNATURE).write_bytes(sign_content(content, OTHER_KEY, REPORT_NAMESPACE))
    assert verify_folder(report, None) == 0 and "--signer says whose it must be" in capsys.readouterr().out
    assert verify_folder(report, SIGNER) == 2 and "and not with" in capsys.readouterr().err
    (report / SIGNATURE).unlink()
    assert verify_folder(report, SIGNER) == 2 and "this report is not signed" in capsys.readouterr().err
    assert verify_folder(report, None) == 0 and "anybody could have written it" in capsys.readouterr().out


def test_a_signature_for_one_purpose_is_none_for_the_other(report: Path) -> None:
    content = (report / MANIFEST).read_bytes()
    (report / SIGNATURE).write_bytes(sign_content(content, KEY, NAMESPACE))
    with pytest.raises(ConfigError, match="no signature of a report"):
        verify_folder(report, SIGNER)
    with pytest.raises(NotAuthorized):
        verify_signature(content, sign_content(content, KEY, REPORT_NAMESPACE), KEY.public_key(), "x")
    assert find_signer(content + b" ", sign_content(content, KEY, REPORT_NAMESPACE), REPORT_NAMESPACE) is None


@pytest.mark.parametrize("signer", ["ssh-ed25519 AAAA", "nowhere.pub", "empty"])
def test_a_signer_that_is_no_key_is_one_message(report: Path, signer: str) -> None:
    (report.parent / "empty").touch()
    done = run_here(report.parent, "report", "verify", report, "--signer", signer, OB_HEALTH_LANG="en")
    assert done.code == 2 and done.err.count(b"\n") == 1


@needs_openssh
def test_a_key_that_cannot_sign_says_why_and_leaves_no_old_signature(tmp_path: Path, key: Path) -> None:
    report = make_report(tmp_path / "report", key)
    key.write_text("no key", encoding="utf-8")
    with pytest.raises(RenderError, match="cannot be signed"):
        sign_folder(report, key)
    assert not (report / SIGNATURE).exists()


@needs_openssh
def test_a_new_manifest_has_no_old_signature(tmp_path: Path, key: Path) -> None:
    report = make_report(tmp_path / "report", key)
    make_report(report)
    assert not (report / SIGNATURE).exists() and verify_report(report).signer is None
