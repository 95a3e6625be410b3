"""What leaves this machine for a given project, request by request."""

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.models import ENTITIES
from harness.stack.external.rules import FUNCTIONS, Refused, Scope, Sent, decide

ID, OTHER = "0000a1b2-0000-4000-8000-000000000001", "0000a1b2-0000-4000-8000-000000000002"
QUEUES = [table for table, entity in ENTITIES.items() if entity.queue is not None]
BOTH = pytest.mark.parametrize("scope", list(Scope))


def asked(
    method: str, place: str, body: Any = None, scope: Scope = Scope.ALL, **headers: str
) -> Sent | Refused:
    content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    return decide(method, f"/rest/v1/{place}", headers, content, scope)


def why(answer: Sent | Refused) -> str:
    assert isinstance(answer, Refused), answer
    return answer.why


@BOTH
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize(
    "query",
    [
        "",
        "?select=id",
        "?limit=1",
        "?status=eq.pending",
        "?id=neq.x",
        "?id=not.is.null",
        f"?id=neq.{ID}",
        f"?id=not.eq.{ID}",
        f"?id=gte.{ID}",
        f"?or=(id.eq.{ID},id.not.is.null)",
        f"?Id=eq.{ID}",
        "?id=in.()",
        f"?id=eq.{ID}%00",
        "?id=eq.mine%00",
        f"?id=in.({ID},*)",
    ],
)
def test_a_mutation_that_does_not_name_its_rows_is_not_sent(scope: Scope, method: str, query: str) -> None:
    answer = asked(method, f"bookings{query}", {"status": "cancelled"}, scope)
    assert "without naming their ids" in why(answer)


@given(
    method=st.sampled_from(["PATCH", "DELETE"]),
    table=st.sampled_from([*ENTITIES]),
    filters=st.lists(st.tuples(st.sampled_from(["id", "ID", "status", "or", "limit"]), st.text(max_size=12))),
    scope=st.sampled_from(Scope),
)
def test_whatever_is_sent_names_its_rows(
    method: str, table: str, filters: list[tuple[str, str]], scope: Scope
) -> None:
    answer = asked(method, f"{table}?{urlencode(filters)}", {}, scope)
    named = [text for name, text in filters if name == "id"]
    assert isinstance(answer, Refused) or answer.names[table] or (named and scope is Scope.ALL)


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize("text", ["", "any", "null", "booking-1", f"{ID} ", f'"{ID}"', f"{ID},{OTHER}"])
def test_what_is_the_id_of_no_row_may_be_sent_where_all_rows_are_of_this_run(method: str, text: str) -> None:
    place = f"sync_jobs?id=eq.{quote(text)}"
    assert asked(method, place, {"status": "failed"}) == Sent(names={"sync_jobs": frozenset()})
    assert "without naming their ids" in why(asked(method, place, {"status": "failed"}, Scope.OWN))


@pytest.mark.parametrize("id_", [None, "", "mine", 5, [ID], {"id": ID}])
def test_rows_that_cannot_come_to_be_are_refused_by_the_server(id_: Any) -> None:
    nothing: frozenset[str] = frozenset()
    assert asked("POST", "audit_logs", {"id": id_}) == Sent(creates={"audit_logs": nothing})
    both = asked("POST", "audit_logs", [{"id": ID}, {"id": id_}])
    assert both == Sent(creates={"audit_logs": frozenset({ID})})
    booked = asked("POST", "rpc/book", {"p_id": id_, "p_request_id": id_})
    assert booked == Sent(creates={"bookings": nothing}, names={"scheduling_requests": nothing}, adds=True)
    moved = asked("PATCH", f"bookings?id=eq.{ID}", {"id": id_})
    assert moved == Sent(names={"bookings": frozenset({ID})}, creates={"bookings": nothing})
    assert "without naming its id" in why(asked("POST", "audit_logs", {"id": id_}, Scope.OWN))
    assert "no uuid" in why(asked("PATCH", f"bookings?id=eq.{ID}", {"id": id_}, Scope.OWN))
    assert "no uuid" in why(asked("POST", "rpc/fail_sync_job", {"p_id": id_}, Scope.OWN))


def test_what_postgres_reads_as_an_id_is_one() -> None:
    plain = ID.replace("-", "")
    for text in (
        plain,
        plain.upper(),
        f"{{{ID}}}",
        f"{{{plain}}}",
        "-".join(plain[n : n + 4] for n in range(0, 32, 4)),
    ):
        assert asked("DELETE", f"sync_jobs?id=eq.{quote(text)}") == Sent(names={"sync_jobs": frozenset({ID})})


@BOTH
@pytest.mark.parametrize("named", [f"eq.{ID}", f"eq.{ID.upper()}", f"in.({ID})", f'in.("{ID}")'])
def test_a_mutation_by_id_names_its_row_in_one_form(scope: Scope, named: str) -> None:
    answer = asked("PATCH", f"bookings?status=eq.confirmed&id={quote(named)}", {"booked_by": "x"}, scope)
    assert answer == Sent(names={"bookings": frozenset({ID})})


def test_a_deletion_is_told_apart_as_it_unties_what_hangs_on_the_row() -> None:
    assert asked("DELETE", f"bookings?id=eq.{ID}") == Sent(names={"bookings": frozenset({ID})}, removes=True)
    assert asked("DELETE", f"sync_jobs?id=eq.{ID}") == Sent(names={"sync_jobs": frozenset({ID})})


def test_an_insert_notes_its_ids_and_a_new_id_by_patch_too() -> None:
    rows = [{"id": ID.upper()}, {"id": OTHER}]
    assert asked("POST", "audit_logs", rows) == Sent(creates={"audit_logs": frozenset({ID, OTHER})})
    moved = asked("PATCH", f"bookings?id=eq.{ID}", {"id": OTHER})
    assert moved == Sent(names={"bookings": frozenset({ID})}, creates={"bookings": frozenset({OTHER})})


@BOTH
@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", {"action": "a"}),
        ("", {}),
        ("", [{"id": ID}, {"action": "a"}]),
        ("", []),
        ("", b"id,action\n1,a"),
        ("", f'{{"id":"{ID}","id":"{OTHER}"}}'.encode()),
        ("?columns=action", {"id": ID, "action": "a"}),
    ],
)
def test_an_insert_whose_row_could_not_be_found_again_is_not_sent(
    scope: Scope, query: str, body: Any
) -> None:
    assert "without naming its id" in why(asked("POST", f"audit_logs{query}", body, scope))


def test_functions_note_what_they_make_and_name_what_they_change() -> None:
    assert asked("POST", "rpc/book", {"p_id": ID, "p_request_id": OTHER}) == Sent(
        creates={"bookings": frozenset({ID})},
        names={"scheduling_requests": frozenset({OTHER})},
        adds=True,
    )
    assert asked("POST", "rpc/fail_sync_job", {"p_id": ID}) == Sent(names={"sync_jobs": frozenset({ID})})
    assert asked("POST", "rpc/claim_sync_jobs", {"p_limit": 1}) == Sent()
    assert "without p_id" in why(asked("POST", "rpc/book", {"p_request_id": OTHER}))


@BOTH
@pytest.mark.parametrize(
    "place", ["rpc/delete_everything", "users", "rpc/book/", "auth/v1/admin", "", "bookings/"]
)
def test_what_is_no_part_of_the_scheduler_is_not_written_to(scope: Scope, place: str) -> None:
    why(asked("POST", place, {"id": ID, "p_id": ID, "p_request_id": ID}, scope))


@pytest.mark.parametrize(("method", "place"), [("PUT", f"bookings?id=eq.{ID}"), ("GET", "rpc/ops_summary")])
def test_methods_that_no_adapter_needs_are_not_sent(method: str, place: str) -> None:
    why(asked(method, place, {"id": ID}))


def test_another_schema_and_another_service_are_out_of_reach() -> None:
    headers = {"content-profile": "private"}
    assert "schema public" in why(decide("DELETE", f"/rest/v1/bookings?id=eq.{ID}", headers, b"", Scope.ALL))
    assert "goes beyond" in why(decide("GET", "/auth/v1/admin/users", {}, b"", Scope.ALL))


@pytest.mark.parametrize("table", [*ENTITIES])
def test_rows_of_others_are_not_read(table: str) -> None:
    for query in ("", "?limit=1", "?status=eq.pending", f"?id=gt.{ID}"):
        assert isinstance(asked("GET", f"{table}{query}"), Sent)
        assert "those of others" in why(asked("GET", f"{table}{query}", scope=Scope.OWN))
    named = Sent(names={table: frozenset({ID})})
    assert asked("HEAD", f"{table}?id=eq.{ID}", scope=Scope.OWN) == named


def test_what_hangs_on_a_row_of_this_run_may_be_read_beside_others() -> None:
    answer = asked("GET", f"bookings?request_id=eq.{ID}&order=id", scope=Scope.OWN)
    assert answer == Sent(names={"scheduling_requests": frozenset({ID})})


@pytest.mark.parametrize("table", QUEUES)
def test_no_work_is_made_beside_others(table: str) -> None:
    assert "own workers" in why(asked("POST", table, {"id": ID}, Scope.OWN))


def test_beside_others_only_what_one_worker_holds_can_be_called() -> None:
    arguments = dict.fromkeys(("p_id", "p_request_id", "p_booking_id"), ID)
    sent = {
        name for name in FUNCTIONS if isinstance(asked("POST", f"rpc/{name}", arguments, Scope.OWN), Sent)
    }
    singular = [entity.singular for entity in ENTITIES.values() if entity.queue is not None]
    assert sent == {f"{verb}_{one}" for verb in ("complete", "fail") for one in singular}


@pytest.mark.parametrize("query", ["?on_conflict=public_token_hash", ""])
def test_an_upsert_may_not_meet_the_rows_of_others(query: str) -> None:
    prefer = "" if query else "resolution=merge-duplicates"
    answer = asked("POST", f"scheduling_requests{query}", {"id": ID}, Scope.OWN, prefer=prefer)
    assert "that is there already" in why(answer)
