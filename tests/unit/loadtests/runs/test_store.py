"""The store gives back what was put in, and never a run that is not the blessed one."""

from pathlib import Path

import pytest

from harness.errors import ConfigurationError
from loadtests.runs import recording_file
from loadtests.runs.store import BaselineSet, Member, Store
from tests.unit.loadtests.runs.recordings import BEGUN_AT, recording


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "load-baselines")


def _set(store: Store, name: str = "nightly") -> BaselineSet:
    return BaselineSet(
        name=name,
        blessed_at=BEGUN_AT,
        min_span_s=3600.0,
        members=tuple(Member(run_id=one.recording.run_id, sha256=one.sha256) for one in store.runs()),
    )


def test_a_store_that_was_never_used_is_empty(store: Store) -> None:
    assert store.runs() == ()
    assert store.sets() == ()
    assert not store.directory.exists()


def test_runs_come_back_by_the_time_of_their_beginning(store: Store) -> None:
    for number in (3, 1, 2):
        store.add(recording(f"run-{number}", after_s=60.0 * number))
    assert [one.recording.run_id for one in store.runs()] == ["run-1", "run-2", "run-3"]


def test_a_run_is_added_once(store: Store) -> None:
    path = store.add(recording())
    with pytest.raises(ConfigurationError, match=r"run-1 is in .* already") as refused:
        store.add(recording(latency_us=9))
    assert str(path) in str(refused.value)


def test_an_id_that_is_no_file_name_stays_in_the_directory(store: Store) -> None:
    path = store.add(recording("../../etc/passwd"))
    assert path.parent == store.directory / "runs"
    assert store.runs()[0].recording.run_id == "../../etc/passwd"


def test_one_file_that_cannot_be_trusted_spoils_the_list(store: Store) -> None:
    store.add(recording("run-1"))
    path = store.add(recording("run-2", after_s=9.0))
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ConfigurationError, match=path.name):
        store.runs()


def test_a_set_is_found_by_its_name_and_alone_without_one(store: Store) -> None:
    store.add(recording())
    chosen = _set(store)
    store.bless(chosen)
    assert store.named("nightly") == chosen
    assert store.named(None) == chosen
    assert store.members(chosen) == (recording(),)


def test_without_a_name_there_must_be_one_set(store: Store) -> None:
    store.add(recording())
    with pytest.raises(ConfigurationError, match=r"has 0 blessed sets.*harness load baseline bless NAME"):
        store.named(None)
    store.bless(_set(store, "a"))
    store.bless(_set(store, "b"))
    with pytest.raises(ConfigurationError, match=r"has 2 blessed sets.*name one of a, b"):
        store.named(None)


def test_an_unknown_set_is_refused_with_the_names_that_there_are(store: Store) -> None:
    store.add(recording())
    store.bless(_set(store))
    with pytest.raises(ConfigurationError, match="no blessed set 'weekly'; name one of nightly"):
        store.named("weekly")


def test_a_set_is_never_replaced_silently(store: Store) -> None:
    store.add(recording())
    store.bless(_set(store))
    with pytest.raises(ConfigurationError, match="'nightly' exists already"):
        store.bless(_set(store))


@pytest.mark.parametrize("name", ["", "../up", ".hidden", "a/b", "x" * 81, "two words"])
def test_a_name_that_is_no_file_name_is_refused(store: Store, name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be the name of a set"):
        store.bless(_set(store, name))


def test_a_run_that_was_removed_after_it_was_blessed_is_missed(store: Store) -> None:
    path = store.add(recording())
    store.bless(_set(store))
    path.unlink()
    with pytest.raises(ConfigurationError, match="run-1 of the set 'nightly' is no longer in"):
        store.members(store.named("nightly"))


def test_a_run_that_was_replaced_after_it_was_blessed_is_noticed(store: Store) -> None:
    path = store.add(recording())
    store.bless(_set(store))
    recording_file.write(path, recording(latency_us=90_000))
    with pytest.raises(ConfigurationError, match="is not the run that was blessed") as refused:
        store.members(store.named("nightly"))
    assert str(path) in str(refused.value)


def test_an_edited_set_is_refused(store: Store) -> None:
    store.add(recording())
    path = store.bless(_set(store))
    path.write_text(path.read_text("utf-8").replace("3600.0", "0.0"), "utf-8")
    with pytest.raises(ConfigurationError, match="was edited or damaged"):
        store.named("nightly")
