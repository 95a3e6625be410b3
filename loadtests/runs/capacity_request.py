"""What the options of ``harness load capacity`` ask for: a search on a server that is there, or on ours."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from harness.errors import ConfigurationError
from harness.settings import DbMode, Settings
from harness.settings.api import reference_api
from harness.settings.budgets import Budgets, EndpointBudget
from harness.settings.parity_toml import ParityToml
from harness.stack.opening import attach, own_kind, start
from loadtests.comparison.choice import chosen_budgets
from loadtests.comparison.preparation import Prepared, prepare
from loadtests.reporting.progress import Progress
from loadtests.runs.budgets import absolute
from loadtests.runs.limits import Profile
from loadtests.runs.request import RunOptions, setting_of
from loadtests.runs.scenario import scenario_hash
from loadtests.runs.searching import CapacitySearch, Range
from loadtests.runs.serving import fresh, same
from loadtests.runs.setting import RunSetting, mix_of
from loadtests.runs.target import Target

__all__ = ["CapacityOptions", "open_search", "refuse_contradictions"]

_WARM_UP_S = 2.0
_OURS = "http://127.0.0.1"
"""Stands for a server that is started later, at a port that is not known yet."""


@dataclass(frozen=True, kw_only=True)
class CapacityOptions:
    """The options as they are given."""

    host: str | None = None
    db_mode: DbMode | None = None
    profile: Profile | None = None
    allow_writes: bool = False
    allow_rate: bool = False
    lowest: float = 20.0
    highest: float = 1000.0
    resolution: float = 0.1
    times: int = 3
    least_s: float = 8.0
    seed: int = 1
    workers: int = 0
    record_only: bool = False
    config: Path | None = None
    report: Path | None = None
    json_path: str | None = None


def refuse_contradictions(asked: CapacityOptions) -> None:
    """Raise ConfigurationError for options that cannot be meant together."""
    if asked.host is None and asked.db_mode is None:
        raise ConfigurationError(
            "name the server: --host URL for one that is there, or --db-mode memory|supabase for one that "
            "the harness starts."
        )
    if asked.host is None and (asked.profile is not None or asked.allow_writes or asked.allow_rate):
        raise ConfigurationError(
            "--profile, --allow-writes and --allow-rate are about a server that is there: add --host URL."
        )
    if asked.lowest > asked.highest:
        raise ConfigurationError(f"--from {asked.lowest:g} is above --to {asked.highest:g}.")
    if asked.record_only and (asked.report is not None or asked.json_path is not None):
        raise ConfigurationError(
            "--record-only judges nothing, so that there is no outcome for --json or --report. Leave it out."
        )


@contextmanager
def open_search(asked: CapacityOptions, config: ParityToml) -> Iterator[CapacitySearch]:
    """The search that is asked for, with its servers. Raises ConfigurationError, LoadError and StackError."""
    opened = _on_ours(asked, config) if asked.host is None else _on_host(asked, config)
    with opened as search, search.progress:
        yield search


@contextmanager
def _on_host(asked: CapacityOptions, config: ParityToml) -> Iterator[CapacitySearch]:
    api = config.api or reference_api()
    budgets = config.budgets or Budgets()
    offered = max(asked.highest, *budgets.capacity.values(), 0.0)
    setting = setting_of(_run_options(replace(asked, highest=offered), str(asked.host)), api)
    with Target(setting.host.url, setting.api) as target:
        identity = target.identify(asked.db_mode)
        weights, _ = mix_of(setting)
        setting = replace(setting, scenario=scenario_hash(api, weights))
        kept = _budgets(budgets, identity.mode, weights)
        yield CapacitySearch(
            open_place=same(setting, target),
            is_ours=False,
            mode=identity.mode,
            weights=weights,
            budgets=kept,
            range=_range(asked, budgets, identity.mode),
            times=asked.times,
            least_s=asked.least_s,
            progress=_progress(asked, _range(asked, budgets, identity.mode)),
        )


@contextmanager
def _on_ours(asked: CapacityOptions, config: ParityToml) -> Iterator[CapacitySearch]:
    if asked.db_mode is None:
        raise ConfigurationError("--db-mode is needed for a server that the harness starts.")
    settings = Settings.from_environ()
    prepared = prepare(config, within=asked.db_mode, base=None, seed=asked.seed)
    budgets = chosen_budgets(config)
    kept = _budgets(budgets, asked.db_mode, prepared.weights)
    wanted = _range(asked, budgets, asked.db_mode)
    file = settings.stack_file
    with start(settings, own_kind(settings)) if file is None else attach(file) as stack:
        yield CapacitySearch(
            open_place=fresh(_setting_of_ours(asked, config, prepared), prepared, stack),
            is_ours=True,
            mode=asked.db_mode,
            weights=prepared.weights,
            budgets=kept,
            range=wanted,
            times=asked.times,
            least_s=asked.least_s,
            progress=_progress(asked, wanted),
        )


def _run_options(asked: CapacityOptions, host: str) -> RunOptions:
    return RunOptions(
        host=host,
        profile=asked.profile or "read-only",
        allow_writes=asked.allow_writes,
        rate=asked.highest,  # the most that will be offered is what needs leave
        allow_rate=asked.allow_rate,
        seconds=asked.least_s,
        warm_up_s=_WARM_UP_S,
        seed=asked.seed,
        workers=asked.workers,
    )


def _setting_of_ours(asked: CapacityOptions, config: ParityToml, prepared: Prepared) -> RunSetting:
    written = config.api or reference_api()
    setting = setting_of(replace(_run_options(asked, _OURS), profile="write"), prepared.api)
    return replace(
        setting,
        scenario=scenario_hash(written, prepared.weights),
        owns_data=True,
        journal=None,  # the database ends with the probe
    )


def _budgets(budgets: Budgets, mode: DbMode, weights: Mapping[str, float]) -> dict[str, EndpointBudget]:
    kept = absolute(budgets, mode, weights).budgets.endpoints
    if not kept:
        raise ConfigurationError(
            f"parity.toml has no budget that says what carrying a rate means in mode {mode}. Add "
            f"[budgets.endpoints.NAME.{mode}] with p95_ms, p99_ms or errors."
        )
    return {name: modes[mode] for name, modes in kept.items()}


def _range(asked: CapacityOptions, budgets: Budgets, mode: DbMode) -> Range:
    demanded = budgets.capacity.get(mode)
    if demanded is None and not asked.record_only:
        raise ConfigurationError(
            f"parity.toml demands no capacity of mode {mode}. Add [budgets.capacity] with {mode} = RATE in "
            "requests per second, or only measure it: --record-only"
        )
    return Range(
        lowest=min(asked.lowest, demanded or asked.lowest),
        highest=max(asked.highest, demanded or asked.highest),
        resolution=asked.resolution,
        demanded=demanded,
    )


def _progress(asked: CapacityOptions, wanted: Range) -> Progress:
    return Progress(
        stream=sys.stderr,
        total=wanted.most_probes,
        part_s=asked.times * (asked.least_s + 2 * _WARM_UP_S),
        part="rate",
    )
