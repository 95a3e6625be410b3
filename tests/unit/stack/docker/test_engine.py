"""Why no engine can be used is said with what to do about it."""

import errno
import os

import pytest
from docker.errors import APIError, DockerException
from requests.exceptions import ConnectionError as NoConnection
from requests.exceptions import ReadTimeout
from urllib3.exceptions import ProtocolError

from harness.stack.docker.engine import _reason, _silence


def wrapped(number: int) -> DockerException:
    """What docker makes of what requests makes of what the system says."""
    cause = NoConnection(ProtocolError("Connection aborted.", OSError(number, os.strerror(number))))
    wrapper = DockerException(f"Error while fetching server API version: {cause}")
    wrapper.__cause__ = cause
    return wrapper


def test_an_engine_that_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    assert _silence(wrapped(errno.ENOENT)) == (
        "No Docker engine answers at its usual socket: No such file or directory. Start one, let DOCKER_HOST "
        "name one, or use --stack embedded."
    )


def test_an_engine_that_is_somebody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///run/theirs.sock")
    said = _silence(wrapped(errno.EACCES))
    assert said.startswith("The Docker engine at unix:///run/theirs.sock may not be used by this account")
    assert "Join the group" in said


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        (APIError("500", explanation="no space left on device\nmore"), "no space left on device"),
        (ReadTimeout("Read timed out."), "Read timed out"),
        (DockerException(), "DockerException"),
    ],
)
def test_the_engines_own_words_come_first(cause: Exception, reason: str) -> None:
    assert _reason(cause) == reason
