"""A place is not compared with itself, by whatever names it is called."""

from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from harness.errors import ConfigurationError
from migrations.sources.location import DatabaseAt, Location, RestAt, SnapshotAt
from migrations.sources.two_places import require_two_places


def test_a_database_by_two_addresses_is_one_place(dsn: str, empty_dsn: str) -> None:
    options = conninfo_to_dict(dsn)
    other = f"postgresql://{options['user']}:{options['password']}@localhost:{options['port']}/{options['dbname']}"
    with pytest.raises(ConfigurationError, match="the same place"):
        require_two_places(DatabaseAt(dsn), DatabaseAt(other))
    require_two_places(DatabaseAt(dsn), DatabaseAt(empty_dsn))


def test_a_link_to_a_file_is_the_file(tmp_path: Path) -> None:
    one, other, link = (tmp_path / name for name in ("one.json", "other.json", "link.json"))
    one.write_text("{}")
    other.write_text("{}")
    link.symlink_to(one)
    with pytest.raises(ConfigurationError, match="the same place"):
        require_two_places(SnapshotAt(one), SnapshotAt(link))
    require_two_places(SnapshotAt(one), SnapshotAt(other))
    require_two_places(SnapshotAt(one), SnapshotAt(tmp_path / "none.json"))


@pytest.mark.parametrize(
    "target", [RestAt("https://b.example", "key"), SnapshotAt(Path("/none")), DatabaseAt("postgresql://none")]
)
def test_places_of_two_kinds_are_two(target: Location) -> None:
    require_two_places(RestAt("https://a.example", "key"), target)
    with pytest.raises(ConfigurationError, match="prove nothing"):
        require_two_places(RestAt("https://a.example", "key"), RestAt("https://a.example", "other key"))
