"""A database that takes requests and does not answer before it is told to."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

__all__ = ["HungGateway", "hung_gateway"]

_DEADLINE_S = 60


class HungGateway:
    """What it got, and when it may answer."""

    def __init__(self) -> None:
        self.asked = Event()
        self.may_answer = Event()
        self.url = ""

    def wait(self) -> None:
        """Return once a request is here."""
        assert self.asked.wait(_DEADLINE_S), "no request reached the database"


@contextmanager
def hung_gateway() -> Iterator[HungGateway]:
    """Listen at a free port until the block ends."""
    gateway = HungGateway()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            gateway.asked.set()
            gateway.may_answer.wait(_DEADLINE_S)
            body = b"[]"
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Range", "*/0")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the base class calls it so
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        gateway.url = f"http://127.0.0.1:{listener.server_address[1]}"
        serving = Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
        serving.start()
        try:
            yield gateway
        finally:
            gateway.may_answer.set()
            listener.shutdown()
            serving.join()
