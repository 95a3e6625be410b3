"""A store is shared between threads: it takes no HTTP client that may speak HTTP/2, and gives none away."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from harness.adapters.supabase import SupabaseStore
from harness.errors import ConfigurationError

URL = "http://127.0.0.1:9"
OVER_HTTP2: dict[str, Callable[[], httpx.Client]] = {
    "client": lambda: httpx.Client(http2=True),
    "prior_knowledge": lambda: httpx.Client(http1=False, http2=True),
    "transport": lambda: httpx.Client(transport=httpx.HTTPTransport(http2=True)),
    "mount": lambda: httpx.Client(mounts={"https://": httpx.HTTPTransport(http2=True)}),
    "proxy": lambda: httpx.Client(http2=True, proxy="http://127.0.0.1:9"),
}
OVER_HTTP1: dict[str, Callable[[], httpx.Client]] = {
    "client": httpx.Client,
    "proxy": lambda: httpx.Client(proxy="http://127.0.0.1:9"),
    "unmounted": lambda: httpx.Client(mounts={"https://": None}),
}


def answering(version: bytes) -> httpx.Client:
    def answer(_request: httpx.Request) -> httpx.Response:
        headers = {"Content-Range": "*/7"}
        return httpx.Response(200, headers=headers, extensions={"http_version": version})

    return httpx.Client(transport=httpx.MockTransport(answer))


@pytest.fixture
def client(request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    with request.param() as made:
        yield made


@pytest.mark.parametrize("client", OVER_HTTP2.values(), ids=OVER_HTTP2, indirect=True)
def test_a_client_that_may_speak_http2_is_refused(client: httpx.Client) -> None:
    with pytest.raises(ConfigurationError, match=r"may speak HTTP/2.*httpx.Client\(http2=False\)"):
        SupabaseStore(URL, "key", http=client)
    assert client.event_hooks["response"] == []


@pytest.mark.parametrize("client", OVER_HTTP1.values(), ids=OVER_HTTP1, indirect=True)
def test_a_client_over_http1_is_taken_and_stays_its_owners(client: httpx.Client) -> None:
    store = SupabaseStore(URL, "key", http=client)
    assert len(client.event_hooks["response"]) == 1
    for _ in range(2):
        store.close()
        assert client.event_hooks["response"] == []
        assert not client.is_closed


def test_a_given_client_is_the_one_that_asks() -> None:
    with answering(b"HTTP/1.1") as client, SupabaseStore(URL, "key", http=client) as store:
        assert store.bookings.count() == 7


def test_an_answer_over_http2_is_refused_whatever_transport_chose_it() -> None:
    with (
        answering(b"HTTP/2") as client,
        SupabaseStore(URL, "key", http=client) as store,
        pytest.raises(ConfigurationError, match="answered over HTTP/2"),
    ):
        store.bookings.count()


def test_a_given_client_stays_usable_if_the_store_cannot_be_made() -> None:
    with httpx.Client() as client:
        with pytest.raises(ConfigurationError, match="cannot be used"):
            SupabaseStore("nowhere", "key", http=client)
        assert not client.is_closed
        assert client.event_hooks["response"] == []
