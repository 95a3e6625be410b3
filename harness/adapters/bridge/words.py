"""What an adapter says of itself, in a form in which any report can hold it, and none is changed by it."""

from harness.redact import redact

__all__ = ["encodable", "one_line"]

_LOOKED_AT = 1 << 16


def one_line(text: str, longest: int) -> str:
    """Return a text without passwords, line ends and what moves a cursor, cut after `longest` characters.

    Passwords go first: half of one would not be known for what it is.
    """
    words = " ".join(redact(text[:_LOOKED_AT]).split())
    shown = "".join(one if one.isprintable() else ascii(one)[1:-1] for one in words[:longest])
    return shown if len(words) <= longest else f"{shown}…"


def encodable(text: str) -> str:
    """Return a text that every file takes: half of a surrogate pair becomes its escape."""
    return text.encode("utf-8", "backslashreplace").decode()
