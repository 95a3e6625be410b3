"""Does the load generator measure the server, and not itself?

Two questions, beside an endpoint that costs next to nothing (`trivial_server.py`: asyncio, no framework, in a
process of its own):

- Of 1,000 requests per second in an open loop, how many are sent in time, and how late are they?
- At one connection, how far is its median latency from that of wrk, a generator written in C? Both take turns
  against the same server.

Usage: ``python tests/benchmarks/load_generator.py [--rounds N] [--seconds S]``; wrk is the Debian package of
that name (``apt-get install wrk``). Exit status: 0 held, 1 missed, 2 could not measure.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
from hdrh.histogram import HdrHistogram  # type: ignore[import-untyped]  # it ships no types

from loadtests.generation.generator import Generator
from loadtests.generation.histograms import add
from loadtests.generation.plan import Plan, single_plan
from loadtests.records import Arm, WindowRecord
from loadtests.scenarios.call import Answer, Call, SendMany, Workload

RATE_PER_S = 1000.0
ACHIEVED = 0.99
LAG_P50_MS = 1.0
NEAR_WRK_MS = 0.1
_FASTEST_PER_S = 50_000
_UNITS_MS = {"us": 1e-3, "ms": 1.0, "s": 1e3}


class Nothing(msgspec.Struct, frozen=True):
    """The workload needs no specification."""


class Trivial:
    """One endpoint that needs nothing."""

    endpoints: tuple[str, ...] = ("pong",)
    left_out: Mapping[str, str] = {}
    weights: Mapping[str, float] = {"pong": 1.0}

    def prepare(self, needs: Mapping[str, int], send: SendMany) -> None:
        """Nothing to make."""

    def next(self, endpoint: str) -> Call:
        """The same request each time."""
        return Call(endpoint=endpoint, method="GET", path="/", headers={}, body=None, check=is_pong)

    def clean(self, send: SendMany) -> tuple[str, ...]:  # noqa: ARG002  # the protocol's signature
        """Nothing to remove."""
        return ()


def is_pong(answer: Answer) -> str | None:
    """Both shape and meaning of the only right answer."""
    return None if (answer.status, answer.body) == (200, b"pong") else "no pong"


def open_trivial(spec: Nothing, *, arm: Arm, worker: int, workers: int) -> Workload:  # noqa: ARG001  # the signature of factories
    """What the generator's process imports."""
    return Trivial()


@contextmanager
def trivial_server() -> Iterator[str]:
    """Its URL; it ends with its stdin."""
    script = Path(__file__).with_name("trivial_server.py")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, str(script)], **pipes) as server:  # type: ignore[call-overload]  # they are the three keywords
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        server.stdin.close()


def wrk_median_ms(host: str, seconds: int) -> float:
    """Median latency of one connection of one thread."""
    command = ["wrk", "-t1", "-c1", f"-d{seconds}s", "--latency", host]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"50%\s+([\d.]+)(us|ms|s)", said)
    if found is None:
        raise SystemExit(f"wrk said no median:\n{said}")
    return float(found[1]) * _UNITS_MS[found[2]]


def ours(generator: Generator, plan: Plan) -> tuple[WindowRecord, ...]:
    """Prepare and run; a wrong answer ends the benchmark."""
    generator.prepare(plan)
    records = generator.run(plan)
    errors = [record.endpoints["pong"].errors for record in records if record.endpoints["pong"].errors]
    if errors:
        raise SystemExit(f"the trivial server was answered wrongly: {errors}")
    return records


def quantiles_ms(histograms: Iterator[str], *quantiles: float) -> list[float]:
    """Of all together."""
    total = HdrHistogram.decode(add(histograms))
    return [total.get_value_at_percentile(quantile) / 1000 for quantile in quantiles]


def closed(seed: int, seconds: int) -> Plan:
    """One connection, no thinking."""
    return single_plan(
        windows=seconds, rate_per_s=_FASTEST_PER_S, weights=Trivial.weights, seed=seed, loop="closed"
    )


def measure(generator: Generator, host: str, rounds: int, seconds: int) -> bool:
    """Print both answers; whether both targets were met."""
    offered, shares, lags, differences = [], [], [], []
    print("open loop, 1,000/s             |  one connection, median in ms")
    print("achieved  lag p50   p99    CPU |    ours     wrk  difference  ratio")
    ours(generator, closed(999, 1))
    for number in range(rounds):
        records = ours(
            generator,
            single_plan(windows=seconds, rate_per_s=RATE_PER_S, weights=Trivial.weights, seed=number),
        )
        offered.append(sum(record.offered for record in records))
        share = sum(record.achieved for record in records) / offered[-1]
        lag = quantiles_ms((record.lag for record in records), 50, 99)
        cpu = max(record.generator_cpu for record in records)
        wrk = wrk_median_ms(host, seconds)
        latencies = (record.endpoints["pong"].latency for record in ours(generator, closed(number, seconds)))
        (median,) = quantiles_ms(latencies, 50)
        shares.append(share)
        lags.append(lag)
        differences.append(median - wrk)
        print(
            f"{share:8.2%} {lag[0]:8.3f} {lag[1]:6.2f} {cpu:5.0%} |"
            f"{median:8.3f}{wrk:8.3f}{median - wrk:+12.3f}{median / wrk:7.2f}"
        )
    share, lag_p50 = statistics.fmean(shares, offered), statistics.median(lag[0] for lag in lags)
    difference = statistics.median(differences)
    print(
        f"\nachieved/offered of all rounds:   {share:.2%} (at least {ACHIEVED:.0%}), worst {min(shares):.2%}"
        f"\nschedule lag, median of rounds:   p50 {lag_p50:.3f} ms (below {LAG_P50_MS:g} ms), "
        f"p99 {statistics.median(lag[1] for lag in lags):.2f} ms"
        f"\nmedian latency, ours - wrk:       {difference:+.3f} ms (within {NEAR_WRK_MS:g} ms)"
    )
    return share >= ACHIEVED and lag_p50 < LAG_P50_MS and abs(difference) <= NEAR_WRK_MS


def main() -> int:
    """Measure, and say whether the targets were met."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        print("wrk is not installed: apt-get install wrk", file=sys.stderr)
        return 2
    os.environ["PYTHONPATH"] = str(Path(__file__).parent)
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as place, trivial_server() as host:
        log = Path(place) / "generator.log"
        with Generator.start(
            Nothing(), {"a": host}, log=log, factory="load_generator:open_trivial"
        ) as generator:
            return 0 if measure(generator, host, options.rounds, options.seconds) else 1


if __name__ == "__main__":
    sys.exit(main())
