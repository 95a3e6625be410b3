"""What the gateway imports, taken from here into its container: nothing is installed there."""

import importlib.util
import shutil
from pathlib import Path

import harness
from harness.errors import StackError

__all__ = ["ROOT", "collect", "collected"]

ROOT = "/parity"
"""Where they are in the container, to be named in PYTHONPATH."""

_NEEDED = (
    *("aiohttp", "aiohappyeyeballs", "aiosignal", "attr", "attrs", "frozenlist", "idna", "multidict"),
    *("propcache", "typing_extensions", "yarl"),
)
"""aiohttp and what it imports. Compiled parts that do not fit the container are done without."""

_OWN = (
    *("__init__.py", "stack/__init__.py", "stack/gateway.py", "stack/sockets.py"),
    *("stack/docker/__init__.py", "stack/docker/inside.py"),
)


def collect(instance: Path) -> None:
    """Put them together in a stack's directory, once for all its gateways. Raises StackError."""
    root, here = collected(instance), Path(harness.__file__).parent
    for name in _OWN:
        target = root / "harness" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(here / name, target)
    for name in _NEEDED:
        source = _found(name)
        if source.is_dir():
            # Compiled files, too: a gateway starts twice as fast with them.
            shutil.copytree(source, root / source.name)
        else:
            shutil.copy2(source, root / source.name)


def collected(instance: Path) -> Path:
    """Where they are: a directory of the name that it has in the container."""
    return instance / "gateway" / ROOT.lstrip("/")


def _found(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise StackError(f"The package {name} is not installed. Reinstall parity-harness.")
    origin = Path(spec.origin)
    return origin.parent if origin.name == "__init__.py" else origin
