"""What a restart of the server leaves: in supabase mode everything, in memory mode nothing, and no lie."""

import json
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.stack.coordinates import Coordinates
from harness.stack.embedded import EmbeddedStack
from tests.integration.api.conversation import NEW, signed
from tests.serving import serving

_EVENT = json.dumps({"eventId": "before the restart", "eventType": "x"}).encode()


def test_data_of_supabase_outlives_the_server(project: Coordinates, tmp_path: Path) -> None:
    environ = project.environ()
    with serving("supabase", tmp_path, environ) as first:
        row = first.client.post("/api/scheduling-requests", json=NEW).json()
        event = first.client.post("/api/webhooks/icims", content=_EVENT, headers=signed(_EVENT)).json()
        instance = first.client.get("/health").json()["instance"]
        first.end(signal.SIGKILL)
    with serving("supabase", tmp_path, environ) as second:
        assert second.client.get("/health").json()["instance"] != instance
        assert second.client.get(f"/api/scheduling-requests/{row['id']}").json() == row
        assert second.client.get(f"/api/public/{row['publicToken']}").status_code == 200
        again = second.client.post("/api/webhooks/icims", content=_EVENT, headers=signed(_EVENT)).json()
        assert again == {"id": event["id"], "isNew": False}


def test_data_of_memory_does_not_and_the_server_says_so(tmp_path: Path) -> None:
    with serving("memory", tmp_path) as first:
        row = first.client.post("/api/scheduling-requests", json=NEW).json()
        assert "in this process's memory, and ends with it" in first.log.read_text()
    with serving("memory", tmp_path) as second:
        assert second.client.get(f"/api/scheduling-requests/{row['id']}").status_code == 404
        assert second.client.get("/api/ops/summary").json()["counts"]["schedulingRequests"]["pending"] == 0


@pytest.fixture
def home(stack: EmbeddedStack) -> Iterator[Path]:
    """A home with the installed servers, and without a stack that somebody keeps."""
    with tempfile.TemporaryDirectory(prefix="parity-home-") as name:
        place = Path(name)
        place.chmod(0o755)  # the servers' account may have to enter
        for shared in ("servers", "seeds"):
            (place / shared).symlink_to(stack.record.parents[2] / shared)
        yield place


def test_a_stack_of_its_own_ends_with_the_server_which_says_so(home: Path, tmp_path: Path) -> None:
    with serving("supabase", tmp_path, {"HARNESS_HOME": str(home)}) as server:
        assert server.client.post("/api/scheduling-requests", json=NEW).status_code == 201
        assert len(list((home / "instances").glob("stack-*"))) == 1
        assert server.end() == 0
        assert "Its data does not outlive the server" in server.log.read_text()
    assert list((home / "instances").glob("stack-*")) == []
