"""A server is measured only if it says which one it is, and is the same at the end."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from harness.settings.api import Api, reference_api
from loadtests.errors import LoadError
from loadtests.runs.target import Identity, Target

_WELL = {"status": "ok", "mode": "memory", "instance": "i1", "version": "7"}


def _target(*answers: httpx.Response | Exception, api: Api | None = None) -> Target:
    """A server that gives these answers, one after the other."""
    coming: Iterator[httpx.Response | Exception] = iter(answers)

    def answer(_request: httpx.Request) -> httpx.Response:
        given = next(coming)
        if isinstance(given, Exception):
            raise given
        return given

    return Target("http://server:1", api or reference_api({}), httpx.MockTransport(answer))


def _says(**changes: Any) -> httpx.Response:
    return httpx.Response(200, json={**_WELL, **changes})


def test_a_server_says_its_mode_instance_and_version() -> None:
    with _target(_says()) as target:
        assert target.identify() == Identity("memory", "i1", "7")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (httpx.ConnectError("refused"), "GET http://server:1/health got no answer: refused"),
        (httpx.ReadTimeout(""), "got no answer: ReadTimeout"),
        (httpx.Response(503, json=_WELL), "answered 503: the server is not well"),
        (httpx.Response(302, headers={"Location": "/login"}), "answered 302"),
        (httpx.Response(200, text="<html>"), "does not say its mode: mode is None"),
        (httpx.Response(200, json=["memory"]), "does not say its mode"),
        (_says(mode="Memory"), "mode is 'Memory', not memory or supabase"),
        (_says(mode=None), "mode is None"),
    ],
)
def test_a_server_that_does_not_say_its_mode_is_not_measured(
    answer: httpx.Response | Exception, said: str
) -> None:
    with _target(answer) as target, pytest.raises(LoadError) as refused:
        target.identify()
    assert said in str(refused.value)


def test_a_server_in_another_mode_than_expected_is_not_measured() -> None:
    with _target(_says()) as target, pytest.raises(LoadError, match="runs in mode memory, and supabase was"):
        target.identify("supabase")


def test_another_application_says_it_elsewhere_and_gets_its_headers() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"db": {"mode": "supabase"}})

    api = Api(name="staging", health="/api/ok", mode_field="db.mode", headers={"X-Key": "k"})
    with Target("http://server:1", api, httpx.MockTransport(answer)) as target:
        assert target.identify() == Identity("supabase", None, None)
    assert asked[0].url == "http://server:1/api/ok"
    assert asked[0].headers["X-Key"] == "k"


@pytest.mark.parametrize(
    ("later", "said"),
    [
        (_says(instance="i2"), "instance i1 has become i2"),
        (_says(mode="supabase"), "changed its mode from memory to supabase"),
        (_says(version="8"), "changed from version 7 to 8"),
        (httpx.Response(500), "answered 500"),
        (httpx.ConnectError("gone"), "got no answer: gone"),
    ],
)
def test_a_server_that_is_another_at_the_end_is_said(later: httpx.Response | Exception, said: str) -> None:
    with _target(_says(), later) as target:
        changed = target.changed(target.identify())
    assert changed is not None
    assert said in changed


def test_a_server_that_stayed_is_the_same() -> None:
    with _target(_says(), _says()) as target:
        assert target.changed(target.identify()) is None


def test_instances_that_take_turns_are_told_apart_only_if_the_application_is_asked_to() -> None:
    api = replace(reference_api({}), instance_field=None)
    with _target(_says(), _says(instance="i2"), api=api) as target:
        assert target.changed(target.identify()) is None
