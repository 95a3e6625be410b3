"""Reading many rows of JSON at once says exactly what reading each of them slowly says."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.models import ENTITIES
from migrations.inputs.json_text import parse
from migrations.sources.json_exact import ExactRow, read_row
from migrations.sources.json_rows import batch_of_json
from migrations.sources.segment import POSITION, Segment

TABLE = "sync_jobs"
COLUMNS = ENTITIES[TABLE].columns
GOOD: dict[str, str] = {
    "id": '"6f9619ff-8b86-4011-b42d-00c04fc964ff"',
    "type": '"icims_note"',
    "entityId": '"request"',
    "entityType": '"booking"',
    "attempts": "0",
    "maxAttempts": "5",
    "status": '"pending"',
    "lastError": "null",
    "payload": '{"a":1}',
    "runAfter": '"2026-01-15T10:00:00Z"',
    "createdAt": '"2026-01-15T10:00:00Z"',
    "updatedAt": '"2026-01-15T10:00:00Z"',
}
VALUES = st.sampled_from(
    [
        "null",
        "0",
        "-0",
        "7.0",
        "1e3",
        "99999999999999999999999",
        "true",
        '"5"',
        '""',
        '"\\u00e9"',
        '"é"',
        '"\\/"',
        '"\\ud800"',
        '"\\ud83d\\ude00"',
        '"\\u0000"',
        '"\x01"',
        '"\\x"',
        "[]",
        '["a"]',
        "{}",
        '{"a" : 1.0 , "a":2}',
        "{\n}",
        "NaN",
        "01",
        "nul",
        "",
    ]
)
KEYS = st.sampled_from([*GOOD, "entity_id", "last_error", "unknown", "\\u0069d", "ID", ""])
SPACE = st.sampled_from(["", "", "", " ", "\t"])


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """A row: a good one, with members changed, added, repeated, left out and moved."""
    members = list(GOOD.items())
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(members) - 1))
        match draw(st.sampled_from(["change", "add", "remove", "move", "rename"])):
            case "change":
                members[place] = (members[place][0], draw(VALUES))
            case "add":
                members.insert(place, (draw(KEYS), draw(VALUES)))
            case "remove":
                del members[place]
            case "move":
                members.append(members.pop(place))
            case _:
                members[place] = (draw(KEYS), members[place][1])
    space = draw(SPACE)
    text = "{" + f",{space}".join(f'"{key}"{space}:{value}' for key, value in members) + "}" + space
    data = text.encode()
    if draw(st.integers(0, 20)) == 0:
        data = data.replace(b"a", b"\xff", 1)
    return data


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """Bring JSON into a form that does not depend on its spaces and escapes."""
    payload = row["payload"]
    return row | {"payload": None if payload is None else parse(payload)}


@given(st.lists(texts(), min_size=1, max_size=4))
@settings(max_examples=200)
def test_many_rows_are_read_as_each_of_them(rows: list[bytes]) -> None:
    segment = Segment(table=TABLE, number=0, first=10, rows=len(rows))
    batch = batch_of_json(segment, rows)
    found = {row.pop(POSITION): plain(row) for row in batch.rows.to_dicts()}
    refused = {row.position: row for row in batch.refused}
    absent: dict[str, int] = {}
    for position, text in enumerate(rows, 10):
        exact = read_row(TABLE, position, text)
        if isinstance(exact, ExactRow):
            assert found.pop(position) == plain(dict(exact.values))
            for name in exact.absent:
                absent[name] = absent.get(name, 0) + 1
        else:
            assert refused.pop(position) == exact
    assert (found, refused, batch.absent) == ({}, {}, absent)
