"""One run against one server: identified, warmed up, measured, identified again, and left as it was."""

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO

from loadtests.generation.generator import Generator, RunInterrupted
from loadtests.generation.plan import Plan
from loadtests.records import Load, Recording, WindowRecord
from loadtests.reporting.progress import Progress
from loadtests.runs.cleaning import clean
from loadtests.runs.fingerprint import build, hash_of
from loadtests.runs.setting import RunSetting, plan_of, spec_of, windows_in
from loadtests.runs.target import Identity, Target

__all__ = ["Measured", "Watch", "kept_log", "measure", "progress_of"]


class Watch(Protocol):
    """Who is told how far a run is: a `Progress`, or one that counts something else than windows."""

    def say(self, text: str) -> None:
        """Say something that stays."""
        ...

    def doing(self, what: str) -> None:
        """Say what is going on."""
        ...

    def finished(self) -> None:
        """Count one window as done."""
        ...


@dataclass(frozen=True)
class Measured:
    """What came of it."""

    recording: Recording
    left: tuple[str, ...]
    """What could not be removed, in words."""


@contextmanager
def kept_log() -> Iterator[Path]:
    """A file for what the generator says: it stays after a failure, whose message names it."""
    place = Path(tempfile.mkdtemp(prefix="harness-load-"))
    yield place / "generator.log"
    shutil.rmtree(place, ignore_errors=True)


def progress_of(setting: RunSetting, stream: TextIO) -> Progress:
    """The progress of a run, in windows, those of the warm-up included."""
    warm_up_s = setting.warm_up_s
    windows = windows_in(setting.seconds) + (windows_in(warm_up_s) if warm_up_s > 0 else 0)
    return Progress(stream, windows, (setting.seconds + warm_up_s) / windows, part="window")


def measure(
    setting: RunSetting,
    target: Target,
    identity: Identity,
    weights: Mapping[str, float],
    *,
    log: Path,
    progress: Watch,
) -> Measured:
    """Run it. Ctrl-C ends it soon, with what there was until then and `Recording.complete` False.

    `identity` is what the server said before; `log` gets what the generator says.
    Raises LoadError if nothing could be measured.
    """
    plan = plan_of(setting, weights)
    begun_at = time.time()
    windows: tuple[WindowRecord, ...] = ()
    interrupted = False
    left: tuple[str, ...] = ()
    with Generator.start(
        spec_of(setting),
        {"a": setting.host.url},
        log=log,
        workers=setting.workers,
        external_workers=setting.external_workers,
        bind=setting.bind,
        port=setting.port,
        tell=progress.say,
    ) as generator:
        try:
            windows = _windows(setting, generator, plan, progress)
        except RunInterrupted as stop:
            windows, interrupted = stop.windows, True
        except KeyboardInterrupt:
            interrupted = True
        except Exception:
            for line in clean(generator, setting.journal):
                progress.say(line)
            raise
        progress.doing("removing what the run created")
        # In any case, for what was created there is somebody's data.
        left = clean(generator, setting.journal)
    changed = None if interrupted else target.changed(identity)
    recording = Recording(
        run_id=setting.run_id,
        begun_at=begun_at,
        ended_at=time.time(),
        load=Load(
            rate_per_s=_rate(setting, windows),
            loop=setting.loop,
            seed=setting.seed,
            weights=weights,
            workers=setting.processes,
        ),
        fingerprints={
            "a": build(
                mode=identity.mode,
                api=setting.api.name,
                scenario=setting.scenario,
                profile=setting.profile,
                plan=hash_of([plan.sha256(), setting.warm_up_s, setting.processes]),
                loop=setting.loop,
                region=setting.region,
            )
        },
        windows=windows,
        complete=not interrupted,
        remarks=() if changed is None else (changed,),
    )
    return Measured(recording, left)


def _rate(setting: RunSetting, windows: Sequence[WindowRecord]) -> float:
    """What was offered per second: of a closed loop, what its users came to."""
    seconds = sum(window.duration_s for window in windows)
    if setting.loop == "open" or seconds == 0:
        return setting.rate_per_s
    return round(sum(window.offered for window in windows) / seconds, 1)


def _windows(
    setting: RunSetting, generator: Generator, plan: Plan, progress: Watch
) -> tuple[WindowRecord, ...]:
    def run(what: str, plan: Plan) -> tuple[WindowRecord, ...]:
        def ended(_index: int) -> None:
            progress.finished()
            progress.doing(what)

        progress.doing(what)
        return generator.run(plan, progress=ended)

    warm_up = plan_of(setting, plan.weights, warm_up=True) if setting.warm_up_s > 0 else None
    progress.doing("making what the requests work on")
    generator.prepare(*((plan,) if warm_up is None else (warm_up, plan)))
    if warm_up is not None:
        run("warming up", warm_up)
    return run("measuring", plan)
