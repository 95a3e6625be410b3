"""What the embedded stack costs: ``python tests/benchmarks/stack.py``.

Prints, on whatever machine it runs on, the time of a warm start to the first
answered request (each in a process of its own), and what the gateway adds to
a request, measured side by side: the same request to the gateway and to
PostgREST's own socket in turn, as medians and as a ratio.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from harness.settings import Settings
from harness.stack.embedded import EmbeddedStack

STARTS = 5
ROUNDS = 2000
CLIENT = """
import time
begun = time.perf_counter()
import http.client, sys
from urllib.parse import urlsplit
from harness.settings import Settings
from harness.stack.embedded import EmbeddedStack
with EmbeddedStack.start(Settings.from_environ()) as stack, stack.clone() as database:
    url = urlsplit(database.coordinates.supabase_url)
    connection = http.client.HTTPConnection(url.hostname, url.port)
    connection.request("GET", "/rest/v1/bookings", headers={"apikey": database.coordinates.service_role_key})
    assert connection.getresponse().status == 200
    print(time.perf_counter() - begun)
"""


def start_s() -> float:
    """Return the seconds from the first import to the first answer, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", CLIENT], check=True, capture_output=True, text=True)
    return float(done.stdout)


def socket_in(record: Path) -> str:
    """Find the socket of the only PostgREST of a stack."""
    (found,) = (
        path for path in Path(json.loads(record.read_text())["run_dir"]).rglob("*") if path.is_socket()
    )
    return str(found)


def timed(request: Callable[[], httpx.Response], clock: list[float]) -> None:
    """Time one request, in milliseconds."""
    begun = time.perf_counter()
    request().raise_for_status()
    clock.append((time.perf_counter() - begun) * 1000)


def main() -> None:
    """Measure and print."""
    start_s()  # installs the servers and fills the page cache
    starts = [start_s() for _ in range(STARTS)]
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    median, least, most = statistics.median(starts), min(starts), max(starts)
    print(f"warm start to the first answer: median {median:.2f} s, {least:.2f} to {most:.2f} s")
    with EmbeddedStack.start(Settings.from_environ()) as stack, stack.clone() as database:
        key = database.coordinates.service_role_key
        headers = {"apikey": key, "Authorization": f"Bearer {key}"}
        bare_transport = httpx.HTTPTransport(uds=socket_in(stack.record))
        gateway_url = f"{database.coordinates.supabase_url}/rest/v1/bookings?limit=1"
        with (
            httpx.Client(headers=headers) as gateway,
            httpx.Client(headers=headers, transport=bare_transport) as bare,
        ):
            through: list[float] = []
            direct: list[float] = []
            for _ in range(ROUNDS):
                timed(lambda: bare.get("http://postgrest/bookings?limit=1"), direct)
                timed(lambda: gateway.get(gateway_url), through)
        one, other = statistics.median(direct[100:]), statistics.median(through[100:])
        print(f"one row: PostgREST {one:.2f} ms, through the gateway {other:.2f} ms, ratio {other / one:.2f}")


if __name__ == "__main__":
    main()
