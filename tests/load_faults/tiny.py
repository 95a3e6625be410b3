"""A server of nothing but a health: on PORT, with the mode that the arguments or DB_MODE say.

``python tests/load_faults/tiny.py [--mode M] [--new-instance-after N] [--child FILE]``: with N, another
instance answers after N looks at the health; with FILE, a child process is left behind and its number
written there.
"""

import argparse
import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--mode", default=os.environ["DB_MODE"])
    arguments.add_argument("--new-instance-after", type=int, default=1_000_000)
    arguments.add_argument("--child", type=Path)
    given = arguments.parse_args()
    if given.child is not None:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        given.child.write_text(str(child.pid), encoding="utf-8")
    looks = 0

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the name that http.server calls
            nonlocal looks
            looks += 1
            instance = "first" if looks <= given.new_instance_after else "second"
            body = json.dumps({"status": "ok", "mode": given.mode, "instance": instance}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Health).serve_forever()


if __name__ == "__main__":
    main()
