"""Which findings of the models and which differences from the files are about the same thing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from harness.models.outcome import Finding
from migrations.drift.objects.comparison import Difference
from migrations.drift.objects.wording import finding, remedy
from migrations.files import Migration

__all__ = ["joined"]

_ASPECTS = {
    ("table", "persistence"): "table.{table}.persistence",
    ("table", "row level security"): "row_level_security.{table}",
    ("function", "security"): "function.{name}.security",
    ("function", "settings"): "function.{name}.search_path",
    ("function", "arguments"): "function.{name}",
    ("function", "result"): "function.{name}",
}
"""What the models say of one aspect of an object. They never say all that there is to a body."""
_WHOLES = {
    "table": ("table.{table}",),
    "column": ("column.{table}.{name}",),
    "constraint": ("check.{table}.{name}", "unique.{table}.{name}", "foreign_key.{table}.{part}"),
    "unique index": ("unique.{table}.{name}",),
    "trigger": ("trigger.{table}.{name}",),
    "rule": ("rule.{table}.{name}",),
    "policy": ("policy.{table}.{name}",),
    "function": ("function.{name}", "function.{name}.overload"),
    "table grant": (
        "grant.{table}.{name}",
        "grant.{table}.{name}.append_only",
        "grant.{table}.{name}.truncate",
    ),
    "function grant": ("function.{function}.execute.{name}",),
}
"""What the models say of an object that differs, is missing or too many."""


def joined(
    findings: Sequence[Finding], differences: Iterable[Difference], migrations: Sequence[Migration]
) -> tuple[Finding, ...]:
    """Return the findings of the models, with the statement that helps, and then what only the files tell."""
    said = {item.id: item for item in findings}
    added: list[Finding] = []
    for difference in differences:
        covered, ids = _covered(difference, said)
        for place, known in enumerate(ids):
            if place == 0:
                helps = remedy(replace(difference, aspects=covered), migrations)
                said[known] = replace(said[known], message=f"{said[known].message} By the files: {helps}.")
        rest = tuple(name for name in difference.aspects if name not in covered)
        if not ids or rest:
            added.append(finding(replace(difference, aspects=rest), migrations))
    return (*(said[item.id] for item in findings), *added)


def _covered(difference: Difference, said: dict[str, Finding]) -> tuple[tuple[str, ...], list[str]]:
    """Return the aspects that the models speak of, and the ids under which they do."""
    by_aspect = {
        name: template.format(**_names(difference))
        for name in difference.aspects
        if (template := _ASPECTS.get((difference.fact.kind, name))) is not None
    }
    covered = tuple(name for name, known in by_aspect.items() if known in said)
    if difference.fact.kind in {"table", "function"} and difference.aspects:
        return covered, list(dict.fromkeys(by_aspect[name] for name in covered))
    ids = [known for known in _whole(difference) if known in said]
    if not ids and difference.fact.kind in {"index", "unique index"}:
        ids = [known for known in said if _is_index(known, difference)]
    return (difference.aspects if ids else ()), ids


def _whole(difference: Difference) -> Iterator[str]:
    names = _names(difference)
    for template in _WHOLES.get(difference.fact.kind, ()):
        yield template.format(**names)
    if difference.made is not None and names["name"] == f"update_{names['table']}_updated_at":
        yield f"trigger.{names['table']}.updated_at"


def _is_index(known: str, difference: Difference) -> bool:
    # The models ask for an index that starts with some columns, whatever its name is.
    kind, _, rest = known.partition(".")
    table, _, columns = rest.partition(".")
    return (
        kind == "index"
        and table == difference.fact.table
        and (
            "_".join(difference.fact.parts) == columns
            or "_".join(difference.fact.parts).startswith(f"{columns}_")
        )
    )


def _names(difference: Difference) -> dict[str, str]:
    fact = difference.fact
    return {
        "table": fact.table,
        "name": fact.name.strip('"'),
        "part": fact.parts[0] if fact.parts else "",
        "function": fact.table.partition("(")[0],
    }
