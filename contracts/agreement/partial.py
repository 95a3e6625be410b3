"""Which steps a search leaves out: those of operations that are missing, and accepted as missing."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from harness.models import ENTITIES, Entity
from harness.models.operations import Verb, name_of

__all__ = ["left_out"]

_OF_ONE = {
    "scheduling_requests.get_by_token_hash": Verb.GET_BY_TOKEN_HASH,
    "webhook_events.receive": Verb.RECEIVE,
    "book": Verb.BOOK,
    "reschedule": Verb.RESCHEDULE,
    "cancel": Verb.CANCEL,
    "ops_summary": Verb.OPS_SUMMARY,
}
_PER_TABLE: Mapping[str, Verb] = {
    "create": Verb.CREATE,
    "get": Verb.GET,
    "list": Verb.LIST,
    "iterate": Verb.LIST,
    "update": Verb.UPDATE,
    "delete": Verb.DELETE,
    "claim": Verb.CLAIM,
    "complete": Verb.COMPLETE,
    "fail": Verb.FAIL,
}


def left_out(announced: Collection[str] | None, accepted: Collection[str]) -> Mapping[str, str]:
    """Return the steps (``sync_jobs.claim``) that nobody can take, each with the operation it lacks.

    An adapter that announces nothing at all (None) has every operation. What
    is missing and not accepted stays in: then the search cannot be whole.
    """
    if announced is None:
        return {}
    return {
        step: operation
        for step, operation in _steps(announced.__contains__)
        if operation in accepted and operation not in announced
    }


def _steps(has: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    for step, verb in _OF_ONE.items():
        yield step, verb.value
    for entity in ENTITIES.values():
        for step, verb in _PER_TABLE.items():
            yield f"{entity.table}.{step}", name_of(verb, entity)
        yield f"{entity.table}.count", _counting(entity, has)


def _counting(entity: Entity[Any], has: Callable[[str], bool]) -> str:
    """Rows are counted by reading pages where the adapter does not count."""
    name = name_of(Verb.COUNT, entity)
    return name if has(name) else name_of(Verb.LIST, entity)
