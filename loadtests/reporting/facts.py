"""What was measured, with what, and how well: the head of every form of the report."""

from collections.abc import Iterator, Sequence

from harness.reports.status_line import duration
from loadtests.budgeting.fitness import fit_windows
from loadtests.records import Arm, Fingerprint, Recording
from loadtests.reporting.histograms import added, quantile_ms
from loadtests.reporting.numbers import amount, counted
from loadtests.result import Result

__all__ = ["arm_name", "arms_of", "facts_of"]


def facts_of(result: Result) -> tuple[tuple[str, str], ...]:
    """Return names and values, in the order to be read."""
    recording = result.recording
    measured = () if recording is None else _measured(result, recording)
    target = result.subject.target
    stack = ", ".join(
        value if name == "stack" else f"{name} {value}" for name, value in target.items() if value
    )
    run = f"{result.run_id}, {result.started_at:%Y-%m-%d %H:%M:%S} UTC, {duration(result.duration_s)}"
    return tuple(
        (name, value)
        for name, value in (
            *measured,
            *result.facts,
            ("stack", stack),
            ("migrations", (result.subject.migrations_hash or "")[:12]),
            ("harness", result.subject.harness.get("version", "")),
            ("run", run),
            ("again", result.command),
        )
        if value
    )


def arms_of(recording: Recording) -> tuple[Arm, ...]:
    """The arms that were measured or were to be, a before b."""
    found = {window.arm for window in recording.windows} | set(recording.fingerprints)
    arms: tuple[Arm, ...] = ("a", "b")
    return tuple(arm for arm in arms if arm in found)


def arm_name(result: Result, arm: Arm) -> str:
    """What an arm is called: as the command says, else by its mode."""
    if arm in result.names:
        return result.names[arm]
    fingerprints = {} if result.recording is None else result.recording.fingerprints
    modes = [one.mode for one in fingerprints.values()]
    if arm in fingerprints and modes.count(fingerprints[arm].mode) == 1:
        return fingerprints[arm].mode
    return arm


def _measured(result: Result, recording: Recording) -> Iterator[tuple[str, str]]:
    load = recording.load
    loop = "open loop, Poisson arrivals" if load.loop == "open" else "closed loop"
    workers = counted(load.workers, "generating process").replace("processs", "processes")
    yield "compared", " with ".join(_described(result, recording, arm) for arm in arms_of(recording))
    yield "load", f"{amount(load.rate_per_s, 'per_s')}, {loop}, seed {load.seed}, {workers}"
    windows = recording.windows
    if not windows:
        return
    rounds = len({window.round for window in windows})
    seconds = duration(sum(window.duration_s for window in windows))
    yield "measured", f"{counted(rounds, 'round')}, {counted(len(windows), 'window')}, {seconds} in all"
    for arm in arms_of(recording):
        records = [record for one in windows if one.arm == arm for record in one.endpoints.values()]
        requests = sum(record.requests for record in records)
        wrong = sum(sum(record.errors.values()) for record in records)
        said = f"{wrong:,} wrong ({amount(wrong / requests, 'share')})" if wrong else "no wrong answer"
        yield arm_name(result, arm), f"{counted(requests, 'request')}, {said}"
    offered, achieved = (
        sum(values) for values in zip(*((w.offered, w.achieved) for w in windows), strict=True)
    )
    share = amount(achieved / offered, "share") if offered else "nothing"
    unfit = len(windows) - len(fit_windows(recording))
    if unfit:
        yield "left out", f"{counted(unfit, 'window')} in which the generator stood still"
    late = amount(quantile_ms(added(window.lag for window in windows), 0.99), "ms")
    busiest = amount(max(window.generator_cpu for window in windows), "share")
    served = f"{achieved:,} of {offered:,} arrivals served ({share})"
    yield "generator", f"{served}, 99 % of them started at most {late} late, at most {busiest} of a core busy"


def _described(result: Result, recording: Recording, arm: Arm) -> str:
    fingerprint: Fingerprint | None = recording.fingerprints.get(arm)
    name = arm_name(result, arm)
    if fingerprint is None:
        return f"{name} (never proven)"
    details: Sequence[str] = (fingerprint.api, "" if fingerprint.mode == name else fingerprint.mode)
    return f"{name} ({', '.join(filter(None, (*details, fingerprint.region)))})"
