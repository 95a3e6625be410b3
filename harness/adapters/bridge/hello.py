"""The first line of an adapter: who it is, what it can do, and what it says it lacks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from harness.adapters.bridge.words import one_line
from harness.adapters.capabilities import Capability
from harness.models.operations import OPERATIONS

__all__ = ["IMPOSSIBLE", "PROTOCOL", "Hello"]

PROTOCOL = "parity-bridge/1"
_RESOLUTIONS: Mapping[str, Mapping[str, bool]] = {
    "time": {"us": True, "ms": False},
    "numbers": {"exact": True, "double": False},
}
_RESOLVED = {"time": Capability.MICROSECONDS, "numbers": Capability.EXACT_NUMBERS}
_NAMES = {capability.value: capability for capability in Capability}
IMPOSSIBLE = frozenset({Capability.PYTHON_VALUES})
"""What no adapter behind a bridge has: values travel as JSON."""


@dataclass(frozen=True, kw_only=True)
class Hello:
    """What an adapter announces."""

    name: str
    operations: frozenset[str]
    capabilities: Mapping[str, str]
    """``time`` (``us`` or ``ms``) and ``numbers`` (``exact`` or ``double``); the second of each if unsaid."""
    lacks: Mapping[str, str]
    """Capabilities that it does not have, each with the reason."""
    spoils: bool = False
    """Whether it heeds ``"spoil": true`` in a request."""

    @property
    def has(self) -> frozenset[Capability]:
        """The capabilities of the adapter, as far as it can know them."""
        lacking = {_NAMES[name] for name in self.lacks} | IMPOSSIBLE
        for key, resolutions in _RESOLUTIONS.items():
            if not resolutions[self.capabilities[key]]:
                lacking.add(_RESOLVED[key])
        if not self.spoils:
            lacking.add(Capability.SHARED_VALUES)
        return frozenset(Capability) - lacking

    @classmethod
    def parse(cls, line: bytes) -> Self:
        """Read the line. Raises ValueError with what is wrong, for a sentence that begins with "It"."""
        try:
            data = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise ValueError("it is no JSON") from error
        if not isinstance(data, dict):
            raise ValueError(f"it is a JSON {type(data).__name__}, not an object")  # noqa: TRY004
        if data.get("protocol") != PROTOCOL:
            raise ValueError(f"its protocol is {data.get('protocol')!r}, not {PROTOCOL!r}")
        name = data.get("name")
        if not isinstance(name, str) or not name.strip():
            raise ValueError("its name is not a text")
        return cls(
            name=one_line(name, 80),
            operations=_operations(data.get("operations")),
            capabilities=_capabilities(data.get("capabilities", {})),
            lacks=_lacks(data.get("lacks", {})),
            spoils=_flag(data.get("spoils", False)),
        )

    def dumps(self) -> str:
        """Return the line."""
        operations = [name for name in OPERATIONS if name in self.operations]
        return json.dumps(
            {
                "protocol": PROTOCOL,
                "name": self.name,
                "operations": operations,
                "capabilities": dict(self.capabilities),
                "lacks": dict(self.lacks),
                "spoils": self.spoils,
            }
        )


def _operations(given: Any) -> frozenset[str]:
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        raise ValueError("its operations are not a list of names")
    for name in given:
        if name not in OPERATIONS:
            raise ValueError(
                f"it announces {name!r}, which is no operation; `harness bridge schema` lists them"
            )
    if len(set(given)) != len(given):
        raise ValueError("it announces an operation twice")
    if not given:
        raise ValueError("it announces no operation")
    return frozenset(given)


def _capabilities(given: Any) -> Mapping[str, str]:
    if not isinstance(given, dict):
        raise ValueError("its capabilities are not an object")  # noqa: TRY004  # one kind of refusal
    for key, value in given.items():
        if key not in _RESOLUTIONS or value not in [*_RESOLUTIONS[key]]:
            raise ValueError(
                f"its {key!r}: {value!r} is unknown; there are time (us, ms) and numbers (exact, double)"
            )
    return {"time": "ms", "numbers": "double", **given}


def _flag(given: Any) -> bool:
    if not isinstance(given, bool):
        raise ValueError(f"its spoils is {given!r}, neither true nor false")  # noqa: TRY004  # as above
    return given


def _lacks(given: Any) -> Mapping[str, str]:
    if not isinstance(given, dict):
        raise ValueError("what it lacks is not an object")  # noqa: TRY004  # one kind of refusal
    for key, reason in given.items():
        if key not in _NAMES:
            raise ValueError(
                f"it lacks {key!r}, which is no capability; there are {', '.join(sorted(_NAMES))}"
            )
        if not isinstance(reason, str) or not reason.strip():
            raise ValueError(f"it lacks {key!r} without a reason")
    return {key: one_line(reason, 200) for key, reason in given.items()}
