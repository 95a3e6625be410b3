"""How a case is named, and what it may declare.

A case is a test function. Its id is its module and name without ``test_``,
and what it is parametrized with: ``crud.missing_get_is_none[bookings]``. Its
docstring is the sentence that it proves. Its level is ``core`` unless it is
marked `strict`. Ids are stable: reports, gaps and manifests refer to them.
"""

from collections.abc import Callable
from typing import Any

import pytest

from harness.adapters.capabilities import Capability

__all__ = ["fault", "needs", "strict"]

strict = pytest.mark.strict
"""Input hygiene, exact names, precedence: what an adapter in another language may do differently."""

fault = pytest.mark.fault
"""The case breaks the servers, or what they hold besides rows, and restores them: no excuse for its failing.

If it cannot restore them, it raises HarnessError: it is unchecked, and the run stops.
"""


def needs(*capabilities: Capability) -> Callable[[Any], Any]:
    """Exempt adapters without one of these capabilities. The report names the capability."""
    return pytest.mark.needs(*capabilities)
