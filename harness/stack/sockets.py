"""Asking a PostgREST on a Unix socket."""

import http.client
import socket
from pathlib import Path

__all__ = ["answers"]


def answers(path: Path, *, timeout_s: float) -> bool:
    """True if the PostgREST on this socket answers, with a database behind it."""
    connection = http.client.HTTPConnection("postgrest")
    try:
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.settimeout(timeout_s)
        connection.sock.connect(str(path))
        connection.request("HEAD", "/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
