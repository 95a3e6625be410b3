"""Reads the rows of a segment, and sets aside those that cannot arrive unchanged."""

from migrations.loading.work import Prepared, Task
from migrations.planning.judgement import judge

__all__ = ["prepare"]


def prepare(task: Task) -> Prepared:
    """Read and judge one segment. Raises AccountingError if a row is lost on the way."""
    batch = task.source.read(task.segment)
    judged = judge(batch)
    return Prepared(
        segment=task.segment,
        entity=task.entity,
        rows=judged.good,
        refused=judged.refused,
        digest=batch.digest,
    ).checked()
