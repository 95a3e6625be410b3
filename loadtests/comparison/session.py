"""What all comparisons of one command share: the stack, the profile, the place for logs, and what is said."""

import secrets
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from harness.errors import ConfigurationError
from harness.models.outcome import Subject
from harness.settings import Settings, StackKind
from harness.stack.opening import attach, start
from harness.stack.protocol import Stack
from harness.version import version
from loadtests.comparison.arms import Arms
from loadtests.comparison.compare import Comparison, Judge
from loadtests.comparison.examination import examination
from loadtests.comparison.preparation import Prepared
from loadtests.comparison.rounds import Setting, plan_of
from loadtests.comparison.schedule import Profile
from loadtests.records import Arm, Fingerprint
from loadtests.reporting.progress import Progress
from loadtests.runs.fingerprint import build

__all__ = ["Session", "new_run_id", "open_session"]


@dataclass(frozen=True, kw_only=True)
class Session:
    """Made by `open_session`."""

    stack: Stack
    profile: Profile
    workers: int
    place: Path
    progress: Progress

    def comparison(
        self, prepared: Prepared, judge: Judge, *, run_id: str, begun: float | None = None
    ) -> Comparison:
        """A comparison, ready to be run; its time limit counts from `begun` (`time.monotonic`; None: now)."""
        begun = time.monotonic() if begun is None else begun
        limit_s = self.profile.limit_s
        setting = Setting(
            stack=self.stack,
            launches=prepared.arms.launches,
            spec=prepared.spec,
            weights=prepared.weights,
            profile=self.profile,
            seed=prepared.spec.seed,
            workers=self.workers,
            place=self.place,
            doing=self.progress.doing,
            deadline=float("inf") if limit_s is None else begun + limit_s - self.profile.closing_s,
        )
        return Comparison(
            run_id=run_id,
            setting=setting,
            fingerprints=self._fingerprints(prepared, setting),
            examine=partial(examination, prepared.spec, prepared.arms.comparison, _subjects(prepared.arms)),
            judge=judge,
            finished=self.progress.finished,
            begun=begun,
        )

    def subject(self, prepared: Prepared) -> Subject:
        """What is judged, on which servers."""
        return Subject(
            harness={"version": version()},
            target={**self._servers, "api": prepared.api.name},
            migrations_hash=self.stack.migrations_hash or None,
        )

    @property
    def _servers(self) -> dict[str, str]:
        return self.stack.target

    def _fingerprints(self, prepared: Prepared, setting: Setting) -> Mapping[Arm, Fingerprint]:
        """What each arm is; the mode is the one that its server has to prove before it is measured."""
        return {
            arm: build(
                mode=launch.mode,
                api=prepared.api.name,
                scenario={"api": prepared.api.name, "weights": prepared.weights},
                profile=self.profile.name,
                plan=plan_of(setting, 0).sha256(),
                loop="open",
                region="loopback",
                schema_hash=self.stack.migrations_hash,
                target=self._servers,
            )
            for arm, launch in prepared.arms.launches.items()
        }


@contextmanager
def open_session(
    settings: Settings, profile: Profile, *, stack: StackKind | None, workers: int, progress: Progress
) -> Iterator[Session]:
    """Join the stack of HARNESS_STACK_FILE, or start one. Raises ConfigurationError for another kind."""
    kind = stack or (settings.stack if settings.stack_file is None else "embedded")
    if kind == "external":
        raise ConfigurationError(
            f"A comparison starts servers on databases of its own, and does not run on --stack {kind}. Use "
            "--stack embedded or docker; a server that runs elsewhere is measured by harness load run --host "
            "URL."
        )
    with (
        tempfile.TemporaryDirectory(prefix="parity-load-") as private,
        _joined(settings, kind) as servers,
        progress,
    ):
        yield Session(stack=servers, profile=profile, workers=workers, place=Path(private), progress=progress)


def _joined(settings: Settings, kind: StackKind) -> Stack:
    file = settings.stack_file
    return start(settings, kind) if file is None else attach(file)


def new_run_id(settings: Settings) -> str:
    """The one of the gate run that this belongs to, or a new one."""
    return settings.run_id or f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"


def _subjects(arms: Arms) -> Mapping[Arm, str]:
    """How judgements call the arms: by mode, where the modes are what is compared."""
    if arms.comparison == "across":
        return arms.names
    return {arm: f"{launch.mode}, {arms.names[arm]}" for arm, launch in arms.launches.items()}
