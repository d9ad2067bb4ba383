"""``ob-health assess``, ``collect``, ``evaluate`` and ``render``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent.cli.completion import complete_assessments
from agent.cli.options import (
    ALL_FORMATS,
    Context,
    Deliver,
    EngagementFile,
    FailOn,
    Formats,
    HistoryPlace,
    Languages,
    OutDir,
    OutsideService,
    TargetName,
    UpdatedList,
    Verify,
    make_engagement_option,
    open_engagement,
    open_engagement_of,
    read_clock,
    split_words,
)
from agent.cli.usage_errors import UsageProblem
from agent.model.terms import Text
from agent.support.errors import ConfigError

_NO_PLACE = Text("Nothing says where what is read shall go. Give --out DIR, or --bundle FILE.")
_NO_KEY = Text("A bundle is signed, so that its reader knows whose it is. Give --sign-key KEY.")
_NO_BUNDLE = Text("--sign-key, --encrypt-to and --redact-key are for a bundle. Give --bundle FILE, or leave them out.")


def assess_command(
    *,
    engagement: EngagementFile,
    out: OutDir,
    target: TargetName = None,
    format: Formats = ALL_FORMATS,
    lang: Languages = None,
    fail_on: FailOn = None,
    if_due: Annotated[bool, typer.Option("--if-due", help="Only targets whose quarter is not yet done.")] = False,
    outside_service: OutsideService = "",
    update: UpdatedList = None,
    verify: Verify = None,
    deliver: Deliver = True,
    bundle: Annotated[
        Path | None,
        typer.Option(
            "--bundle", metavar="FILE", help="Assess what collect --bundle read elsewhere; nothing is connected."
        ),
    ] = None,
    identity: Annotated[
        str | None,
        typer.Option(
            "--identity",
            metavar="REFERENCE",
            help="The secret key that opens an encrypted bundle: file:/path, env:NAME, keyring: or command:.",
        ),
    ] = None,
) -> None:
    """Assess one target or all of them: report, assessment.json and snapshot in DIR/<target>/."""
    from agent.cli.actions.assess import AssessOptions, assess_all

    options = AssessOptions(
        out=out,
        formats=split_words(format),
        languages=split_words(lang) or None,
        target=target,
        fail_on=fail_on,
        if_due=if_due,
        outside_service=outside_service,
        update=update,
        verify=verify,
        deliver=deliver,
    )
    if identity and not bundle:
        raise ConfigError("--identity opens the file that --bundle names. Give both, or neither.")
    with open_engagement(engagement) as (loaded, history):
        if bundle:
            from agent.cli.actions.assess_bundle import assess_bundle

            code = assess_bundle(loaded, history, options, read_clock(), path=bundle, identity=identity)
        else:
            code = assess_all(loaded, history, options, read_clock())
    raise typer.Exit(code)


def collect_command(
    *,
    ctx: Context,
    engagement: EngagementFile,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="DIR",
            help="Directory for the artifacts; made if missing. Default with --bundle: FILE.files.",
        ),
    ] = None,
    target: TargetName = None,
    outside_service: OutsideService = "",
    bundle: Annotated[
        Path | None,
        typer.Option("--bundle", metavar="FILE", help="Also write all of it as one signed file, for assess --bundle."),
    ] = None,
    sign_key: Annotated[
        Path | None,
        typer.Option(
            "--sign-key",
            "-k",
            metavar="KEY",
            help="Sign the bundle with this SSH key; by its .pub if the ssh-agent has it.",
        ),
    ] = None,
    encrypt_to: Annotated[
        list[str] | None,
        typer.Option(
            "--encrypt-to",
            metavar="RECIPIENT|FILE",
            help="Encrypt the bundle for a public key (age1..., ssh-ed25519 ...) or those in a file.",
        ),
    ] = None,
    redact_key: Annotated[
        Path | None,
        typer.Option(
            "--redact-key",
            metavar="FILE",
            help="Pseudonyms for names in the bundle, by a key that snapshot key made.",
        ),
    ] = None,
) -> None:
    """Only collect: a snapshot per target that can be evaluated later, anywhere."""
    from agent.cli.actions.collect import BundleWish, CollectOptions, choose_directory, collect_all

    directory = choose_directory(out, bundle)
    if directory is None:
        raise UsageProblem(_NO_PLACE, ctx)
    if bundle and not sign_key:
        raise UsageProblem(_NO_KEY, ctx)
    if not bundle and (sign_key or encrypt_to or redact_key):
        raise UsageProblem(_NO_BUNDLE, ctx)
    wish = None
    if bundle and sign_key:
        wish = BundleWish(path=bundle, key=sign_key, encrypt_to=encrypt_to or (), redaction_key=redact_key)
    options = CollectOptions(out=directory, target=target, outside_service=outside_service, bundle=wish)
    with open_engagement(engagement) as (loaded, history):
        code = collect_all(loaded, history, options, read_clock())
    raise typer.Exit(code)


def evaluate_command(
    *,
    snapshot: Annotated[
        Path, typer.Option("--snapshot", "-s", metavar="FILE", help="A snapshot that collect or assess wrote.")
    ],
    engagement: Annotated[
        Path | None, make_engagement_option("The engagement file (YAML). A redacted snapshot needs none.")
    ] = None,
    out: OutDir,
    format: Formats = ALL_FORMATS,
    lang: Languages = None,
    fail_on: FailOn = None,
    verify: Verify = None,
) -> None:
    """Evaluate a saved snapshot again, by today's rules; nothing is connected."""
    from agent.cli.actions.assess import evaluate_file

    with open_engagement_of(snapshot, engagement) as (loaded, history):
        code = evaluate_file(
            loaded,
            history,
            snapshot,
            out=out,
            formats=split_words(format),
            languages=split_words(lang) or None,
            fail_on=fail_on,
            verify=verify,
        )
    raise typer.Exit(code)


def render_command(
    *,
    assessment: Annotated[
        str,
        typer.Option(
            "--assessment",
            "-a",
            metavar="FILE|ID",
            help="An assessment.json, or an id from history.",
            autocompletion=complete_assessments,
        ),
    ],
    out: OutDir,
    engagement: Annotated[
        Path | None, make_engagement_option("Its house style, languages and history are used.")
    ] = None,
    format: Formats = ALL_FORMATS,
    lang: Languages = None,
    history: HistoryPlace = None,
    update: UpdatedList = None,
) -> None:
    """Render an old assessment again, of any earlier agent."""
    from agent.cli.actions.assess import render_again
    from agent.engagement.loading import load_engagement

    loaded = load_engagement(engagement) if engagement else None
    code = render_again(
        assessment,
        loaded,
        history=history,
        out=out,
        formats=split_words(format),
        languages=split_words(lang) or None,
        update=update,
    )
    raise typer.Exit(code)
