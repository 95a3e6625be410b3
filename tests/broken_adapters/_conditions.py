"""Changes of the conditions of a read."""

from typing import Any

from harness.adapters.queries import Condition

from ._helpers import Call, around, repositories

READS = ("list", "iterate", "count")


def asked(store: Any, change: Any) -> None:
    """Change the conditions of every read."""

    def read(original: Call, **options: Any) -> Any:
        return original(**{**options, "where": change(options.get("where", ()))})

    for name in READS:
        around(repositories(store), name, read)


def each(change: Any) -> Any:
    """Make a change of conditions of a change of one, where None drops it."""

    def changed(conditions: Any) -> Any:
        if not all(isinstance(condition, Condition) for condition in conditions):
            return conditions
        return [new for condition in conditions if (new := change(condition)) is not None]

    return changed
