"""The generator's processes; the command line is between `loadtests.generation.process` and this module.

``generator`` takes orders from stdin; ``worker`` connects to a master, which takes them for it.
"""

import locust  # isort: skip  # noqa: F401  # it patches what the modules below import, so it comes first

import argparse
import ctypes
import logging
import os
import signal
import sys

import gevent  # type: ignore[import-untyped]  # it ships no types

from loadtests.generation.channel import Channel, when_stdin_ends
from loadtests.generation.conductor import Conductor
from loadtests.generation.team import work

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Run until the parent is gone, or the master lets go."""
    parser = argparse.ArgumentParser(prog="python -P -m loadtests.generation")
    parser.add_argument("role", choices=("generator", "worker"))
    parser.add_argument("--parent", type=int, help="die with this process")
    parser.add_argument("--master-host", default="127.0.0.1")
    parser.add_argument("--master-port", type=int)
    parser.add_argument("--stay", action="store_true", help="do not end with stdin")
    options = parser.parse_args()
    if options.parent is not None:
        _die_with(options.parent)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    if options.role == "worker":
        if options.master_port is None:
            parser.error("a worker needs --master-port")
        if not options.stay:
            when_stdin_ends(lambda: os._exit(0))
        _work(options.master_host, options.master_port)
    else:
        channel = Channel()
        gevent.spawn(channel.beat)
        Conductor(channel).serve()


def _work(host: str, port: int) -> None:
    try:
        work(host, port)
    except KeyboardInterrupt:
        sys.exit(2)
    except (ConnectionError, SystemExit):  # the second is locust's way to say that it was interrupted
        sys.stderr.write(
            f"no run at {host}:{port} has taken this worker: start the run first, and look at it\n"
        )
        sys.exit(2)


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:  # it died before the request
        os._exit(1)


if __name__ == "__main__":
    main()
