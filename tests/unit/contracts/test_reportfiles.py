"""The directory of a report holds what containers have logged, and nothing of an earlier run."""

from datetime import UTC, datetime
from pathlib import Path

from contracts.reportfiles import SERVERS, prepare, write_text_of
from harness.models.outcome import Outcome, Status


def outcome() -> Outcome:
    now = datetime(2026, 1, 15, tzinfo=UTC)
    return Outcome(run_id="r", step="contract", status=Status.UNCHECKED, started_at=now, duration_s=0.0)


def test_logs_of_containers_belong_to_the_report(tmp_path: Path) -> None:
    logs = tmp_path / SERVERS
    logs.mkdir()
    (logs / "old-postgres.log").write_text("of an earlier run")
    prepare(tmp_path)
    (logs / "new-postgres.log").write_text("of this one")
    result = write_text_of(tmp_path, outcome(), "text", redacted=str)
    assert [one.path for one in result.artifacts] == ["report.txt", "servers/new-postgres.log"]


def test_without_containers_there_is_no_folder_for_their_logs(tmp_path: Path) -> None:
    prepare(tmp_path)
    write_text_of(tmp_path, outcome(), "text", redacted=str)
    assert {path.name for path in tmp_path.iterdir()} == {"report.json", "report.txt"}
