"""``python -P -m contracts``: the same as ``harness contract``."""

import sys

from harness.cli import main

if __name__ == "__main__":
    sys.exit(main(["contract", *sys.argv[1:]]))
