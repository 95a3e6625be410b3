import pytest

from harness.errors import StackError
from harness.settings import Settings, StackKind
from migrations import made
from migrations.files import PACKAGED


@pytest.mark.parametrize(
    ("wished", "kind"), [("embedded", "embedded"), ("docker", "docker"), ("external", "embedded")]
)
def test_files_are_applied_to_a_stack_of_our_own(
    monkeypatch: pytest.MonkeyPatch, wished: str, kind: str
) -> None:
    def start(_: Settings, kind: StackKind, **_more: object) -> None:
        raise StackError(f"asked for {kind}")

    monkeypatch.setattr(made, "start", start)
    environ = {"HARNESS_STACK": wished, "SUPABASE_URL": "http://127.0.0.1:9"}
    with pytest.raises(StackError, match=f"asked for {kind}"):
        made.make(Settings.from_environ(environ), PACKAGED)
