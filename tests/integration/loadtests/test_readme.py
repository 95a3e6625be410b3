"""The how-tos "Ask whether response times have regressed" and "Serve the reference API" of the README."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from harness.cli import harness
from harness.settings.parity_toml import load

ROOT = Path(__file__).resolve().parents[3]
HOW_TOS = ("Ask whether response times have regressed", "Serve the reference API")
_DEADLINE_S = 60
_OTHERS = ("SUPABASE_", "HARNESS_STACK", "DB_MODE", "DATABASE_URL", "SCHEDULER_API_KEY", "ICIMS_")


def blocks(language: str) -> list[str]:
    """The blocks of both how-tos in a language."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    sections = [text.partition(f"\n### {title}\n")[2].partition("\n### ")[0] for title in HOW_TOS]
    assert all(sections)
    return re.findall(rf"^```{language}\n(.*?)^```$", "\n".join(sections), re.DOTALL | re.MULTILINE)


def commands() -> list[str]:
    """Every command line, without its remark."""
    lines = [line.partition(" #")[0].strip() for block in blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line]


def shown(start: str) -> list[str]:
    """The arguments of the command that begins so, as the README shows it."""
    (line,) = [one for one in commands() if one.startswith(f"harness {start}")]
    return shlex.split(line)[1:]


def parsed(arguments: list[str], group: click.Command = harness) -> click.Context:
    """What click makes of arguments, down to the last command. Raises click.UsageError."""
    parent: click.Context | None = None
    while isinstance(group, click.Group):
        context = click.Context(group, parent=parent, info_name=group.name)
        found = group.get_command(context, arguments[0])
        assert found is not None, arguments
        parent, group, arguments = context, found, arguments[1:]
    return group.make_context(group.name, arguments, parent=parent)


@pytest.mark.parametrize("line", commands())
def test_each_command_line_is_understood(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name, *arguments = shlex.split(line)
    assert name == "harness"
    parsed(arguments)


def test_an_option_that_does_not_exist_is_noticed() -> None:
    with pytest.raises(click.UsageError):
        parsed([*shown("load compare --report"), "--no-such-option"])


@pytest.fixture
def environ() -> dict[str, str]:
    """An environment in which no project is named, with the secrets of a server."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OTHERS)}
    return {**kept, "SCHEDULER_API_KEY": "a key", "ICIMS_WEBHOOK_SECRET": "a secret"}


@pytest.fixture
def server(tmp_path: Path, environ: dict[str, str]) -> Iterator[str]:
    """The address of the server that the README starts, at a free port; it must end well."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "harness", *shown("serve"), "--port", "0"],
        cwd=tmp_path,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            said = re.fullmatch(r"serving (http://127\.0\.0\.1:\d+) \(memory\)\n", process.stdout.readline())
            assert said is not None
            yield said[1]
        finally:
            process.send_signal(signal.SIGTERM)
    assert process.returncode == 0


def test_a_served_api_is_checked_measured_and_kept(
    server: str, tmp_path: Path, environ: dict[str, str]
) -> None:
    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "harness", *arguments],
            cwd=tmp_path,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_DEADLINE_S,
            check=False,
        )
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout

    measure = [server if one.startswith("https://") else one for one in shown("load run")]
    assert server in measure
    short = ("--profile", "write", "--seconds", "2", "--warm-up", "0")
    assert "endpoints answer rightly" in run("load", "check", "--host", server)
    assert " 0 wrong answers, as run.json" in run(*measure, *short)
    assert re.match(r"added \w+ as load-baselines/runs/", run(*shown("load baseline add")))
    assert re.search(r" memory +loopback ", run("load", "baseline", "list"))


def test_shown_configuration_can_be_read(tmp_path: Path) -> None:
    file = tmp_path / "parity.toml"
    limits, mapping = blocks("toml")
    file.write_text(f"{limits}\n{mapping}", encoding="utf-8")
    read = load(file)
    assert read.budgets is not None
    assert read.budgets.endpoints["book"]["supabase"].round_trips == 2
    assert read.budgets.capacity == {"supabase": 100}
    assert read.api is not None
    assert read.api.start == "npm run start"
    assert read.api.endpoints["claim_jobs"].lacks == "a cloud queue hands out the work"
