"""OceanBase's MySQL mode for sqlglot: what the server takes and sqlglot's MySQL does not know. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import ClassVar

from sqlglot import expressions as exp
from sqlglot.dialects.mysql import MySQL
from sqlglot.errors import SqlglotError
from sqlglot.parsers.mysql import MySQLParser
from sqlglot.tokenizer_core import Token, TokenType

# Say how a statement is run, not what it does: parsed as if they were not there.
_MODIFIERS = frozenset({"LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED", "QUICK", "IGNORE"})
_CHANGES = frozenset({TokenType.INSERT, TokenType.REPLACE, TokenType.UPDATE, TokenType.DELETE})
# ODBC's braces: {ts '2026-01-31 00:00:00'}, {fn NOW()}, {oj a LEFT JOIN b ON ...}.
_BRACED = frozenset({"D", "T", "TS", "FN", "OJ"})
_END_OF_GROUP = frozenset(
    {TokenType.HAVING, TokenType.ORDER_BY, TokenType.LIMIT, TokenType.FOR, TokenType.UNION, TokenType.EXCEPT,
     TokenType.INTERSECT, TokenType.WINDOW, TokenType.INTO}
)  # fmt: skip
_PAGING = frozenset({TokenType.LIMIT, TokenType.FETCH})
_APPROXIMATE = frozenset({"APPROXIMATE", "APPROX"})
_NULLS = frozenset({"IGNORE", "RESPECT"})
_SAMPLED = frozenset({"BLOCK", "ALL", "BASE", "INCR"})
_TEXTS = frozenset({TokenType.STRING, TokenType.IDENTIFIER})
_BEFORE_A_VERB = frozenset({None, TokenType.SEMICOLON, TokenType.R_PAREN, TokenType.DESCRIBE})
_BEHIND_A_TABLE = frozenset(
    {None, TokenType.SET, TokenType.DOT, TokenType.COMMA, TokenType.L_PAREN, TokenType.ALIAS, TokenType.WHERE,
     TokenType.VALUES, TokenType.SELECT, TokenType.JOIN, TokenType.PARTITION}
)  # fmt: skip
_BEHIND_TABLES = frozenset({TokenType.WHERE, TokenType.SELECT, TokenType.SEMICOLON})
_AFTER_OUTFILE = frozenset({TokenType.FROM, TokenType.FOR, TokenType.SEMICOLON, TokenType.R_PAREN})


_NUMBER = "0"
_MARK = "\N{NUMERO SIGN}"  # in no literal of a masked text
_STANDING_FOR = (("?", TokenType.STRING), (_NUMBER, TokenType.NUMBER))
# A tree takes about 110 bytes for each character of its text.
_MOST_TEXTS_KEPT = 600
_MOST_CHARS_KEPT = 2_000


class OceanBase(MySQL):
    """MySQL mode. Not for writing SQL: what a dialect word changes but the result of parsing does not show, is lost."""

    class Tokenizer(MySQL.Tokenizer):
        """Takes MINUS for EXCEPT, and REPLACE for a statement of its own."""

        KEYWORDS: ClassVar = {**MySQL.Tokenizer.KEYWORDS, "MINUS": TokenType.EXCEPT}
        COMMANDS = MySQL.Tokenizer.COMMANDS - {TokenType.REPLACE}

    class Parser(MySQLParser):
        """Parses REPLACE as the Insert it is, and the words of MySQL and OceanBase that sqlglot's MySQL lacks."""

        STATEMENT_PARSERS: ClassVar = {
            **MySQLParser.STATEMENT_PARSERS,
            TokenType.REPLACE: MySQLParser.STATEMENT_PARSERS[TokenType.INSERT],
        }
        SUPPORTS_NTH_VALUE_FROM_MODIFIER = True

        def _parse_version(self) -> exp.Version | None:
            if not self._match_text_seq("AS", "OF", "SNAPSHOT"):
                return super()._parse_version()
            return self.expression(exp.Version(this="SNAPSHOT", kind="AS OF", expression=self._parse_bitwise()))

        def _parse_json_column_def(self) -> exp.JSONColumnDef:
            column = super()._parse_json_column_def()
            if self._match(TokenType.EXISTS):
                self._match_text_seq("PATH")
                column.set("path", self._parse_string())
            self._parse_on_condition()
            return column

        def _parse_json_table(self) -> exp.JSONTable:
            table = super()._parse_json_table()
            self._parse_on_condition()
            return table

        def _parse_into(self) -> exp.Into | None:
            if not self._match(TokenType.INTO):
                return None
            if self._match_texts(("OUTFILE", "DUMPFILE")):
                target: exp.Expr | None = self._parse_primary()
                while self._curr and self._curr.token_type not in _AFTER_OUTFILE:
                    self._advance()
                return self.expression(exp.Into(this=target))
            return self.expression(exp.Into(this=exp.Tuple(expressions=self._parse_csv(self._parse_unary))))

        def _parse_query_modifiers(self, this: exp.Expr | None) -> exp.Expr | None:  # type: ignore[override]
            query: exp.Expr | None = super()._parse_query_modifiers(this)
            # MySQL has INTO in front of FROM, and behind everything.
            into = self._parse_into() if isinstance(query, exp.Select) else None
            if isinstance(query, exp.Select) and into:
                query.set("into", into)
                return super()._parse_query_modifiers(query)
            return query


def _spell_for_mysql(tokens: list[Token]) -> list[Token]:
    """Return the tokens without the words of the dialect that change nothing in the tree."""
    for spell in (_drop_modifiers, _drop_stars_of_tables, _drop_braces, _drop_words, _drop_directions_of_groups):
        tokens = list(spell(tokens))
    return tokens


def _drop_modifiers(tokens: list[Token]) -> Iterator[Token]:
    """``UPDATE LOW_PRIORITY IGNORE t`` is ``UPDATE t``; a table may have such a name, too."""
    is_verb = False
    for number, token in enumerate(tokens):
        follows = _type_at(tokens, number + 1)
        if is_verb and token.text.upper() in _MODIFIERS and follows not in _BEHIND_A_TABLE:
            continue
        is_verb = (is_verb and token.token_type is TokenType.HINT) or (
            token.token_type in _CHANGES and _type_at(tokens, number - 1) in _BEFORE_A_VERB
        )
        yield token


def _drop_stars_of_tables(tokens: list[Token]) -> Iterator[Token]:
    """``DELETE t.* FROM t`` is ``DELETE t FROM t``."""
    deletes, skips = False, False
    for number, token in enumerate(tokens):
        deletes = token.token_type is TokenType.DELETE or (deletes and token.token_type not in _BEHIND_TABLES)
        if skips or (deletes and token.token_type is TokenType.DOT and _type_at(tokens, number + 1) is TokenType.STAR):
            skips = not skips
            continue
        yield token


def _drop_braces(tokens: list[Token]) -> Iterator[Token]:
    """``{ts '...'}`` is its text, ``{fn f()}`` its call, ``{oj a JOIN b}`` its join."""
    is_dropped: list[bool] = []
    skips = False
    for number, token in enumerate(tokens):
        if skips:
            skips = False
            continue
        if token.token_type is TokenType.L_BRACE:
            skips = number + 1 < len(tokens) and tokens[number + 1].text.upper() in _BRACED
            is_dropped.append(skips)
            if skips:
                continue
        elif token.token_type is TokenType.R_BRACE and is_dropped and is_dropped.pop():
            continue
        yield token


def _drop_words(tokens: list[Token]) -> Iterator[Token]:
    """Leave out or respell single words, each by what stands beside it."""
    for number, token in enumerate(tokens):
        word, follows = token.text.upper(), _type_at(tokens, number + 1)
        if token.token_type in _TEXTS:
            yield token
        elif (
            (word in _APPROXIMATE and follows in _PAGING)
            or (word in _SAMPLED and _word_at(tokens, number - 1) in {*_SAMPLED, "SAMPLE"})
            or (word == "ROW" and follows is TokenType.L_PAREN and tokens[0].token_type is not TokenType.VALUES)
        ):  # a row is its values in brackets
            continue
        elif word == "SAMPLE" and (follows is TokenType.L_PAREN or _word_at(tokens, number + 1) in _SAMPLED):
            yield _respell(token, word, TokenType.TABLE_SAMPLE)
        elif word == "NO_WAIT":
            yield _respell(token, "NOWAIT")
        elif (word in _NULLS and _word_at(tokens, number + 1) == "NULLS") or (
            word == "DEFAULT" and follows is TokenType.L_PAREN
        ):
            yield _respell(token, word)
        else:
            yield token


def _drop_directions_of_groups(tokens: list[Token]) -> Iterator[Token]:
    """``GROUP BY a DESC`` groups as ``GROUP BY a`` does."""
    depth = 0
    groups: list[int] = []  # depths of the brackets in which a GROUP BY is open
    for token in tokens:
        kind = token.token_type
        depth += (kind is TokenType.L_PAREN) - (kind is TokenType.R_PAREN)
        if kind is TokenType.GROUP_BY:
            groups.append(depth)
        elif groups and (depth < groups[-1] or (depth == groups[-1] and kind in _END_OF_GROUP)):
            groups.pop()
        elif groups and depth == groups[-1] and kind in (TokenType.ASC, TokenType.DESC):
            continue
        yield token


def _type_at(tokens: list[Token], number: int) -> TokenType | None:
    return tokens[number].token_type if 0 <= number < len(tokens) else None


def _word_at(tokens: list[Token], number: int) -> str:
    return tokens[number].text.upper() if 0 <= number < len(tokens) else ""


def _respell(token: Token, word: str, kind: TokenType = TokenType.VAR) -> Token:
    return Token(kind, word, token.line, token.col, token.start, token.end, token.comments)


def parse_sql(sql: str, *, numbered: bool = False) -> list[exp.Expr] | None:
    """Return the trees of a text's statements; None if it cannot be parsed.

    A ``?`` may stand for any literal: where the grammar wants a text, or else a number. With ``numbered`` the k-th one
    in the order of the text, from 0, is a placeholder named k: a tree is not walked in that order.
    """
    try:
        tokens = _spell_for_mysql(tokenize_sql(sql))
    except SqlglotError:
        return None
    places = [number for number, token in enumerate(tokens) if token.token_type is TokenType.PLACEHOLDER]
    rank = {place: str(order) if numbered else None for order, place in enumerate(places)}
    for text, kind in _STANDING_FOR:
        spelled = [
            _stand_for(tokens, number, f"{text}{_MARK}{rank[number]}" if rank.get(number) else text, kind)
            for number in range(len(tokens))
        ]
        try:
            trees = OceanBase().parser().parse(spelled, sql)
        except (SqlglotError, RecursionError):
            continue
        found = [tree for tree in trees if tree is not None]
        return (
            [tree.transform(_restore_placeholder, text, copy=False) for tree in found] if spelled != tokens else found
        )
    return None


def parse_shared(sql: str, *, numbered: bool = False) -> list[exp.Expr] | None:
    """Return what ``parse_sql`` does, as trees that others read too: whoever changes a tree asks ``parse_sql`` for it.

    Several checks ask for each text, and snapshots that are judged one after the other have most of them in common.
    Parsing took three quarters of the time of judging them. Long texts are not kept, so that memory stays small.
    """
    return _parse_once(sql, numbered) if len(sql) <= _MOST_CHARS_KEPT else parse_sql(sql, numbered=numbered)


@lru_cache(maxsize=_MOST_TEXTS_KEPT)
def _parse_once(sql: str, numbered: bool) -> list[exp.Expr] | None:
    return parse_sql(sql, numbered=numbered)


def is_sql(tree: exp.Expr) -> bool:
    """Whether a tree is SQL: words alone, and commands that sqlglot does not know, are parsed as well."""
    return not isinstance(tree, exp.Command | exp.Alias | exp.Column)


def _stand_for(tokens: list[Token], number: int, text: str, kind: TokenType) -> Token:
    """Return a token, a literal in place of a placeholder. Behind a point (``.5``) that is a number."""
    token = tokens[number]
    if token.token_type is not TokenType.PLACEHOLDER:
        return token
    behind_point = _type_at(tokens, number - 1) is TokenType.DOT
    return _respell(token, *((_NUMBER, TokenType.NUMBER) if behind_point else (text, kind)))


def _restore_placeholder(node: exp.Expr, text: str) -> exp.Expr:
    if not isinstance(node, exp.Literal):
        return node
    if node.this == text:
        return exp.Placeholder()
    before, mark, order = node.name.partition(_MARK)
    return exp.Placeholder(this=order) if mark and before == text else node


def tokenize_sql(sql: str) -> list[Token]:
    """Return the tokens of a text. Raises SqlglotError if a quote or a comment has no end."""
    return OceanBase().tokenize(sql)
