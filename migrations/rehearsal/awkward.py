"""Values that Postgres, JSON and both stores must keep to the last bit, and that careless code changes.

Every value here is legal: a copy that refuses or alters one of them is wrong.
"""

from decimal import Decimal
from typing import Any

__all__ = ["ARRAYS", "HUGE_BYTES", "JSON", "LONG_TEXT", "NAMES", "PAIRS", "SHORT_TEXTS", "TEXTS", "TIMES"]

HUGE_BYTES = 1_000_000
"""Characters of the one huge payload."""
LONG_TEXT = "0123456789abcdef" * 1250 + "\u00e9"
"""More than a TOAST chunk and a page of Postgres; it ends in two bytes."""
_INDEXED_BYTES = 1024

_MARKS = ("", " ", "  two  ", " leading", "trailing ", "\ttab\t", "\nline\n", "\r\n", "a\rb", "a\u00a0b")
_WORDS = ("NULL", "null", "None", "undefined", "NaN", "Infinity", "true", "0", "-0", "007", "1e5", "\\N")
_CODE = (
    "\\.",
    "\\",
    "a\\",
    "\\x41",
    "\\u0041",
    "C:\\new\\table",
    "'",
    "''",
    '"',
    '""',
    '"quoted"',
    "`",
    'it\'s "both"',
    "a,b",
    "a;b",
    "a|b",
    "{}",
    "{a,b}",
    "[1]",
    "(1,2)",
    "--",
    "/* */",
    "$$ $1 %s %(x)s {0} ${x}",
    "'; DROP TABLE bookings; --",
    "<script>alert(1)</script>",
    "&amp;",
    "=1+1",
    "@a",
    "a%b_c*",
)
_UNICODE = (
    "caf\u00e9",  # composed
    "cafe\u0301",  # decomposed: another text
    "\u212b \u00c5 A\u030a",  # three ways to write one letter
    "\ufb01\u00df\u0130\u0131\u03c2\u03c3",  # change their length or come back changed when case is folded
    "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "\U0001f1e9\U0001f1ea \U0001f44d\U0001f3fd \u2764\ufe0f",
    "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd abc",
    "\u202eright to left\u202c",
    "zero\u200bwidth\u200c\u200d\u2060",
    "\ufeffmark",
    "line\u2028paragraph\u2029end",
    "next\u0085line",
    "\u4e2d\u6587\u3042\u30a2\ud55c\uae00",
    "\U00020000\U0010ffff\ue000",
    "\ufffd\ufffe\uffff",
    "Z\u0351\u036b\u0343\u036a\u0302\u034b",
    "\x01\x02\x1f\x7f\x80",
    "\v\f\x1c\x1d\x1e",  # line ends for str.splitlines, and for no file format
)
TEXTS: tuple[str, ...] = (*_MARKS, *_WORDS, *_CODE, *_UNICODE)
"""Texts of any column without an index; `LONG_TEXT` beside them."""
_LONGEST = ("x" * _INDEXED_BYTES, "\U0001f600" * (_INDEXED_BYTES // 4), "\u00e9" * (_INDEXED_BYTES // 2))
SHORT_TEXTS: tuple[str, ...] = (*TEXTS, *_LONGEST)
"""Texts of an indexed column: the longest have exactly as many bytes as it takes."""
NAMES: tuple[tuple[str, str], ...] = (
    ("caf\u00e9", "cafe\u0301"),
    ("key", "key "),
    ("lead", " lead"),
    ("case", "CASE"),
    ("0", "00"),
    ("", " "),
    ("stra\u00dfe", "strasse"),
    ("a\u200bb", "ab"),
    ("\u0391", "A"),
    ("null", "NULL"),
)
"""Pairs of keys that a trim, a folding of case or a normalisation makes equal; no text comes twice."""
PAIRS: tuple[tuple[str, str], ...] = (
    ("0001-01-01T00:00:00+00:00", "0001-01-01T00:00:00.000001+00:00"),
    ("9999-12-31T23:59:59.999998Z", "9999-12-31T23:59:59.999999Z"),
    ("0001-01-01T00:00:00.000000+00:00", "9999-12-31T23:59:59.999999+00:00"),
    ("2024-02-29T23:59:59.999999Z", "2024-03-01T00:00:00Z"),
    ("2000-02-29T00:00:00.5Z", "2000-02-29T00:00:00.500001Z"),
    ("2026-03-29T01:59:59.999999+01:00", "2026-03-29T03:00:00+02:00"),  # a gap: one microsecond apart
    ("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"),  # the same clock twice
    ("1969-12-31T23:59:59.999999Z", "1970-01-01T00:00:00Z"),
    ("2038-01-19T03:14:07Z", "2038-01-19T03:14:08Z"),
    ("1883-11-18T12:03:58-04:56", "1900-02-28T23:59:59.1-00:00"),
    ("2026-01-15T09:30:00.123Z", "2026-01-15T10:15:00.120Z"),
    ("2026-06-30T12:00:00+05:45", "2026-06-30T12:00:00-03:30"),
    ("2026-01-01T00:00:00+14:00", "2026-01-01T00:00:00-12:00"),
)
"""Two times each, the first before the second, as writers of JSON spell them."""
TIMES: tuple[str, ...] = tuple(time for pair in PAIRS for time in pair)
ARRAYS: tuple[tuple[str, ...], ...] = (
    (),
    ("",),
    ("", ""),
    ("NULL",),
    ("null", "Null", "NULL"),
    ("a", "b"),
    ("b", "a"),
    ("a,b", "{c}", '"d"'),
    ('"', "\\", '\\"', "'"),
    ("{", "}", "{}", "{{a}}"),
    (" ", " a ", "\t", "\n", "\r\n"),
    ("\u00e9", "e\u0301", "\U0001f469\u200d\U0001f466", "\u2028"),
    ("same", "same"),
    ("[0:1]={x}", "\\N", "\\.", "\x01"),
    tuple(f"{number}@example.org" for number in range(300)),
    (LONG_TEXT,),
)
"""Arrays of texts; only the last is long."""
_NESTED: Any = []
for _ in range(45):
    _NESTED = [{"n": _NESTED}]
JSON: tuple[Any, ...] = (
    {},
    [],
    "",
    "text",
    0,
    True,
    False,
    [None],
    [[], {}, "", None, False, 0],
    {"a": None},
    {"a": {}, "b": [], "c": ""},
    {"big": 2**53, "bigger": 2**53 + 1, "minus": -(2**53) - 1},
    {"long": [2**63 - 1, 2**63, 2**64, -(2**63) - 1, 10**30, 10**300 + 7]},
    {"eighteen digits": 123456789012345678, "as text": "123456789012345678"},
    {"one": 1, "one as text": "1", "true": True, "true as text": "true", "none as text": "null"},
    {"halves": [Decimal("0.5"), Decimal("-0.25"), Decimal("0.1"), Decimal("1E-7"), Decimal("5E-324")]},
    {"whole": [Decimal("1.0"), Decimal("100.00"), Decimal("1E+22"), Decimal("-0.0")]},
    {"exact": [Decimal("0.1000000000000000055"), Decimal("3.14159265358979323846264338327950288")]},
    {"exact": Decimal("12345678901234567890.123456789"), "largest": Decimal("1.7976931348623157E+308")},
    {"caf\u00e9": 1, "cafe\u0301": 2, "\U0001f600": 3, "\u2028": 4, "\ufeff": 5},
    {"": 1, " ": 2, 'a"b': 3, "a\\b": 4, "a\nb": 5, "a\tb": 6, "a/b": 7, "\x01": 8, "\x7f": 9},
    {"10": 1, "9": 2, "1": 3, "02": 4, "b": 5, "aa": 6, "Z": 7},
    {"__proto__": {"x": 1}, "constructor": 2, "toString": 3, "$ref": "#", "length": 0},
    {"camelCase": 1, "snake_case": 2, "camel_case": 3, "id": 4, "payload": 5},
    {"deep": _NESTED},
    {"times": ["2026-01-15T09:30:00Z", "2026-01-15T09:30:00.000Z", "2026-01-15"]},
    {"list": list(range(200)), "objects": [{"k": number} for number in range(50)]},
    {"texts": list(TEXTS)},
    {"long": LONG_TEXT, ("k" * 5000): "a long key"},
)
"""JSON documents; a Decimal stands for exactly its digits; only the last is long."""
