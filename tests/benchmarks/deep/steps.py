"""The long questions, each a command that answers with its exit status. A list, and nothing more."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["SCRATCH", "STEPS", "Step"]

SCRATCH = "{scratch}"
_HOUR_S = 3_600.0


@dataclass(frozen=True, kw_only=True)
class Step:
    """One question."""

    name: str
    question: str
    command: Sequence[str]
    """Exit status 0: yes; 1: no; anything else: it could not be asked. SCRATCH is a new, empty directory."""
    programs: Sequence[str] = ()
    """What must be installed beside the Python packages."""
    packages: Sequence[str] = ()
    """Python packages that only this step imports."""
    deadline_s: float = 2 * _HOUR_S


def _module(name: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", f"tests.{name}", *arguments)


def _script(name: str, *arguments: str) -> tuple[str, ...]:
    """A benchmark that finds its companions beside itself."""
    return (sys.executable, f"tests/benchmarks/{name}.py", *arguments)


_PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")


STEPS: tuple[Step, ...] = (
    Step(
        name="schemathesis",
        question="Is every answer to 10,000 generated requests in each mode one that is described?",
        command=_module("benchmarks.api_requests"),
        packages=("schemathesis",),
    ),
    Step(
        name="kill-table",
        question="Which cases reject which broken adapter, and does every adapter die?",
        command=(sys.executable, "-P", "-m", "harness", "contract", "--self-check", "--exhaustive"),
        deadline_s=4 * _HOUR_S,
    ),
    Step(
        name="copy-kills",
        question="Does a copy that was killed 50 times, and its server 10 times, lose or double nothing?",
        command=_script("migrate_kills"),
    ),
    Step(
        name="rest-kills",
        question="Does a copy by REST that was killed 20 times end as an undisturbed one?",
        command=_module("benchmarks.rest_kills", "20", "1"),
    ),
    Step(
        name="soak",
        question="Are memory, connections and files flat after ten minutes with a fault every second?",
        command=_module("benchmarks.soak"),
    ),
    Step(
        name="one-ahead",
        question="Does today's code keep the whole contract on the schema of tomorrow?",
        command=_module("benchmarks.one_ahead"),
    ),
    Step(
        name="external-judged",
        question="Is the whole contract kept on a given project, which is then empty again?",
        command=_module("benchmarks.external", "judged"),
    ),
    Step(
        name="external-killed",
        question="Is nothing left in a given project, however its guest is ended?",
        command=_module("benchmarks.external", "killed", "20"),
    ),
    Step(
        name="deep-tests",
        question="Do example, guests of given projects, harmed schemas and quiet loads do as they should?",
        command=(*_PYTEST, "--ignore", "tests/deep/docker", "tests/deep"),
        programs=("node", "pgbouncer"),
    ),
    Step(
        name="docker",
        question="Does the whole gate end in containers as it does without, and does nothing of them stay?",
        command=(*_PYTEST, "tests/deep/docker"),
        packages=("docker", "testcontainers"),
    ),
    Step(
        name="coverage",
        question="Does the contract alone reach both adapters, to 95 %?",
        command=_script("coverage_by_contract"),
        packages=("coverage",),
    ),
    Step(
        name="pooler",
        question="Is each mode of a real PgBouncer recognised?",
        command=_module("benchmarks.pooler"),
        programs=("pgbouncer",),
    ),
    Step(
        name="load-verdicts",
        question="How often are the verdicts of load tests right?",
        command=_module("benchmarks.load_verdicts"),
    ),
    Step(
        name="load-faults",
        question="Are real faults found, and equal servers left alone?",
        command=_module("benchmarks.load_injected", SCRATCH),
        deadline_s=10 * _HOUR_S,
    ),
    Step(
        name="load-generator",
        question="Does the load generator measure the server, and not itself?",
        command=_script("load_generator"),
        programs=("wrk",),
    ),
    Step(name="contract", question="What do the cases of the contract cost?", command=_script("contract")),
    Step(name="stack", question="What does the embedded stack cost?", command=_script("stack")),
    Step(name="bridge", question="What does the bridge add to a call?", command=_module("benchmarks.bridge")),
    Step(
        name="bridge-kit",
        question="What does the JavaScript kit cost?",
        command=_script("bridge_kit"),
        programs=("node",),
    ),
    Step(name="plan", question="What does the plan of a migration cost?", command=_script("migrate_plan")),
    Step(
        name="copy",
        question="How fast is a copy beside the server's own?",
        command=_script("migrate_copy"),
    ),
    Step(name="diff", question="How fast is a diff beside others?", command=_script("migrate_diff")),
)
