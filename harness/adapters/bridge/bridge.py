"""Requests and replies with one process of an adapter, many at once."""

import json
import queue
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.adapters.bridge.child import LONGEST_LINE, Child
from harness.adapters.bridge.errors import BridgeError, MissingOperation
from harness.adapters.bridge.faults import decode_error
from harness.adapters.bridge.hello import Hello
from harness.adapters.bridge.words import one_line

__all__ = ["CALL_S", "HELLO_S", "Bridge"]

HELLO_S = 30.0
"""How long an adapter may take to say what it is."""
CALL_S = 20.0
"""How long an adapter may take to answer: twice its own patience with its server."""
_ENDING_S = 2.0
_SHOWN = 120
_EXCERPT = 200
_SAID = 300


class Bridge:
    """One running adapter. Calls may come from many threads at once.

    The first violation of the protocol ends it: the process is killed, and
    every call that waits, and every later one, raises the same `BridgeError`.
    """

    def __init__(
        self,
        command: str,
        *,
        environ: Mapping[str, str],
        cwd: Path,
        hello_s: float = HELLO_S,
        call_s: float = CALL_S,
    ) -> None:
        """Start the command and read what it announces. Raises BridgeError."""
        self._call_s = call_s
        self.spoils = False
        """Whether requests ask the adapter to change what it was given and gave, as careless callers do."""
        self._lock = threading.Lock()
        self._waiting: dict[int, queue.SimpleQueue[Any]] = {}
        self._next = 0
        self._breaking = False
        self._broken: str | None = None
        self._settled = threading.Event()
        self._closing = False
        self._missing: list[str] = []
        self._greeting: queue.SimpleQueue[Hello | None] = queue.SimpleQueue()
        self._child = Child(command, environ=environ, cwd=cwd)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            hello = self._greeting.get(timeout=hello_s)
        except queue.Empty:
            self._break(f"said nothing on its stdout for {hello_s:g} s; its first line should be its hello")
            hello = None
        except BaseException:
            self._child.kill()
            raise
        if hello is None:
            raise BridgeError(self._why())
        self.hello = hello

    @property
    def broken(self) -> str | None:
        """Why nothing can be asked any more, as a sentence; None if something can."""
        return self._broken

    @property
    def missing(self) -> tuple[str, ...]:
        """The operations that were asked for and never announced, each once."""
        return tuple(dict.fromkeys(self._missing))

    def has(self, operation: str) -> bool:
        """Say whether an operation was announced."""
        return operation in self.hello.operations

    def call(self, operation: str, arguments: Sequence[Any]) -> Any:
        """Ask for an operation and return its result.

        Raises the StoreError that the adapter answers, MissingOperation for
        what it did not announce, and BridgeError if it breaks the protocol.
        """
        if operation not in self.hello.operations:
            self._missing.append(operation)
            raise MissingOperation(operation)
        deadline = time.monotonic() + self._call_s
        answer: queue.SimpleQueue[Any] = queue.SimpleQueue()
        with self._lock:
            if self._broken is not None:
                raise BridgeError(self._broken)
            self._next += 1
            number = self._next
            self._waiting[number] = answer
        request = {"id": number, "op": operation, "args": arguments}
        if self.spoils:
            request["spoil"] = True
        line = json.dumps(request).encode() + b"\n"
        try:
            self._child.write(line, deadline)
            reply = answer.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            self._break(
                f"did not answer {operation} within {self._call_s:g} s; if it waits for its server, give its "
                "requests a timeout: PARITY_TIMEOUT_MS says how long it may wait"
            )
            raise BridgeError(self._why()) from None
        except BridgeError as error:
            # If it ended, the reader is about to find out, and knows how.
            self._reader.join(_ENDING_S)
            self._break(f"ended, or took no more requests, at {operation}: {error}")
            raise BridgeError(self._why()) from None
        if reply is None:
            raise BridgeError(self._why())
        if "error" in reply:
            raise decode_error(reply["error"])
        return reply["result"]

    def _why(self) -> str:
        self._settled.wait(_ENDING_S)
        return self._broken or "the adapter was closed"

    def close(self) -> None:
        """End the process. Calling it twice is harmless."""
        with self._lock:
            if self._closing:
                return
            self._closing = True
        self._child.close()
        self._reader.join()

    def _read(self) -> None:
        greeted = False
        for line in self._child.lines():
            if not line.endswith(b"\n") and len(line) >= LONGEST_LINE:
                self._break(
                    f"printed a line of more than {LONGEST_LINE >> 20} MiB on stdout: {_quoted(line)}"
                )
                return
            if not greeted:
                greeted = True
                if not self._greet(line):
                    return
            elif (problem := self._take(line)) is not None:
                self._break(problem)
                return
        if not self._closing:
            self._break(self._child.how_it_ended() + ("" if greeted else " before its hello"))

    def _greet(self, line: bytes) -> bool:
        try:
            hello = Hello.parse(line)
        except ValueError as error:
            self._break(
                f"printed {_quoted(line)} as its first line, and {_said(error)}; its logs belong on stderr"
            )
            return False
        self._greeting.put(hello)
        return True

    def _take(self, line: bytes) -> str | None:
        """Hand a reply to whoever waits for it. Returns what is wrong with it."""
        try:
            reply = json.loads(line)
        except (ValueError, RecursionError):
            return f"printed {_quoted(line)} on stdout, which is no JSON; its logs belong on stderr"
        if not isinstance(reply, dict) or "id" not in reply:
            return f"printed {_quoted(line)} on stdout, which is no reply; its logs belong on stderr"
        number = reply["id"]
        if ("result" in reply) == ("error" in reply):
            return f"answered request {number} with {_quoted(line)}: a reply has either a result or an error"
        if "error" in reply:
            try:
                decode_error(reply["error"] if isinstance(reply["error"], dict) else {})
            except ValueError as error:
                return f"answered request {number} with the error {_quoted(line)}, and {_said(error)}"
        with self._lock:
            answer = self._waiting.pop(number, None) if type(number) is int else None
        if answer is None:
            return f"answered a request with id {str(number)[:_SHOWN]!r}, which nobody waits for"
        answer.put(reply)
        return None

    def _break(self, what: str) -> None:
        """End everything, once: the first reason counts."""
        with self._lock:
            if self._breaking:
                return
            self._breaking = True
        self._child.kill()
        # Only now: what it wrote before it was ended has been read by then.
        words = self._child.last_words()
        said = f" Its last words on stderr: {words}" if words else " It said nothing on stderr."
        with self._lock:
            self._broken = f"the adapter `{one_line(self._child.command, _SHOWN)}` {what}.{said}"
            waiting = list(self._waiting.values())
            self._waiting.clear()
        self._settled.set()
        self._greeting.put(None)
        for answer in waiting:
            answer.put(None)


def _quoted(line: bytes) -> str:
    return repr(one_line(line[: _EXCERPT << 8].decode("utf-8", "replace"), _EXCERPT))


def _said(error: ValueError) -> str:
    return one_line(str(error), _SAID)
