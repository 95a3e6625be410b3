"""The user's own PG* variables do not reach the embedded stack."""

import json
import subprocess
from collections.abc import Mapping

from harness.stack.databases import Database
from harness.stack.embedded import EmbeddedStack
from tests.integration.stack.conftest import run_python

NONSENSE: Mapping[str, str] = {
    "PGAPPNAME": "theirs",
    "PGCHANNELBINDING": "require",
    "PGCLIENTENCODING": "EUC_JP",
    "PGCONNECT_TIMEOUT": "nonsense",
    "PGDATABASE": "nonsense",
    "PGDATESTYLE": "nonsense",
    "PGGEQO": "nonsense",
    "PGGSSDELEGATION": "nonsense",
    "PGGSSENCMODE": "require",
    "PGGSSLIB": "nonsense",
    "PGHOST": "nonsense.invalid",
    "PGHOSTADDR": "192.0.2.1",
    "PGKRBSRVNAME": "nonsense",
    "PGLOADBALANCEHOSTS": "nonsense",
    "PGMAXPROTOCOLVERSION": "nonsense",
    "PGMINPROTOCOLVERSION": "nonsense",
    "PGOPTIONS": "-c search_path=nonsense",
    "PGPASSFILE": "/nonsense",
    "PGPASSWORD": "nonsense",
    "PGPORT": "1",
    "PGREQUIREAUTH": "gss",
    "PGREQUIREPEER": "nonsense",
    "PGSERVICE": "nonsense",
    "PGSERVICEFILE": "/nonsense",
    "PGSSLCERT": "/nonsense",
    "PGSSLCERTMODE": "require",
    "PGSSLCOMPRESSION": "1",
    "PGSSLCRL": "/nonsense",
    "PGSSLCRLDIR": "/nonsense",
    "PGSSLKEY": "/nonsense",
    "PGSSLMAXPROTOCOLVERSION": "nonsense",
    "PGSSLMINPROTOCOLVERSION": "nonsense",
    "PGSSLMODE": "require",
    "PGSSLNEGOTIATION": "direct",
    "PGSSLROOTCERT": "/nonsense",
    "PGSSLSNI": "nonsense",
    "PGSYSCONFDIR": "/nonsense",
    "PGTARGETSESSIONATTRS": "standby",
    "PGTZ": "nonsense",
    "PGUSER": "nonsense",
}

HELPERS = """
import json, os, sys
from pathlib import Path
import psycopg
from harness.settings import Settings
from harness.stack.embedded import EmbeddedStack
from tests.integration.stack.conftest import call, prepare
def seen(database):
    with psycopg.connect(database.coordinates.database_url) as connection:
        path, encoding = connection.execute(
            "SELECT current_setting('search_path'), current_setting('client_encoding')"
        ).fetchone()
    key = database.coordinates.service_role_key
    return [database.probe(), path, encoding, len(call(database, "/rest/v1/notes?limit=1", key=key).json)]
"""

ATTACH = """
with EmbeddedStack.attach(Path(sys.argv[1])) as stack, stack.clone() as database:
    print(json.dumps(seen(database)))
    for name, value in json.loads(sys.argv[2]).items():
        os.environ[name] = value
        EmbeddedStack.attach(Path(sys.argv[1]))
        try:
            print(json.dumps([name, *seen(database)]))
        except psycopg.Error as cause:
            print(json.dumps([name, str(cause)]))
"""

START = """
with EmbeddedStack.start(Settings.from_environ(), prepare=prepare) as stack, stack.clone() as database:
    print(json.dumps(seen(database)))
"""

CONNECT = """
import psycopg, sys
with psycopg.connect(sys.argv[1]) as connection:
    print(connection.execute("SHOW search_path").fetchone()[0])
"""

UNTOUCHED = [None, '"$user", public, extensions', "UTF8", 1]


def lines(process: "subprocess.Popen[bytes]") -> list[str]:
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors.decode()
    return output.decode().splitlines()


def test_a_stack_starts_with_all_of_them(stack: EmbeddedStack) -> None:
    assert stack.record.exists()  # the servers are installed
    assert [json.loads(line) for line in lines(run_python(HELPERS + START, NONSENSE))] == [UNTOUCHED]


def test_a_worker_joins_with_all_of_them_and_with_each(stack: EmbeddedStack) -> None:
    worker = run_python(HELPERS + ATTACH, NONSENSE, str(stack.record), json.dumps(NONSENSE))
    first, *others = (json.loads(line) for line in lines(worker))
    assert first == UNTOUCHED
    assert others == [[name, *UNTOUCHED] for name in NONSENSE]


def test_the_url_itself_overrules_what_every_driver_lets_it(database: Database) -> None:
    environ = {name: NONSENSE[name] for name in ("PGSSLMODE", "PGOPTIONS", "PGDATABASE", "PGPORT", "PGUSER")}
    shown = lines(run_python(CONNECT, environ, database.coordinates.database_url))
    assert shown == ['"$user", public, extensions']
