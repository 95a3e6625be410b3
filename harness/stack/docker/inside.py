"""The gateway in its container: ``python3 -m harness.stack.docker.inside FILE``.

The file holds one JSON object with the fields of `Door`. It says ``{"port": …}`` on stdout once it listens,
and ends with its container.
"""

import json
import sys
import threading
from pathlib import Path

from harness.stack.gateway import Door, serve

__all__ = ["main"]


def main() -> None:
    """Serve what the file says."""
    fields = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    door = Door(**{**fields, "socket": Path(fields["socket"])})
    serve(door, wait_ready=lambda: None, tell=_tell, wait_end=threading.Event().wait)


def _tell(**words: object) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
