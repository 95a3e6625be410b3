"""Writes what was found for other programs, and for people."""

from dataclasses import replace
from pathlib import Path

import polars as pl

from harness.reports.files import explain, write_text
from migrations.comparison.comparison import Comparison
from migrations.comparison.findings import SCHEMA
from migrations.comparison.page import page

__all__ = ["publish"]


def publish(comparison: Comparison, jsonl: Path) -> Comparison:
    """Write Parquet and HTML beside the JSONL; returns the comparison with all three files.

    The rows go from file to file in pieces: there may be millions. Raises ConfigurationError.
    """
    parquet = jsonl.with_suffix(".parquet")
    is_any = comparison.found > 0
    found = pl.scan_ndjson(jsonl, schema=SCHEMA) if is_any else pl.LazyFrame(schema=SCHEMA)
    try:
        found.sink_parquet(parquet)
    except OSError as error:
        raise explain(parquet, error) from error
    html = jsonl.with_suffix(".html")
    write_text(html, page(comparison))
    for path in (jsonl, parquet, html):
        path.chmod(0o600)  # people's names and addresses
    return replace(comparison, files={"jsonl": jsonl, "parquet": parquet, "html": html})
