"""The rules: what each is about, why, and what to do instead."""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["NOT_IGNORABLE", "RULES", "Rule"]


@dataclass(frozen=True)
class Rule:
    """One rule of our own."""

    id: str
    title: str
    reason: str
    """Why it matters: a sentence."""
    fix: str
    """What to do: a sentence."""


_ALL = (
    Rule(
        "PH001",
        "a name that is no NNN_name.sql",
        "A file that is named otherwise is refused, or applied in an order that nobody planned.",
        "Rename it: digits, an underscore, and letters, digits, hyphens or underscores.",
    ),
    Rule(
        "PH002",
        "an order that is not clear",
        "Tools would apply the files in different orders.",
        "Renumber one of the files, with numbers of the same length.",
    ),
    Rule(
        "PH003",
        "a file that cannot be applied as a whole",
        "Each file runs in one transaction together with its row in the ledger: whole or not at all.",
        "Change it so that it can.",
    ),
    Rule(
        "PH004",
        "a squawk-ignore comment",
        "It hides findings without a reason that anybody could read.",
        "Replace it by: -- parity:ignore RULE because …",
    ),
    Rule(
        "PH005",
        "an ignore that is not understood",
        "An exception counts only if it names rules that exist, and says why.",
        "Write: -- parity:ignore RULE because …, with rule ids such as PH040 or names of squawk.",
    ),
    Rule(
        "PH006",
        "an ignore that ignores nothing",
        "It would hide the next finding, which nobody has looked at.",
        "Remove it.",
    ),
    Rule(
        "PH010",
        "a table without row level security",
        "Each file commits on its own, and until then the public anon key reads and changes every row "
        "wherever the default privileges include anon.",
        "Add to the same file: ALTER TABLE … ENABLE ROW LEVEL SECURITY;",
    ),
    Rule(
        "PH011",
        "row level security is disabled",
        "One grant to anon, now or later, then opens all rows to the public key.",
        "Leave it enabled: service_role bypasses it, and others get a policy.",
    ),
    Rule(
        "PH012",
        "a policy that lets outsiders in",
        "The public key is in every browser: candidates reach the scheduler through its API only.",
        "Drop the policy, or name a role and a condition: TO authenticated USING (owner = auth.uid()).",
    ),
    Rule(
        "PH013",
        "rows that row level security cannot protect",
        "Foreign tables and materialized views have no row level security: a grant to anon, also one by "
        "default privileges, shows all of it.",
        "Create it in a schema that the API does not expose, or add to the same file: "
        "REVOKE ALL ON … FROM PUBLIC, anon, authenticated;",
    ),
    Rule(
        "PH020",
        "a right for everybody",
        "anon is whoever has the public key, PUBLIC is every role, and authenticated is whoever signs up.",
        "Grant it to service_role only.",
    ),
    Rule(
        "PH021",
        "a function that everybody may call",
        "Postgres lets PUBLIC execute every new function, and older projects let anon: anybody with the "
        "public key calls it at /rpc.",
        "Add to the same file: REVOKE ALL ON FUNCTION … FROM PUBLIC, anon, authenticated;",
    ),
    Rule(
        "PH022",
        "rights by default for outsiders",
        "Whatever is created later is then open, and no later file shows that.",
        "Grant rights object by object, to service_role.",
    ),
    Rule(
        "PH023",
        "an outsider that becomes somebody",
        "The public key then has the rights of an owner, or of a role that no policy binds.",
        "Leave the roles that everybody can get as they are: no attributes, no memberships, no objects.",
    ),
    Rule(
        "PH030",
        "SECURITY DEFINER without search_path",
        "It runs with its owner's rights, and whoever calls it decides which tables its names mean.",
        "Add SET search_path = '' and write every name with its schema.",
    ),
    Rule(
        "PH031",
        "a view that bypasses row level security",
        "A view reads its tables as its owner, whom no policy binds, unless it is told otherwise.",
        "Create it WITH (security_invoker = true).",
    ),
    Rule(
        "PH032",
        "a function of the scheduler that runs as its owner",
        "Nothing in it needs that, and who may call it would then do what only the owner may.",
        "Leave it SECURITY INVOKER: service_role may do all that it does.",
    ),
    Rule(
        "PH040",
        "DELETE or UPDATE without a condition",
        "It changes every row, and holds the locks of all of them until the file is done.",
        "Add a WHERE that says which rows are meant.",
    ),
    Rule(
        "PH041",
        "TRUNCATE",
        "It removes every row, no policy stops it, and with CASCADE those of other tables, too.",
        "Delete the rows that are meant, with a WHERE.",
    ),
    Rule(
        "PH042",
        "a table is dropped",
        "Its rows are gone, and the code that still runs fails.",
        "Deploy code that does not use it, keep a copy, and drop it in a later file.",
    ),
    Rule(
        "PH043",
        "a column is dropped",
        "Its values are gone, and the code that still runs and names it fails.",
        "Deploy code that does not use it, keep a copy of the values, and drop it in a later file.",
    ),
    Rule(
        "PH044",
        "a change of type that may lose values",
        "What does not fit is cut, rounded, read differently, or stops the migration halfway.",
        "Add a column of the new type, fill it, compare, and drop the old one in a later file.",
    ),
    Rule(
        "PH045",
        "DROP … CASCADE",
        "It drops whatever depends on the object, named by nobody: columns, views, triggers, policies.",
        "Name each object that is to go.",
    ),
    Rule(
        "PH050",
        "a DO block that cannot be read",
        "It runs with the file, and what it does was not examined.",
        "Write the statements out, or say in an ignore what it does.",
    ),
    Rule(
        "PH051",
        "a statement that cannot be parsed",
        "It was not examined, and nothing that depends on it.",
        "Correct it. If it is newer than the parser, it cannot be examined yet.",
    ),
)

RULES: Mapping[str, Rule] = {rule.id: rule for rule in _ALL}
"""By id."""

NOT_IGNORABLE = frozenset({"PH005", "PH006", "PH051"})
"""What no ignore excuses: a wrong ignore, and what was not looked at at all."""
