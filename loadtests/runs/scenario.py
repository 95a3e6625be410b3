"""What is asked of an application, as one hash: other endpoints, templates or weights are another one."""

from collections.abc import Mapping
from dataclasses import asdict

import msgspec

from harness.settings.api import Api
from loadtests.runs.recording_file import digest
from loadtests.scenarios.endpoints import DESCRIPTIONS

__all__ = ["scenario_hash"]


def scenario_hash(api: Api, weights: Mapping[str, float]) -> str:
    """SHA-256 over the endpoints as described and mapped, and their shares.

    `api` is as written in parity.toml, before its variables are looked up: a new password asks nothing else.
    How the application is started, and where it says its mode, changes nothing either.
    """
    mapping = {
        name: {key: value for key, value in asdict(table).items() if key != "lacks"}
        for name, table in api.endpoints.items()
        if name in weights
    }
    return digest(
        {
            "described": {name: msgspec.to_builtins(DESCRIPTIONS[name]) for name in sorted(weights)},
            "mapped": msgspec.to_builtins(mapping),
            "weights": {name: round(weights[name], 9) for name in sorted(weights)},
        }
    )
