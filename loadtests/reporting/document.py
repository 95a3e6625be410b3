"""The result as JSON, for other programs: what was judged, and in words what it means."""

from typing import Any

import msgspec

from loadtests.reporting.facts import facts_of
from loadtests.reporting.wording import sentence, statement
from loadtests.result import Result

__all__ = ["SCHEMA", "render"]

SCHEMA = "parity-load-result/1"


def render(result: Result) -> dict[str, Any]:
    """Return the JSON object; what was recorded is a file of its own (``parity-load/1``).

    Numbers are in the unit that stands beside them; an end of an interval that is open is null.
    """
    return {
        "schema": SCHEMA,
        "run_id": result.run_id,
        "step": result.step,
        "verdict": result.verdict.value,
        "exit_status": result.exit_status,
        "complete": result.complete,
        "sentence": sentence(result),
        "command": result.command,
        "facts": dict(facts_of(result)),
        "unfit": list(result.unfit),
        "notes": list(result.notes),
        # msgspec writes what is no finite number as null.
        "judgements": [
            {**msgspec.json.decode(msgspec.json.encode(one)), "statement": statement(one)}
            for one in result.judgements
        ],
    }
