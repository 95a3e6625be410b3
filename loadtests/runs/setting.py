"""What is run against one server: its load, its plan, its mix."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from harness.settings.api import Api
from loadtests.generation.plan import Plan, single_plan
from loadtests.runs.limits import Host, Profile
from loadtests.scenarios.rows import RowAccess
from loadtests.scenarios.workload import ScenarioSpec, open_workload

__all__ = ["FEWEST_WINDOWS", "RunSetting", "mix_of", "plan_of", "spec_of", "windows_in"]

FEWEST_WINDOWS = 8
"""A run of one round is judged by eight stretches of it, which stand for rounds."""
_WARM_UP, _MEASURED = 1, 0
"""Numbers of rounds, of which each has arrivals of its own."""


@dataclass(frozen=True, kw_only=True)
class RunSetting:
    """What is run, as it was asked for."""

    run_id: str
    host: Host
    api: Api
    """With its variables looked up."""
    scenario: str
    """Hash of what is asked of the application: see `scenario_hash`."""
    profile: Profile
    rate_per_s: float
    """Of an open loop; of a closed one, the most that its users may reach."""
    seconds: float
    warm_up_s: float
    seed: int
    region: str
    owns_data: bool = False
    """True if nobody else uses the database: only then do workers claim jobs."""
    access: RowAccess | None = None
    """How rows are removed that the API cannot delete."""
    journal: Path | None = None
    """What was created, so that it can be removed even if this process is killed."""
    loop: Literal["open", "closed"] = "open"
    users: int = 1
    think_s: float = 0.0
    workers: int = 0
    """Processes of this machine that a master drives; with 0 and no others, one process does it all."""
    external_workers: int = 0
    bind: str = "127.0.0.1"
    port: int = 0

    @property
    def processes(self) -> int:
        """How many generate load."""
        return max(1, self.workers + self.external_workers)


def spec_of(setting: RunSetting) -> ScenarioSpec:
    """What the generating processes are told; holds secrets."""
    return ScenarioSpec(
        api=setting.api,
        seed=setting.seed,
        profile=setting.profile,
        run=setting.run_id,
        journal=None if setting.journal is None else str(setting.journal),
        host=setting.host.url,
        owns_data=setting.owns_data,
        rows_access=setting.access,
    )


def plan_of(setting: RunSetting, weights: Mapping[str, float], *, warm_up: bool = False) -> Plan:
    """When what is sent: windows of about a second, one after the other."""
    seconds = setting.warm_up_s if warm_up else setting.seconds
    windows = windows_in(seconds)
    return single_plan(
        windows=windows,
        window_s=seconds / windows,
        rate_per_s=setting.rate_per_s,
        weights=weights,
        seed=setting.seed,
        round=_WARM_UP if warm_up else _MEASURED,
        loop=setting.loop,
        users=setting.users,
        think_s=setting.think_s,
    )


def windows_in(seconds: float) -> int:
    """How many windows a run of so many seconds has."""
    return max(FEWEST_WINDOWS, round(seconds))


def mix_of(setting: RunSetting) -> tuple[Mapping[str, float], Mapping[str, str]]:
    """The share of each endpoint that will be called, and why others will not. Raises ConfigurationError."""
    spec = msgspec.structs.replace(spec_of(setting), journal=None)
    workload = open_workload(spec, arm="a", worker=0, workers=1)
    left_out = {name: why for name, why in workload.left_out.items() if name != "delete_request"}
    return workload.weights, left_out
