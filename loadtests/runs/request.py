"""What the options of ``harness load run`` ask for, checked as far as it can be without asking the server."""

import math
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from harness.errors import ConfigurationError
from harness.settings import DbMode
from harness.settings.api import Api, resolved
from loadtests.runs.limits import HIGHEST_RATE, Host, Profile, refuse_load, refuse_writes
from loadtests.runs.setting import RunSetting, windows_in

__all__ = ["RunOptions", "setting_of"]

_RATE = 20.0
_LEAST_S = 0.005
"""An answer takes at least so long, as the rate of a closed loop without a pause is estimated."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """The options as they are given; None is the default where that depends on others."""

    host: str
    db_mode: DbMode | None = None
    profile: Profile = "read-only"
    allow_writes: bool = False
    rate: float | None = None
    allow_rate: bool = False
    seconds: float = 60.0
    warm_up_s: float = 5.0
    loop: Literal["open", "closed"] = "open"
    users: int | None = None
    think_s: float | None = None
    seed: int = 1
    workers: int = 0
    external_workers: int = 0
    bind: str = "127.0.0.1:0"
    name: str | None = None
    region: str | None = None
    out: Path | None = None
    journal: Path | None = None
    record_only: bool = False
    config: Path | None = None
    report: Path | None = None
    json_path: str | None = None


def setting_of(options: RunOptions, api: Api) -> RunSetting:
    """The run that is asked for. Raises ConfigurationError for what makes no sense, or needs leave."""
    _refuse_contradictions(options)
    host = Host.parse(options.host)
    users, think_s = options.users or 1, options.think_s or 0.0
    rate = expected = options.rate if options.rate is not None else _RATE
    if options.loop == "closed" and options.rate is None:
        expected = min(users / max(think_s, _LEAST_S), HIGHEST_RATE)
        rate = _most_asked(users, think_s, options.seconds)
    refuse_writes(host, options.profile, allowed=options.allow_writes)
    refuse_load(host, expected, options.seconds, allowed=options.allow_rate)
    bind, port = _address(options.bind)
    run_id = f"{_prefix(options.name)}{uuid.uuid4().hex[:12]}"
    journal = options.journal or Path(f"load-journal-{run_id}")
    return RunSetting(
        run_id=run_id,
        host=host,
        api=resolved(api),
        scenario="",
        profile=options.profile,
        rate_per_s=rate,
        seconds=options.seconds,
        warm_up_s=options.warm_up_s,
        seed=options.seed,
        region=options.region or ("loopback" if host.is_loopback else host.name),
        journal=journal.absolute() if options.profile == "write" else None,
        loop=options.loop,
        users=users,
        think_s=think_s,
        workers=options.workers,
        external_workers=options.external_workers,
        bind=bind,
        port=port,
    )


def _refuse_contradictions(options: RunOptions) -> None:
    if options.loop == "open" and (options.users is not None or options.think_s is not None):
        raise ConfigurationError(
            "--users and --think-time belong to a closed loop: add --loop closed, or leave them out."
        )
    if options.loop == "closed" and options.users is None:
        raise ConfigurationError("a closed loop needs --users: how many ask, wait and ask again.")
    if options.journal is not None and options.profile == "read-only":
        raise ConfigurationError("--journal notes what is created, and --profile read-only creates nothing.")
    if options.record_only and options.out is None:
        raise ConfigurationError("--record-only needs --out, the file for the recording.")
    if options.record_only and (options.report is not None or options.json_path is not None):
        raise ConfigurationError(
            "--record-only judges nothing, so that there is no outcome for --json or --report. Leave it out, "
            "or take the recording of --out."
        )


def _most_asked(users: int, think_s: float, seconds: float) -> float:
    """A rate that the users of a closed loop will not exceed in any window: calls are made for so many.

    What a user asks in a window is about Poisson; six standard deviations and a few are never exceeded.
    """
    window_s = seconds / windows_in(seconds)
    mean = window_s / max(think_s, _LEAST_S)
    return users * (mean + 6 * math.sqrt(mean) + 8) / window_s


def _address(text: str) -> tuple[str, int]:
    name, _, port = text.rpartition(":")
    if not name or not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise ConfigurationError(f"--bind {text} is not HOST:PORT; port 0 is any free one.")
    return name.strip("[]"), int(port)


def _prefix(name: str | None) -> str:
    if name is None:
        return ""
    if _NAME.fullmatch(name) is None:
        raise ConfigurationError(f"--name {name} is not one word of letters, digits, _ and -.")
    return f"{name}-"
