"""One run of ``harness contract --replay FILE``: from its options to what it prints."""

import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from contracts import reportfiles
from contracts.plan import Adapter, Level
from contracts.publishing import publish, redacted, say
from contracts.replay.clock import Clock
from contracts.replay.found import Replayed
from contracts.replay.outcome import outcome
from contracts.replay.player import Player
from contracts.replay.progress import Progress
from contracts.replay.reader import Recording
from contracts.replay.report import Facts, summary
from contracts.stacks import Stack, open_stack
from harness.errors import ConfigurationError, HarnessError
from harness.models.outcome import Outcome, Status, Subject
from harness.settings import Settings, StackKind
from harness.version import version

__all__ = ["ReplayOptions", "ReplayRun"]


@dataclass(frozen=True, kw_only=True)
class ReplayOptions:
    """What one replay was asked to do."""

    file: Path
    pace: bool
    adapters: tuple[Adapter, ...]
    level: Level
    stack: StackKind
    json: str | None
    report: Path | None


class ReplayRun:
    """One run of the command."""

    def __init__(self, options: ReplayOptions, settings: Settings) -> None:
        self._options = options
        self._settings = settings
        self._stack = Stack()
        self._recording: Recording | None = None
        self._replays: list[Replayed] = []
        self._reasons: list[str] = []
        self._started_at = datetime.now(UTC)
        self._begun = time.monotonic()

    def run(self) -> int:
        """Run, and write whatever came of it."""
        try:
            self._replay()
        except KeyboardInterrupt:
            self._reasons.append("The replay was interrupted.")
        except HarnessError as error:
            self._reasons.append(str(error))
        return self._publish().exit_status

    def _replay(self) -> None:
        options = self._options
        self._recording = recording = Recording.read(options.file)
        self._reasons += recording.missing
        if len(recording) == 0:
            raise ConfigurationError(f"The recording {options.file} holds no call that could be replayed.")
        adapters = [
            Adapter.named(adapter.subject, Path.cwd()) if adapter.is_foreign else adapter
            for adapter in options.adapters
        ]
        twice = [name for name, times in Counter(one.name for one in adapters).items() if times > 1]
        if twice:
            raise ConfigurationError(f"Two adapters are called {twice[0]}; replay on one of them at a time.")
        with ExitStack() as resources:
            if any(adapter.needs_stack for adapter in adapters):
                say("Starting the servers …")
                self._stack = resources.enter_context(open_stack(options.stack, self._settings))
            for adapter in adapters:
                self._on(adapter, recording)

    def _on(self, adapter: Adapter, recording: Recording) -> None:
        say(f"Replaying {len(recording)} calls on {adapter.name}.")
        replayed = Replayed(adapter=adapter.name, calls=len(recording))
        self._replays.append(replayed)
        try:
            subject = adapter.open(self._stack.record)
        except HarnessError as error:
            replayed.reasons.append(str(error))
            return
        progress = Progress(sys.stderr, replayed)
        try:
            Player(
                recording,
                subject,
                replayed,
                level=self._options.level,
                pace=self._options.pace,
                clock=Clock(),
                watch=progress.show,
            ).play()
        finally:
            progress.close()
            subject.close()

    def _publish(self) -> Status:
        options = self._options
        duration = time.monotonic() - self._begun
        text = redacted(summary(self._replays, self._reasons, self._facts(duration)))
        result = self._outcome(duration)
        try:
            if options.report is not None:
                result = reportfiles.write_text_of(options.report, result, text, redacted=redacted)
            publish(result, text, json=options.json)
        except ConfigurationError as error:
            say(f"Error: {error}")
            return Status.worst([result.status, Status.UNCHECKED])
        return result.status

    def _facts(self, duration: float) -> Facts:
        recording = self._recording
        called = () if recording is None else (operation.name for operation in recording.called())
        return Facts(
            path=str(self._options.file),
            header=None if recording is None else recording.header,
            operations=Counter(called),
            level=self._options.level,
            pace=self._options.pace,
            duration_s=duration,
            target=self._stack.target,
            migrations_hash=self._stack.migrations_hash,
        )

    def _outcome(self, duration: float) -> Outcome:
        return outcome(
            self._replays,
            self._reasons,
            path=str(self._options.file),
            run_id=self._settings.run_id or str(uuid4()),
            started_at=self._started_at,
            duration_s=duration,
            subject=Subject(
                harness={"version": version()},
                target=self._stack.target,
                migrations_hash=self._stack.migrations_hash,
            ),
        )
