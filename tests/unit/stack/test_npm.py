"""What npm's output is turned into."""

import pytest

from harness.stack.npm import explain


@pytest.mark.parametrize("code", ["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ENOTCACHED"])
def test_a_missing_network_is_named_with_the_next_step(code: str) -> None:
    said = explain(f"npm error code {code}\nnpm error errno {code}\n")
    assert code in said
    assert "Connect to the network" in said


def test_a_full_disk_names_the_variable_that_helps() -> None:
    assert "HARNESS_HOME" in explain("npm ERR! code ENOSPC\n")


def test_other_errors_are_quoted_without_download_addresses() -> None:
    said = explain(
        "npm error code E403\nnpm error 403 Forbidden - GET https://u:secret@registry.example/pkg\n"
    )
    assert "E403" in said
    assert "Forbidden" in said
    assert "secret" not in said


def test_an_unknown_failure_still_says_something() -> None:
    assert "it says nothing" in explain("")
    assert "node: not found" in explain("env: node: not found\n")
