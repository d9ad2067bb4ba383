"""``ob-health snapshot ...``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

snapshot_app = typer.Typer(help="Snapshots for sharing: names replaced by pseudonyms.", no_args_is_help=True)

SnapshotPath = Annotated[Path, typer.Argument(metavar="FILE", help="A snapshot.")]
KeyFile = Annotated[Path, typer.Option("--key", "-k", metavar="FILE", help="The key's file, readable by you only.")]
OutFile = Annotated[
    Path,
    typer.Option("--out", "-o", metavar="FILE", help="The file to be written.", envvar="OB_HEALTH_OUT_FILE"),
]


@snapshot_app.command("key")
def make_key_command(file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to be made.")]) -> None:
    """Make a key for redact and restore, in a file that only you can read. Keep it: nothing else brings names back."""
    from agent.archive.redaction.key import make_redaction_key
    from agent.support import console

    make_redaction_key(file)
    console.say("written: {path}", path=str(file))


@snapshot_app.command("redact")
def redact_command(file: SnapshotPath, key: KeyFile, out: OutFile) -> None:
    """A copy without the customer's names: databases, tables, columns, accounts, hosts, zones, tenants, SQL text.

    The same name has the same pseudonym with the same key. Without the key nobody can undo it.
    """
    from agent.archive.redaction.key import read_redaction_key
    from agent.archive.redaction.redact import redact_file
    from agent.support import console

    shared = redact_file(file, read_redaction_key(key), out)
    console.say("written: {path} (sha256 {digest})", path=str(out), digest=shared.digest[:16])
    console.say(
        "Its target is called {target}. No engagement is needed: ob-health evaluate -s {path} -o DIR",
        target=shared.target,
        path=str(out),
    )


@snapshot_app.command("restore")
def restore_command(file: SnapshotPath, key: KeyFile, out: OutFile) -> None:
    """The snapshot as it was before redact, byte for byte."""
    from agent.archive.redaction.key import read_redaction_key
    from agent.archive.redaction.redact import restore_file
    from agent.support import console

    digest = restore_file(file, read_redaction_key(key), out)
    console.say("written: {path} (sha256 {digest})", path=str(out), digest=digest[:16])
