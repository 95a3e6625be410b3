"""What options make of a comparison, before anything is started."""

from pathlib import Path

import pytest

from harness.errors import ConfigurationError
from harness.settings.parity_toml import ParityToml
from loadtests.comparison.preparation import Prepared, prepare


def _prepared(*endpoints: str) -> Prepared:
    config = ParityToml(directory=Path("/app"))
    return prepare(config, within="memory", base=None, seed=1, endpoints=endpoints)


def test_all_endpoints_get_requests_if_none_is_named() -> None:
    whole = _prepared()
    assert set(whole.weights) == set(whole.known)
    assert sum(whole.weights.values()) == pytest.approx(1)


def test_the_named_endpoints_get_all_the_requests_in_the_order_and_proportion_of_the_mix() -> None:
    whole, part = _prepared(), _prepared("open_link", "health", "create_request")
    assert list(part.weights) == ["health", "create_request", "open_link"]
    assert part.weights["open_link"] == pytest.approx(2 * part.weights["create_request"])
    assert sum(part.weights.values()) == pytest.approx(1)
    assert part.known == whole.known


def test_an_endpoint_that_nobody_knows_is_refused_with_the_one_that_was_meant() -> None:
    with pytest.raises(ConfigurationError, match=r"--endpoint open_lnik is no endpoint.*open_link"):
        _prepared("open_lnik")
    with pytest.raises(ConfigurationError, match=r"--endpoint delete is no endpoint of this API"):
        _prepared("delete")
