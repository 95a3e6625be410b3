"""What parity.toml and the options make of a comparison, before anything is started."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from harness.errors import ConfigurationError
from harness.settings import DbMode, inherited
from harness.settings.api import Api, reference_api, resolved
from harness.settings.parity_toml import ParityToml
from harness.settings.toml_reader import suggestion
from loadtests.comparison.arms import Arms, arms_of
from loadtests.scenarios.journeys import mix
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
    """Endpoints that cannot be called, and why."""
    known: tuple[str, ...]
    """Endpoints that can be called, whether or not they get a share of the requests."""


def prepare(
    config: ParityToml,
    *,
    within: DbMode | None,
    base: str | None,
    seed: int,
    endpoints: Collection[str] = (),
) -> Prepared:
    """Put together what is compared; with `endpoints`, these get all the requests of the mix.

    All endpoints are called once in any case, to see whether they answer rightly. Raises
    ConfigurationError, before any server is started.
    """
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
    weights = workload.weights if not endpoints else _share_of(endpoints, workload.weights, left_out)
    known = workload.endpoints
    return Prepared(api=api, arms=arms, spec=spec, weights=weights, left_out=left_out, known=known)


def _share_of(
    endpoints: Collection[str], known: Mapping[str, float], left_out: Mapping[str, str]
) -> Mapping[str, float]:
    for name in endpoints:
        if name in left_out:
            raise ConfigurationError(f"--endpoint {name} cannot be called: {left_out[name]}.")
        if name not in known:
            hint = suggestion(name, sorted(known)) or f"; it has {', '.join(sorted(known))}."
            raise ConfigurationError(f"--endpoint {name} is no endpoint of this API{hint}")
    return mix(name for name in known if name in endpoints)
