"""The other side of a bridge: answers requests with any `Store`, until stdin ends."""

import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

from harness.adapters.bridge.dispatch import Dispatch, Rows
from harness.adapters.bridge.faults import encode_error
from harness.adapters.bridge.hello import Hello
from harness.adapters.bridge.spoil import spoil
from harness.adapters.capabilities import Capability
from harness.adapters.protocol import Store
from harness.errors import StoreError
from harness.models.operations import OPERATIONS, Operation

__all__ = ["Server"]

_THREADS = 64
_REASONS: Mapping[Capability, str] = {
    Capability.DURABLE: "its rows end with its process",
    Capability.SERVER: "no server stands between the adapter and its rows",
}


class Server:
    """Serves one store. Requests run at once, in threads."""

    def __init__(self, name: str, store: Store, out: IO[bytes], *, rows: Rows | None = None) -> None:
        """Serve a store on a stream; with `rows`, ``__export``, ``__import`` and ``__reset`` are there."""
        self._out = out
        self._writing = threading.Lock()
        self._call = Dispatch(store, rows=rows)
        self.hello = Hello(
            name=name,
            operations=self._call.operations,
            capabilities={
                "time": "us" if Capability.MICROSECONDS in store.capabilities else "ms",
                "numbers": "exact" if Capability.EXACT_NUMBERS in store.capabilities else "double",
            },
            spoils=True,
            lacks={one.value: reason for one, reason in _REASONS.items() if one not in store.capabilities},
        )

    def run(self, requests: IO[bytes]) -> None:
        """Answer until the requests end; then finish what is running."""
        self._print(self.hello.dumps())
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="bridge") as pool:
            for line in requests:
                pool.submit(self._answer, line)

    def _answer(self, line: bytes) -> None:
        number: Any = None
        try:
            number, operation, arguments, spoils = _request(line)
            result = self._call(operation, arguments)
            text = json.dumps({"id": number, "result": result})
            if spoils:
                spoil([arguments, result])
        except StoreError as error:
            text = json.dumps({"id": number, "error": encode_error(error)})
        except _Unreadable as error:
            text = json.dumps({"id": error.number, "error": {"kind": "unexpected", "message": str(error)}})
        except Exception as error:  # noqa: BLE001  # whatever it is, somebody waits for an answer
            text = json.dumps({"id": number, "error": encode_error(error)})
        self._print(text)

    def _print(self, text: str) -> None:
        with self._writing:
            self._out.write(text.encode() + b"\n")
            self._out.flush()


class _Unreadable(ValueError):
    def __init__(self, number: Any, what: str) -> None:
        super().__init__(what)
        self.number = number


def _request(line: bytes) -> tuple[Any, Operation, list[Any], bool]:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _Unreadable(None, "the request is no JSON") from error
    match request:
        case {"id": number, "op": str() as name, "args": list() as arguments}:
            if name not in OPERATIONS:
                raise _Unreadable(number, f"there is no operation {name!r}")
            return number, OPERATIONS[name], arguments, request.get("spoil") is True
        case _:
            number = request.get("id") if isinstance(request, dict) else None
            raise _Unreadable(number, "a request is an object with id, op and args")
