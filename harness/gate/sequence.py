"""The order of the steps, and what each needs from those before it."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from harness.errors import HarnessError
from harness.gate import external_step, stack_step
from harness.gate.check_step import run_check
from harness.gate.runner import Runner
from harness.gate.steps import (
    CHECK_PREFIX,
    CONTRACT,
    DOCTOR,
    LOAD,
    MIGRATION,
    SCHEMA_APPLY,
    SCHEMA_CHECK,
    STACK,
    SUBJECT,
    Step,
    expected_steps,
    unchecked,
)
from harness.models.outcome import Outcome, Status
from harness.revision import WorkCopy
from harness.settings import Settings, export
from harness.settings.parity_toml import FILE_NAME, ParityToml
from harness.stack.protocol import Database, Stack

__all__ = ["Options", "Sequence"]

Level = Literal["core", "strict"]

_NO_PROJECT: Mapping[str, str | None] = dict.fromkeys(
    ("SUPABASE_URL", "SUPABASE_ANON_KEY", "SUPABASE_SERVICE_ROLE_KEY", "DATABASE_URL", "DB_MODE")
)
"""The gate's own servers are examined: what names another project must not reach a step."""

_APPLY = Step(name=SCHEMA_APPLY, command=("schema", "apply"), timeout_s=300)


@dataclass(frozen=True, kw_only=True)
class Options:
    """What one gate run was asked to do."""

    level: Level | None
    """None leaves the choice to the contract."""
    workers: int | None
    config: ParityToml
    config_path: Path | None = None
    """The file that `config` was read from, where it was named."""
    allow_writes: bool = False
    """The contract may write to a given project, and remove what it wrote."""
    work_copy: WorkCopy | None = None
    """Where the application is, if its own adapter is to be judged."""

    @property
    def judges_load(self) -> bool:
        """True if parity.toml says what response times may be, or how its own API is called."""
        return self.config.api is not None or self.config.budgets is not None

    @property
    def subject_level(self) -> Level:
        """The cases that the user's adapter is judged by."""
        return self.level or self.config.subject.level


class Sequence:
    """One gate run; `run` fills `outcomes` with one for each expected step, also when interrupted."""

    def __init__(
        self, settings: Settings, options: Options, runner: Runner, announce: Callable[[str], None]
    ) -> None:
        self.expected = expected_steps(
            settings.stack,
            [check.name for check in options.config.checks],
            subject=options.work_copy is not None,
            load=options.judges_load,
        )
        self.outcomes: list[Outcome] = []
        self._settings = settings
        self._options = options
        self._runner = runner
        self._announce = announce

    def run(self) -> None:
        """Run everything; an interrupt ends it early, and the steps that remain are unchecked."""
        try:
            with ExitStack() as on_exit:
                self._run(on_exit)
        except KeyboardInterrupt:
            self._skip("the run was interrupted.")
        except HarnessError as error:
            self._skip(str(error))
        self._skip("the run ended before this step.")

    def _run(self, on_exit: ExitStack) -> None:
        config = () if self._options.config_path is None else ("--config", str(self._options.config_path))
        doctor = self._step(Step(name=DOCTOR, command=("doctor", *config), timeout_s=60), {})
        if doctor.status is not Status.PASSED:
            return self._skip("not run because doctor found a problem.")
        if self._settings.stack == "external":
            return self._external()
        self._announce(f"{STACK} ...")
        export("HARNESS_SERVER_LOGS", str(self._runner.place(STACK)))
        started = stack_step.start(self._settings, self._runner.run_id, on_exit)
        self._take(started.outcome)
        if started.stack is None:
            return self._skip("not run because no stack is running.")
        # Roles belong to the cluster: migrations that create one cannot run twice beside each other. So where
        # the template could be made, a copy of it is examined, and applying again must find nothing to do.
        applied = started.template_problem is None
        self._rehearse(started.stack.clone if applied else started.stack.empty, started.stack)
        if started.template_problem is not None:
            return self._skip(f"not run because the migrations cannot be applied: {started.template_problem}")
        self._step(self._migration(), {**_NO_PROJECT, **_joined(started.stack)})
        self._judge_adapters({**_NO_PROJECT, **_joined(started.stack)})
        for check in self._options.config.checks:
            self._announce(f"{CHECK_PREFIX}{check.name} ...")
            directory = self._options.config.directory
            fresh = started.stack.clone
            self._take(run_check(check, directory, self._runner, fresh, started.outcome.subject))
        if self._options.judges_load:
            self._step(self._load(config), {**_NO_PROJECT, **_joined(started.stack)})
        return None

    def _rehearse(self, fresh: Callable[[], Database], stack: Stack) -> None:
        with fresh() as database:
            environ = {
                **_NO_PROJECT,
                **_joined(stack),
                "DATABASE_URL": database.coordinates.database_url,
            }
            apply = self._step(_APPLY, environ)
            if apply.status is Status.PASSED:
                self._step(self._check(), environ)
            else:
                self._give_up(SCHEMA_CHECK, "not run because the migrations were not applied.")

    def _external(self) -> None:
        self._announce(f"{STACK} ...")
        project = self._take(external_step.examine(self._settings, self._runner.run_id))
        if project.status is not Status.PASSED:
            return self._skip("not run because the project cannot be used.")
        if self._settings.database_url is None:
            self._give_up(SCHEMA_CHECK, "not run because DATABASE_URL is not set.")
        else:
            self._step(self._check(), {})
        # Whether it may is the contract's to say: it knows what it would do.
        consent = ("--allow-writes",) if self._options.allow_writes else ()
        if consent:
            self._announce(external_step.warning(self._runner.run_id))
        try:
            self._judge_adapters({"HARNESS_STACK_FILE": None}, *consent)
        finally:
            if (left := external_step.left_behind(self._settings, self._runner.run_id)) is not None:
                self._announce(left)
        if self._options.judges_load:
            self._give_up(LOAD, "not run because it would write to a given project; see harness load run.")
        return self._skip("not run because your tests would write to a given project; use --stack embedded.")

    def _check(self) -> Step:
        config = self._options.config
        types = config.subject.types
        compared = () if types is None else ("--types", str(config.directory / types))
        return Step(name=SCHEMA_CHECK, command=("schema", "check", *compared), timeout_s=300)

    def _migration(self) -> Step:
        """The rehearsal of the data; it copies the migrated template itself."""
        table = self._options.config.migration
        given: list[str] = []
        if table.snapshot is not None:
            given += ["--source", str(self._options.config.directory / table.snapshot)]
        if table.rows is not None:
            given += ["--rows", str(table.rows)]
        if table.allow_empty:
            given.append("--allow-empty")
        return Step(name=MIGRATION, command=("migrate", "rehearse", *given), timeout_s=1800)

    def _load(self, config: tuple[str, ...]) -> Step:
        """Both modes side by side; it ends within three minutes itself."""
        report = self._runner.place(LOAD) / "report"
        options = ("--profile", "ci", "--stack", self._settings.stack, "--report", str(report))
        return Step(name=LOAD, command=("load", "compare", *options, *config), timeout_s=600)

    def _judge_adapters(self, environ: Mapping[str, str | None], *consent: str) -> None:
        """Judge the reference adapters, and by what they have shown to be good, the user's own."""
        references = self._contract(environ, *consent)
        if self._options.work_copy is None:
            return None
        if references.status is not Status.PASSED:
            return self._give_up(SUBJECT, "not run because the reference adapters did not pass here.")
        path = self._options.config_path or Path(FILE_NAME)
        self._contract(environ, *consent, "--config", str(path), step=SUBJECT)
        return None

    def _contract(self, environ: Mapping[str, str | None], *arguments: str, step: str = CONTRACT) -> Outcome:
        report = self._runner.place(step) / "report"
        command = ["contract", *arguments, "--report", str(report)]
        if self._options.level is not None:
            command += ["--level", self._options.level]
        if self._options.workers is not None:
            command += ["--workers", str(self._options.workers)]
        return self._step(Step(name=step, command=tuple(command), timeout_s=1800), environ)

    def _step(self, step: Step, environ: Mapping[str, str | None]) -> Outcome:
        self._announce(f"{step.name} ...")
        return self._take(self._runner.run(step, environ))

    def _take(self, outcome: Outcome) -> Outcome:
        outcome = self._about_application(outcome)
        self.outcomes.append(outcome)
        self._announce(f"{outcome.step}: {outcome.status.value} in {outcome.duration_s:.1f} s")
        return outcome

    def _skip(self, reason: str) -> None:
        """Give up every step that has no outcome yet."""
        done = {outcome.step for outcome in self.outcomes}
        for step in self.expected:
            if step not in done:
                self._give_up(step, reason)

    def _give_up(self, step: str, reason: str) -> None:
        outcome = unchecked(step, reason, run_id=self._runner.run_id, started_at=datetime.now(UTC))
        self.outcomes.append(self._about_application(outcome))

    def _about_application(self, outcome: Outcome) -> Outcome:
        """Note in which state the application was when a step that examines it had ended."""
        is_about_it = outcome.step == SUBJECT or outcome.step.startswith(CHECK_PREFIX)
        if self._options.work_copy is None or not is_about_it:
            return outcome
        target = dict(outcome.subject.target)
        if outcome.step == SUBJECT:
            target.setdefault("level", self._options.subject_level)
        app = self._options.work_copy.look().to_json()
        return replace(outcome, subject=replace(outcome.subject, app=app, target=target))


def _joined(stack: Stack) -> dict[str, str]:
    return {"HARNESS_STACK": stack.kind, "HARNESS_STACK_FILE": str(stack.record)}
