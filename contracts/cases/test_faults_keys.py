"""Faults of keys: who comes with the wrong one is told so, and nothing is read or written."""

from collections.abc import Callable

import pytest

from contracts.case import needs
from contracts.expect import every, refused
from contracts.reads import READS, scenery
from contracts.stored import everything
from contracts.subject import Subject
from contracts.writes import WRITES, effect_between
from harness.adapters.capabilities import Capability
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
