"""Every store that a case can come by is spoiled, and once."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.selfcheck.wrapping import BrokenSubject
from contracts.subject import Server


def spoil(store: Any) -> None:
    store.mistakes += 1


def a_store() -> Any:
    return SimpleNamespace(mistakes=0)


class Correct:
    """Hands out stores as subjects do, without any servers."""

    def __init__(self) -> None:
        self.store = a_store()
        self.given: dict[str, Any] = {}
        self.own = SimpleNamespace(subject=None, without=lambda *args, **options: (args, options))

    @contextmanager
    def another_client(self) -> Iterator[Any]:
        yield a_store()

    @contextmanager
    def client_of(self, **given: Any) -> Iterator[Any]:
        self.given = given
        yield a_store()

    @contextmanager
    def another_database(self, **given: Any) -> Iterator[Any]:
        self.given = given
        yield Correct()

    @contextmanager
    def own_servers(self) -> Iterator[Any]:
        if self.own.subject is None:
            self.own.subject = Correct()
        yield self.own


@pytest.fixture
def correct() -> Correct:
    return Correct()


@pytest.fixture
def broken(correct: Correct) -> Any:
    subject: Any = correct
    return BrokenSubject(subject, spoil)


def test_the_store_and_other_clients(broken: Any) -> None:
    assert broken.store.mistakes == 1
    with broken.another_client() as store:
        assert store.mistakes == 1


def test_client_of_another_url(correct: Correct, broken: Any) -> None:
    with broken.client_of(url="http://proxy", timeout_s=0.3) as store:
        assert store.mistakes == 1
    assert correct.given == {"url": "http://proxy", "key": None, "timeout_s": 0.3}


def test_another_database_and_its_clients(correct: Correct, broken: Any) -> None:
    with broken.another_database(pool_size=1, pool_wait_s=2) as subject:
        assert subject.store.mistakes == 1
        with subject.client_of() as store:
            assert store.mistakes == 1
    assert correct.given == {"pool_size": 1, "pool_wait_s": 2}


def test_own_servers_are_spoiled_once_as_long_as_they_last(correct: Correct, broken: Any) -> None:
    for _ in range(2):
        with broken.own_servers() as own:
            assert own.subject.store.mistakes == 1
            with own.subject.another_client() as store:
                assert store.mistakes == 1
            assert own.without(Server.API, abruptly=True) == ((Server.API,), {"abruptly": True})
    correct.own.subject = None
    with broken.own_servers() as own:
        assert own.subject.store.mistakes == 1
