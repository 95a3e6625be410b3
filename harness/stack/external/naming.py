"""Gives new rows ids where an adapter leaves that to the database: what has no name could not be removed.

Pure. The id is put in as text, before everything else of the row, which stays
as it was written: numbers that Python would write in another way, for example.
"""

import json
from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl
from uuid import UUID, uuid4

from harness.models import ENTITIES
from harness.stack.external.rules import PREFIX

__all__ = ["with_ids"]

_BLANK = " \t\r\n"
_MERGE = "merge-duplicates"
"""With it, a row that is there already takes over every column that the new one names, an id too."""


def with_ids(
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: bytes,
    new_id: Callable[[], UUID] = uuid4,
) -> tuple[str, bytes]:
    """The target and the body of a request; if it adds rows and names no id of theirs, then with ids.

    All else comes back as it is, whatever is wrong with it. `headers` have lower-case names.
    """
    path, _, query = target.partition("?")
    if method != "POST" or path.removeprefix(PREFIX) not in ENTITIES:
        return target, body
    if _MERGE in headers.get("prefer", ""):
        return target, body
    try:
        text = body.decode()
        places = _places(text)
    except ValueError:
        return target, body
    if places is None:
        return target, body
    columns = dict(parse_qsl(query, keep_blank_values=True)).get("columns")
    if columns is not None:
        if "id" in columns.replace('"', "").split(","):
            return target, body
        # PostgREST takes only these columns from the rows.
        target = target.replace("columns=", "columns=id,", 1)
    for place, is_empty in reversed(places):
        text = f'{text[:place]}"id":"{new_id()}"{"" if is_empty else ","}{text[place:]}'
    return target, text.encode()


def _places(text: str) -> list[tuple[int, bool]] | None:
    """Where the members of each row begin, and whether it has none; None if one has an id, or is no row.

    Raises ValueError for what is no JSON.
    """
    start = _behind_blanks(text, 0)
    is_list = text[start : start + 1] == "["
    found: list[tuple[int, bool]] = []
    place = _behind_blanks(text, start + is_list)
    while text[place : place + 1] == "{":
        row, end = json.JSONDecoder().raw_decode(text, place)
        if "id" in row:
            return None
        found.append((place + 1, not row))
        place = _behind_blanks(text, end)
        if not (is_list and text[place : place + 1] == ","):
            break
        place = _behind_blanks(text, place + 1)
        if text[place : place + 1] != "{":
            return None
    rest = text[place + 1 :] if is_list and text[place : place + 1] == "]" else text[place:] + "]" * is_list
    return found if found and not rest.strip(_BLANK) else None


def _behind_blanks(text: str, place: int) -> int:
    while place < len(text) and text[place] in _BLANK:
        place += 1
    return place
