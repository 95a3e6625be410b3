"""Publishable and secret keys, in front of which stands a door that takes them for no web token."""

import httpx
import pytest

from contracts.builders import a_request
from harness.adapters.supabase import SupabaseStore
from harness.errors import ConfigurationError
from harness.stack.coordinates import Coordinates
from harness.stack.external.api import Api
from harness.stack.external.cache import require_known
from harness.stack.external.project import Project
from tests.given_project import SECRET, hosted


def as_project(given: Coordinates, **changes: str) -> Project:
    values = {
        "url": given.supabase_url,
        "anon_key": given.anon_key,
        "service_key": given.service_role_key,
        "database_url": given.database_url,
    }
    return Project(**{**values, **changes})


def test_the_door_is_as_strict_as_it_says(project: Coordinates) -> None:
    with hosted(project) as given:
        place = f"{given.supabase_url}/rest/v1/bookings"
        bearer = {"apikey": SECRET, "Authorization": f"Bearer {SECRET}"}
        assert httpx.get(place, headers=bearer).status_code == 401
        assert httpx.get(place, headers={"apikey": project.service_role_key}).status_code == 401
        assert httpx.get(place, headers={"apikey": SECRET}).json() == []


def test_the_adapter_and_the_harness_work_with_new_keys(project: Coordinates) -> None:
    with hosted(project) as given:
        with SupabaseStore(given.supabase_url, given.service_role_key) as store:
            made = store.scheduling_requests.create(a_request())
            assert store.scheduling_requests.get(made.id) == made
        with Api(as_project(given)) as api:
            api.require_keys()
            assert api.count("scheduling_requests") == 1
            assert require_known(api.described, None).split(".")[0].isdecimal()


def test_keys_that_were_exchanged_are_refused(project: Coordinates) -> None:
    with hosted(project) as given:
        exchanged = as_project(given, anon_key=given.service_role_key, service_key=given.anon_key)
        with (
            Api(exchanged) as api,
            pytest.raises(ConfigurationError, match="SUPABASE_ANON_KEY is a key of the role service_role"),
        ):
            api.require_keys()


def test_a_key_that_the_project_does_not_know_is_refused(project: Coordinates) -> None:
    with (
        hosted(project) as given,
        Api(as_project(given, service_key="sb_secret_of_another")) as api,
        pytest.raises(ConfigurationError, match="does not accept SUPABASE_SERVICE_ROLE_KEY"),
    ):
        api.require_keys()
