"""How a list request becomes PostgREST filters, and when a page counts as the last one."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.adapters import selector
from harness.adapters.queries import Order, Query, where
from harness.adapters.rest import Rest
from harness.adapters.selector import Selector
from harness.errors import UnexpectedResponse
from harness.models import AuditLog, Booking, entity_of

AUDIT = entity_of(AuditLog)
BOOKINGS = entity_of(Booking)


def row(number: int) -> dict[str, Any]:
    return {
        "id": str(UUID(int=number)),
        "request_id": None,
        "booking_id": None,
        "action": "a",
        "actor_type": "system",
        "actor_id": None,
        "payload": {},
        "created_at": f"2026-01-01T00:00:00.{number:06}+00:00",
    }


class Server:
    """Answers like PostgREST with a row cap, for lists by id."""

    def __init__(self, rows: int, *, cap: int) -> None:
        self.rows = [row(number) for number in range(rows)]
        self.cap = cap
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        after = request.url.params.get("id", "gt.").removeprefix("gt.")
        left = [item for item in self.rows if item["id"] > after]
        page = left[: min(self.cap, int(request.url.params["limit"]))]
        total = str(len(left)) if "count=exact" in request.headers.get("prefer", "") else "*"
        return httpx.Response(206, json=page, headers={"content-range": f"0-{len(page)}/{total}"})


@pytest.fixture
def rest() -> Iterator[Rest]:
    rest = Rest("http://127.0.0.1:9", "key", timeout_s=1)
    yield rest
    rest.close()


def serve(rest: Rest, server: Server) -> None:
    rest._http._transport = httpx.MockTransport(server)


BY_ID = Query.checked(AUDIT, (), Order("id"))


@pytest.mark.parametrize("cap", [1, 7, 1000, 5000])
@pytest.mark.parametrize("rows", [0, 1, 6, 7, 8, 30])
def test_every_row_comes_once_whatever_the_cap(rest: Rest, rows: int, cap: int) -> None:
    serve(rest, Server(rows, cap=cap))

    read = [item.id.int for item in Selector(rest, AUDIT).rows(BY_ID)]

    assert read == list(range(rows))


@pytest.mark.parametrize("at_most", [0, 1, 6, 29, 30, 31])
def test_no_more_rows_come_than_were_asked_for(rest: Rest, at_most: int) -> None:
    serve(rest, Server(30, cap=7))

    read = [item.id.int for item in Selector(rest, AUDIT).rows(BY_ID, at_most=at_most)]

    assert read == list(range(30))[:at_most]


def test_a_short_list_takes_one_request(rest: Rest) -> None:
    server = Server(3, cap=1000)
    serve(rest, server)

    list(Selector(rest, AUDIT).rows(BY_ID, at_most=101))

    assert len(server.requests) == 1


def test_counting_stops_once_the_cap_is_known_to_be_higher(rest: Rest) -> None:
    server = Server(30, cap=1000)
    serve(rest, server)
    reader = Selector(rest, AUDIT)

    list(reader.rows(BY_ID, at_most=10))
    list(reader.rows(BY_ID, at_most=10))

    assert ["count=exact" in request.headers.get("prefer", "") for request in server.requests] == [
        True,
        False,
    ]


def test_a_server_that_counts_rows_and_returns_none_is_not_believed(rest: Rest) -> None:
    serve(rest, Server(3, cap=0))

    with pytest.raises(UnexpectedResponse, match="counted 3 rows and returned 0"):
        list(Selector(rest, AUDIT).rows(BY_ID))


def test_a_body_that_is_no_list_of_rows_is_not_believed(rest: Rest) -> None:
    rest._http._transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"hello": "world"}))

    with pytest.raises(UnexpectedResponse, match="not a list of rows"):
        list(Selector(rest, AUDIT).rows(BY_ID))


@given(st.lists(st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=300), max_size=60))
def test_a_long_list_is_divided_without_loss_into_parts_that_fit(texts: list[str]) -> None:
    query = Query.checked(AUDIT, [where("actor_id", "in", texts)])

    parts = selector._split(query)

    divided = [value for part in parts for value in part.conditions[0].value]
    assert sorted(divided) == sorted(set(texts))
    for part in parts:
        operator, criteria = selector._operation(part.conditions[0])
        assert operator == ("in" if len(part.conditions[0].value) > 1 else "eq")
        assert (
            len(quote(criteria, safe="")) <= selector._IN_BYTES + len("(),") * 3
            or len(part.conditions[0].value) == 1
        )


def test_two_long_lists_meet_in_every_combination() -> None:
    ids = [uuid4() for _ in range(150)]
    query = Query.checked(AUDIT, [where("request_id", "in", ids), where("booking_id", "in", ids)])

    pairs = {
        (one, other)
        for part in selector._split(query)
        for one in part.conditions[0].value
        for other in part.conditions[1].value
    }

    assert len(pairs) == 150 * 150


def test_a_condition_that_no_row_meets_sends_nothing() -> None:
    assert selector._split(Query.checked(AUDIT, [where("id", "in", [])])) == []
    assert selector._split(Query.checked(AUDIT, [where("id", "eq", "no uuid")])) == []


@pytest.mark.parametrize(
    ("direction", "value", "expected"),
    [
        (
            "asc",
            datetime(2026, 1, 1, tzinfo=UTC),
            'confirmed_at.gt."{at}",and(confirmed_at.eq."{at}",id.gt.{id}),confirmed_at.is.null',
        ),
        ("asc", None, "and(confirmed_at.is.null,id.gt.{id})"),
        (
            "desc",
            datetime(2026, 1, 1, tzinfo=UTC),
            'confirmed_at.lt."{at}",and(confirmed_at.eq."{at}",id.lt.{id})',
        ),
        ("desc", None, "and(confirmed_at.is.null,id.lt.{id}),confirmed_at.not.is.null"),
    ],
)
def test_going_on_after_a_row_minds_where_null_stands(
    rest: Rest, direction: Any, value: datetime | None, expected: str
) -> None:
    base = Query.checked(BOOKINGS, (), Order("confirmed_at", direction))
    at = None if value is None else "2026-01-01T00:00:00.000000+00:00"
    id_ = str(uuid4())
    query = Query.checked(BOOKINGS, (), base.order, base.cursor({"confirmed_at": at, "id": id_}))

    builder = selector._filtered(rest.table("bookings").select("*"), query)

    assert builder.request.params["or"] == f"({expected.format(at=at, id=id_)})"


@pytest.mark.parametrize(
    ("text", "quoted"),
    [("", '""'), (" a", '" a"'), ('a"b', '"a\\"b"'), ("a\\", '"a\\\\"'), ("a,b)", '"a,b)"')],
)
def test_texts_in_a_list_are_always_quoted(text: str, quoted: str) -> None:
    query = Query.checked(AUDIT, [where("actor_id", "in", [text, "zz"])])

    assert selector._operation(query.conditions[0]) == ("in", f'({quoted},"zz")')


def test_list_of_one_text_is_no_list() -> None:
    """PostgREST takes ``in.("")`` for an empty list."""
    query = Query.checked(AUDIT, [where("actor_id", "in", ["", ""])])

    assert selector._operation(query.conditions[0]) == ("eq", "")
