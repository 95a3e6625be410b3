"""A parent to be killed: starts a generator, says which processes there are, and runs a long plan.

Usage: ``python driving.py HOST WORKERS LOG``. It writes ``PID`` and those of all processes, a line for each
window, and after Ctrl-C ``interrupted``, how many windows there are and whether each is complete.
"""

import sys
from pathlib import Path

import psutil

from loadtests.generation.generator import Generator, RunInterrupted
from loadtests.generation.plan import paired_plan


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def main(host: str, workers: str, log: str) -> None:
    hosts = {"a": host, "b": host}
    with Generator.start(
        {},
        hosts,  # type: ignore[arg-type]  # its keys are the arms
        log=Path(log),
        workers=int(workers),
        factory="pinging:open_workload",
    ) as generator:
        plan = paired_plan(pairs=100, rate_per_s=10, weights={"ping": 1}, seed=1, window_s=0.3)
        generator.prepare(plan)
        say("PID", *(child.pid for child in psutil.Process().children(recursive=True)))
        try:
            generator.run(plan, progress=lambda index: say("window", index))
        except RunInterrupted as interruption:
            say("interrupted", len(interruption.windows), *(one.complete for one in interruption.windows))
            say("left", *generator.clean())


if __name__ == "__main__":
    main(*sys.argv[1:])
