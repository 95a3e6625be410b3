"""How the file is called that holds the script of a failure."""

import re

__all__ = ["AGREEMENT", "script_name"]

AGREEMENT = "agreement"
"""The property under which the case of that name reports how much it executed."""


def script_name(adapter: str) -> str:
    """Return the file name for an adapter; ``*`` gives a pattern for all of them."""
    return f"{AGREEMENT}-{re.sub(r'[^A-Za-z0-9._*-]+', '-', adapter)}.py"
