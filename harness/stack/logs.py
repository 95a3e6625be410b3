"""The last words of a server."""

from pathlib import Path

__all__ = ["tail"]


def tail(log: Path, lines: int = 5) -> str:
    """The last `lines` lines of a log, on one line, to be quoted in an error."""
    try:
        content = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "it has no log"
    last = [line.strip() for line in content if line.strip()][-lines:]
    return " / ".join(last) if last else "its log is empty"
