"""The load section: what was allowed and spent, and the receipt beside the journal."""

from __future__ import annotations

from dataclasses import dataclass

from agent.model.document import BudgetEntry, CostEntry, Document, ReceiptEntry
from agent.model.labels import LATER, UNMARKED, WAYS
from agent.model.terms import Unit
from agent.report.view.impact import choose_space
from agent.report.words import NAME_LENGTH, NOTHING, Words, make_printable


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadAndReceipt:
    """``budget`` are (what, spent, allowed); ``figures`` (what, journal, audit), empty where nothing was read back."""

    budget: tuple[tuple[str, str, str], ...]
    figures: tuple[tuple[str, str, str], ...]
    way: str
    reason: str
    differences: tuple[str, ...]
    journal_sha256: str


def build_load_and_receipt(document: Document, words: Words) -> LoadAndReceipt | None:
    """Return the load section; None for an assessment of earlier agents, which kept neither budget nor receipt."""
    receipt, budget = document["receipt"], document["cost"]["budget"]
    if not receipt and not budget:
        return None
    spent = _list_budget(document["cost"], budget, words) if budget else ()
    if not receipt:
        return LoadAndReceipt(budget=spent, figures=(), way="", reason="", differences=(), journal_sha256="")
    return LoadAndReceipt(
        budget=spent,
        figures=_list_figures(receipt, words) if receipt["way"] else (),
        way=_describe_way(receipt, document["cost"]["statements"], words) if receipt["way"] else "",
        reason=words.pick(receipt["reason"]),
        differences=tuple(words.pick(text) for text in receipt["differences"]),
        journal_sha256=make_printable(receipt["journal_sha256"], NAME_LENGTH),
    )


def _list_budget(cost: CostEntry, budget: BudgetEntry, words: Words) -> tuple[tuple[str, str, str], ...]:
    def format_ms(value: float) -> str:
        return words.value(value, Unit.MILLISECONDS)

    return (
        (words("Database time"), format_ms(cost["database_ms"]), format_ms(budget["total_database_ms"])),
        (words("Longest statement"), format_ms(cost["longest_ms"]), format_ms(budget["statement_timeout_s"] * 1000)),
        (words("Rows read"), words.count(cost["rows"]), words.count(budget["max_rows"])),
        (words("Bytes read"), words.value(cost["bytes"], Unit.BYTES), words.value(budget["max_bytes"], Unit.BYTES)),
    )


def _describe_way(receipt: ReceiptEntry, statements: int, words: Words) -> str:
    """Describe how the statements were found, and which ones are not looked for."""
    way, others = words.label(WAYS, receipt["way"]), statements - receipt["sent"]
    if others <= 0:
        return way
    left_out = UNMARKED if receipt["way"] == "marker" else LATER
    return choose_space(words).join((way, words(left_out, count=words.count(others))))


def _list_figures(receipt: ReceiptEntry, words: Words) -> tuple[tuple[str, str, str], ...]:
    def format_ms(value: float) -> str:
        return words.value(value, Unit.MILLISECONDS)

    return (
        (words("Statements"), words.count(receipt["sent"]), words.count(receipt["found"])),
        (words("Total time"), format_ms(receipt["sent_ms"]), format_ms(receipt["total_ms"])),
        (words("Longest statement"), NOTHING, format_ms(receipt["longest_ms"])),
        (words("Rows returned"), words.count(receipt["sent_rows"]), words.count(receipt["rows"])),
        (words("Statements that wrote"), words.count(0), words.count(receipt["writes"])),
    )
