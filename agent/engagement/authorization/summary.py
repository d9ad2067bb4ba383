"""The sentences of a request, for people: what it asks for, in half a page, and what each of its terms means."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence

from rich.text import Text as Plain

from agent.collection.grants import EXPOSES
from agent.engagement.authorization.request import REVOCATION_FORM, Request, SignedTarget
from agent.model.authorization import WEEKDAYS
from agent.model.labels import N_
from agent.model.terms import DataClass, Scalar, TenantKind, Text
from agent.support.folding import fold_text
from agent.support.i18n import render_text, translate

_WIDTH = 100
_SHOWN_TITLES = 2
HEADINGS: Mapping[str, str] = {
    "targets": N_("Tenants, the way to them, and the most that one assessment may cost (milliseconds, rows, bytes)."),
    "data_classes": N_("Data classes; what is not listed here is not read."),
    "not_before": N_("Validity; it ends at not_after."),
    "window": N_("When statements may be sent."),
    "sampling": N_("Samples between assessments: when, how often at most, and from which of the sources below."),
    "retention_days": N_("Days that snapshots and reports of the assessment are kept."),
    "allow_privileges": N_("Why the account may hold privileges beyond reading. Do not sign if you do not agree."),
    "statements": N_(
        "Statements of the session and of preflight, word for word; <angle brackets> stand for what varies. Every "
        "statement carries the marker /*ob-health ...*/, by which you find it in the audit."
    ),
    "sources": N_(
        "Sources: only SELECT on these views, at most these columns and rows, with exactly this filter. One with "
        "joined: SHOW CREATE TABLE sends that statement instead, for at most as many tables as rows says. Above each "
        "stands what it is for."
    ),
}
_DAYS = dict(
    zip(
        WEEKDAYS,
        (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday")),
        strict=True,
    )
)
_KINDS = {TenantKind.USER: N_("a user tenant"), TenantKind.SYS: N_("the sys tenant, which sees all tenants")}
_TLS = {
    "disabled": N_("without TLS"),
    "required": N_("TLS without looking at the certificate"),
    "verify": N_("TLS with a verified certificate"),
}


class Summary:
    """Writes in one language what a request asks for."""

    def __init__(self, request: Request, file_name: str, language: str) -> None:
        self._request, self._file, self._language = request, file_name, language

    def list_lines(self) -> Iterator[str]:
        """Yield the lines of half a page: who asks for what, when and for how long, and how to sign it."""
        request = self._request
        yield self._say("Request to authorize a health assessment of OceanBase")
        yield ""
        yield from wrap_text(
            self._say(
                "{asked_by} asks {customer} to permit the following; {approver} signs it. Number: {reference}. These "
                "sentences summarize the terms below; the terms apply.",
                asked_by=request.asked_by,
                customer=request.customer,
                approver=request.approver,
                reference=request.reference,
            )
        )
        yield from self._write_chapter(N_("What is read"), self._list_readings())
        yield from self._write_chapter(N_("What is never read"), self._list_limits())
        yield from self._write_chapter(N_("When, at what cost, and for how long"), self._list_times())
        yield from self._write_chapter(N_("Where it is kept"), [self._describe_keeping()])
        yield from self._write_chapter(N_("How to sign it, and how to take it back"), self._list_signing())

    def _say(self, msgid: str, **args: Scalar) -> str:
        return render_text(Text(msgid, args), self._language)

    def _write_chapter(self, heading: str, texts: Iterator[str] | Sequence[str]) -> Iterator[str]:
        yield ""
        yield self._say(heading)
        for text in texts:
            yield from (f"  {line}" for line in wrap_text(text))

    def _list_readings(self) -> Iterator[str]:
        for target in self._request.targets:
            yield self._describe_target(target)
        yield self._say(
            "Only system views are read there, and tables shown by SHOW CREATE TABLE: {exposes}. There are {count} "
            "sources; at the end each stands with its purpose, its columns and its rows at most."
            if DataClass.DEFINITIONS in self._request.data_classes
            else "Only system views are read there: {exposes}. There are {count} sources; at the end each stands with "
            "its purpose, its columns and its rows at most.",
            exposes=self._join_exposed(self._request.data_classes),
            count=len(self._request.sources),
        )

    def _describe_target(self, target: SignedTarget) -> str:
        mode = (target.tls or {}).get("mode", "")
        return self._say(
            "{name}: {user} at {host}, port {port}; {kind}; {tls}; {way}.",
            name=target.name,
            user=target.user,
            host=target.host,
            port=str(target.port),
            kind=translate(_KINDS[target.kind or TenantKind.USER], self._language),
            tls=translate(_TLS.get(mode, mode), self._language),
            way=self._say("through the jump host {via}", via=target.via)
            if target.via
            else self._say("reached directly"),
        )

    def _join_exposed(self, data_classes: Sequence[DataClass]) -> str:
        return _join([translate(EXPOSES[item], self._language) for item in data_classes], self._language)

    def _list_limits(self) -> Iterator[str]:
        yield self._say(
            "No row of a business table, no password and no password hash is read. Nothing is written, changed or "
            "locked."
        )
        others = [item for item in DataClass if item not in self._request.data_classes]
        if others:
            yield self._say("Not asked for: {exposes}.", exposes=self._join_exposed(others))
        if self._request.allow_privileges:
            yield self._say(
                "Attention: the account may have privileges beyond reading, for this reason: {reason}. Then only the "
                "statement gate of the program protects the data, not the account. Do not sign if you do not agree.",
                reason=self._request.allow_privileges,
            )

    def _list_times(self) -> Iterator[str]:
        window, budgets = self._request.window, [target.budget for target in self._request.targets]
        every_day = len(window.days) == len(WEEKDAYS)
        named = ", ".join(translate(_DAYS[day], self._language) for day in window.days)
        yield self._say(
            "Statements are sent on these days only: {days}, from {opens} to {closes} ({timezone}).",
            days=self._say("every day") if every_day else named,
            opens=window.opens,
            closes=window.closes,
            timezone=window.timezone,
        )
        if self._request.sampling:
            sampling = self._request.sampling
            yield self._say(
                "Between assessments, from {opens} to {closes} ({timezone}) and at most every {minutes} minutes, a "
                "sample of {count} of the sources is taken for the forecast.",
                opens=sampling.window.opens,
                closes=sampling.window.closes,
                timezone=sampling.window.timezone,
                minutes=str(sampling.every_minutes),
                count=str(len(sampling.sources)),
            )
        yield self._say(
            "In a tenant it takes at most {total_ms} of database time and {rows_count} rows, a single statement at "
            "most {statement_s}. If the tenant is busy it waits, and stops after {wait_s}.",
            total_ms=max(budget.total_database_ms for budget in budgets),
            rows_count=max(budget.max_rows for budget in budgets),
            statement_s=max(budget.statement_timeout_s for budget in budgets),
            wait_s=max(budget.busy_wait_s for budget in budgets),
        )
        yield self._say(
            "The permission holds from {begin} until {end}; you can take it back on any day.",
            begin=self._request.not_before.isoformat(" ", "minutes"),
            end=self._request.not_after.isoformat(" ", "minutes"),
        )

    def _describe_keeping(self) -> str:
        return self._say(
            "{asked_by} keeps data, reports and history for {kept_days}, in files that only their account can open. "
            "Then the history removes them, and the program names the folders to delete.",
            asked_by=self._request.asked_by,
            kept_days=self._request.retention_days,
        )

    def _list_signing(self) -> Iterator[str]:
        yield self._say(
            "Read it completely. If you agree, sign it unchanged with OpenSSH; changing one byte afterwards "
            "invalidates the signature:"
        )
        yield f"    ssh-keygen -Y sign -n ob-health -f ~/.ssh/id_ed25519 {shlex.quote(self._file)}"
        yield self._say(
            "Send {file}.sig back in a zip archive with this file; the first time also your public key "
            "(id_ed25519.pub), by a way that both sides trust. To take it back, write these three lines into a file, "
            "sign it in the same way and send both files:",
            file=self._file,
        )
        yield f"    form: {REVOCATION_FORM}"
        yield f"    revokes: {self._request.reference}"
        yield "    reason: ..."


def describe_purpose(titles: Sequence[str], language: str) -> str:
    """Return what a source is for: the first titles of the checks that need it."""
    if not titles:
        return ""
    more = len(titles) - _SHOWN_TITLES
    args: dict[str, Scalar] = {"titles": _join(titles[:_SHOWN_TITLES], language), "count": more}
    return render_text(Text("For: {titles}; and {count} more" if more > 0 else "For: {titles}", args), language)


def _join(words: Sequence[str], language: str) -> str:
    return ("；" if language == "zh-CN" else "; ").join(words)


def describe_data_class(data_class: DataClass, asked: bool, language: str) -> str:
    """Return a data class with what it exposes, marked by whether it is asked for."""
    return f"  {'+' if asked else '-'} {data_class}: {translate(EXPOSES[data_class], language)}"


def wrap_text(text: str) -> list[str]:
    """Return the lines of a text, without characters that would end a comment."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    return fold_text(Plain(printable), _WIDTH).plain.split("\n")
