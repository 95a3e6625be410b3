"""Faults of keys: who comes with the wrong one is told so, and nothing is read or written."""

from collections.abc import Callable
from functools import partial

import pytest

from contracts.case import needs
from contracts.expect import Divergence, every, raised, refused
from contracts.faults import FaultProxy
from contracts.reads import READS, Scenery, one_get, scenery
from contracts.stored import everything
from contracts.subject import Subject
from contracts.writes import WRITES, effect_between, one_of_each_kind
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import Unauthorized
from harness.stack.coordinates import Coordinates

pytestmark = needs(Capability.SERVER, Capability.CLIENT_IDS)


def forged(given: Coordinates) -> str:
    """Return the key with the signature of another secret."""
    body, _, signature = given.service_role_key.rpartition(".")
    return f"{body}.{signature[::-1]}"


KEYS: dict[str, Callable[[Coordinates], str]] = {
    "public": lambda given: given.anon_key,
    "forged": forged,
}


@pytest.mark.parametrize("key", KEYS)
def test_wrong_key(subject: Subject, key: str) -> None:
    """With a key that may not, nothing is read, nothing written, and nothing shown as empty."""
    there = scenery(subject.store)
    attempts = {write.name: write.prepare(subject.store) for write in WRITES}
    before = everything(subject)
    with subject.client_of(key=KEYS[key](subject.coordinates)) as stranger, every() as about:
        for name, read in READS.items():
            with about(name), refused(Unauthorized):
                read(stranger, there)
        for name, attempt in attempts.items():
            with about(name), refused(Unauthorized):
                attempt.call(stranger)
    assert effect_between(before, everything(subject)) == {}


def test_no_error_repeats_the_key(subject: Subject) -> None:
    """Whether it is the key that is wrong or the server that is gone, no error repeats the key."""
    given = subject.coordinates
    there = scenery(subject.store)
    calls: dict[str, Callable[[Store], object]] = {
        **{name: partial(_read, read, there) for name, read in one_get(3).items()},
        **{write.name: write.prepare(subject.store).call for write in one_of_each_kind(3)},
    }
    with FaultProxy(given.supabase_url) as proxy, every() as about:
        for name, key in {"wrong": forged(given), "right": given.service_role_key}.items():
            url = given.supabase_url if name == "wrong" else proxy.url
            with subject.client_of(url=url, key=key) as store, proxy.refusing():
                for call, made in calls.items():
                    with about(f"{call} with the {name} key"):
                        for error in _chain(raised(partial(made, store))):
                            # The finding must not repeat it either.
                            if key in f"{error} {error!r} {vars(error)!r}":
                                raise Divergence("no key", f"the key, in {type(error).__name__}")


def _read(read: Callable[[Store, Scenery], object], there: Scenery, store: Store) -> object:
    return read(store, there)


def _chain(error: BaseException | None) -> list[BaseException]:
    """Collect an error and all that it came from, those included that a traceback would leave out."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
