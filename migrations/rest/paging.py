"""Reads rows page by page, whatever the server's row cap."""

from collections.abc import Iterator

from migrations.rest.client import RestClient

__all__ = ["pages"]

_ROWS = "5000"
"""What a request asks for; the server's own cap is usually 1,000, and an answer may always be shorter."""


def pages(
    client: RestClient,
    table: str,
    select: str,
    *,
    key: str = "id",
    after: str | None = None,
    up_to: str | None = None,
) -> Iterator[list[dict[str, str | None]]]:
    """Yield rows in the order of their ids, behind `after` and up to `up_to`; `select` names the ids ``id``.

    Only a page without rows is the end: any other may have been cut short.
    """
    upper = [] if up_to is None else [(key, f"lte.{up_to}")]
    while after is None or after != up_to:
        lower = [] if after is None else [(key, f"gt.{after}")]
        order = [("order", f"{key}.asc"), ("limit", _ROWS)]
        page = client.rows(table, [("select", select), *lower, *upper, *order])
        if not page:
            return
        yield page
        after = page[-1]["id"]
