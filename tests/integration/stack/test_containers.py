"""What of the Docker stack can be seen without an engine."""

import subprocess
import sys
from pathlib import Path

from harness.stack.docker.packages import collect, collected

LOOK = """
import sys
sys.path.append(sys.argv[1])
from harness.stack.docker import inside
print(inside.__file__)
"""


def test_the_gateway_needs_nothing_but_what_is_copied_into_its_container(tmp_path: Path) -> None:
    collect(tmp_path)
    root = str(collected(tmp_path))
    # Isolated, and without what is installed here.
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", LOOK, root], capture_output=True, text=True, check=False, cwd="/"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(root)
