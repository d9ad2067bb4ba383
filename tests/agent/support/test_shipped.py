"""What ships with a package is found in a folder, and unpacked out of a zip."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from agent.support.shipped import locate_shipped


def test_in_a_source_tree_it_is_the_file_itself() -> None:
    path = locate_shipped("agent.catalogue", "rules.yaml")
    assert path.name == "rules.yaml" and not path.is_symlink() and path.read_bytes().startswith(b"#")


SCRIPT = """
from agent.support.shipped import locate_shipped
folder = locate_shipped("boxed", "deep")
print(folder, (folder / "inner" / "note.txt").read_text(), locate_shipped("boxed", "deep") == folder)
"""


def test_a_folder_in_a_zip_is_unpacked_and_removed_at_the_end(tmp_path: Path) -> None:
    archive = tmp_path / "boxed.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("boxed/__init__.py", "")
        file.writestr("boxed/deep/inner/note.txt", "hello")
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(archive)!r}){SCRIPT}"]
    folder, note, same = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert (note, same) == ("hello", "True")
    assert not Path(folder).exists()
