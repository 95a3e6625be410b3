"""Texts for each type of column: good ones, broken ones, and the ones on the edge."""

from hypothesis import strategies as st

from harness.models import ENTITIES, Column, ColumnType

__all__ = ["rows"]

_ID = "6f9619ff-8b86-4011-b42d-00c04fc964ff"


def _spoiled(texts: st.SearchStrategy[str], alphabet: str) -> st.SearchStrategy[str]:
    """A text, or the text with one character replaced, added or removed."""

    def spoil(text: str, place: int, character: str, how: int) -> str:
        at = place % (len(text) + 1)
        return text[:at] + character + text[at + how :]

    changed = st.builds(spoil, texts, st.integers(0, 99), st.sampled_from(["", *alphabet]), st.integers(0, 1))
    return texts | changed


_DIGITS = st.integers(0, 99).map("{:02}".format)
_ZONES = st.sampled_from(
    [
        "Z",
        "z",
        "+00",
        "+00:00",
        "-08:00",
        "+0530",
        "+05:30:15",
        "+15:59",
        "+16:00",
        "-15:59:59",
        "+24",
        "",
        " UTC",
    ]
)
_YEARS = st.sampled_from(
    ["2026", "2024", "0001", "0000", "9999", "10000", "294276", "294277", "1900", "2000"]
)
_FRACTIONS = st.sampled_from(
    ["", ".", ".1", ".123", ".123456", ".1234567", ".1234560", ".999999", ".9999999"]
)
_TIMES = st.builds(
    "{}-{}-{}{}{}:{}:{}{}{}{}".format,
    _YEARS,
    st.sampled_from(["01", "02", "06", "12", "13", "00"]),
    st.sampled_from(["01", "28", "29", "30", "31", "32", "00"]),
    st.sampled_from(["T", " ", "t"]),
    st.sampled_from(["00", "10", "23", "24", "25"]),
    st.sampled_from(["00", "59", "60"]),
    st.sampled_from(["00", "59", "60", "61"]),
    _FRACTIONS,
    _ZONES,
    st.sampled_from(["", "", "", " BC"]),
)
_WORDS = st.sampled_from(
    ["", "now", "today", "tomorrow", "epoch", "infinity", "-infinity", "never", "NULL", "2026", "2026-01-15"]
)
_GOOD_TIME = st.just("2026-01-15T10:00:00.123456+00:00")
_INTEGERS = st.sampled_from(
    ["0", "1", "5", "-1", "2147483647", "2147483648", "-2147483648", "-2147483649", "99999999999999999999"]
) | st.sampled_from(
    ["", " 7 ", "+7", "007", "0x1F", "0b11", "0o7", "1_000", "1__0", "1e2", "1.0", "- 1", "٣", "0x"]
)
_BOOLEANS = st.sampled_from(
    [
        "true",
        "false",
        "t",
        "F",
        "yes",
        "No",
        "on",
        "off",
        "of",
        "o",
        "1",
        "0",
        " TRUE ",
        "tru",
        "truee",
        "",
        "2",
    ]
)
_UUIDS = st.sampled_from(
    [
        _ID,
        _ID.upper(),
        "{" + _ID + "}",
        _ID.replace("-", ""),
        "6f96-19ff-8b86-4011-b42d-00c0-4fc9-64ff",
        "6f9-619ff8b86-4011-b42d-00c04fc964ff",
        "{" + _ID,
        _ID + "}",
        " " + _ID,
        "",
        _ID[:-1],
    ]
)
_TEXTS = st.text(st.sampled_from("aé\x00\\\t\n'\"😀 \x01"), max_size=5)
_LONG = st.sampled_from(["x" * 1024, "x" * 1025, "é" * 512, "é" * 513])
_ARRAYS = st.sampled_from(
    [
        "{}",
        "{a}",
        '{a,"b c",NULL,null,"NULL"}',
        '{"a\\"b","\\\\",""}',
        "{ a , b }",
        " {a} ",
        "{a,}",
        "{,a}",
        "{a b}",
        "{a",
        "a}",
        "",
        "{{a},{b}}",
        "{{a},{b,c}}",
        "{{a},b}",
        "[0:1]={a,b}",
        '{"a"b}',
        '{a"b"}',
        "{a}x",
        "{\\a}",
        "{a\\,b}",
        '{"a}',
        "{}}",
        "{{}}",
        "{ }",
    ]
)
_NUMBERS = st.sampled_from(
    [
        "0",
        "-0",
        "-0.0",
        "1.10",
        "1e22",
        "1E-7",
        "9007199254740993",
        "1e400",
        "1e131071",
        "1e131072",
        "1e200000",
        "1e-16383",
        "1e-16384",
        "1e-20000",
        "0e200000",
        "1e999999999999",
        "01",
        "+1",
        ".5",
        "1.",
        "NaN",
        "Infinity",
        "0x10",
    ]
)
_STRINGS = st.sampled_from(
    [
        '"a"',
        '""',
        '"\\u0000"',
        '"\\ud800"',
        '"\\udc00"',
        '"\\ud83d\\ude00"',
        '"\\ud800\\ud800"',
        '"\\\\u0000"',
        '"\\x"',
        '"\t"',
        '"\x00"',
        '"\x7f"',
        "'a'",
        '"a',
        "true",
        "null",
        "nul",
        '"\\u00e9"',
    ]
)
_KEYS = st.sampled_from(['"a"', '"b"', '"a"', '"\\u0061"', '"\\u0000"', '""', "a"])


def _inside(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    lists = st.lists(values, max_size=3).map(lambda items: "[" + ",".join(items) + "]")
    members = st.lists(st.tuples(_KEYS, values).map(" : ".join), max_size=3)
    return lists | members.map(lambda items: "{ " + " , ".join(items) + "\n}")


_JSON = st.recursive(_NUMBERS | _STRINGS, _inside, max_leaves=5) | st.sampled_from(
    [
        "",
        "{}",
        "[1,]",
        '{"a":1,}',
        "[1 2]",
        "[" * 40 + "]" * 40,
        "[" * 499 + "]" * 499,
        "[1]x",
        "{} {}",
        "[[]",
    ]
)

_BY_TYPE = {
    ColumnType.UUID: _spoiled(_UUIDS, "g-{} 0"),
    ColumnType.INTEGER: _spoiled(_INTEGERS, "0_x e+-\x0b"),
    ColumnType.BOOLEAN: _BOOLEANS,
    ColumnType.TIMESTAMPTZ: _spoiled(_TIMES, "0:-+ TZ.9") | _WORDS,
    ColumnType.TEXT: _TEXTS | _LONG,
    ColumnType.TEXT_ARRAY: _spoiled(_ARRAYS, '"{},\\ a'),
    ColumnType.JSONB: _spoiled(_JSON, '"{}[],:\\ 0e'),
}


def _nasty(column: Column) -> st.SearchStrategy[str | None]:
    texts = _BY_TYPE[column.type]
    if column.choices is not None:
        texts = st.sampled_from([*column.choices, "other", ""])
    return st.none() | texts


@st.composite
def rows(draw: st.DrawFn, table: str, good: dict[str, str | None]) -> dict[str, str | None]:
    """Draw a row: a good one, in which one, two or three columns are nasty."""
    columns = ENTITIES[table].columns
    chosen = draw(st.lists(st.sampled_from(columns), min_size=1, max_size=3, unique=True))
    return good | {column.name: draw(_nasty(column)) for column in chosen}
