"""The order of names in generated types, on every machine and whatever the locale.

The official generator orders with the English collation of ICU, which compares letters first, then accents,
then case: https://unicode.org/reports/tr10/. Names in a schema nearly always consist of Latin letters, digits
and punctuation; letters of other scripts come after these, by code point.
"""

import unicodedata
from typing import TypeAlias

__all__ = ["Key", "collation_key"]

Key: TypeAlias = tuple[tuple[tuple[int, int], ...], tuple[int, ...], tuple[int, ...]]

# From CLDR's root collation: white space, punctuation, symbols; then digits, then letters.
_PUNCTUATION = "\t\n\v\f\r \u00a0_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"
_RANK = {character: rank for rank, character in enumerate(_PUNCTUATION)}
_ACCENTS = "\u0301\u0300\u0306\u0302\u030c\u030a\u0308\u030b\u0303\u0307\u0338\u0327\u0328\u0304"
_ACCENT_RANK = {accent: rank for rank, accent in enumerate(_ACCENTS, 1)}
# Letters that Unicode does not decompose, and the collation does.
_LIKE = {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o\u0338", "Ø": "O\u0338"}


def collation_key(text: str) -> Key:
    """Return what to sort a text by."""
    letters: list[tuple[int, int]] = []
    accents: list[int] = []
    cases: list[int] = []
    for written in text:
        for character in unicodedata.normalize("NFD", _LIKE.get(written, written)):
            if unicodedata.combining(character):
                accents.append(_ACCENT_RANK.get(character, ord(character)))
            elif character in _RANK or not unicodedata.category(character).startswith("C"):
                letters.append(_letter(character))
                accents.append(0)
                cases.append((character != character.lower()) + 2 * (written in _LIKE))
    return tuple(letters), tuple(accents), tuple(cases)


def _letter(character: str) -> tuple[int, int]:
    if character in _RANK:
        return 0, _RANK[character]
    if character.isdigit():
        return 1, unicodedata.digit(character, 0)
    lower = character.lower()
    return (2 if character.isalpha() else 0), len(_RANK) + ord(lower[0])
