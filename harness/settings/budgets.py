"""``[budgets]`` of parity.toml: what response times may be. Only what stands here decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.settings.environment import DbMode

__all__ = ["Budgets", "EndpointBudget"]


@dataclass(frozen=True, kw_only=True)
class EndpointBudget:
    """``[budgets.endpoints.NAME.MODE]``: of one endpoint in one mode; what is None does not decide."""

    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    errors: float | None = None
    """Highest share of wrong answers, 0 to 1."""
    round_trips: int | None = None
    """Requests to the gateway for one call: exactly so many."""
    p50_ratio: float | None = None
    """Within one mode: highest ratio of the median to the one of the base or the baselines, above 1."""
    p95_ratio: float | None = None


@dataclass(frozen=True, kw_only=True)
class Budgets:
    """The whole section."""

    allowance_ms: float | None = None
    """Across modes: what one round trip may cost."""
    floor_ms: float = 0.0
    """Across modes: what is allowed besides; within a mode: a difference below it is none."""
    endpoints: Mapping[str, Mapping[DbMode, EndpointBudget]] = field(default_factory=dict)
    capacity: Mapping[DbMode, float] = field(default_factory=dict)
    """``[budgets.capacity]``: requests per second that each mode must carry within its budgets."""

    @property
    def empty(self) -> bool:
        """True if nothing would decide."""
        return not self.endpoints and not self.capacity
