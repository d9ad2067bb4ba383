"""Makes one pseudonym per name. Words that the server itself or a check knows stay.

A pseudonym begins with what it stands for (``table_7f3a9c02be51``) and is the same wherever the name occurs, so that
facts still join.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlglot.tokenizer_core import TokenType

from agent.archive.redaction.key import RedactionKey
from agent.facts import SYSTEM_SCHEMAS
from agent.facts.accounts import INTERNAL_PREFIX, PLATFORM
from agent.facts.definition_stripping import strip_definition
from agent.facts.dialect import OceanBase
from agent.facts.lexed_sql import MASKED, LexedSql, lex_sql
from agent.facts.outline_stripping import QUOTED_NAME, is_block_name, strip_outline
from agent.facts.reserved_words import RESERVED_WORDS
from agent.facts.schema import MVIEW_LOG
from agent.facts.sql import CUT
from agent.facts.texts import SQL_SETTINGS, TextContent
from agent.model.address import is_address, unify_address

# Parts of column names that tell checks what a column is for.
TELLING = frozenset(
    ("amount", "amounts", "amt", "price", "prices", "money", "balance", "salary", "wage", "fee", "fees", "fare",
     "payment", "refund", "cash", "deposit", "debt", "rate", "ratio", "pct", "percent",
     "wages", "payments", "cost", "costs", "revenue", "income", "profit", "turnover", "subtotal", "commission",
     "surcharge", "invoiced", "paid", "payable", "receivable", "usd", "eur", "cny", "rmb", "yuan", "factor", "weight",
     "share", "score", "index", "time", "ms", "us", "sec", "seconds", "minutes", "hours", "cpu", "io", "plan", "query",
     "memory", "estimate", "estimated",
     # moments and lists of keys
     "date", "datetime", "timestamp", "birthday", "until", "till", "since", "at", "on", "from", "to", "valid",
     "effective", "active", "added", "approved", "begin", "begins", "begun", "birth", "booked", "born", "cancel",
     "cancelled", "canceled", "change", "changed", "checkin", "checkout", "closed", "completed", "confirm",
     "confirmed", "create", "created", "delete", "deleted", "delivered", "due", "edited", "end", "ended", "ends",
     "entered", "expire", "expired", "expires", "expiry", "failed", "finish", "finished", "hired", "insert",
     "inserted", "issued", "joined", "launched", "left", "login", "logout", "modified", "modify", "opened", "order",
     "ordered", "pay", "published", "purchase", "purchased", "received", "registered", "released", "renewed",
     "requested", "returned", "scheduled", "seen", "send", "sent", "shipped", "signed", "start", "started", "starts",
     "stop", "stopped", "submitted", "trade", "update", "updated", "visited", "ids")
)  # fmt: skip
# What tells that a table is a copy or for scratch: a word before or behind the name, and a day behind it.
_COPY_WORD = "(?:tmp|bak|bkp|temp|backup|old|copy)"
_COPY = re.compile(rf"(?P<before>(?:{_COPY_WORD}_)?)(?P<name>.+?)(?P<behind>(?:_{_COPY_WORD})?(?:_\d{{4,14}})?)", re.I)
_WELL_KNOWN: dict[TextContent, re.Pattern[str]] = {
    TextContent.DATABASE: re.compile("|".join(map(re.escape, SYSTEM_SCHEMAS))),
    # A name that is a word of SQL tells nothing of the customer, and a check asks for it.
    TextContent.TABLE: re.compile(rf"__recycle_\$_[\d_]+|(?i:{'|'.join(sorted(RESERVED_WORDS))})"),
    TextContent.COLUMN: re.compile(r"SYS_NC[\w$]*"),
    TextContent.INDEX: re.compile("PRIMARY"),
    TextContent.ACCOUNT: re.compile(rf"root|{INTERNAL_PREFIX}\w*|(?i:{'|'.join(sorted(PLATFORM))})"),
    # What admits very many addresses stays, for checks judge it: it names nobody.
    TextContent.HOST: re.compile(
        r"(?=[^%_]*[%_])[%_.:]*(?:\d[%_.:]*)?|\d+\.0\.0\.0/(?:[0-2]|0\.0\.0\.0)|[0-9a-f]{0,4}::/(?:[0-3]|::)"
        r"|localhost|::1|\[::1\]|(?:::ffff:)?127\.\d+\.\d+\.\d+",
        re.IGNORECASE,
    ),
    TextContent.TENANT: re.compile(r"sys|META\$\d+"),
    TextContent.JOB: re.compile(
        r"(?:MON|TUES|WEDNES|THURS|FRI|SATUR|SUN)DAY_WINDOW|OPT_STATS_HISTORY_MANAGER|ASYNC_GATHER_STATS_JOB_PROC"
        r"|SCHEDULED_MANAGE_DYNAMIC_PARTITION_(?:DAILY|HOURLY)|SCHEDULED_TRIGGER_PARTITION_BALANCE"
    ),
    TextContent.POLICY: re.compile("default|log_only"),
    TextContent.BOUND: re.compile(r"[\s\d.,:'?+-]*|MAXVALUE|\(masked\)"),
}  # fmt: skip
_HOST_PATTERN = re.compile(r"[%/]|^[\d.:a-f]*_[\d.:a-f_]*$", re.IGNORECASE)
_HOST = re.compile(r"(\[[^\]]*\]|[^:\[\]]*)((?::\d+)*)")
_LAYOUT_WORD = re.compile(r"RANDOM|FULL|F|READONLY|R|LOGONLY|L|COLUMNSTORE|C|ENCRYPTION_LOGONLY|E|MEMORY|\d+")
_SETTING_VALUE = re.compile(
    r"[-+]?\d+(?:\.\d+)?\s*[a-z%]{0,2}|\d{4}-\d\d-\d\d|\d\d?:\d\d(?::\d\d)?"
    r"|true|false|on|off|yes|no|null|none|auto|default|disabled?|enabled?|all|row|full|normal|info|warn|error|/|\*",
    re.IGNORECASE,
)
# Settings whose values are always words of the server.
_SETTING_OF_WORDS = re.compile(
    r"^(?:collation|character_set|nls|validate_password)_|^(?:version_comment|lc_time_names|lc_messages)$"
    r"|(?:^|_)(?:policy|mode|func|level|format|type|engine|version|compatible|isolation|consistency|sharing|row_image"
    r"|duty_time|duty_duration|strategy|method|organization|features_enable|time_zone|checksum|codec|integrity"
    r"|track_system_variables|warnings|default_compress)$"
)
_SETTING_KINDS = {
    "zone": TextContent.ZONE, "cluster": TextContent.CLUSTER, "ob_tcp_invited_nodes": TextContent.HOSTS,
    "_ob_ssl_invited_nodes": TextContent.HOSTS, **dict.fromkeys(SQL_SETTINGS, TextContent.SQL),
}  # fmt: skip
_QUOTED_NAME = re.compile(r"`(?:[^`]|``)++`")
_PLACED_NAME = re.compile(f"(@?)({QUOTED_NAME.pattern})")
_NAME_OR_TEXT = re.compile(r"`(?:[^`]|``)++`|'[^']*'|[^\W\d][\w$]*")
_ALIAS = re.compile(r"([^(]+)\((.+)\)", re.DOTALL)
_REVERSE = ",Reverse"
_NOTED = frozenset(
    {
        "table_rows",
        "physical_range_rows",
        "logical_range_rows",
        "index_back_rows",
        "output_rows",
        "table_dop",
        "stats info",
    }
)
_NOTED_VALUE = re.compile(r"\d+|\[version=[\d :.-]*(?:, is_(?:locked|expired)=\d)*\]")
_PARSER = OceanBase.parser_class
_FUNCTIONS = {
    *_PARSER.FUNCTIONS, *_PARSER.FUNCTION_PARSERS, "AGAINST", "UNIX_TIMESTAMP", "FIELD", "INET_ATON", "NOW",
    "LAST_INSERT_ID", "SLEEP", "VALUES", "KEY",
}  # fmt: skip
_UNITS = ("MICROSECOND", "SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
_SQL_WORD = re.compile(
    "SKIP|LOCKED|NOWAIT|MODE|QUERY|EXPANSION|SQL_[A-Z_]+|(?:HIGH|LOW)_PRIORITY|DELAYED|QUICK|DUPLICATE|SOUNDS|GLOBAL"
    "|DUAL|PRECEDING|FOLLOWING|CURRENT|SHARE|LEADING|TRAILING|BOTH|DISTINCTROW|AGAINST|SNAPSHOT|APPROX(?:IMATE)?|NO_WAIT|NULLS"
    rf"|(?:{'|'.join(_UNITS)})(?:_(?:{'|'.join(_UNITS)}))?|(?:UTF8|UTF16|GBK|GB18030|LATIN1|ASCII|BINARY)\w*",
    re.IGNORECASE,
)


class Pseudonyms:
    """Replaces texts, each by the kind of what it holds. Values that are empty or no text stay."""

    def __init__(self, key: RedactionKey) -> None:
        self._key = key
        self._made: dict[tuple[TextContent, str], str] = {}
        self._known: dict[str, str] = {}
        self._ways: dict[TextContent, Callable[[str], str]] = {
            TextContent.DATABASE: self._replace_database,
            TextContent.TABLE: self._replace_table,
            TextContent.COLUMN: self._replace_column,
            TextContent.JOB: self._replace_job,
            TextContent.HOST: self._replace_host,
            TextContent.HOSTS: self._replace_hosts,
            TextContent.ZONES: self._replace_zones,
            TextContent.SQL: self._replace_sql,
            TextContent.DEFINITION: self._replace_definition,
            TextContent.ALIAS: self._replace_alias,
            TextContent.NOTE: self._replace_note,
            TextContent.HINTS: self._replace_hints,
        }

    def of(self, kind: TextContent, value: Any) -> Any:
        """The replacement of a value that holds this kind."""
        if not isinstance(value, str) or not value:
            return value
        made = self._made.get((kind, value))
        if made is None:
            made = self._made[kind, value] = self._make_pseudonym(kind, value)
        return made

    def learn(self, kind: TextContent, value: Any) -> None:
        """Remember a name, so that it is recognized in SQL text.

        If two kinds have the name, the first one learned is used.
        """
        if isinstance(value, str) and value:
            self._known.setdefault(value.lower(), self.of(kind, value))

    def setting(self, name: str, value: Any) -> Any:
        """The value of a setting: numbers, switches and words of the server stay."""
        kind = _SETTING_KINDS.get(name)
        if kind:
            return self.of(kind, value)
        if isinstance(value, str) and (_SETTING_OF_WORDS.search(name) or _SETTING_VALUE.fullmatch(value.strip())):
            return value
        return self.of(TextContent.SETTING, value)

    def _make_pseudonym(self, kind: TextContent, value: str) -> str:
        well_known = _WELL_KNOWN.get(kind)
        if well_known and well_known.fullmatch(value):
            return value
        way = self._ways.get(kind)
        return way(value) if way else self._key.pseudonym(kind.value, value)

    def _replace_database(self, name: str) -> str:
        """A privilege may be on all databases whose names begin so: such a pattern stays one."""
        return self._key.pseudonym(TextContent.DATABASE.value, name) + "%" * ("%" in name)

    def _replace_table(self, name: str) -> str:
        """The log of a materialized view is known by its name, which ends with that of its table; a copy by a word."""
        if name.startswith(MVIEW_LOG):
            return f"{MVIEW_LOG}{self.of(TextContent.TABLE, name.removeprefix(MVIEW_LOG))}"
        found = _COPY.fullmatch(name)
        before, name, behind = found.groups() if found else ("", name, "")
        return before + self._key.pseudonym(TextContent.TABLE.value, name) + behind

    def _replace_column(self, name: str) -> str:
        parts = [part.lower() for part in re.split(r"_|(?<=[a-z])(?=[A-Z])", name)]
        # Only behind another word does "ids" tell of a list; the pseudonym would be such a word.
        telling = "".join(f"_{part}" for part in parts if part in TELLING and parts != ["ids"])
        return "__" * name.startswith("__") + self._key.pseudonym(TextContent.COLUMN.value, name) + telling

    def _replace_job(self, name: str) -> str:
        return self._key.pseudonym(TextContent.JOB.value, name) + "_DAY_WINDOW" * name.upper().endswith("DAY_WINDOW")

    def _replace_host(self, text: str) -> str:
        """A pattern of addresses stays one: checks ask whether an account works from one address only."""
        named = self._name_host(text)
        return named + "%" * (named != text and bool(_HOST_PATTERN.search(_split_ports(text)[0])))

    def _name_host(self, text: str) -> str:
        host, ports = _split_ports(text)
        if _WELL_KNOWN[TextContent.HOST].fullmatch(host):
            return text
        return self._key.pseudonym(TextContent.HOST.value, unify_address(host)) + ports

    def _replace_hosts(self, text: str) -> str:
        return re.sub(r"[^,\s]+", lambda found: self._name_host(found[0]), text)

    def _replace_zones(self, text: str) -> str:
        return re.sub(
            r"[^\s,;@{}:]+",
            lambda found: found[0] if _LAYOUT_WORD.fullmatch(found[0]) else str(self.of(TextContent.ZONE, found[0])),
            text,
        )

    def _replace_sql(self, text: str) -> str:
        found = None if text == MASKED else lex_sql(text)
        if found is None:
            return MASKED
        return found.joined(lambda number: self._replace_token(found, number)) + CUT * found.cut

    def _replace_token(self, found: LexedSql, number: int) -> str:
        piece, kind = found.piece(number), found.tokens[number].token_type
        if kind is TokenType.IDENTIFIER:
            return f"`{self._replace_identifier(piece[1:-1].replace('``', '`'))}`"
        called = number + 1 < len(found.tokens) and found.tokens[number + 1].token_type is TokenType.L_PAREN
        if called and piece.upper() in _FUNCTIONS:
            return piece
        if kind is TokenType.VAR:
            return piece if _SQL_WORD.fullmatch(piece) else self._replace_identifier(piece)
        # A word of SQL may also be a name. It is treated as one if the snapshot holds such a name.
        known = self._known.get(piece.lower()) if kind in _PARSER.ID_VAR_TOKENS else None
        return known or ("?" if kind is TokenType.STRING else piece)

    def _replace_definition(self, text: str) -> str:
        """Replace every name of a definition that can be stripped. Another text is replaced whole."""
        whole, text = text, strip_definition(text)
        if not text:
            return self._key.pseudonym(TextContent.DEFINITION.value, whole)
        names = {found[1:-1].replace("``", "`").lower() for found in _QUOTED_NAME.findall(text)}

        def replace(found: re.Match[str]) -> str:
            piece = found[0]
            if piece.startswith("`"):
                return f"`{self._replace_identifier(piece[1:-1].replace('``', '`'))}`"
            # The server writes the columns of a partitioning without quotes.
            return self._replace_identifier(piece) if piece.lower() in names else piece

        head, closing, options = text.rpartition("\n) ")
        elements = _QUOTED_NAME.sub(replace, head or options)
        return elements + closing + _NAME_OR_TEXT.sub(replace, options) if head else elements

    def _replace_alias(self, text: str) -> str:
        found = None if text.lower() in self._known else _ALIAS.fullmatch(text)
        if found is None:
            return self._replace_identifier(text)
        index, reverse = found[2].removesuffix(_REVERSE), found[2].endswith(_REVERSE)
        named = index if found[2] == _REVERSE[1:] else self._replace_identifier(index) + _REVERSE * reverse
        return f"{self._replace_identifier(found[1])}({named})"

    def _replace_note(self, text: str) -> str:
        """Keep the optimizer's figures, with pseudonyms for the names of indexes; what else it says is left out."""
        lines = []
        for line in text.splitlines():
            name, _, value = line.strip().partition(":")
            if name.endswith("_index_name"):
                parts = [part.strip() for part in value.strip("[]").split(",")]
                lines.append(f"{name}:[{', '.join(self._replace_identifier(part) for part in parts if part)}]")
            elif name in _NOTED and _NOTED_VALUE.fullmatch(value):
                lines.append(f"{name}:{value}")
        return "\n".join(lines)

    def _replace_hints(self, text: str) -> str:
        """Keep the server's words and names of query blocks, with pseudonyms for the names of objects.

        A block stands behind ``@``. Elsewhere a name is that of an object, also one that is formed like a block's.
        """

        def replace(found: re.Match[str]) -> str:
            place, quoted = found[1], found[2]
            return found[0] if place and is_block_name(quoted) else f'{place}"{self._replace_identifier(quoted[1:-1])}"'

        return _PLACED_NAME.sub(replace, strip_outline(text))

    def _replace_identifier(self, name: str) -> str:
        return self._known.get(name.lower()) or self._key.pseudonym("name", name.lower())


def _split_ports(text: str) -> tuple[str, str]:
    """Return host and what follows it (``:2882:1``). An IPv6 address without brackets has nothing behind it."""
    found = _HOST.fullmatch(text)
    if not found or is_address(text):
        return text, ""
    return found[1], found[2]
