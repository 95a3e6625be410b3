"""What parity.toml and the options make of a comparison, before anything is started."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from harness.settings import DbMode, inherited
from harness.settings.api import Api, reference_api, resolved
from harness.settings.parity_toml import ParityToml
from loadtests.comparison.arms import Arms, arms_of
from loadtests.scenarios.workload import ScenarioSpec, open_workload

__all__ = ["Prepared", "prepare"]

_SECRETS = ("SCHEDULER_API_KEY", "ICIMS_WEBHOOK_SECRET")


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """Two servers to compare, and what is asked of them."""

    api: Api
    """With its variables looked up."""
    arms: Arms
    spec: ScenarioSpec
    weights: Mapping[str, float]
    """The share of each endpoint in the requests."""
    left_out: Mapping[str, str]
    """Endpoints that are not called, and why."""


def prepare(config: ParityToml, *, within: DbMode | None, base: str | None, seed: int) -> Prepared:
    """Put together what is compared. Raises ConfigurationError, before any server is started."""
    environ: Mapping[str, str] = {}
    if config.api is None:
        # Calls are signed as outside; a key that the user has set is not needed for servers that we start.
        environ = {name: inherited({}).get(name) or secrets.token_urlsafe(24) for name in _SECRETS}
        api = reference_api(environ)
    else:
        api = resolved(config.api)
    arms = arms_of(api, config.directory, within=within, base=base, environ=environ)
    spec = ScenarioSpec(api=api, seed=seed, owns_data=True)
    workload = open_workload(spec, arm="a", worker=0, workers=1)
    left_out = {name: why for name, why in workload.left_out.items() if name != "delete_request"}
    return Prepared(api=api, arms=arms, spec=spec, weights=workload.weights, left_out=left_out)
