"""The real TypeScript compiler, the real client and the official generator, installed once per lock."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from harness.stack.npm import Npm
from harness.stack.template import EMPTY
from tests.integration.migrations.conftest import copy
from tests.packages import npm_packages

HERE = Path(__file__).parent
_DEADLINE_S = 120


@dataclass(frozen=True)
class Packages:
    """A directory with node_modules, and the node that runs them."""

    place: Path
    node: Path

    def run(
        self, script: str, *arguments: str, cwd: Path, **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a script: a path inside node_modules, or beside this file."""
        return subprocess.run(
            [str(self.node), script, *arguments],
            cwd=cwd,
            env={**os.environ, **environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_DEADLINE_S,
            check=False,
        )

    def compile(self, project: Path) -> subprocess.CompletedProcess[str]:
        """Type-check every uses.ts below a directory, and what it imports."""
        link = project / "node_modules"
        if not link.exists():
            link.symlink_to(self.place / "node_modules")
        return self.run(
            str(self.place / "node_modules/typescript/bin/tsc"),
            *("--noEmit", "--strict", "--target", "es2022", "--module", "esnext"),
            *("--moduleResolution", "bundler", "--skipLibCheck", "--lib", "es2023,dom"),
            *sorted(str(path.relative_to(project)) for path in project.glob("**/uses.ts")),
            cwd=project,
        )


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    """What package-lock.json names, beside a copy of the scripts of these tests."""
    place = tmp_path_factory.mktemp("typescript")
    (place / "node_modules").symlink_to(npm_packages(HERE))
    shutil.copy(HERE / "generate.mjs", place)
    return Packages(place, Npm.find().node_dir / "node")


@pytest.fixture(scope="session")
def awkward(cluster: str) -> str:
    """The name of a database with everything that a generator of types can get wrong."""
    dsn = copy(cluster, EMPTY)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute((HERE / "awkward.sql").read_bytes())
    return str(conninfo_to_dict(dsn)["dbname"])


@pytest.fixture
def awkward_dsn(cluster: str, awkward: str) -> str:
    """A copy of that database."""
    return copy(cluster, awkward)


@pytest.fixture
def official(packages: Packages) -> Callable[[str], str]:
    """Return what the official generator writes for a database, for PostgREST 12.0.2."""

    def official(dsn: str) -> str:
        options = conninfo_to_dict(dsn)
        done = packages.run(
            "generate.mjs",
            "12.0.2",
            cwd=packages.place,
            PGHOST=str(options["host"]),
            PGPORT=str(options["port"]),
            PGUSER=str(options["user"]),
            PGPASSWORD=str(options["password"]),
            PGDATABASE=str(options["dbname"]),
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return official
