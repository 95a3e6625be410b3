"""The requests that read a table or a view, or count its rows."""

from collections.abc import Iterator

from harness.models import ColumnType
from migrations.security.addressing import headers_for_reading, quoted
from migrations.security.objects import Relation
from migrations.security.probe import PLANNED, Ability, Probe, Request

__all__ = ["casts", "reads"]


def reads(relation: Relation) -> Iterator[Probe]:
    """Yield a request for all columns, one for each of them, and two that count the rows."""

    def read(
        verb: str, ability: Ability, *, select: str, prefer: str = "", column: str | None = None
    ) -> Probe:
        return Probe(
            about=relation,
            ability=ability,
            verb=verb,
            column=column,
            request=Request(
                method=verb.split(maxsplit=1)[0],
                path=relation.name,
                query=(("select", select), ("limit", "1")),
                headers=headers_for_reading(relation, prefer),
            ),
        )

    yield read("GET", Ability.READ, select="*")
    for column in relation.columns:
        yield read("GET", Ability.READ, select=quoted(column), column=column)
    yield read("HEAD", Ability.COUNT, select="*", prefer="count=exact")
    yield read(PLANNED, Ability.COUNT, select="*", prefer="count=planned")


def casts(relation: Relation) -> Iterator[Probe]:
    """Yield a request that converts texts: an error of Postgres may quote what it could not convert."""
    columns = relation.entity.columns if relation.entity is not None else ()
    texts = [column.name for column in columns if column.type is ColumnType.TEXT and not column.nullable]
    present = [name for name in texts if name in relation.columns]
    yield Probe(
        about=relation,
        ability=Ability.READ,
        verb="GET cast",
        request=Request(
            method="GET",
            path=relation.name,
            query=(("select", ",".join(f"{name}::int" for name in present)), ("limit", "1")),
            headers=headers_for_reading(relation),
        ),
    )
