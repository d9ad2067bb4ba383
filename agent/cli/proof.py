"""``ob-health verify`` and ``ob-health what-if``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SnapshotFile = Annotated[Path, typer.Option("--snapshot", "-s", metavar="FILE", help="A saved snapshot.")]
AsJson = Annotated[bool, typer.Option("--json", help="For machines: all that is known.")]


def verify_command(
    *,
    snapshot: SnapshotFile,
    keep_in: Annotated[
        Path | None,
        typer.Option(
            "--keep-in",
            metavar="FILE",
            help="The assessment.json of this snapshot: its findings' SQL is tried, too, and it keeps what is proven.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Propose indexes for a snapshot's statements and prove them on a kernel of our own. Nothing is connected.

    The kernel gets the tables and statistics of the snapshot, and no data. It takes about a minute.
    """
    from agent.cli.actions.proof import print_advice

    print_advice(snapshot, keep_in, as_json=as_json)


def what_if_command(
    *,
    snapshot: SnapshotFile,
    index: Annotated[
        list[str] | None,
        typer.Option("--index", metavar="INDEX", help="An index to be made: 'shop.orders(customer_id, created_at)'."),
    ] = None,
    drop: Annotated[
        list[str] | None, typer.Option("--drop", metavar="INDEX", help="An index to be dropped: shop.orders.by_day.")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A variable that decides on plans.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say how plans would change with other indexes or settings, on a kernel of our own. Nothing is connected.

    LOCAL or GLOBAL may stand behind an index.
    """
    from agent.cli.actions.proof import print_what_if

    print_what_if(snapshot, index or [], drop or [], set_ or [], as_json=as_json)
