"""From text to the tree of one SELECT; comments and hints stay behind."""

from __future__ import annotations

import re

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ErrorLevel, ParseError, SqlglotError, TokenError
from sqlglot.tokenizer_core import Token, TokenType

from tools.guard.errors import GuardError
from tools.guard.functions import POSTGRES_NAMES, SQLITE_NAMES
from tools.guard.guarded import DialectName

MAX_LENGTH = 100_000  # characters; a compiled query has some thousand
MAX_DEPTH = 100  # of brackets; some times more would end the parser's stack
MAX_DOUBLED = 6  # of those that sqlglot may read twice

_STARTS = {TokenType.SELECT, TokenType.WITH, TokenType.L_PAREN}
_PARSER_FAILS = (AssertionError, AttributeError, IndexError, KeyError, TypeError, ValueError)  # on what is no SQL
_LISTED = SQLITE_NAMES | POSTGRES_NAMES
_ONLY_SELECT = "Only reading is possible here: one SELECT."


def parse_statement(query: str | exp.Expr, dialect: DialectName) -> exp.Expr:
    """One statement that starts as a SELECT does. A tree is written out and read back, so that what the rules check is
    what the database will be told, whatever its nodes hold."""
    sql = query if isinstance(query, str) else query.sql(dialect, comments=False)
    if len(sql) > MAX_LENGTH:
        raise GuardError(f"The query has {len(sql)} characters; at most {MAX_LENGTH} are read.")
    if "\0" in sql:
        raise GuardError("The query holds a NUL character.")
    engine = Dialect.get_or_raise(dialect)
    try:
        tokens = engine.tokenize(sql)
    except TokenError as error:
        raise GuardError(f"This can't be read as SQL: {error}") from error
    while tokens and tokens[-1].token_type is TokenType.SEMICOLON:
        tokens.pop()
    if not tokens:
        raise GuardError("The query is empty.")
    if any(token.token_type is TokenType.SEMICOLON for token in tokens):
        raise GuardError("There are several statements; only one is run.", hint="Send one SELECT without semicolons.")
    if tokens[0].token_type not in _STARTS:
        raise GuardError(f"{_ONLY_SELECT} This starts with '{tokens[0].text}'.", "not_allowed")
    _check_brackets(tokens, engine.parser_class.TYPE_TOKENS)
    try:
        trees = engine.parser(error_level=ErrorLevel.IMMEDIATE).parse(tokens, sql)
    except ParseError as error:
        raise GuardError(_sentence(error)) from error
    except (SqlglotError, *_PARSER_FAILS) as error:
        raise GuardError(f"This can't be read as SQL: {error}") from error
    tree = trees[0] if len(trees) == 1 else None
    while isinstance(tree, exp.Subquery) and {name for name, value in tree.args.items() if value} == {"this"}:
        tree = tree.this  # brackets around the whole
    if not isinstance(tree, (exp.Select, exp.SetOperation)):
        raise GuardError(_ONLY_SELECT, "not_allowed")
    return tree


def _check_brackets(tokens: list[Token], types: set[TokenType]) -> None:
    """sqlglot reads what stands in brackets after the name of a type twice, and so on inside: DATE(DATE(DATE(…
    Of some functions (none of those listed) it keeps the argument twice."""
    open_: list[bool] = []
    before: Token | None = None
    for token in tokens:
        if token.token_type is TokenType.L_PAREN:
            named = before is not None and before.token_type is TokenType.VAR and before.text.lower() not in _LISTED
            open_.append(named or (before is not None and before.token_type in types))
            if len(open_) > MAX_DEPTH or sum(open_) > MAX_DOUBLED:
                raise GuardError("The brackets stand too deep.", hint="Write it in fewer levels.")
        elif token.token_type is TokenType.R_PAREN and open_:
            open_.pop()
        elif token.token_type is TokenType.L_BRACKET:
            raise GuardError(f"[ can't be used (line {token.line}, column {token.col}).")
        before = token


def _sentence(error: ParseError) -> str:
    """sqlglot marks the place with terminal colours; say it in words."""
    first = error.errors[0] if error.errors else {}
    what = re.sub(r"<class '.*?(\w+)'>", r"\1", str(first.get("description", error))).rstrip(".")
    around = f"{first.get('start_context', '')}»{first.get('highlight', '')}«{first.get('end_context', '')}"
    return f"Line {first.get('line', 1)}, column {first.get('col', 1)}: {what}, at: {around[-120:].strip()}"
