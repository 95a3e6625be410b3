"""Writes the matrix for other programs, and for people."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.models.outcome import Artifact, Finding
from harness.redact import redact, redact_json
from harness.reports.files import sha256_of, write_json, write_text
from harness.settings import secrets
from migrations.security.matrix import Matrix
from migrations.security.page import page
from migrations.security.text import markdown

__all__ = ["document", "publish"]

SCHEMA = "parity-security/1"


def publish(
    directory: Path, matrix: Matrix, verdict: str, holds: Mapping[str, str], findings: Sequence[Finding]
) -> tuple[Artifact, ...]:
    """Write ``security.json``, ``.md`` and ``.html``; returns them. Raises ConfigurationError."""
    hidden = secrets()
    json, text, html = (directory / f"security.{kind}" for kind in ("json", "md", "html"))
    write_json(json, redact_json(document(matrix, verdict, holds), hidden))
    write_text(text, redact(markdown(matrix, verdict), hidden))
    write_text(html, redact(page(matrix, verdict, holds, findings), hidden))
    return tuple(Artifact(path=str(path), sha256=sha256_of(path)) for path in (json, text, html))


def document(matrix: Matrix, verdict: str, holds: Mapping[str, str]) -> dict[str, Any]:
    """Return the matrix as JSON: one object per way to ask one object, with one entry per actor."""
    return {
        "schema": SCHEMA,
        "verdict": verdict,
        "actors": [{"name": actor, "holds": holds[actor]} for actor in matrix.actors],
        "lines": [
            {
                "object": line.object,
                "request": line.verb,
                "actors": {
                    actor: {
                        "state": entry.state.value,
                        "requests": entry.requests,
                        "not_closed": list(entry.bad),
                        "reason": entry.reason,
                    }
                    for actor, entry in line.entries.items()
                },
            }
            for line in matrix.lines
        ],
    }
