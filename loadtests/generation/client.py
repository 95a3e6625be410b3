"""Sends one call: the wire client of locust's FastHttpUser, without what would falsify a measurement.

FastHttpSession is left out on purpose: below it, `geventhttpclient.client.HTTPClient` sends a GET again, as
often as there are connections, when the server closes one without an answer. A server that drops requests
would only look slow. It also follows redirects and keeps cookies, so that requests would depend on others.
"""

import gevent  # type: ignore[import-untyped]  # it ships no types
from geventhttpclient.response import HTTPParseError, HTTPSocketPoolResponse

from loadtests.generation.connections import Connections, origin
from loadtests.scenarios.call import Answer, Call

__all__ = ["Client", "read"]

_BLOCK = 65536
_METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_USER_AGENT = "parity-harness"


class Client:
    """Speaks HTTP/1.1 with one server, over as many connections as requests are under way."""

    def __init__(self, host: str) -> None:
        scheme, name, port, self._prefix = origin(host)
        shown = f"[{name}]" if ":" in name else name
        default = {"http": 80, "https": 443}[scheme]
        self._host = shown if port == default else f"{shown}:{port}"
        self._connections = Connections(host)

    def send(self, call: Call, timeout_s: float) -> Answer:
        """`write` and `exchange` in one, where no time is taken."""
        return read(self.exchange(self.write(call), call.method, timeout_s))

    def write(self, call: Call) -> bytes:
        """The call as it goes over the wire."""
        lines = [
            f"{call.method} {self._prefix}{call.path} HTTP/1.1",
            f"Host: {self._host}",
            f"User-Agent: {_USER_AGENT}",
        ]
        lines.extend(f"{name}: {value}" for name, value in call.headers.items())
        if call.body is not None or call.method in _METHODS_WITH_BODY:
            lines.append(f"Content-Length: {len(call.body or b'')}")
        lines.append("\r\n")
        return "\r\n".join(lines).encode("latin-1") + (call.body or b"")

    def exchange(self, request: bytes, method: str, timeout_s: float) -> HTTPSocketPoolResponse:
        """Send a request once, and return when the last byte of its answer has come.

        Raises OSError if there is no answer, TimeoutError if there is none in time.
        """
        limit = gevent.Timeout.start_new(timeout_s)
        try:
            sock = self._connections.take()
            try:
                sock.sendall(request)
            except BaseException:
                self._connections.release_socket(sock)
                raise
            # From here on the response gives the connection back, whatever happens.
            response = HTTPSocketPoolResponse(
                sock,
                self._connections,  # type: ignore[arg-type]  # it has the two methods that are used
                block_size=_BLOCK,
                method=method,
            )
            try:
                while not response.message_complete:
                    response.feed(sock.recv(_BLOCK))
            except BaseException:
                response.release()
                raise
        except gevent.Timeout as timeout:
            if timeout is not limit:
                raise
            raise TimeoutError(f"no answer within {timeout_s:g} s") from None
        except HTTPParseError as error:
            raise ConnectionError(str(error)) from error
        finally:
            limit.close()
        return response

    def close(self) -> None:
        """Close the connections that are idle."""
        self._connections.close()


def read(response: HTTPSocketPoolResponse) -> Answer:
    """What came over the wire, once it is there."""
    headers = {name.lower(): value for name, value in response.items()}
    return Answer(response.get_code(), headers, response.read())
