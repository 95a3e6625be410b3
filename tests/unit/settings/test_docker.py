"""The images are Supabase's, unless variables name others."""

import pytest

from harness.errors import ConfigurationError
from harness.settings.docker import DockerSettings


def test_official_images_are_the_default() -> None:
    found = DockerSettings.read({})
    assert found == DockerSettings()
    assert found.postgres.startswith("supabase/postgres:17.")
    assert found.postgrest.startswith("postgrest/postgrest:v12.")
    assert found.python.startswith("python:3.")
    assert found.network == "bridge"


def test_variables_name_others() -> None:
    found = DockerSettings.read(
        {
            "HARNESS_DOCKER_POSTGRES": "a",
            "HARNESS_DOCKER_POSTGREST": "b",
            "HARNESS_DOCKER_PYTHON": "c",
            "HARNESS_DOCKER_NETWORK": "host",
        }
    )
    assert found == DockerSettings(postgres="a", postgrest="b", python="c", network="host")


def test_another_network_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="HARNESS_DOCKER_NETWORK='none' is not one of bridge, host"):
        DockerSettings.read({"HARNESS_DOCKER_NETWORK": "none"})
