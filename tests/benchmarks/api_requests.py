"""Ten thousand generated requests in each mode: ``python -m tests.benchmarks.api_requests``.

Every phase of Schemathesis is run, with other seeds until enough has been sent. Prints what each operation
answered. Exit status: 1 if an answer is not described, is a server error or tells a secret; 2 if something
was not looked at: too few requests, an operation that never did what it was asked for, no server.
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from harness.api.catalogue import ENDPOINTS
from harness.models.outcome import Status
from harness.settings import Settings
from harness.stack.coordinates import Coordinates
from harness.stack.embedded import EmbeddedStack
from tests.api_fuzzing.fuzzing import Phase, fuzz
from tests.api_fuzzing.servers import fuzzed
from tests.serving import clean_environ

_MODES = ("memory", "supabase")
_PHASES: tuple[Phase, ...] = ("examples", "coverage", "fuzzing", "stateful")
_EXAMPLES = 50
"""Per operation and seed."""
_SEEDS = 100
"""More than it takes: a server that is never asked would else be waited for without end."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, and return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=10_000, help="in each mode")
    parser.add_argument("--mode", choices=_MODES, action="append", help="only this one")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the first")
    given = parser.parse_args(arguments)
    ended = [one_mode(mode, given.requests, given.seed) for mode in given.mode or _MODES]
    return Status.worst(ended).exit_status


def one_mode(mode: str, wanted: int, first_seed: int) -> Status:
    """Send the requests to a server in one mode."""
    with ExitStack() as resources:
        directory = Path(resources.enter_context(tempfile.TemporaryDirectory()))
        project: Coordinates | None = None
        if mode == "supabase":
            settings = Settings.from_environ(clean_environ({}))
            stack = resources.enter_context(EmbeddedStack.start(settings))
            project = resources.enter_context(stack.clone()).coordinates
        server, facts = resources.enter_context(fuzzed(directory, project))
        sent: Counter[tuple[str, int]] = Counter()
        begun = time.perf_counter()
        for seed in range(first_seed, first_seed + _SEEDS):
            run = fuzz(server, facts, directory, phases=_PHASES, examples=_EXAMPLES, seed=seed)
            sent.update(run.sent)
            print(f"{mode}: seed {seed}: {run.total} requests, exit status {run.status}", flush=True)
            if run.status != 0:
                print(run.output)
                return Status.FAILED if run.status == 1 else Status.UNCHECKED
            if sent.total() >= wanted or not run.sent:
                break
        seconds = time.perf_counter() - begun
        leaks = facts.watch().in_error(log := server.log.read_text())
    print(table(sent))
    print(f"{mode}: {sent.total()} requests in {seconds:.0f} s", flush=True)
    if leaks or "unexpected" in log:
        print(f"{mode}: the log of the server holds {', '.join(leaks) or 'an unexpected error'}:\n{log}")
        return Status.FAILED
    return looked_at(mode, sent, wanted)


def looked_at(mode: str, sent: Counter[tuple[str, int]], wanted: int) -> Status:
    """Say whether enough was sent, and whether each operation did at least once what it is for."""
    documented = {f"{endpoint.method} {endpoint.path}" for endpoint in ENDPOINTS}
    never = documented - {operation for operation, status in sent if status < 300}
    if never:
        print(f"{mode}: COULD NOT CHECK: nothing right was ever answered by {', '.join(sorted(never))}")
    if sent.total() < wanted:
        print(f"{mode}: COULD NOT CHECK: {sent.total()} requests were sent, and {wanted} were wanted")
    return Status.UNCHECKED if never or sent.total() < wanted else Status.PASSED


def table(sent: Counter[tuple[str, int]]) -> str:
    """Return the statuses that each operation answered, a line for each."""
    lines = []
    for operation in sorted({operation for operation, _ in sent}):
        found = {status: number for (one, status), number in sorted(sent.items()) if one == operation}
        statuses = "  ".join(f"{status}: {number}" for status, number in found.items())
        lines.append(f"  {operation:<45} {sum(found.values()):>6}   {statuses}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
