"""``ob-health authorize ...``: the customer's signed permission."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from agent.cli.completion import complete_data_classes, complete_languages, complete_targets
from agent.cli.options import EngagementFile, OutsideService, TargetName, split_words

authorize_app = typer.Typer(help="The customer's signed permission.", no_args_is_help=True)


@authorize_app.command("request")
def write_request_command(
    *,
    engagement: EngagementFile,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="Default: authorization.yaml beside the engagement.",
            envvar="OB_HEALTH_OUT_FILE",
        ),
    ] = None,
    asked_by: Annotated[
        str, typer.Option(metavar="NAME", help="Who asks; default: report.prepared_by of the engagement.")
    ] = "",
    approver: Annotated[
        str, typer.Option(metavar="NAME", help="Who is to sign; default: the customer's contact.")
    ] = "",
    reference: Annotated[
        str, typer.Option(metavar="NUMBER", help="Number of the document; default: one with the date.")
    ] = "",
    target: Annotated[
        list[str] | None,
        typer.Option("--target", "-t", metavar="TARGET", help="Default: all.", autocompletion=complete_targets),
    ] = None,
    data_classes: Annotated[
        str,
        typer.Option(
            "--data-classes",
            metavar="CLASS,...",
            help="Comma-separated; default: all but sql_text_full, column_bounds and empty_passwords.",
            autocompletion=complete_data_classes,
        ),
    ] = "",
    days_valid: Annotated[
        int, typer.Option(min=1, max=1100, metavar="DAYS", help="Valid from today for so many days.")
    ] = 100,
    weekdays: Annotated[
        str, typer.Option(metavar="DAY,...", help="Comma-separated, such as sat,sun; default: every day.")
    ] = "",
    hours: Annotated[
        str, typer.Option(metavar="HH:MM-HH:MM", help="When statements may be sent; time zone: the service's.")
    ] = "22:00-06:00",
    sample_hours: Annotated[
        str,
        typer.Option(
            metavar="HH:MM-HH:MM", help="Also ask for samples between assessments, in these hours of each day."
        ),
    ] = "",
    sample_minutes: Annotated[
        int, typer.Option(min=15, max=1440, metavar="MINUTES", help="How often a sample may be taken at most.")
    ] = 60,
    retention_days: Annotated[
        int, typer.Option(min=1, max=36_500, metavar="DAYS", help="How long snapshots and reports are kept.")
    ] = 200,
    allow_write_privileges: Annotated[
        str, typer.Option(metavar="REASON", help="Ask for an account that may do more than read, for this reason.")
    ] = "",
    for_incidents: Annotated[
        bool, typer.Option("--for-incidents", help="Also ask for what the timeline of a fault needs, by the minute.")
    ] = False,
    lang: Annotated[
        str,
        typer.Option(
            "--lang",
            "-l",
            metavar="LANG",
            help="Language of the document: zh-CN or en; default: the engagement's first.",
            envvar="OB_HEALTH_DOCUMENT_LANG",
            autocompletion=complete_languages,
        ),
    ] = "",
) -> None:
    """Write what is asked of the customer, for them to read and to sign with ssh-keygen."""
    from agent.cli.actions.request_and_sign import USUAL_FILE, RequestOptions, write_request
    from agent.engagement.loading import load_engagement
    from agent.support import console

    options = RequestOptions(
        asked_by=asked_by,
        approver=approver,
        reference=reference,
        targets=target or (),
        data_classes=split_words(data_classes),
        days_valid=days_valid,
        weekdays=split_words(weekdays),
        hours=hours,
        sample_hours=sample_hours,
        sample_minutes=sample_minutes,
        retention_days=retention_days,
        allow_privileges=allow_write_privileges,
        language=lang,
        for_incidents=for_incidents,
    )
    file = out or engagement.with_name(USUAL_FILE)
    path = write_request(load_engagement(engagement), file, options, datetime.now(UTC))
    console.say("written: {path}", path=str(path))
    console.say("The customer reads and signs it: ssh-keygen -Y sign -n ob-health -f KEY {path}", path=path.name)
    console.say("Then name document and signer (the customer's public key) under authorization in the engagement.")


@authorize_app.command("sign")
def sign_command(
    document: Annotated[Path, typer.Argument(metavar="DOCUMENT", help="A request, or a revocation.")],
    key: Annotated[Path, typer.Option("--key", "-k", metavar="FILE", help="The customer's OpenSSH private key.")],
) -> None:
    """Sign as ssh-keygen -Y sign -n ob-health does: DOCUMENT.sig."""
    from agent.cli.actions.request_and_sign import read_signing_key, sign_file
    from agent.support import console
    from agent.support.sshsig import fingerprint_key, format_public_key

    private = read_signing_key(key)
    public = private.public_key()
    console.say("written: {path}", path=str(sign_file(document, private)))
    console.say("signer: {line} ({fingerprint})", line=format_public_key(public), fingerprint=fingerprint_key(public))


@authorize_app.command("verify")
def verify_authorization_command(
    engagement: EngagementFile,
    target: TargetName = None,
    outside_service: OutsideService = "",
) -> None:
    """Say whether the targets may be assessed now, and what is covered; nothing is connected."""
    from agent.cli.actions.request_and_sign import verify_all
    from agent.engagement.loading import load_engagement

    raise typer.Exit(verify_all(load_engagement(engagement), target, datetime.now(UTC), outside_service))
