"""Who may call what."""

import base64

import httpx
import pytest

from harness.api.catalogue import ENDPOINTS
from harness.api.service import Endpoint
from tests.unit.api.asking import app, ask

_KEY = "the-key-of-internal-callers"
_OPEN = {"health", "open_link", "book", "receive_webhook"}


def path_of(endpoint: Endpoint) -> str:
    return endpoint.path.format(id="1", token="1", queue="sync-jobs")


def call(endpoint: Endpoint, authorization: str | None = None) -> httpx.Response:
    headers = {} if authorization is None else {"Authorization": authorization}
    return ask(app(api_key=_KEY), endpoint.method, path_of(endpoint), headers=headers)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_only_what_strangers_need_is_open(endpoint: Endpoint) -> None:
    answer = call(endpoint)
    if endpoint.name in _OPEN:
        assert answer.headers.get("www-authenticate") is None
        return
    assert answer.status_code == 401
    assert answer.json()["error"]["kind"] == "unauthorized"
    assert call(endpoint, f"Bearer {_KEY}").status_code != 401
    assert call(endpoint, f"bearer {_KEY}").status_code != 401


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        f"Bearer {_KEY}x",
        f"Bearer {_KEY[:-1]}",
        f"Token {_KEY}",
        _KEY,
        "Bearer é",
        "Basic !",
    ],
)
def test_anything_but_the_key_is_refused(authorization: str) -> None:
    answer = ask(app(api_key=_KEY), "GET", "/ops", headers={"Authorization": authorization.encode("latin-1")})
    assert answer.status_code == 401
    assert _KEY not in answer.text


def test_a_browser_may_send_the_key_as_a_password_to_the_dashboard_alone() -> None:
    basic = "Basic " + base64.b64encode(f"anybody:{_KEY}".encode()).decode()
    by_name = {endpoint.name: endpoint for endpoint in ENDPOINTS}
    assert call(by_name["ops_dashboard"], basic).status_code == 200
    assert call(by_name["ops_dashboard"]).headers["www-authenticate"] == 'Basic realm="scheduler"'
    # With a password a browser also sends the forms of other sites.
    assert call(by_name["ops_summary"], basic).status_code == 401
    assert call(by_name["delete_request"], basic).status_code == 401
    assert call(by_name["ops_summary"]).headers["www-authenticate"] == "Bearer"


def test_without_a_key_everything_is_open() -> None:
    assert ask(app(), "GET", "/ops").status_code == 200
    assert ask(app(), "GET", "/api/ops/summary").status_code == 200
