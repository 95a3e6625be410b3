"""Keeps an adapter under load and faults: ``python -m tests.benchmarks.soak``, in the root of the checkout.

Threads share one store on a pool of few connections, while a fault a second comes between it and its
servers: connections are reset, answers are lost, backends are killed, PostgREST is restarted. At the end each
call is held against what is stored.

Exit status: 0 steady; 1 something was lost, doubled, leaked or wrong; 2 nothing was proved.
"""

import argparse
import random
import sys

from contracts.expect import Divergence
from harness.errors import HarnessError
from tests.benchmarks.soak.run import Plan, soak

_SEEDS = 1_000_000


def main() -> int:
    """Read the arguments, run, and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.soak", allow_abbrev=False)
    parser.add_argument("--seconds", type=float, default=600.0, help="how long; default %(default)g")
    parser.add_argument("--threads", type=int, default=64, help="on one store; default %(default)s")
    parser.add_argument("--pool", type=int, default=5, help="connections of PostgREST; default %(default)s")
    parser.add_argument("--seed", type=int, default=random.randrange(_SEEDS), help="of the faults")  # noqa: S311  # not for secrets
    parser.add_argument("--store", default=Plan.store, help="the function that opens it, as module:name")
    parser.add_argument("--api", action="store_true", help="soak `harness serve` in place of a store")
    given = parser.parse_args()
    say(f"seed {given.seed}")
    try:
        report = soak(Plan(**vars(given)), say)
    except (Divergence, HarnessError) as error:
        say(f"COULD NOT CHECK: {error}")
        return 2
    print(report.rendered())
    return report.exit_status


def say(line: str) -> None:
    """Tell how far it is."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
