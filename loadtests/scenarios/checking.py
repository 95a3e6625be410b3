"""Where the functional check runs: on servers that are started for it in both modes, or on one that runs."""

import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.errors import ConfigurationError
from harness.models.outcome import Counts, Finding, Subject
from harness.settings import DbMode, Settings, inherited
from harness.settings.api import Api, reference_api, resolved
from harness.settings.parity_toml import ParityToml
from harness.stack.opening import own_kind, start
from harness.version import version
from loadtests.comparison.servers import ApiServer, Launch
from loadtests.records import Arm
from loadtests.runs.limits import Host
from loadtests.runs.target import Target
from loadtests.scenarios.functional import FunctionalResult, differences, examine
from loadtests.scenarios.rows import RowAccess
from loadtests.scenarios.selection import Profile
from loadtests.scenarios.wire import sending, sending_many
from loadtests.scenarios.workload import ScenarioSpec, open_workload

__all__ = ["Checked", "check_modes", "check_server"]

_SECRETS = ("SCHEDULER_API_KEY", "ICIMS_WEBHOOK_SECRET")
_ROWS = 60
_SEED = 1
_ENDS = "left behind: jobs, events and audit entries, until this server ends: it keeps them in memory"
_ARMS: Mapping[DbMode, Arm] = {"memory": "a", "supabase": "b"}


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What was found, by subject: the mode, or the name of the host."""

    results: Mapping[str, FunctionalResult]
    findings: tuple[Finding, ...]
    subject: Subject
    notes: tuple[str, ...] = ()
    """What the reader should know although nothing is wrong with it."""

    @property
    def counts(self) -> dict[str, Counts]:
        """Endpoints per subject: exempt is what is left out for a reason."""
        counts = {}
        for subject, result in self.results.items():
            wrong = {one.where for one in self.findings}
            failed = sum(f"{name}, {subject}" in wrong for name in result.endpoints)
            executed, exempt = len(result.endpoints), len(result.left_out)
            counts[subject] = Counts(
                expected=executed + exempt,
                executed=executed,
                passed=executed - failed,
                failed=failed,
                exempt=exempt,
            )
        return counts


def check_modes(
    config: ParityToml, settings: Settings, modes: tuple[DbMode, ...], tell: Callable[[str], None]
) -> Checked:
    """Start the API on a fresh database in each mode, and examine it.

    Raises ConfigurationError, and StackError or ServerFault where a server does not come up.
    """
    environ: dict[str, str] = {}
    if config.api is None:
        environ = {name: inherited({}).get(name) or secrets.token_urlsafe(24) for name in _SECRETS}
        api = reference_api(environ)
    else:
        api = resolved(config.api)
    if not api.is_reference and api.start is None:
        raise ConfigurationError(
            f"[api] of parity.toml does not say how {api.name} is started. Add start with its command, or"
            " check a server that runs: harness load check --host URL."
        )
    results: dict[str, FunctionalResult] = {}
    spec = ScenarioSpec(api=api, seed=_SEED, rows=_ROWS, owns_data=True)
    with (
        start(settings, own_kind(settings)) as stack,
        tempfile.TemporaryDirectory(prefix="parity-check-") as logs,
    ):
        for mode in modes:
            tell(f"{api.name}, {mode}: starting on a fresh database")
            launch = Launch(
                mode=mode,
                command=api.start,
                directory=None if api.start is None else config.directory,
                health=api.health,
                mode_field=api.mode_field,
                instance_field=api.instance_field,
                ready_timeout_s=api.ready_timeout_s,
                environ=environ,
            )
            log = Path(logs) / f"{mode}.log"
            with (
                ApiServer.start(stack, launch, arm=_ARMS[mode], log=log) as server,
                sending(server.host) as send,
            ):
                workload = open_workload(spec, arm="a", worker=0, workers=1)
                results[mode] = examine(send, workload, server.round_trips)
                server.prove()
        target = stack.target
        migrations_hash = stack.migrations_hash
    return Checked(
        results=results,
        findings=(*_wrong(results), *_misplaced(results), *_different(results)),
        subject=_subject(api, target, migrations_hash),
    )


def check_server(
    config: ParityToml, settings: Settings, host: Host, *, profile: Profile, owns_data: bool
) -> Checked:
    """Examine a server that runs, and remove what that made.

    Raises ConfigurationError, and LoadError if its health does not answer: then nothing is wrong or right.
    """
    api = reference_api() if config.api is None else resolved(config.api)
    with Target(host.url, api) as target:
        mode = target.identify().mode
    spec = ScenarioSpec(
        api=api,
        seed=_SEED,
        profile=profile,
        rows=_ROWS,
        owns_data=owns_data,
        host=host.url,
        rows_access=RowAccess.of(settings) if mode == "supabase" else None,
    )
    workload = open_workload(spec, arm="a", worker=0, workers=1)
    with sending(host.url) as send:
        result = examine(send, workload)
    left: tuple[str, ...] = ()
    if workload.writes:
        with sending_many(host.url) as send_many:
            left = workload.clean(send_many)
    results = {host.name: result}
    if left and mode == "memory" and not workload.ledger.created.requests:
        # Only what the API has no way to delete: no database keeps it.
        return Checked(
            results=results, findings=tuple(_wrong(results)), subject=_subject(api, {}, None), notes=(_ENDS,)
        )
    leftovers = tuple(
        Finding(
            id=f"load.check.left[{host.name}]",
            level="core",
            where=host.name,
            expected="nothing that the check has made",
            actual=what,
            message=f"Left behind by the check: {what}.",
        )
        for what in left
    )
    return Checked(results=results, findings=(*_wrong(results), *leftovers), subject=_subject(api, {}, None))


def _wrong(results: Mapping[str, FunctionalResult]) -> list[Finding]:
    return [
        _finding(endpoint, subject, "a right answer", problem)
        for subject, result in results.items()
        for endpoint, problem in result.problems
    ]


def _misplaced(results: Mapping[str, FunctionalResult]) -> list[Finding]:
    """The mode that a server claims is not the one in which it works."""
    found = []
    for subject, result in results.items():
        trips = {name: sum(counted) for name, counted in result.round_trips.items()}
        if subject == "memory":
            found += [
                _finding(name, subject, "no request to the database", f"{number} requests in all")
                for name, number in trips.items()
                if number
            ]
        if subject == "supabase" and not sum(trips.values()):
            found += [_finding("health", subject, "requests to the database", "none: it works elsewhere")]
    return found


def _different(results: Mapping[str, FunctionalResult]) -> list[Finding]:
    if not {"memory", "supabase"} <= results.keys():
        return []
    found = differences(results["memory"], results["supabase"])
    return [
        _finding(
            endpoint,
            "supabase",
            "an answer of the shape that memory gives",
            f"memory against supabase: {how}",
        )
        for endpoint, how in found
    ]


def _finding(endpoint: str, subject: str, expected: str, actual: str) -> Finding:
    return Finding(
        id=f"load.check.{endpoint}[{subject}]",
        level="core",
        where=f"{endpoint}, {subject}",
        expected=expected,
        actual=actual,
        message=f"{endpoint} is not as it must be in {subject}: {actual}.",
    )


def _subject(api: Api, target: Mapping[str, str], migrations_hash: str | None) -> Subject:
    return Subject(
        app=None if api.is_reference else {"name": api.name, "sha": None, "dirty": None},
        harness={"version": version()},
        target=target,
        migrations_hash=migrations_hash or None,
    )
