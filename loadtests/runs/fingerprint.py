"""What must be equal for two recordings to be comparable, and in what they differ."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version as installed
from typing import Any

import msgspec

from harness.version import version
from loadtests.records import Fingerprint
from loadtests.runs.recording_file import digest

__all__ = ["Difference", "build", "differences", "generator_versions", "hash_of"]


@dataclass(frozen=True)
class Difference:
    """One field that two fingerprints have with different values."""

    field: str
    """The name, with the key behind a dot for one of several versions."""
    here: str
    there: str

    def in_words(self, here: str, there: str) -> str:
        """The field and both values, where `here` and `there` say whose they are."""
        return f"{self.field} is {_shown(self.here)} in {here} and {_shown(self.there)} in {there}"


def build(
    *,
    mode: str,
    api: str,
    scenario: Any,
    profile: str,
    plan: Any,
    loop: str,
    region: str,
    schema_hash: str = "",
    target: Mapping[str, str] | None = None,
) -> Fingerprint:
    """The fingerprint of one arm.

    `scenario` and `plan` are any plain or msgspec values, of which the hash is kept; one that is a text is
    taken to be that hash. `plan` must not name hosts, ports or times of day: what is compared later runs
    elsewhere and at another time. `target` has the versions of the servers, as far as they are known. The
    version of the application is not among them: it is what is being judged.
    """
    servers = {
        name: found for name, found in (target or {}).items() if name in {"postgres", "postgrest", "stack"}
    }
    return Fingerprint(
        mode=mode,
        api=api,
        scenario=hash_of(scenario),
        profile=profile,
        plan=hash_of(plan),
        loop=loop,
        schema_hash=schema_hash,
        region=region,
        versions={**generator_versions(), **servers},
    )


def generator_versions() -> dict[str, str]:
    """The versions of what generates the load and measures: another one may measure otherwise."""
    return {
        "harness": version(),
        "locust": installed("locust"),
        "python": platform.python_version(),
    }


def hash_of(value: Any) -> str:
    """SHA-256 over the canonical JSON of a value; a text is returned as it is."""
    return value if isinstance(value, str) else digest(msgspec.to_builtins(value))


def differences(here: Fingerprint, there: Fingerprint) -> tuple[Difference, ...]:
    """Each field in which they differ, in the order of `Fingerprint`."""
    mine, theirs = _flat(here), _flat(there)
    names = [*mine, *(name for name in theirs if name not in mine)]
    return tuple(
        Difference(name, mine.get(name, ""), theirs.get(name, ""))
        for name in names
        if mine.get(name, "") != theirs.get(name, "")
    )


def _flat(fingerprint: Fingerprint) -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in msgspec.structs.asdict(fingerprint).items():
        if isinstance(value, Mapping):
            flat |= {f"{name}.{key}": str(value[key]) for key in sorted(value)}
        else:
            flat[name] = str(value)
    return flat


def _shown(value: str) -> str:
    if len(value) == 64 and all(character in "0123456789abcdef" for character in value):
        return f"{value[:12]}…"
    return repr(value) if value else "not known"
