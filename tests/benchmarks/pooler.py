"""What `migrations.pooler` says about a real PgBouncer in each of its modes.

Needs Debian's ``pgbouncer`` or another build of it:
``python -m tests.benchmarks.pooler [PGBOUNCER]``, in the root of the checkout.
The suite has a small pooler of its own (`tests/pooler.py`), because no package
of PyPI or npm brings a PgBouncer.
"""

import sys
import time

from harness.settings import Settings
from harness.stack.embedded import EmbeddedStack
from migrations.apply import prepare
from migrations.pooler import Access, access
from tests.bouncer import bouncer
from tests.pooler import Mode, pooled


def main(program: str) -> int:
    """Print what was found, and how long it took; 1 if the two poolers or the expectation differ."""
    wrong = 0
    expected: dict[Mode, Access] = {
        "session": Access.SESSION_POOLER,
        "transaction": Access.TRANSACTION_POOLER,
        "statement": Access.TRANSACTION_POOLER,
    }
    with EmbeddedStack.start(Settings.from_environ(), prepare=prepare) as stack, stack.clone() as database:
        dsn = database.coordinates.database_url
        for mode, right in expected.items():
            for size in (2, 5):
                for in_turn in (False, True):
                    with bouncer({"db": dsn}, mode, size=size, in_turn=in_turn, program=program) as urls:
                        begun = time.perf_counter()
                        found = access(urls["db"])
                        took = time.perf_counter() - begun
                    with pooled(dsn, mode, size=size, in_turn=in_turn) as through:
                        ours = access(through)
                    wrong += found is not right or ours is not right
                    print(
                        f"{mode:<12} {size} servers, in turn: {in_turn!s:<5} "
                        f"PgBouncer: {found.value} ({took * 1000:.0f} ms), tests/pooler.py: {ours.value}"
                    )
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2] or ["pgbouncer"]))
