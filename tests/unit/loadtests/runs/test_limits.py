"""A server that is not this machine is neither written to nor loaded heavily unasked."""

import pytest

from harness.errors import ConfigurationError
from loadtests.runs.limits import Host, refuse_load, refuse_writes

_HERE = Host.parse("http://127.0.0.1:8080")
_THERE = Host.parse("https://staging.example.org")


@pytest.mark.parametrize(
    ("text", "url", "is_loopback"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", True),
        ("http://127.8.9.1", "http://127.8.9.1", True),
        ("http://localhost:3000/", "http://localhost:3000", True),
        ("http://[::1]:80", "http://[::1]:80", True),
        ("https://staging.example.org", "https://staging.example.org", False),
        ("http://10.0.0.7:80", "http://10.0.0.7:80", False),
        ("http://0.0.0.0:80", "http://0.0.0.0:80", False),
        ("http://localhost.example.org", "http://localhost.example.org", False),
        ("http://127.0.0.1.example.org", "http://127.0.0.1.example.org", False),
    ],
)
def test_only_this_machine_is_loopback(text: str, url: str, is_loopback: bool) -> None:  # noqa: FBT001  # a column
    host = Host.parse(text)
    assert (host.url, host.is_loopback) == (url, is_loopback)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("staging.example.org", "is no address of a server"),
        ("ftp://staging.example.org", "is no address of a server"),
        ("http://", "is no address of a server"),
        ("http://name:port", "Write http://NAME:PORT"),
        ("http://name/api", "has a path"),
        ("http://name?mode=memory", "has a path"),
        ("http://user:s3cret@name", "holds a user name or a password"),
    ],
)
def test_what_is_no_server_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ConfigurationError, match=reason) as refused:
        Host.parse(text)
    assert "s3cret" not in str(refused.value)


def test_nothing_is_written_elsewhere_unasked() -> None:
    with pytest.raises(ConfigurationError, match=r"on staging\.example\.org.* --allow-writes"):
        refuse_writes(_THERE, "write", allowed=False)
    refuse_writes(_THERE, "write", allowed=True)
    refuse_writes(_THERE, "read-only", allowed=False)
    refuse_writes(_HERE, "write", allowed=False)


def test_no_heavy_load_is_offered_elsewhere_unasked() -> None:
    with pytest.raises(ConfigurationError, match=r"51 requests per second.* --allow-rate"):
        refuse_load(_THERE, 51.0, 60.0, allowed=False)
    refuse_load(_THERE, 51.0, 60.0, allowed=True)
    refuse_load(_THERE, 50.0, 60.0, allowed=False)
    refuse_load(_HERE, 500.0, 60.0, allowed=False)


@pytest.mark.parametrize(
    ("rate", "seconds", "option"),
    [
        (0.0, 60.0, "--rate"),
        (-1.0, 60.0, "--rate"),
        (9e9, 60.0, "--rate"),
        (float("nan"), 60.0, "--rate"),
        (5.0, 0.0, "--seconds"),
        (5.0, 1.9, "--seconds"),
        (5.0, 1e6, "--seconds"),
    ],
)
def test_a_load_that_makes_no_sense_is_refused_with_leave_too(
    rate: float, seconds: float, option: str
) -> None:
    with pytest.raises(ConfigurationError, match=option):
        refuse_load(_HERE, rate, seconds, allowed=True)
