"""What a restart of the server leaves: in supabase mode everything, in memory mode nothing, and no lie."""

import json
import signal
from pathlib import Path

from harness.stack.coordinates import Coordinates
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
