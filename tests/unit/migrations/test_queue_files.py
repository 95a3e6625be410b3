from harness.models import ENTITIES
from migrations.files import PACKAGED
from migrations.requirements import FUNCTIONS, INDEXES, PRIVILEGES


def test_the_three_queues_are_one_text() -> None:
    """What is corrected in one file must be corrected in all."""
    texts = set()
    for file, table in (
        ("007_sync_job_queue", "sync_jobs"),
        ("008_webhook_event_queue", "webhook_events"),
        ("009_reconciliation_job_queue", "reconciliation_jobs"),
    ):
        entity = ENTITIES[table]
        assert entity.queue is not None
        text = (PACKAGED / f"{file}.sql").read_text()
        for name, stands_for in (
            (", processed_at = clock_timestamp()", ""),
            (f"'{entity.queue.waiting}'", "WAITING"),
            (f"'{entity.queue.done}'", "DONE"),
            (table, "ROWS"),
            (entity.singular, "ROW"),
            (table.replace("_", " "), "rows"),
        ):
            text = text.replace(name, stands_for)
        texts.add(text)
    assert len(texts) == 1


def test_every_flow_and_table_is_required() -> None:
    assert len({function.name for function in FUNCTIONS}) == len(FUNCTIONS) == 14
    assert set(PRIVILEGES) == set(ENTITIES)
    assert {index.table for index in INDEXES} == set(ENTITIES)
    assert all(function.flow and function.tables for function in FUNCTIONS)
