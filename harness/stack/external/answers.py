"""Answers on their way back through the guard: whose they are, and what of them is passed on."""

import json
from typing import Self

import httpx

__all__ = ["Answer", "forwarded", "is_of_no_database"]

_HOP_BY_HOP = frozenset(
    {
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection"),
        *("te", "trailer", "transfer-encoding", "upgrade", "content-length", "host"),
    }
)
_CODE = "PARITY"
"""The code of what the guard answers itself: no server has it."""
_AWAY = frozenset({"53300", "57P01", "57P02", "57P03"})
"""What Postgres says when it lets nobody in, or throws everybody out."""
_NO_DATABASE = "PGRST00"
"""Begins what PostgREST says when it has no connection to it."""


class Answer:
    """What goes back to the adapter."""

    def __init__(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    @classmethod
    def own(cls, status: int, message: str) -> Self:
        """An answer of the guard's own."""
        said = {"code": _CODE, "message": message, "details": None, "hint": None}
        return cls(status, [("Content-Type", "application/json")], json.dumps(said).encode())


def is_of_no_database(status: int, headers: httpx.Headers, content: bytes) -> bool:
    """True for a gateway that has no server or asks for patience, and for a server without Postgres."""
    if status < 500:
        return status == httpx.codes.TOO_MANY_REQUESTS
    try:
        # Decoded: it may have come compressed.
        code = str(httpx.Response(status, headers=headers, content=content).json()["code"])
    except (ValueError, LookupError, TypeError, httpx.DecodingError):
        return True
    return code in _AWAY or code.startswith(_NO_DATABASE)


def forwarded(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers that are not about one connection alone."""
    connection = ",".join(value for name, value in headers if name.lower() == "connection")
    dropped = _HOP_BY_HOP | {name.strip().lower() for name in connection.split(",")}
    return [(name, value) for name, value in headers if name.lower() not in dropped]
