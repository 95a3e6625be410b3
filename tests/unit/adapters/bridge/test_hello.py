"""The first line of an adapter, right and wrong."""

import json
from typing import Any

import pytest

from harness.adapters.bridge.hello import Hello
from harness.adapters.capabilities import Capability

RIGHT: dict[str, Any] = {"protocol": "parity-bridge/1", "name": "scheduler", "operations": ["getBooking"]}


def parsed(**changes: Any) -> Hello:
    return Hello.parse(json.dumps({**RIGHT, **changes}).encode())


def test_what_is_unsaid_is_the_weaker() -> None:
    lacking = frozenset(Capability) - parsed().has
    assert lacking == {
        Capability.MICROSECONDS,
        Capability.EXACT_NUMBERS,
        Capability.PYTHON_VALUES,
        Capability.SHARED_VALUES,
    }


def test_python_values_never_travel() -> None:
    exact = {"time": "us", "numbers": "exact"}
    hello = parsed(capabilities=exact, lacks={"client_ids": "the plan has none"}, spoils=True)
    assert frozenset(Capability) - hello.has == {Capability.CLIENT_IDS, Capability.PYTHON_VALUES}


def test_round_trip() -> None:
    hello = parsed(capabilities={"time": "us"}, lacks={"durable": "a cache"}, spoils=True)
    assert Hello.parse(hello.dumps().encode()) == hello


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"Server started on port 3000\n", "no JSON"),
        (b"\xff\xfe\n", "no JSON"),
        (b"[]\n", "a JSON list"),
        (b"{}\n", "protocol is None"),
        (b'{"protocol": "parity-bridge/2"}\n', "parity-bridge/2"),
    ],
)
def test_no_hello(line: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Hello.parse(line)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": " "}, "name"),
        ({"name": 5}, "name"),
        ({"operations": []}, "no operation"),
        ({"operations": "getBooking"}, "list of names"),
        ({"operations": ["getBooking", "getBooking"]}, "twice"),
        ({"operations": ["getBookings"]}, "getBookings"),
        ({"capabilities": []}, "capabilities"),
        ({"capabilities": {"time": "ns"}}, "'ns'"),
        ({"capabilities": {"speed": "ms"}}, "speed"),
        ({"capabilities": {"time": ["ms"]}}, "time"),
        ({"lacks": {"client_ids": ""}}, "without a reason"),
        ({"lacks": {"client_ids": None}}, "without a reason"),
        ({"lacks": {"correctness": "yes"}}, "correctness"),
        ({"lacks": []}, "lacks"),
        ({"spoils": "yes"}, "spoils"),
    ],
)
def test_wrong_hello(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parsed(**changes)


def test_what_it_says_of_itself_is_one_line_that_can_be_printed() -> None:
    hello = parsed(name="app\n\ud83d", lacks={"client_ids": "no\n\nPARITY\x1b[2K"})
    assert (hello.name, hello.lacks["client_ids"]) == (r"app \ud83d", r"no PARITY\x1b[2K")


def test_half_of_a_password_is_not_told() -> None:
    hello = parsed(lacks={"client_ids": f"{'x' * 180} postgresql://me:open-sesame-open-sesame@db/x"})
    assert "sesame" not in hello.lacks["client_ids"]
