"""A mapping file that cannot be meant is refused where it is wrong."""

from pathlib import Path

import pytest

from harness.errors import ConfigurationError
from migrations.comparison.mapping import read_mapping

WRONG = {
    "[tables.webhook_event]\n": "line 1, column 9: tables.webhook_event is not a key",
    "[table.x]\n": "line 1, column 2: table is not a key",
    '[tables.bookings]\nfrom = "x"\n': "line 2, column 1: tables.bookings.from is not a key",
    '[tables.bookings.columns]\nstate = "x"\n': "line 2, column 1: tables.bookings.columns.state is not",
    '[tables.bookings.columns]\nstatus = ""\n': "must be a string that is not empty",
    "[tables.bookings.columns]\nstatus = 1\n": "must be the name in the source",
    '[tables.bookings.columns]\nstatus = { transform = "round" }\n': "no transform of status; it can be trim",
    '[tables.bookings.columns]\nrequest_id = { transform = "lower" }\n': "none exists for uuid",
    "[tables.bookings.columns]\nid = { ignore = true }\n": "it can only be renamed",
    '[tables.bookings.columns]\nstatus = { ignore = "yes" }\n': "must be true or false",
    '[tables.bookings.columns]\nstatus = "booked_by"\n': "gives booked_by to two columns",
    '[tables.bookings]\nignore = "x"\n': "must be a list of names of columns",
    "tables\n": "cannot be read as TOML",
}


@pytest.mark.parametrize("text", WRONG)
def test_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as raised:
        read_mapping(path)
    assert WRONG[text] in str(raised.value)
