"""The requests that are sent for each object: the same for everybody, so that answers can be compared.

None of them can do harm. An INSERT repeats an id that is taken, so that at the latest the primary key refuses
it, after every privilege and policy was asked. An UPDATE or DELETE aims at a row made for it; on a project
that is somebody's, its filter contradicts itself and matches no row. A function is called with an
argument that its type refuses, which happens after the privilege was asked and before its body runs; or by
GET, which PostgREST runs in a read-only transaction.
"""

from collections.abc import Iterator, Mapping

from migrations.security.calling import calls
from migrations.security.objects import Surface
from migrations.security.probe import Aim, Probe
from migrations.security.reading import casts, reads
from migrations.security.writing import writes, writes_of_stranger

__all__ = ["probes"]


def probes(surface: Surface, aims: Mapping[str, Aim]) -> Iterator[Probe]:
    """Yield every request for every object, in an order that does not depend on `aims`, by table."""
    for relation in surface.relations:
        aim = aims.get(relation.name) if relation.entity is not None else None
        yield from reads(relation)
        if aim is not None:
            yield from casts(relation)
            yield from writes(relation, aim)
        else:
            yield from writes_of_stranger(relation)
    for function in surface.functions:
        yield from calls(function)
