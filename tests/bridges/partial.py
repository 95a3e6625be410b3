"""An adapter behind a bridge that is not whole: the reference one of DB_MODE, with changes to what it says.

It is run as a script, in the place of a user's own CMD.
"""

import argparse
import json
import os
import subprocess
import sys

SERVE = (sys.executable, "-P", "-m", "harness", "bridge", "serve", "--adapter")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--without", nargs="*", default=[], metavar="OP", help="announce neither of these")
    parser.add_argument("--announce", nargs="*", metavar="OP", help="announce these instead")
    parser.add_argument("--without-if", nargs=2, metavar=("FILE", "OP"), help="omit it if the file is there")
    parser.add_argument("--lacks", nargs="*", default=[], metavar="NAME", help="say that it lacks these")
    parser.add_argument("--replace", nargs=2, metavar=("OLD", "NEW"), default=("", ""), help="in every reply")
    options = parser.parse_args()
    without = set(options.without)
    if options.without_if and not _is_first(options.without_if[0]):
        without.add(options.without_if[1])
    # It reads the requests itself: what it never announced, nobody asks for.
    with subprocess.Popen([*SERVE, os.environ["DB_MODE"]], stdout=subprocess.PIPE) as served:
        assert served.stdout is not None
        hello = json.loads(served.stdout.readline())
        announced = hello["operations"] if options.announce is None else options.announce
        hello["operations"] = [name for name in announced if name not in without]
        hello["lacks"] |= dict.fromkeys(options.lacks, "nobody needs it")
        sys.stdout.buffer.write(json.dumps(hello).encode() + b"\n")
        sys.stdout.buffer.flush()
        old, new = (text.encode() for text in options.replace)
        for line in served.stdout:
            sys.stdout.buffer.write(line.replace(old, new) if old else line)
            sys.stdout.buffer.flush()
    return served.returncode


def _is_first(file: str) -> bool:
    """Make the file; False if it is there already."""
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
