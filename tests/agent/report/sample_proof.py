"""What the twin said of the assessment made by hand: every verdict, and the way to each of them."""

from __future__ import annotations

from dataclasses import replace

from agent.model.document import Document
from agent.model.terms import Text
from agent.twin.result import Effect, IndexAdvice, Pin, RetireAdvice, Told, Tried, TwinReport, Verdict, Why

STATEMENT, TIED, LATE = "7F3A" * 8, f"{1:032X}", f"{2:032X}"
_TEXT = "SELECT id, amount FROM orders WHERE customer_id = ? AND created_at > ?"
_NAME = "idx_customer_id_created_at_1a2b3c"


def _tell(sql_id: str, match: str, cause: str = "", text: str = _TEXT) -> Told:
    return Told(
        sql_id=sql_id, tenant_id=None, database="shop", match=match, cause=cause, text=text, elapsed_us=38_325_000_000,
        executions=18_250,
    )  # fmt: skip


GAIN = Effect(
    sql_id=STATEMENT, tenant_id=None, database="shop", verdict=Verdict.VERIFIED, why=Why.NONE, cost_before=184_210,
    cost_after=64, plan_before="TABLE FULL SCAN orders", plan_after=f"TABLE RANGE SCAN orders({_NAME})",
    indexes=(_NAME,), elapsed_us=38_325_000_000, executions=18_250, least_gain_pct=49.98, most_gain_pct=99.97,
)  # fmt: skip
TIE = replace(
    GAIN, sql_id=TIED, verdict=Verdict.UNVERIFIED, why=Why.NEAR_TIE, cost_before=120, cost_after=118,
    least_gain_pct=0.8, most_gain_pct=1.7,
)  # fmt: skip
PIN = Pin(
    sql_id=TIED, database="shop", why=Why.NEAR_TIE,
    sql=f"CREATE OUTLINE keep_{TIED[:16]} ON '{TIED}' USING HINT"
    " /*+ BEGIN_OUTLINE_DATA FULL(orders) END_OUTLINE_DATA */;",
    rollback=f"DROP OUTLINE keep_{TIED[:16]};",
)  # fmt: skip
ADVICE = IndexAdvice(
    schema="shop", table="orders", columns=("customer_id", "created_at"), name=_NAME, scope="LOCAL",
    verdict=Verdict.WITH_PINS, why=Why.NEAR_TIE,
    sql=f"CREATE INDEX `{_NAME}` ON `shop`.`orders` (`customer_id`, `created_at`) LOCAL;",
    rollback=f"DROP INDEX `{_NAME}` ON `shop`.`orders`;", bytes=3_221_225_472, write_us=12_500_000,
    gain_us=38_300_000_000, effects=(GAIN,), pins=(PIN,),
)  # fmt: skip
REPORT = TwinReport(
    statements=(
        _tell(STATEMENT, "same"),
        _tell(TIED, "forced", "joins"),
        _tell(LATE, "other", "access"),
        _tell(f"{3:032X}", "refused", "Unknown column 'gone' in 'where clause'"),
        _tell(f"{4:032X}", "not in cache"),
        _tell(f"{5:032X}", "same"),
    ),
    matches={"same": 2, "forced": 1, "other": 1, "refused": 1, "not in cache": 1},
    indexes=(
        ADVICE,
        replace(
            ADVICE, columns=("status",), name="idx_status_4d5e6f", verdict=Verdict.UNVERIFIED, why=Why.SMALL_GAIN,
            effects=(), pins=(), gain_us=0,
        ),
        replace(
            ADVICE, columns=("never_shown",), name="idx_never_shown_778899", verdict=Verdict.REJECTED,
            why=Why.EARLY_STOP, effects=(), pins=(), gain_us=0,
        ),
    ),
    retired=(
        RetireAdvice(
            schema="shop", table="orders", name="by_customer", columns=("customer_id",),
            served_by="by_customer_status", sql="ALTER TABLE `shop`.`orders` ALTER INDEX `by_customer` INVISIBLE;",
            rollback="ALTER TABLE `shop`.`orders` ALTER INDEX `by_customer` VISIBLE;",
        ),
        RetireAdvice(
            schema="shop", table="orders", name="by_note", columns=("note",), served_by="",
            sql="ALTER TABLE `shop`.`orders` ALTER INDEX `by_note` INVISIBLE;",
            rollback="ALTER TABLE `shop`.`orders` ALTER INDEX `by_note` VISIBLE;",
        ),
    ),
    effects=(GAIN, TIE),
    remedies=(
        Tried(code="PAR004", fingerprint="p" * 16, resource="recyclebin", verdict=Verdict.VERIFIED),
        Tried(
            code="SCH002", fingerprint="s" * 16, resource="shop.t0001.idx_1", verdict=Verdict.REJECTED,
            why=Text("{count} of the dearest statements cost more by it, or are refused", {"count": 1}),
            dearer=(STATEMENT,),
        ),
    ),
    refusals=(("shop.geo", "Not supported feature or function"),),
    plans=812,
    seconds=41.2,
    peak_bytes=1_020_000_000,
)  # fmt: skip


def tell_proof(document: Document) -> TwinReport:
    """The report, with the fingerprints of the document's findings."""
    found = {
        (result["code"], finding["resource"]): finding["fingerprint"]
        for result in document["results"]
        for finding in result["findings"]
    }
    tried = (replace(one, fingerprint=found.get((one.code, one.resource), "none")) for one in REPORT.remedies)
    return replace(REPORT, remedies=tuple(tried))
