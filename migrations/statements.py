"""Splits SQL text into statements, as far as that is possible without a grammar.

What Postgres' own lexer knows about quotes, dollar quotes, nested comments and
``BEGIN ATOMIC`` bodies is known here, too; nothing else is understood. See
https://www.postgresql.org/docs/17/sql-syntax-lexical.html.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from harness.errors import ConfigurationError

__all__ = ["Comment", "Statement", "comments", "essence", "line_ends", "split", "words_of"]

_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<comment>--[^\r\n]*)
  | (?P<block>/\*)
  | (?P<escape>[eE]'(?:[^'\\]|\\.|'')*')
  | (?P<string>'(?:[^']|'')*')
  | (?P<name>"(?:[^"]|"")*")
  | (?P<dollar>\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)
  | (?P<word>[A-Za-z_\u0080-\U0010ffff][\w$\u0080-\U0010ffff]*)
  | (?P<number>\d[\w.]*)
  | (?P<end>;)
  | (?P<symbol>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_LINE_END = re.compile(r"\r\n|\r|\n")
_BLOCK_EDGE = re.compile(r"/\*|\*/")
_SILENT = {"space", "comment", "block"}


@dataclass(frozen=True)
class Statement:
    """One statement without its semicolon, and without the comments around it."""

    text: str
    line: int
    """The line of the file on which it starts, counted from 1."""
    words: tuple[str, ...]
    """Its unquoted words in lower case, without those in comments, strings and bodies."""


@dataclass(frozen=True)
class Comment:
    """One comment: ``--`` to the end of its line, or ``/* … */``."""

    text: str
    line: int
    """The line on which it starts, counted from 1."""


def comments(text: str) -> tuple[Comment, ...]:
    """Return the comments of a text, not those in bodies. Raises ConfigurationError as `split` does."""
    return tuple(
        Comment(token, line_ends(text, position) + 1)
        for kind, position, token in _tokens(text)
        if kind in {"comment", "block"}
    )


def split(text: str) -> tuple[Statement, ...]:
    """Return the statements of a text. Raises ConfigurationError, with the line, for an unfinished quote."""
    statements: list[Statement] = []
    start: int | None = None
    end = 0
    words: list[str] = []
    depth = 0
    for kind, position, token in _tokens(text):
        if kind == "end" and depth == 0:
            if start is not None:
                statements.append(_statement(text, start, end, words))
            start, words = None, []
            continue
        if kind in _SILENT:
            continue
        start = position if start is None else start
        end = position + len(token)
        if kind == "word":
            words.append(token.lower())
            depth = _depth(depth, words)
    if start is not None:
        statements.append(_statement(text, start, end, words))
    return tuple(statements)


def essence(text: str) -> tuple[str, ...]:
    """Return what stays equal however a tool splits the text: no space, comments or semicolons."""
    return tuple(token for kind, _, token in _tokens(text) if kind not in _SILENT and kind != "end")


def words_of(text: str) -> tuple[str, ...]:
    """Return the unquoted words of a text in lower case, without those in comments and strings."""
    return tuple(token.lower() for kind, _, token in _tokens(text) if kind == "word")


def line_ends(text: str, stop: int) -> int:
    """Count the line ends before a position; a carriage return is one, as for Postgres."""
    return len(_LINE_END.findall(text, 0, stop))


def _statement(text: str, start: int, end: int, words: list[str]) -> Statement:
    return Statement(text[start:end], line_ends(text, start) + 1, tuple(words))


def _depth(depth: int, words: list[str]) -> int:
    # Semicolons inside BEGIN ATOMIC … END separate the statements of a function's body.
    if words[-2:] == ["begin", "atomic"]:
        return 1
    if depth and words[-1] == "case":
        return depth + 1
    if depth and words[-1] == "end":
        return depth - 1
    return depth


def _tokens(text: str) -> Iterator[tuple[str, int, str]]:
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        kind = match.lastgroup if match is not None else None
        if match is None or kind is None:
            raise AssertionError("the last alternative matches any character")
        stop = match.end()
        if kind == "dollar":
            stop = text.find(match.group(), stop) + len(match.group())
            if stop < match.end() + len(match.group()):
                raise _unfinished(text, position, "dollar-quoted string")
            kind = "string"
        elif kind == "block":
            stop = _end_of_comment(text, position)
        elif kind == "symbol" and match.group() in "'\"":
            raise _unfinished(text, position, "quoted string or name")
        yield kind, position, text[position:stop]
        position = stop


def _end_of_comment(text: str, start: int) -> int:
    depth = 0
    for edge in _BLOCK_EDGE.finditer(text, start):
        depth += 1 if edge.group() == "/*" else -1
        if depth == 0:
            return edge.end()
    raise _unfinished(text, start, "comment")


def _unfinished(text: str, position: int, what: str) -> ConfigurationError:
    line = line_ends(text, position) + 1
    return ConfigurationError(f"line {line}: the {what} that starts here never ends.")
