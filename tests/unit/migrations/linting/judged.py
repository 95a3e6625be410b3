"""Judges a piece of SQL as the file that comes after a few others."""

from collections.abc import Sequence

from migrations.files import Migration
from migrations.linting.directory import Directory
from migrations.linting.lint import Result, lint
from migrations.linting.squawk import SquawkFinding

__all__ = ["BASE", "FILE", "about", "judged", "migration"]

FILE = "002_next.sql"
BASE = """
CREATE TABLE public.bookings (
  id uuid PRIMARY KEY,
  note varchar(20),
  amount integer,
  price numeric(6, 2),
  tags text[],
  day date,
  at timestamptz
);
ALTER TABLE public.bookings ENABLE ROW LEVEL SECURITY;
CREATE TABLE public.notes (id bigint PRIMARY KEY);
ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION public.known(p_id uuid) RETURNS uuid LANGUAGE sql SET search_path = '' AS $$ SELECT p_id $$;
REVOKE ALL ON FUNCTION public.known(uuid) FROM PUBLIC, anon, authenticated;
"""


def migration(sql: str, file: str = FILE) -> Migration:
    version, _, name = file.removesuffix(".sql").partition("_")
    return Migration(file, version, name, sql)


def judged(
    sql: str, *, base: str = BASE, squawk: Sequence[SquawkFinding] = (), ignore_text: str = ""
) -> Result:
    """Judge SQL as 002, after the tables of 001."""
    directory = Directory(
        migrations=(migration(base, "001_base.sql"), migration(sql)),
        hits=(),
        ignore_text=ignore_text,
        files=("001_base.sql", FILE),
    )
    return lint(directory, squawk, after=1)


def about(result: Result) -> set[tuple[str, str]]:
    """Return rule and object of each finding."""
    return {(hit.rule, hit.about) for hit in result.hits}
