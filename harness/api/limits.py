"""How much of one request is taken, and how long the rest of it is waited for."""

import asyncio

from starlette.requests import Request
from starlette.types import Scope

from harness.api.refusals import Refusal

__all__ = [
    "BODY_PATIENCE_S",
    "MAX_BODY_BYTES",
    "MAX_HEADER_BYTES",
    "MAX_TARGET_BYTES",
    "body_of",
    "check_head",
]

MAX_BODY_BYTES = 1 << 20
"""Of one request. The longest thing that anybody sends is an event of iCIMS, some kilobytes."""
MAX_TARGET_BYTES = 8_192
"""Of path and query: what RFC 9110 (4.1) asks servers to take at least, and far more than any cursor has."""
MAX_HEADER_BYTES = 32_768
"""Names and values of all headers. The connection itself reads no head of more than 64 KiB."""
BODY_PATIENCE_S = 20.0
"""From the head of a request to the end of its body, however slowly it comes."""


def check_head(scope: Scope) -> None:
    """Raise Refusal (414, 431) for a URL or headers that are too large."""
    if len(scope["raw_path"]) + len(scope["query_string"]) > MAX_TARGET_BYTES:
        raise Refusal("uri_too_long", f"path and query have more than {MAX_TARGET_BYTES} bytes")
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADER_BYTES:
        raise Refusal("headers_too_large", f"the headers have more than {MAX_HEADER_BYTES} bytes")


async def body_of(request: Request, *, patience_s: float) -> bytes:
    """Read the whole body. Raises Refusal (413) for one that is too large, (408) for one that is too slow."""
    declared = request.headers.get("content-length", "0")
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > MAX_BODY_BYTES:
        raise _too_large()
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(patience_s):
            async for part in request.stream():
                size += len(part)
                if size > MAX_BODY_BYTES:
                    raise _too_large()
                parts.append(part)
    except TimeoutError:
        # What is still to come would be taken for the next request.
        raise Refusal(
            "too_slow", f"the body did not end within {patience_s:g} seconds", headers={"Connection": "close"}
        ) from None
    return b"".join(parts)


def _too_large() -> Refusal:
    # The connection reads on, and throws away: one that is closed while the client writes is reset, and the
    # client never learns why.
    return Refusal("too_large", f"the body has more than {MAX_BODY_BYTES} bytes")
