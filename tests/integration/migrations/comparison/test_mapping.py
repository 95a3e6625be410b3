"""Names that differ, changes on purpose, and what is left out on purpose: each said in the mapping file."""

from pathlib import Path

import psycopg
import pytest

from harness.errors import ConfigurationError
from migrations.comparison.compare import compare
from migrations.comparison.comparison import Comparison
from migrations.comparison.mapping import read_mapping
from tests.integration.migrations.comparison.places import EVENTS, Places, found, write_snapshot


def _compare(places: Places, path: Path, mapping: str, table: str = "webhook_events") -> Comparison:
    file = path / "mapping.toml"
    file.write_text(mapping, encoding="utf-8")
    source, target = read_mapping(file)
    return compare(
        places.source,
        places.target,
        tables=[table],
        source_naming=source,
        target_naming=target,
        reread_s=(),
    )


def test_renamed_table_and_column_of_the_target(
    places: Places, target: psycopg.Connection, tmp_path: Path
) -> None:
    with target.transaction():
        target.execute("CREATE VIEW deliveries AS SELECT *, signature AS sig FROM webhook_events")
    try:
        target.execute("UPDATE webhook_events SET signature = 'x' WHERE event_id = 'evt-2'")
        compared = _compare(
            places,
            tmp_path,
            '[tables.webhook_events]\ntarget = "deliveries"\nignore = ["signature"]\n'
            '[tables.webhook_events.columns]\nsignature = { target = "sig" }\n',
        )
    finally:
        target.execute("DROP VIEW deliveries")

    assert found(compared) == [("webhook_events", "changed", EVENTS[1], "signature")]
    assert compared.unread == {"webhook_events": ["signature"]}


def test_change_on_purpose_is_no_difference_and_another_one_is(
    places: Places, target: psycopg.Connection, tmp_path: Path
) -> None:
    target.execute("UPDATE webhook_events SET event_type = upper(event_type)")
    target.execute("UPDATE webhook_events SET run_after = date_trunc('milliseconds', run_after)")
    target.execute("UPDATE webhook_events SET event_type = 'x' WHERE event_id = 'evt-3'")

    compared = _compare(
        places,
        tmp_path,
        "[tables.webhook_events.columns]\n"
        'event_type = { transform = "upper" }\nrun_after = { transform = "milliseconds" }\n',
    )

    assert found(compared) == [("webhook_events", "changed", EVENTS[2], "event_type")]


def test_ignored_column_is_not_compared_and_the_result_says_so(
    places: Places, target: psycopg.Connection, tmp_path: Path
) -> None:
    target.execute("UPDATE webhook_events SET last_error = 'x', status = 'failed' WHERE event_id = 'evt-1'")

    compared = _compare(places, tmp_path, "[tables.webhook_events.columns]\nlast_error = { ignore = true }\n")

    assert found(compared) == [("webhook_events", "changed", EVENTS[0], "status")]
    assert compared.unread == {"webhook_events": ["last_error"]}


def test_names_of_a_file(places: Places, tmp_path: Path) -> None:
    rows = places.rows()
    for row in rows["webhook_events"]:
        row["kind"] = row.pop("event_type")
        row["legacy"] = 1
    rows["deliveries"] = rows.pop("webhook_events")
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        '[tables.webhook_events]\nsource = "deliveries"\nignore = ["legacy"]\n'
        '[tables.webhook_events.columns]\nevent_type = "kind"\n',
        encoding="utf-8",
    )
    source, target = read_mapping(mapping)

    compared = compare(
        write_snapshot(tmp_path / "s.json", rows),
        places.target,
        source_naming=source,
        target_naming=target,
        reread_s=(),
    )

    assert found(compared) == []
    assert compared.rows == 20


def test_column_that_nobody_mentions_is_refused(
    places: Places, target: psycopg.Connection, tmp_path: Path
) -> None:
    target.execute("ALTER TABLE sync_jobs ADD COLUMN priority int")
    try:
        with pytest.raises(ConfigurationError, match="priority, which the model does not know"):
            _compare(places, tmp_path, "", "sync_jobs")
        compared = _compare(places, tmp_path, '[tables.sync_jobs]\nignore = ["priority"]\n', "sync_jobs")
    finally:
        target.execute("ALTER TABLE sync_jobs DROP COLUMN priority")

    assert compared.equal
    assert compared.unread == {"sync_jobs": ["priority"]}
