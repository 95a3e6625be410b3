"""A record tells another process all that it needs to join, of either kind of stack."""

import json
import os
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from harness.errors import StackError
from harness.stack.processes import ProcessId
from harness.stack.records import Executables, Images, StackRecord

EXECUTABLES = Executables(run_dir="/r", postgrest="/p", uid=1, gid=2, switch=True)
IMAGES = Images(
    network="host", postgres_host="127.0.0.1", postgres_port=5, postgrest="r", gateway="g", labels={"a": "b"}
)


def record(servers: Executables | Images) -> StackRecord:
    return StackRecord(
        instance="/i",
        supervisor_pid=os.getpid(),
        supervisor_started=ProcessId.of(os.getpid()).started,
        port=5,
        superuser_password="secret-1",
        owner_password="secret-2",
        authenticator_password="secret-3",
        jwt_secret="secret-4",
        anon_key="secret-5",
        service_role_key="secret-6",
        postgres_version="17.10",
        postgrest_version="12.0.2",
        migrations_hash="h",
        servers=servers,
    )


@pytest.mark.parametrize(("servers", "kind"), [(EXECUTABLES, "embedded"), (IMAGES, "docker")])
def test_a_record_is_read_as_it_was_written(tmp_path: Path, servers: Executables | Images, kind: str) -> None:
    written = record(servers)
    written.write(tmp_path / "record.json")
    assert StackRecord.read(tmp_path / "record.json") == written
    assert written.kind == kind
    assert "secret-" not in repr(written)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"supervisor_started": 0.0}, "no longer runs"),
        ({"schema": "parity-stack/1"}, "parity-stack/1 record, not parity-stack/2"),
        ({"more": 1}, "not a record that this version understands"),
    ],
)
def test_a_record_that_does_not_fit_is_refused(
    tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    path = tmp_path / "record.json"
    path.write_text(json.dumps({**asdict(record(IMAGES)), **changes}))
    with pytest.raises(StackError, match=reason):
        StackRecord.read(path)


def test_a_url_overrules_what_a_shell_may_say() -> None:
    url = replace(record(IMAGES), host="engine").uri("postgres", "parity_1")
    assert url == "postgresql://postgres:secret-2@engine:5/parity_1?sslmode=disable&options="
