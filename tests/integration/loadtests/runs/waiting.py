"""A server of two endpoints that waits before it answers: what it takes is known, on any machine."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from harness.settings.api import Api, EndpointTable, Subjects
from harness.settings.endpoints import ENDPOINTS

__all__ = ["API", "REQUEST", "Waiting", "waiting"]

REQUEST = "3f0c6a52-9a53-4c6c-8d43-0a1d5f1f2b77"

API = Api(
    name="waiting",
    subjects=Subjects(requests=(REQUEST,)),
    endpoints={
        "get_request": EndpointTable(path="/requests/{id}", result={"id": "id"}),
        **{
            name: EndpointTable(lacks="the server of this test has none")
            for name in ENDPOINTS
            if name not in {"health", "get_request"}
        },
    },
)
"""How its endpoints are called."""


class Waiting:
    """A running one."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.served = 0
        """Answers to ``get_request`` until now."""


@contextmanager
def waiting(
    *, request_s: float, health_s: float, wrong: bool = False, mode: str = "memory"
) -> Iterator["Waiting"]:
    """Serve. `wrong` answers about another request than was asked for."""
    answers: Mapping[str, tuple[float, object]] = {
        "/health": (health_s, {"status": "ok", "mode": mode, "instance": "one", "version": "1"}),
        f"/requests/{REQUEST}": (request_s, {"id": "another" if wrong else REQUEST}),
    }

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # the name that http.server calls
            wait_s, answer = answers[self.path]
            time.sleep(wait_s)
            if self.path != "/health":
                running.served += 1  # only ever compared with a number that it must exceed
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_given: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        running = Waiting(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield running
        finally:
            server.shutdown()
            thread.join()
