"""What is recorded of right, wrong, slow and missing answers."""

import socket
import time
from collections.abc import Callable
from contextlib import closing

import gevent  # type: ignore[import-untyped]  # it ships no types
import msgspec
import pytest
from gevent.lock import Semaphore  # type: ignore[import-untyped]  # it ships no types

from loadtests.errors import LoadError
from loadtests.generation.arrivals import needs
from loadtests.generation.client import Client
from loadtests.generation.messages import Clean, Open, Send
from loadtests.generation.node import Node
from loadtests.generation.plan import Plan, paired_plan
from loadtests.scenarios.call import Call
from tests.integration.loadtests.generation.moody_server import MoodyServer
from tests.integration.loadtests.generation.pinging import is_pong
from tests.integration.loadtests.generation.sending import (
    PINGING,
    OpenNode,
    above,
    plan_for,
    sent,
    slowest_s,
    total,
)

PING = {"ping": "/ping"}


def closed(plan: Plan, **changes: object) -> Plan:
    return msgspec.structs.replace(plan, loop="closed", **changes)


def after(seconds: float, function: Callable[[], None]) -> None:
    """Call a function later, from within the loop: a timer started outside counts from its last turn."""

    def wait() -> None:
        gevent.sleep(seconds)
        function()

    gevent.spawn(wait)


def test_every_arrival_of_the_plan_reaches_the_server_once(server: MoodyServer, open_node: OpenNode) -> None:
    paths = {"ping": "/ping", "last": "/last", "until_closed": "/until_closed"}
    plan = plan_for(paths, windows=2)
    records = sent(open_node(paths), plan)
    expected = needs(plan)["a"]
    assert server.asked == {f"GET /{name}": count for name, count in expected.items()}
    assert {name: total(records, name) for name in paths} == expected
    assert sum(record.offered for record in records) == sum(expected.values())
    assert all(not one.errors for record in records for one in record.endpoints.values())


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/wrong", "no pong: wrong"),
        ("/broken", "status 500"),
        ("/moved", "status 302"),
        ("/undecodable", "unreadable answer: UnicodeDecodeError"),
        ("/drop", "connection: connection closed."),
        ("/cut", "connection: "),
        ("/garbage", "connection: "),
    ],
)
def test_a_wrong_or_missing_answer_is_an_error_and_is_not_asked_for_again(
    server: MoodyServer, open_node: OpenNode, path: str, words: str
) -> None:
    plan = plan_for(PING)
    (record,) = sent(open_node({"ping": path}), plan)
    ping = record.endpoints["ping"]
    assert ping.requests > 20
    assert sum(ping.errors.values()) == ping.requests
    assert all(found.startswith(words) for found in ping.errors)
    assert server.asked == {f"GET {path}": ping.requests}


def test_a_server_that_is_not_there_is_an_error_for_each_request(open_node: OpenNode) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        host = f"http://127.0.0.1:{taken.getsockname()[1]}"
        (record,) = sent(open_node(PING, host=host), plan_for(PING))
    ping = record.endpoints["ping"]
    assert ping.errors == {"connection: ECONNREFUSED": ping.requests}
    assert ping.requests == record.offered > 20


def test_no_answer_in_time_is_a_timeout_with_its_elapsed_time(open_node: OpenNode) -> None:
    plan = plan_for(PING, timeout_s=0.3)
    (record,) = sent(open_node({"ping": "/hang"}), plan)
    ping = record.endpoints["ping"]
    assert ping.errors == {"timeout": ping.requests}
    assert above(ping.latency, 0.299) == ping.requests == record.offered
    assert record.achieved == 0


def test_a_stall_is_seen_by_all_that_were_due_meanwhile(open_node: OpenNode) -> None:
    paths = {"ping": "/ping", "stall": "/stall"}
    records = sent(open_node(paths), plan_for(paths, rate_per_s=200, windows=3))
    slow = sum(above(record.endpoints["ping"].latency, 0.5) for record in records)
    assert slow > 20  # half of a second, at 100 pings per second
    assert sum(above(record.lag, 0.5) for record in records) < slow / 2  # the generator itself was on time


def test_a_closed_loop_sees_the_same_stall_once(open_node: OpenNode) -> None:
    paths = {"ping": "/ping", "stall": "/stall"}
    plan = closed(plan_for(paths, rate_per_s=20_000, windows=3), think_s=0.005)
    records = sent(open_node(paths), plan)
    slow = [above(one.latency, 0.5) for record in records for one in record.endpoints.values()]
    assert 1 <= sum(slow) < 5  # one; more only where this machine stalls, too


def test_waiting_for_the_servers_attention_is_latency_and_not_service(open_node: OpenNode) -> None:
    paths = {"ping": "/ping", "stall": "/stall"}
    node = open_node(paths)
    node._slots = Semaphore(1)  # so that nothing is sent while the server stalls
    records = sent(node, plan_for(paths, rate_per_s=100, windows=2))
    waited = sum(above(record.endpoints["ping"].latency, 0.5) for record in records)
    served = sum(above(record.endpoints["ping"].service, 0.5) for record in records)
    assert waited > 10
    assert served < waited / 2
    assert sum(record.achieved for record in records) < sum(record.offered for record in records)


def test_what_the_generator_itself_sleeps_through_is_lag(open_node: OpenNode) -> None:
    after(0.15, lambda: time.sleep(0.25))
    (record,) = sent(open_node(PING), plan_for(PING))
    assert slowest_s(record.lag) > 0.15
    assert record.achieved < record.offered
    assert record.endpoints["ping"].requests == record.offered


def test_users_of_a_closed_loop_ask_one_after_the_other(server: MoodyServer, open_node: OpenNode) -> None:
    plan = closed(plan_for(PING, rate_per_s=20_000), users=3)
    (record,) = sent(open_node(PING), plan)
    assert server.connections == 3
    assert server.asked["GET /ping"] == total((record,), "ping") > 100
    assert record.offered == total((record,), "ping")


def test_a_closed_loop_that_is_faster_than_was_prepared_for_is_refused(open_node: OpenNode) -> None:
    with pytest.raises(LoadError, match="more than 50 times a second, for which calls were prepared: give"):
        sent(open_node(PING), closed(plan_for(PING, rate_per_s=50)))


def test_more_than_was_prepared_is_refused(open_node: OpenNode) -> None:
    node, plan = open_node(PING), plan_for(PING)
    sent(node, plan)
    with pytest.raises(LoadError, match="ping has nothing left to work on"):
        node.carry_out(Send(plan=plan, first=0, end=1))


def test_what_was_prepared_is_removed_and_what_is_left_is_said_with_its_arm(
    server: MoodyServer, open_node: OpenNode
) -> None:
    node, plan = open_node(PING, prepares=True), plan_for(PING)
    sent(node, plan)
    node.carry_out(Clean())
    assert server.asked["POST /made"] == server.asked["DELETE /made"] == needs(plan)["a"]["ping"]
    fresh = open_node(PING)
    fresh._workloads["a"].prepare({"ping": 3}, lambda _: [])
    assert fresh.carry_out(Clean()).left == ("a: 3 calls",)


def test_a_cancelled_run_returns_soon_what_it_has(open_node: OpenNode) -> None:
    node = open_node(PING, ended=lambda _: after(0.2, node.cancel))  # in the midst of a window
    *whole, cut = sent(node, plan_for(PING, windows=60))
    assert 1 <= len(whole) < 59
    assert all(record.complete for record in whole)
    assert not cut.complete
    assert cut.endpoints["ping"].requests < cut.offered


def test_a_cancelled_run_does_not_wait_for_answers_that_never_come(
    open_node: OpenNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loadtests.generation.sender._GIVE_UP_S", 0.4)
    node = open_node({"ping": "/hang"})
    after(0.5, node.cancel)
    records = sent(node, plan_for(PING, windows=2, timeout_s=1000))
    assert records
    assert not any(record.complete or record.endpoints["ping"].requests for record in records)


def test_a_window_has_ended_when_everything_is_answered(open_node: OpenNode) -> None:
    paths, ended = {"ping": "/ping", "stall": "/stall"}, list[tuple[int, float]]()
    begun = time.monotonic()
    node = open_node(paths, ended=lambda index: ended.append((index, time.monotonic() - begun)))
    sent(node, plan_for(paths, rate_per_s=200, windows=3))
    assert sorted(index for index, _ in ended) == [0, 1, 2]
    assert dict(ended)[0] > 0.9  # it lasts 0.4 s, and the server stalls for 1 s in it


def test_a_connection_that_the_server_closed_meanwhile_is_not_used(server: MoodyServer) -> None:
    call = Call(endpoint="ping", method="GET", path="/ping", headers={}, body=None, check=is_pong)
    with closing(Client(server.host)) as client:
        for connections in (1, 2):
            assert client.send(call, 10).body == b"pong"
            assert server.connections == connections
            server.close_connections()


def test_of_several_addresses_the_one_that_answers_is_used(
    server: MoodyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        ports = (deaf.getsockname()[1], int(server.host.rsplit(":", 1)[1]))
        found = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", port)) for port in ports]
        monkeypatch.setattr("gevent.socket.getaddrinfo", lambda *_, **__: found)
        call = Call(endpoint="ping", method="GET", path="/ping", headers={}, body=None, check=is_pong)
        with closing(Client("http://staging.example")) as client:
            assert client.send(call, 10).body == b"pong"


def test_a_path_of_the_host_comes_before_that_of_the_call(server: MoodyServer) -> None:
    call = Call(endpoint="ping", method="GET", path="/ping", headers={}, body=None, check=is_pong)
    with closing(Client(f"{server.host}/v1/")) as client:
        assert client.send(call, 10).status == 404
    assert server.asked == {"GET /v1/ping": 1}


@pytest.mark.parametrize(
    "host", ["127.0.0.1:80", "ftp://example.com", "http://", "http://host:port", "http://h/?q"]
)
def test_what_is_no_url_of_a_server_is_refused(host: str) -> None:
    with pytest.raises(LoadError, match="no URL of a server"):
        Client(host)


def test_an_unknown_endpoint_or_arm_is_refused_before_anything_is_sent(
    server: MoodyServer, open_node: OpenNode
) -> None:
    node = open_node(PING)
    with pytest.raises(LoadError, match="does not know: book"):
        sent(node, plan_for({"ping": "/ping", "book": "/book"}))
    both = paired_plan(pairs=1, rate_per_s=10, weights={"ping": 1}, seed=1)
    with pytest.raises(LoadError, match="no host for it"):
        sent(node, both)
    assert not server.asked


@pytest.mark.parametrize(
    ("factory", "spec", "words"),
    [
        ("nothing.like.it:open", {}, "nothing.like.it:open names no function"),
        (PINGING, {"paths": 5}, "specification of the workload cannot be read"),
    ],
)
def test_a_workload_that_cannot_be_opened_is_refused(factory: str, spec: object, words: str) -> None:
    with pytest.raises(LoadError, match=words):
        Node().carry_out(Open(factory=factory, spec=spec, hosts={"a": "http://h"}, worker=0, workers=1))
