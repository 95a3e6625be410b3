"""squawk: which statements lock a table that is in use, or break code that still runs.

It runs as a process of its own on copies of the files, so that neither a configuration file nor the
surroundings of a build server change what it says. See https://squawkhq.com/docs/rules.
"""

import json
import shutil
import subprocess
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from harness.errors import HarnessError
from migrations.files import Migration

__all__ = ["LEFT_OUT", "SYNTAX_ERROR", "SquawkFinding", "advice", "find_squawk", "run_squawk"]

_DEADLINE_S = 120
_POSTGRES = "17.0"
SYNTAX_ERROR = "syntax-error"

LEFT_OUT: Mapping[str, str] = {
    "ban-char-field": "a question of style, and no lock",
    "ban-drop-column": "PH043 says it, with the column",
    "ban-drop-database": "PH003: it cannot run in a transaction",
    "ban-drop-table": "PH042 says it, with the table",
    "ban-truncate-cascade": "PH041 says it, with the table",
    "ban-concurrent-index-creation-in-transaction": "PH003 says it, with the way out",
    "ban-uncommitted-transaction": "PH003: each file is one transaction",
    "prefer-bigint-over-int": "a question of style, and no lock",
    "prefer-bigint-over-smallint": "a question of style, and no lock",
    "prefer-identity": "a question of style, and no lock",
    "prefer-robust-stmts": "each file is one transaction, and the ledger knows which were applied",
    "prefer-text-field": "a question of style, and no lock",
    "prefer-timestamp-tz": "a question of style, and no lock",
    "require-lock-timeout": "each file is applied with a lock_timeout",
    "require-statement-timeout": "each file is applied with a statement_timeout",
    "require-timeout-settings": "each file is applied with both",
    "transaction-nesting": "PH003 says it, with the way out",
}
"""The rules of squawk that are not asked, and why."""

_BY_HAND = (
    "Run it by hand with CONCURRENTLY, which no transaction allows, and keep it in the file in a form that "
    "then does nothing: IF NOT EXISTS, IF EXISTS"
)
_ADVICE: Mapping[str, str] = {
    "require-concurrent-index-creation": _BY_HAND,
    "require-concurrent-index-deletion": _BY_HAND,
    "constraint-missing-not-valid": "Add it NOT VALID, and VALIDATE CONSTRAINT in a later file",
    "adding-foreign-key-constraint": "Add it NOT VALID, and VALIDATE CONSTRAINT in a later file",
    "disallowed-unique-constraint": "Build the unique index by hand with CONCURRENTLY, and add the "
    "constraint USING INDEX",
    "adding-required-field": "Add it with a default, or nullable until every writer fills it",
    "adding-not-nullable-field": "Add CHECK (… IS NOT NULL) NOT VALID, validate it in a later file, and set "
    "NOT NULL after that",
    "changing-column-type": "Add a column of the new type, fill it, and drop the old one in a later file",
    "renaming-column": "Add a column of the new name, write both, and drop the old one in a later file",
    "renaming-table": "Keep the old name until no code uses it",
}
"""What to do where squawk's own advice cannot be followed, or is short."""


@dataclass(frozen=True, kw_only=True)
class SquawkFinding:
    """One finding of squawk."""

    file: str
    line: int
    """Counted from 1."""
    rule: str
    message: str
    help: str


def advice(found: SquawkFinding) -> str:
    """Return what to do, as a sentence."""
    return (_ADVICE.get(found.rule) or found.help or "Change the statement").rstrip(".") + "."


def find_squawk() -> Path:
    """Return the program: that of this environment, else the one on PATH. Raises HarnessError."""
    own = shutil.which("squawk", path=sysconfig.get_path("scripts"))
    found = own or shutil.which("squawk")
    if found is None:
        raise HarnessError(
            "squawk is not installed, and nothing was examined for locks: pip install squawk-cli"
        )
    return Path(found)


def run_squawk(program: Path, migrations: Sequence[Migration]) -> tuple[SquawkFinding, ...]:
    """Return what squawk says of the files, in their order. Raises HarnessError if it does not run."""
    with TemporaryDirectory(prefix="parity-lint-") as place:
        copies = {f"{number:04}.sql": migration for number, migration in enumerate(migrations)}
        for name, migration in copies.items():
            (Path(place) / name).write_bytes(migration.text.encode())
        # Without one it would look for a configuration file in all directories above.
        (Path(place) / "squawk.toml").write_text("")
        try:
            done = subprocess.run(
                [
                    program,
                    "--config=squawk.toml",
                    "--reporter=Json",
                    f"--pg-version={_POSTGRES}",
                    "--assume-in-transaction",
                    *copies,
                ],
                cwd=place,
                # On a build server it would mix annotations into its output.
                env={"SQUAWK_DISABLE_GITHUB_ANNOTATIONS": "1"},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=_DEADLINE_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as cause:
            raise HarnessError(f"{program} does not run, and nothing was examined: {cause}") from cause
    if done.returncode not in {0, 1}:
        raise HarnessError(_failed(program, done))
    try:
        found = json.loads(done.stdout)
        return tuple(_finding(one, copies) for one in found if one["rule_name"] not in LEFT_OUT)
    except (ValueError, KeyError, TypeError, AttributeError) as cause:
        raise HarnessError(_failed(program, done)) from cause


def _finding(found: Mapping[str, Any], copies: Mapping[str, Migration]) -> SquawkFinding:
    return SquawkFinding(
        file=copies[Path(found["file"]).name].file,
        line=int(found["line"]) + 1,
        rule=str(found["rule_name"]),
        message=str(found["message"]),
        help=str(found.get("help") or ""),
    )


def _failed(program: Path, done: "subprocess.CompletedProcess[str]") -> str:
    said = (done.stderr or done.stdout).strip().splitlines()
    return (
        f"{program} ended with {done.returncode} and no answer that could be read, so nothing was examined "
        f"for locks: {said[0][:300] if said else 'it said nothing'}"
    )
