"""The overview of the instance, and the statements that take most of its time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate

from agent.model.document import Document, ForecastEntry, InstanceEntry, TopSqlEntry
from agent.model.labels import TENANT_KINDS
from agent.model.naming import tenant_name
from agent.model.setting_words import read_bare_unit
from agent.model.terms import Unit
from agent.report.view.assurance import has_single_node
from agent.report.view.proof import ProofTeller, StatementProof
from agent.report.words import NAME_LENGTH, NOTHING, SQL_LENGTH, Words, format_points, make_printable

STATEMENTS = 10
_MOMENT_END = "_time"
_NUMBER_ENDS = ("_port", "_id")  # a number that nobody counts
_MICROSECONDS = re.compile(r"[1-4]\d{15}")  # since 1970, in this century


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """The resource units of one zone, with the replicas there."""

    zone: str
    units: str
    cores: str
    memory: str
    log_disk: str
    data_disk: str
    used: str
    replicas: str


@dataclass(frozen=True, slots=True)
class TableRow:
    """One of the largest tables."""

    table: str
    rows: str
    size: str


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A parameter that is not at its default."""

    name: str
    value: str
    default: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """One of the statements that take most time; ``text`` says why where it is not known.

    ``sum`` is the share of all statements so far. ``match`` and ``outcome`` are what the twin says of it, or empty.
    """

    number: int
    sql_id: str
    database: str
    user: str
    executions: str
    average: str
    longest: str
    total: str
    share: str
    sum: str
    text: str
    has_text: bool
    match: str
    outcome: str
    proof: StatementProof | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceView:
    """``facts`` are (name, value). ``more_tables`` and ``more_settings`` count what is not listed."""

    facts: tuple[tuple[str, str], ...]
    units: tuple[UnitRow, ...]
    tables: tuple[TableRow, ...]
    tables_order: str
    more_tables: int
    settings: tuple[SettingRow, ...]
    more_settings: int
    settings_known: bool


def build_instance(document: Document, words: Words) -> InstanceView:
    """Return the overview. What could not be read is said to be unknown, never left out as if it were nothing."""
    instance = document["instance"]
    tables = tuple(
        TableRow(
            make_printable(f"{table['database']}.{table['table']}", NAME_LENGTH),
            words("unknown") if table["rows"] is None else words.count(table["rows"]),
            words("unknown") if table["data_bytes"] is None else words.value(table["data_bytes"], Unit.BYTES),
        )
        for table in instance["tables"]
    )
    units = _list_setting_units(document)
    settings = tuple(
        SettingRow(
            make_printable(changed["name"], NAME_LENGTH),
            _tell_setting(changed["name"], changed["value"], units, words),
            _tell_setting(changed["name"], changed["default"], units, words),
        )
        for changed in instance["settings"]
    )
    return InstanceView(
        facts=tuple(_list_facts(document, words)),
        units=tuple(_list_units(instance, has_single_node(document), words)),
        tables=tables,
        tables_order=words("By their statistics, the largest first.")
        if all(table["data_bytes"] for table in instance["tables"])
        else words("By their statistics, those with the most rows first: the size of some is not known yet."),
        more_tables=max(0, (instance["table_count"] or 0) - len(tables)),
        settings=settings,
        more_settings=max(0, (instance["setting_count"] or 0) - len(settings)),
        settings_known=instance["setting_count"] is not None,
    )


def _list_setting_units(document: Document) -> Mapping[str, str]:
    """Return the units of bare numbers by the settings that a rule judged."""
    return {
        str(finding["evidence"]["setting"]): read_bare_unit(result["ladder"]["expected"])
        for result in document["results"]
        if "expected" in result["ladder"]
        for finding in result["findings"]
        if finding["evidence"].get("setting")
    }


def _tell_setting(name: str, value: str, units: Mapping[str, str], words: Words) -> str:
    """Return the value of a parameter in words, those of several servers one after the other."""
    return " / ".join(_tell_one(name, one, units.get(name, ""), words) for one in value.split(" / "))


def _tell_one(name: str, value: str, unit: str, words: Words) -> str:
    if name.endswith(_MOMENT_END) and _MICROSECONDS.fullmatch(value):
        return words.moment(datetime.fromtimestamp(int(value) // 1_000_000, UTC).isoformat())
    if not value.strip() or (name.endswith(_MOMENT_END) and value == "0"):
        return words("(empty)")
    if name.endswith(_NUMBER_ENDS):
        return make_printable(value, NAME_LENGTH)
    return words.setting(value, unit)


def _list_facts(document: Document, words: Words) -> Iterator[tuple[str, str]]:
    instance, target = document["instance"], document["target"]
    unknown = words("not read")
    version = make_printable(target["version"], NAME_LENGTH)
    if target["embedded"]:
        version = f"{version} · {words('embedded kernel')}"
    yield words("Version with patch level"), version
    if instance["compatible"]:
        yield words("Compatible version"), make_printable(instance["compatible"], NAME_LENGTH)
    yield words("Kind of tenant"), words.label(TENANT_KINDS, target["kind"])
    for name, key in (("Role", "role"), ("Primary zone", "primary_zone"), ("Locality", "locality")):
        if text := str(instance[key]):  # type: ignore[literal-required]
            yield words(name), make_printable(text, NAME_LENGTH)
    size = instance["data_bytes"]
    yield words("Data in use, one copy"), unknown if size is None else words.value(size, Unit.BYTES)
    yield words("Growth"), _describe_growth(document, words)
    yield words("Statements per second"), _describe_rate(instance, words)
    sessions = instance["sessions"]
    yield words("Sessions at the assessment"), unknown if sessions is None else words.count(sessions)
    tables = instance["table_count"]
    yield words("Business tables"), unknown if tables is None else words.count(tables)
    changed = instance["setting_count"]
    yield words("Parameters not at default"), unknown if changed is None else words.count(changed)


def _describe_growth(document: Document, words: Words) -> str:
    disks = [forecast for forecast in document["figures"]["forecasts"] if forecast["kind"] == "data_disk"]
    if disks:
        return words("; ").join(_describe_forecast(forecast, words) for forecast in disks)
    told = document["business"]["growth_pct_per_year"]
    if told is not None:
        return words("{growth} a year, as the customer says; not measured yet", growth=words.value(told, Unit.PCT))
    return words("not measured yet: it takes values of four days over four weeks")


def _describe_forecast(forecast: ForecastEntry, words: Words) -> str:
    place = forecast["resource"]
    named = words("this tenant") if place == tenant_name(None) else make_printable(place, NAME_LENGTH)
    sign = "−" if forecast["bytes_per_day"] < 0 else "+"
    size = words.value(abs(forecast["bytes_per_day"]), Unit.BYTES)
    told = words("{zone} {growth} a day", zone=named, growth=f"{sign}{size}")
    if forecast["full_on"]:
        told = words("{growth}, full on {day}", growth=told, day=forecast["full_on"])
    return told


def _describe_rate(instance: InstanceEntry, words: Words) -> str:
    rate, observed = instance["statements_per_s"], instance["observed_s"]
    if rate is None or observed is None:
        return words("not read")
    shown, span = words.value(round(rate, 1), Unit.COUNT), words.value(observed, Unit.SECONDS)
    return words("{rate} by the SQL audit of {span}, without ours", rate=shown, span=span)


def _list_units(instance: InstanceEntry, is_alone: bool, words: Words) -> Iterator[UnitRow]:
    """Yield a row for each zone. A tenant that ``is_alone`` on one node has one replica, though no view shows it."""
    replicas: dict[str, list[str]] = {}
    for seen in instance["replicas"]:
        told = words(
            "{kind}: {leaders} leaders, {followers} followers",
            kind=make_printable(seen["kind"], NAME_LENGTH),
            leaders=seen["leaders"],
            followers=seen["followers"],
        )
        replicas.setdefault(seen["zone"], []).append(told)
    unit_zones = [unit["zone"] for unit in instance["units"]]
    for unit in instance["units"]:
        size, used = unit["data_disk_bytes"], unit["data_used_bytes"]
        zone = unit["zone"]
        unnamed = words("single node") if is_alone else words("not shown")
        yield UnitRow(
            zone=unnamed if zone == tenant_name(None) else make_printable(zone, NAME_LENGTH),
            units=words.count(unit["units"]),
            cores=words.value(unit["cores"], Unit.COUNT),
            memory=words.value(unit["memory_bytes"], Unit.BYTES),
            log_disk=words.value(unit["log_disk_bytes"], Unit.BYTES),
            data_disk=words("unknown") if size is None else words.value(size, Unit.BYTES),
            used=words("unknown") if used is None else words.value(used, Unit.BYTES),
            replicas=words("; ").join(replicas.get(zone, ())) or (words.count(1) if is_alone else words("unknown")),
        )
    for zone, names in replicas.items():
        if zone not in unit_zones:
            yield UnitRow(
                zone=make_printable(zone, NAME_LENGTH),
                units=NOTHING,
                cores=NOTHING,
                memory=NOTHING,
                log_disk=NOTHING,
                data_disk=NOTHING,
                used=NOTHING,
                replicas=words("; ").join(names),
            )


def list_top_statements(document: Document, words: Words) -> tuple[StatementRow, ...]:
    """Return the statements that take most time, ours and the server's own left out."""
    shapes = document["figures"]["top_sql"][:STATEMENTS]
    sums = accumulate(shape["share_pct"] for shape in shapes)
    maker = _StatementMaker(document, words, ProofTeller(document, words))
    return tuple(
        maker.row(number, shape, sum_) for number, (shape, sum_) in enumerate(zip(shapes, sums, strict=True), 1)
    )


@dataclass(frozen=True, slots=True)
class _StatementMaker:
    document: Document
    words: Words
    teller: ProofTeller

    def row(self, number: int, shape: TopSqlEntry, sum_pct: float) -> StatementRow:
        words, sql_id = self.words, shape["sql_id"]
        average = shape["elapsed_us"] / shape["executions"] if shape["executions"] else None
        longest = shape["longest_us"]
        return StatementRow(
            number=number,
            sql_id=make_printable(sql_id, NAME_LENGTH),
            database=make_printable(shape["db_name"], NAME_LENGTH) or NOTHING,
            user=make_printable(shape["user_name"], NAME_LENGTH) or NOTHING,
            executions=words.count(shape["executions"]),
            average=NOTHING if average is None else words.value(average, Unit.MICROSECONDS),
            longest=NOTHING if longest is None or longest < (average or 0) else words.value(longest, Unit.MICROSECONDS),
            total=words.value(shape["elapsed_us"], Unit.MICROSECONDS),
            share=f"{format_points(shape['share_pct'])}%",
            sum=f"{format_points(min(sum_pct, 100.0))}%",
            text=make_printable(shape["text"], SQL_LENGTH) or _explain_no_text(self.document, words),
            has_text=bool(shape["text"]),
            match=self.teller.tell_match(sql_id),
            outcome=self.teller.tell_outcome(sql_id),
            proof=self.teller.statement(sql_id),
        )


def _explain_no_text(document: Document, words: Words) -> str:
    signed = document["authorization"]
    if signed and "sql_text_masked" not in signed["data_classes"]:
        return words("Text not granted by the authorization.")
    return words("Text no longer in the plan cache nor in the workload repository.")
