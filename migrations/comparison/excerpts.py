"""Two values side by side, cut to the place where they differ; what the eye cannot see is written out."""

import unicodedata
from dataclasses import dataclass

__all__ = ["Excerpt", "excerpt", "visible"]

_ABSENT = "NULL"
_BEFORE = 16
"""Characters that are shown before the first difference."""


@dataclass(frozen=True)
class Excerpt:
    """A value in three parts, of which the middle one differs."""

    before: str
    differing: str
    after: str

    def __str__(self) -> str:
        return self.before + self.differing + self.after


def excerpt(source: str | None, target: str | None, length: int) -> tuple[Excerpt, Excerpt]:
    """Cut both values to about `length` characters around what differs, in visible characters.

    A NULL is the bare word; a text is in quotation marks, so that the two are never confused.
    """
    if source is None or target is None:
        return _whole(source, length), _whole(target, length)
    start = _common(source, target)
    end = _common(source[start:][::-1], target[start:][::-1])
    # Not through the middle of a character: a letter and the accents that follow it stay together.
    while start and any(unicodedata.combining(text[start]) for text in (source, target) if start < len(text)):
        start -= 1
    return _cut(source, start, end, length), _cut(target, start, end, length)


def visible(text: str) -> str:
    """Write what cannot be seen, or not be told from something else, as escapes."""
    return "".join(character if _is_plain(character) else _escape(character) for character in text)


def _is_plain(character: str) -> bool:
    if character == " " or "\x20" < character < "\x7f":
        return character != "\\"
    return unicodedata.category(character)[0] in "LNPS" and character.isprintable()


def _escape(character: str) -> str:
    if character == "\\":
        return "\\\\"
    code = ord(character)
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character) or (
        f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    )


def _whole(value: str | None, length: int) -> Excerpt:
    if value is None:
        return Excerpt("", _ABSENT, "")
    return Excerpt('"', visible(value[:length]), '"' if len(value) <= length else "…")


def _common(one: str, other: str) -> int:
    same = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        same += 1
    return same


def _cut(value: str, start: int, end: int, length: int) -> Excerpt:
    stop = len(value) - end
    first = max(0, start - _BEFORE) if len(value) > length else 0
    room = max(_BEFORE, length - (start - first))
    differing = value[start : min(stop, start + room)]
    is_cut = stop > start + room
    rest = "" if is_cut else value[stop : stop + max(0, room - len(differing))]
    ending = '"' if not is_cut and stop + len(rest) >= len(value) else "…"
    return Excerpt(
        ("…" if first else '"') + visible(value[first:start]), visible(differing), visible(rest) + ending
    )
