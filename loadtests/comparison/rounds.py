"""One round of a comparison: both servers started anew, proven, warmed up, measured in turns, proven."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.stack.protocol import Stack
from loadtests.comparison.accounting import contradiction
from loadtests.comparison.schedule import Profile
from loadtests.comparison.servers import ApiServer, Launch, ServerFault
from loadtests.comparison.trips import TripCounter
from loadtests.comparison.warmup import FEWEST_WINDOWS, is_warm, level_of
from loadtests.errors import LoadError
from loadtests.generation.generator import Generator, RunInterrupted
from loadtests.generation.plan import Plan, paired_plan
from loadtests.records import Arm, WindowRecord
from loadtests.verdicts import Judgement, Verdict

__all__ = ["Examine", "Examined", "Interrupted", "Round", "Setting", "run_round"]

_WARM_PAIRS = 2
"""Pairs between two looks whether the servers are warm."""
_MOST_WARM_PAIRS = 20
_WARM_ROUND = 1 << 20
"""Added to the round in the draws of the warm-up: it must not foretell the measured arrivals."""

Trips = Mapping[Arm, Mapping[str, tuple[int, ...]]]


@dataclass(frozen=True, kw_only=True)
class Examined:
    """What each endpoint answered when it was called alone."""

    judgements: tuple[Judgement, ...] = ()
    """Of the metric ``answers``, per endpoint and arm."""
    trips: Trips = field(default_factory=dict)
    """What the gateway counted for each single call."""

    @property
    def is_right(self) -> bool:
        """True if every answer was right."""
        return all(one.verdict is Verdict.PASS for one in self.judgements)


Examine = Callable[[Mapping[Arm, ApiServer]], Examined]
"""Calls each endpoint of both servers one by one. Raises LoadError if a server does not answer."""


class _TimeUp(Exception):
    """No more windows may begin; says which was the last."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during a round, with what had been measured of it until then."""

    def __init__(self, windows: tuple[WindowRecord, ...]) -> None:
        super().__init__("interrupted")
        self.windows = windows


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What is the same in every round."""

    stack: Stack
    launches: Mapping[Arm, Launch]
    spec: object
    """The ScenarioSpec: which endpoints, how they are called and checked."""
    weights: Mapping[str, float]
    profile: Profile
    seed: int
    workers: int
    place: Path
    """Where logs go; private."""
    doing: Callable[[str], None] = lambda _: None
    """Says what is going on."""
    deadline: float = float("inf")
    """On the clock of `time.monotonic`: no window begins after it."""


@dataclass(frozen=True, kw_only=True)
class Round:
    """What one round gave."""

    number: int
    windows: tuple[WindowRecord, ...] = ()
    faults: tuple[str, ...] = ()
    """Sentences that make the whole comparison unfit, and end it."""
    skipped: str | None = None
    """Why nothing was measured although nothing is wrong: not warm, no time. Another round may be."""
    duration_s: float = 0.0
    """Without the examination of the first one."""
    examined: Examined | None = None
    """In the round in which that was done."""


def plan_of(setting: Setting, number: int) -> Plan:
    """The measured windows of a round: the same arrivals for both arms."""
    return paired_plan(
        pairs=setting.profile.pairs,
        rate_per_s=setting.profile.rate_per_s,
        weights=setting.weights,
        seed=setting.seed,
        round=number,
        window_s=setting.profile.window_s,
    )


def run_round(setting: Setting, number: int, *, trips: Trips, examine: Examine | None) -> Round:
    """Run one round; `examine` is called in the first one, and `trips` are those that it found.

    A server that is not what it must be, and a generator that fails, are faults of the round, not exceptions.
    After a wrong answer nothing is measured. Raises Interrupted and KeyboardInterrupt.
    """
    begun = time.monotonic()
    examined: Examined | None = None
    examined_s = 0.0
    try:
        with _servers(setting, number) as servers:
            if examine is not None:
                setting.doing("calling each endpoint once")
                started = time.monotonic()
                examined = examine(servers)
                trips = examined.trips
                examined_s = time.monotonic() - started
            # Who died has asked its database nothing, and that is not what is to be said about it.
            if faults := tuple(_unproven(servers)) or _contradictions(servers, trips):
                measured = Round(number=number, faults=faults)
            elif examined is not None and not examined.is_right:
                measured = Round(number=number)
            else:
                measured = _measured(setting, number, servers)
    except ServerFault as error:
        measured = Round(number=number, faults=(str(error),))
    return replace(measured, duration_s=time.monotonic() - begun - examined_s, examined=examined)


@contextmanager
def _servers(setting: Setting, number: int) -> Iterator[Mapping[Arm, ApiServer]]:
    setting.doing("starting both servers")
    with ExitStack() as on_exit:
        servers: dict[Arm, ApiServer] = {}
        for arm, launch in sorted(setting.launches.items()):
            log = setting.place / f"round-{number}-{arm}.log"
            servers[arm] = on_exit.enter_context(ApiServer.begin(setting.stack, launch, arm=arm, log=log))
        for server in servers.values():
            server.become_ready()
        yield servers


def _contradictions(servers: Mapping[Arm, ApiServer], trips: Trips) -> tuple[str, ...]:
    """What the gateways counted, against the modes that the servers say they run in."""
    found = {arm: contradiction(server.launch.mode, trips.get(arm, {})) for arm, server in servers.items()}
    return tuple(f"{servers[arm].label} {said}" for arm, said in found.items() if said is not None)


def _measured(setting: Setting, number: int, servers: Mapping[Arm, ApiServer]) -> Round:
    """Measure; what breaks off is a fault, and so is each server that is then not what it was."""
    try:
        return _measure(setting, number, servers)
    except _TimeUp as error:
        said = f"round {number + 1} was cut short at {error}: the time was up. Use --profile full."
        return Round(number=number, skipped=said)
    except LoadError as error:
        # Who died says more than that nobody answered.
        return Round(number=number, faults=(*_unproven(servers), str(error)))


def _unproven(servers: Mapping[Arm, ApiServer]) -> Iterator[str]:
    for server in servers.values():
        try:
            server.prove()
        except ServerFault as fault:
            yield str(fault)


def _measure(setting: Setting, number: int, servers: Mapping[Arm, ApiServer]) -> Round:
    plan = plan_of(setting, number)
    hosts = {arm: server.host for arm, server in servers.items()}
    log = setting.place / f"round-{number}-generator.log"
    with Generator.start(setting.spec, hosts, log=log, workers=setting.workers) as generator:
        setting.doing("making what the requests work on")
        generator.prepare(plan)
        if restless := _warm_up(setting, number, generator):
            return Round(number=number, skipped=restless)
        _prove(servers)
        counter = TripCounter(servers)
        windows = _run(
            setting,
            generator,
            plan,
            "window",
            ended=lambda index: counter.window_ended(index, plan.windows[index].arm),
        )
        counter.all_ended()
        windows = counter.added_to(windows)
        return Round(number=number, windows=windows, faults=tuple(_unproven(servers)))


def _warm_up(setting: Setting, number: int, generator: Generator) -> str | None:
    """Send until both are warm; returns why they are not, if it takes too long."""
    levels: dict[Arm, list[float]] = {arm: [] for arm in setting.launches}
    done = 0
    while done < _MOST_WARM_PAIRS:
        pairs = FEWEST_WINDOWS if not done else _WARM_PAIRS
        plan = paired_plan(
            pairs=pairs,
            rate_per_s=setting.profile.rate_per_s,
            weights=setting.weights,
            seed=setting.seed,
            round=_WARM_ROUND + number * _MOST_WARM_PAIRS + done,
            window_s=setting.profile.warm_window_s,
            border_s=0.0,
        )
        generator.prepare(plan)
        for window in _run(setting, generator, plan, "warm-up"):
            levels[window.arm].append(level_of(window))
        done += pairs
        if all(map(is_warm, levels.values())):
            return None
    restless = [arm for arm, found in levels.items() if not is_warm(found)]
    names = " and ".join(f"arm {arm} ({setting.launches[arm].mode})" for arm in restless)
    seconds = 2 * done * setting.profile.warm_window_s
    return (
        f"round {number + 1} was not measured: after {seconds:.0f} s of warm-up, {names} still became "
        "faster. Let nothing else run on this machine, or lower --rate."
    )


def _run(
    setting: Setting,
    generator: Generator,
    plan: Plan,
    what: str,
    *,
    ended: Callable[[int], None] = lambda _: None,
) -> tuple[WindowRecord, ...]:
    def progress(index: int) -> None:
        ended(index)
        setting.doing(f"{what} {index + 1} of {len(plan.windows)}")
        if time.monotonic() > setting.deadline:
            raise _TimeUp(f"{what} {index + 1} of {len(plan.windows)}")

    try:
        return generator.run(plan, progress=progress)
    except RunInterrupted as interruption:
        raise Interrupted(interruption.windows if what == "window" else ()) from interruption


def _prove(servers: Mapping[Arm, ApiServer]) -> None:
    for server in servers.values():
        server.prove()
