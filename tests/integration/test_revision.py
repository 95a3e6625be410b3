"""Which commit of an application is examined: real git, in every state that a directory can be in."""

import subprocess
from pathlib import Path

import pytest

from harness.revision import Revision, WorkCopy, described


def git(directory: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "protocol.file.allow=always", *arguments],
        cwd=directory,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def look(directory: Path) -> Revision:
    return WorkCopy("scheduler", directory).look()


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A repository with one commit."""
    directory = tmp_path / "app"
    (directory / "src").mkdir(parents=True)
    (directory / "src" / "db.ts").write_text("1")
    git(directory, "init", "-q", "-b", "main")
    commit(directory)
    return directory


def commit(directory: Path) -> None:
    git(directory, "add", "-A")
    git(directory, "commit", "-qm", "c")


def test_a_clean_commit_is_named(app: Path) -> None:
    found = look(app)
    sha = git(app, "rev-parse", "HEAD")
    assert found == Revision(name="scheduler", sha=sha, dirty=False)
    assert described(found.to_json()) == f"scheduler {sha[:7]}"


def test_a_detached_head_and_a_directory_below_the_top_are_the_same_commit(app: Path) -> None:
    git(app, "checkout", "-q", "--detach")
    assert look(app / "src").sha == git(app, "rev-parse", "HEAD")


def test_a_changed_file_is_told(app: Path) -> None:
    (app / "src" / "db.ts").write_text("2")
    found = look(app / "src")
    assert (found.dirty, found.note) == (True, "changed: src/db.ts")
    assert described(found.to_json()).endswith(" with uncommitted changes")


def test_two_states_of_the_same_dirty_file_differ(app: Path) -> None:
    copy = WorkCopy("scheduler", app)
    (app / "src" / "db.ts").write_text("2")
    first = copy.look()
    assert copy.look() == first
    (app / "src" / "db.ts").write_text("3")
    assert copy.look() != first


def test_a_file_that_git_does_not_know_is_a_change_unless_the_run_wrote_it(app: Path) -> None:
    (app / "src" / "new.ts").write_text("1")
    assert look(app).dirty is True
    git(app, "clean", "-qfd")
    (app / "report").mkdir()
    (app / "report" / "gate.json").write_text("{}")
    assert look(app).dirty is True
    copy = WorkCopy("scheduler", app, [app / "report"])
    assert copy.look().dirty is False
    (app / "coverage").write_text("what tests left behind")
    assert copy.look().dirty is False


def test_an_ignored_file_is_no_change(app: Path) -> None:
    (app / ".gitignore").write_text("*.log\n")
    commit(app)
    (app / "x.log").write_text("1")
    assert look(app).dirty is False


def test_a_submodule_has_a_commit_of_its_own(app: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "-q")
    git(outer, "submodule", "add", "-q", str(app), "app")
    commit(outer)
    assert look(outer / "app").sha == git(app, "rev-parse", "HEAD") != look(outer).sha
    (outer / "app" / "src" / "db.ts").write_text("2")
    assert look(outer).dirty is True


def test_a_repository_in_the_environment_is_not_the_one_of_the_application(
    app: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    expected = git(app, "rev-parse", "HEAD")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.setenv(name, str(other / ".git"))
    assert look(app).sha == expected


def test_a_directory_that_its_repository_does_not_hold_has_no_commit(app: Path) -> None:
    (app / "elsewhere").mkdir()
    found = look(app / "elsewhere")
    assert found.sha is None
    assert "holds nothing of" in str(found.note)
    assert described(found.to_json()) == "scheduler, commit unknown"


def test_without_a_repository_or_a_commit_there_is_no_commit(tmp_path: Path) -> None:
    assert look(tmp_path).note == "no git repository"
    git(tmp_path, "init", "-q")
    assert look(tmp_path) == Revision(name="scheduler", note="no commit yet")


def test_a_directory_that_is_gone_or_bare_has_no_commit(tmp_path: Path) -> None:
    assert look(tmp_path / "gone").sha is None
    git(tmp_path, "init", "-q", "--bare")
    assert look(tmp_path).note == "a git repository without a work tree"


def test_without_git_there_is_no_commit(app: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(app))
    assert look(app).note == "git was not found"


def test_an_index_that_is_broken_leaves_the_commit_known(app: Path) -> None:
    (app / ".git" / "index").write_bytes(b"no index")
    found = look(app)
    assert (found.sha, found.dirty) == (git(app, "rev-parse", "HEAD"), None)
    assert described(found.to_json()).endswith(", changes unknown")
