"""Python for reading: its source as HTML, with words of the language, strings and names of what is defined set apart."""

from __future__ import annotations

import io
import keyword
import tokenize
from html import escape


def python(source: str) -> str:
    """The source, escaped, with `<i data-kind="word">`, `"string"`, `"name"` and `"comment"` around what is one."""
    lines = source.splitlines(keepends=True)
    html, row, column, before = [], 1, 0, ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        (from_row, from_column), (to_row, to_column) = token.start, token.end
        html.append(escape(_between(lines, row, column, from_row, from_column), quote=False))
        kind = _kind(token, before)
        text = escape(_between(lines, from_row, from_column, to_row, to_column), quote=False)
        html.append(f'<i data-kind="{kind}">{text}</i>' if kind else text)
        row, column = to_row, to_column
        before = token.string
    return "".join(html)


def _kind(token: tokenize.TokenInfo, before: str) -> str:
    if token.type == tokenize.STRING:
        return "string"
    if token.type == tokenize.COMMENT:
        return "comment"
    if token.type == tokenize.NAME and keyword.iskeyword(token.string):
        return "word"
    return "name" if token.type == tokenize.NAME and before in ("def", "class") else ""


def _between(lines: list[str], row: int, column: int, to_row: int, to_column: int) -> str:
    """The text from one place to another; rows count from 1, and the last token lies behind the last of them."""
    if row == to_row:
        return lines[row - 1][column:to_column] if row <= len(lines) else ""
    last = lines[to_row - 1][:to_column] if to_row <= len(lines) else ""
    return lines[row - 1][column:] + "".join(lines[row : to_row - 1]) + last
