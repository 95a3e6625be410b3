"""Lines of a pipe, whatever is written to it, and whoever holds it open."""

import os

import pytest

from harness.adapters.bridge.lines import Lines


def lines_of(*written: bytes, longest: int = 1 << 20) -> list[bytes]:
    out, into = os.pipe()
    with os.fdopen(out, "rb") as stream, os.fdopen(into, "wb", buffering=0) as pipe:
        lines = Lines(stream, longest=longest)
        pipe.writelines(written)
        lines.stop()
        lines.stop()
        return list(lines)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ((), []),
        ((b"a\nb\n",), [b"a\n", b"b\n"]),
        ((b"a", b"b\nc"), [b"ab\n", b"c"]),
        ((b"\n\r\n\x00\n",), [b"\n", b"\r\n", b"\x00\n"]),
    ],
)
def test_lines_end_with_their_ends_although_the_pipe_is_open(
    written: tuple[bytes, ...], expected: list[bytes]
) -> None:
    assert lines_of(*written) == expected


def test_a_long_line_comes_in_pieces() -> None:
    assert lines_of(b"x" * 30_000, b"yz\n", longest=30_000) == [b"x" * 30_000 + b"yz\n"]
    pieces = lines_of(b"x" * 60_000, longest=1)
    assert (b"".join(pieces), pieces[0].endswith(b"\n")) == (b"x" * 60_000, False)
