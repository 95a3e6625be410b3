"""SQL that loses rows, or cannot be read, with the rule that finds it and the object that it names."""

__all__ = ["DATA"]

DATA: dict[str, tuple[str, str, str]] = {
    "delete": ("DELETE FROM bookings", "PH040", "public.bookings"),
    "update": ("UPDATE public.bookings SET note = NULL", "PH040", "public.bookings"),
    "delete where true": ("DELETE FROM bookings WHERE true", "PH040", "public.bookings"),
    "delete in a common table expression": (
        "WITH gone AS (DELETE FROM notes RETURNING *) INSERT INTO old SELECT * FROM gone",
        "PH040",
        "public.notes",
    ),
    "delete in a DO block": ("DO $$ BEGIN DELETE FROM notes; END $$", "PH040", "public.notes"),
    "delete as a text in a DO block": (
        "DO $$ BEGIN EXECUTE 'DELETE FROM notes'; END $$",
        "PH040",
        "public.notes",
    ),
    "delete in a function": (
        (
            "CREATE FUNCTION private.f() RETURNS void LANGUAGE plpgsql AS "
            "$$ BEGIN IF true THEN DELETE FROM notes; END IF; END $$"
        ),
        "PH040",
        "public.notes",
    ),
    "update beside a variable of a row type": (
        (
            "CREATE FUNCTION private.f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE r public.bookings; "
            "BEGIN r.note := 'x'; UPDATE notes SET id = 1; END $$"
        ),
        "PH040",
        "public.notes",
    ),
    "update in a function of SQL": (
        "CREATE FUNCTION private.f() RETURNS void LANGUAGE sql AS $$ UPDATE notes SET id = 1 $$",
        "PH040",
        "public.notes",
    ),
    "update in a body that is part of the tree": (
        "CREATE FUNCTION private.f() RETURNS void LANGUAGE sql BEGIN ATOMIC UPDATE notes SET id = 1; END",
        "PH040",
        "public.notes",
    ),
    "delete by a rule": (
        "CREATE RULE r AS ON INSERT TO notes DO ALSO DELETE FROM bookings",
        "PH040",
        "public.bookings",
    ),
    "truncate": ("TRUNCATE notes, bookings", "PH041", "public.notes"),
    "drop table": ("DROP TABLE public.bookings", "PH042", "public.bookings"),
    "drop and create": (
        "DROP TABLE IF EXISTS notes; CREATE TABLE notes (id int);ALTER TABLE notes ENABLE ROW LEVEL SECURITY",
        "PH042",
        "public.notes",
    ),
    "drop schema": ("DROP SCHEMA app", "PH042", "app"),
    "drop owned": ("DROP OWNED BY somebody", "PH042", "somebody"),
    "drop column": ("ALTER TABLE bookings DROP COLUMN note", "PH043", "public.bookings.note"),
    "drop one of two": (
        "ALTER TABLE bookings ADD COLUMN a int, DROP COLUMN IF EXISTS note",
        "PH043",
        "public.bookings.note",
    ),
    "shorter text": ("ALTER TABLE bookings ALTER note TYPE varchar(10)", "PH044", "public.bookings.note"),
    "smaller number": ("ALTER TABLE bookings ALTER amount TYPE smallint", "PH044", "public.bookings.amount"),
    "expression": (
        "ALTER TABLE bookings ALTER note TYPE text USING left(note, 3)",
        "PH044",
        "public.bookings.note",
    ),
    "type that no file says": ("ALTER TABLE elsewhere ALTER x TYPE text", "PH044", "public.elsewhere.x"),
    "drop type with all that needs it": ("DROP TYPE mood CASCADE", "PH045", "mood"),
    "drop column with all that needs it": (
        "ALTER TABLE bookings DROP COLUMN note CASCADE",
        "PH045",
        "public.bookings.note",
    ),
    "block that puts SQL together": (
        (
            "DO $$ DECLARE t text; BEGIN FOR t IN SELECT 'x' LOOP EXECUTE format('DROP TABLE %I', t); "
            "END LOOP; END $$"
        ),
        "PH050",
        "DO block",
    ),
    "block in another language": ("DO LANGUAGE plperl $$ 1; $$", "PH050", "DO block"),
    "no SQL": ("CREATE TABEL x (id int)", "PH051", "002_next.sql"),
}
