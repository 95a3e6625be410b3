"""The lines that a process writes to a pipe, whoever else holds that pipe open."""

import contextlib
import os
import selectors
import threading
from collections.abc import Iterator
from typing import IO

__all__ = ["Lines"]

_CHUNK = 1 << 16
_LEFT = 16
"""Chunks that are still read after `Lines.stop`: as much as a pipe holds."""


class Lines:
    """Yields lines until all have closed the pipe, or until `stop`. For one reader.

    A process that left the group of the adapter keeps the pipe open when the
    adapter is gone: the reader must be able to end without it.
    """

    def __init__(self, stream: IO[bytes], *, longest: int) -> None:
        """Read a pipe; what is longer than `longest` bytes comes in pieces, so that memory is bounded."""
        self._stream = stream
        self._longest = longest
        self._woken, self._wake = os.pipe()
        self._stopping = threading.Lock()
        os.set_blocking(stream.fileno(), False)

    def __iter__(self) -> Iterator[bytes]:
        """Yield each line with its end, and what comes after the last end."""
        begun = bytearray()
        for chunk in self._chunks():
            *ended, rest = chunk.split(b"\n")
            for part in ended:
                yield bytes(begun) + part + b"\n"
                begun.clear()
            begun += rest
            if len(begun) >= self._longest:
                yield bytes(begun)
                begun.clear()
        if begun:
            yield bytes(begun)

    def stop(self) -> None:
        """End after what is in the pipe now. Calling it twice is harmless."""
        if self._stopping.acquire(blocking=False):
            os.close(self._wake)

    def _chunks(self) -> Iterator[bytes]:
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(self._stream, selectors.EVENT_READ)
                selector.register(self._woken, selectors.EVENT_READ)
                left = _LEFT
                while left:
                    is_stopped = any(key.fd == self._woken for key, _ in selector.select())
                    left -= is_stopped
                    try:
                        chunk = os.read(self._stream.fileno(), _CHUNK)
                    except BlockingIOError:
                        if is_stopped:
                            return
                        continue
                    if not chunk:
                        return
                    yield chunk
        finally:
            os.close(self._woken)
            with contextlib.suppress(OSError):
                self._stream.close()
