"""``harness bridge kit``: write the JavaScript kit into a project."""

import os
import shlex
from pathlib import Path

import click

from harness.adapters.bridge.kit.assemble import KIT, TYPES, shipped
from harness.errors import ConfigurationError

__all__ = ["kit"]


@click.command()
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The directory to write to; it is made if it is missing.",
)
@click.option("--force", is_flag=True, help="Overwrite files that differ.")
def kit(*, out: Path, force: bool) -> int:
    """Write parity-bridge.mjs and its types, which turn a module into an adapter for the contract.

    Prints the two paths on stdout, and on stderr what to run next.
    """
    wanted = {out / name: shipped(name) for name in (KIT, TYPES)}
    try:
        out.mkdir(parents=True, exist_ok=True)
        present = {path: _content(path) for path in wanted}
        changed = [path for path, text in wanted.items() if present[path] not in {None, text.encode()}]
        if changed and not force:
            raise ConfigurationError(
                f"{' and '.join(map(str, changed))} exists and differs from the kit of this version. "
                "Keep your changes elsewhere and add --force to overwrite it, or choose another --out."
            )
        for path, text in wanted.items():
            if present[path] != text.encode():
                _replace(path, text)
    except OSError as cause:
        raise ConfigurationError(
            f"the kit cannot be written to {out}: {cause.strerror or cause}. "
            "Choose a directory that you may write."
        ) from cause
    for path in wanted:
        click.echo(path)
    # What the harness starts is a line for the shell, and this one is quoted as a whole once more.
    served = shlex.quote(f"bridge:node --import tsx {shlex.quote(str(out / KIT))} ./src/lib/db/index.ts")
    program = shlex.quote(str(out / KIT))
    click.echo(
        "Try whether your module loads (it prints one line, and ends):\n"
        f"  DB_MODE=memory node --import tsx {program} ./src/lib/db/index.ts </dev/null\n"
        "Then have it judged:\n"
        f"  harness contract --adapter {served}",
        err=True,
    )
    return 0


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _replace(path: Path, text: str) -> None:
    """Write a file that is whole or not there."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
