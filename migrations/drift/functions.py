"""The SQL functions of the documented protocol."""

from collections.abc import Iterator, Mapping, Sequence

from harness.errors import ConfigurationError
from harness.models.outcome import Finding
from migrations.drift.facts import Catalog, FunctionFact
from migrations.drift.findings import difference, quoted
from migrations.drift.tables import present
from migrations.requirements import FUNCTIONS, OUTSIDERS, SERVICE_ROLE, RequiredFunction
from migrations.statements import essence, words_of

__all__ = ["examined_functions", "judge_functions"]


def examined_functions(live: Catalog) -> tuple[RequiredFunction, ...]:
    """Return the functions to ask for: all whose tables are there."""
    return tuple(function for function in FUNCTIONS if all(present(live, table) for table in function.tables))


def judge_functions(live: Catalog) -> Iterator[Finding]:
    """Yield what is missing or unsafe, function by function."""
    by_name: dict[str, list[FunctionFact]] = {}
    for fact in live.functions:
        by_name.setdefault(fact.name, []).append(fact)
    for function in examined_functions(live):
        yield from _judge(function, by_name, relations=set(live.tables))


def _judge(
    function: RequiredFunction, by_name: Mapping[str, Sequence[FunctionFact]], *, relations: set[str]
) -> Iterator[Finding]:
    where = f"function public.{function.name}"
    overloads = by_name.get(function.name, ())
    fact = next((fact for fact in overloads if _fits(fact, function)), None)
    if fact is None:
        yield difference(
            "function",
            function.name,
            where=where,
            expected=_signature(function.arguments, function.result),
            actual=" and ".join(_signature(other.arguments, other.result) for other in overloads)
            or "missing",
            todo=f"create it with exactly this signature, {function.flow} calls it",
        )
        return
    for other in overloads:
        if other is not fact:
            yield difference(
                "function",
                function.name,
                "overload",
                where=where,
                expected="one function of this name",
                actual=f"also {_signature(other.arguments, other.result)}",
                todo="drop the other one, PostgREST may not be able to choose",
            )
    yield from _safety(function, fact, where)
    yield from _permissions(function, fact, where)
    yield from _body(function, fact, where)
    yield from _calls(function, fact, where, by_name, relations)


def _safety(function: RequiredFunction, fact: FunctionFact, where: str) -> Iterator[Finding]:
    if fact.security_definer:
        yield difference(
            "function",
            function.name,
            "security",
            where=where,
            expected="SECURITY INVOKER",
            actual="SECURITY DEFINER",
            todo=f"{_alter(fact)} SECURITY INVOKER, or row level security does not apply inside it",
        )
    path = next((setting for setting in fact.settings if setting.startswith("search_path=")), None)
    if path is None or not _is_safe(path):
        yield difference(
            "function",
            function.name,
            "search_path",
            where=where,
            expected="SET search_path = ''",
            actual="the caller's search_path" if path is None else f"SET {path}",
            todo=f"{_alter(fact)} SET search_path = '', or others decide which tables it means",
        )


def _alter(fact: FunctionFact) -> str:
    return f"ALTER FUNCTION public.{quoted(fact.name)}({', '.join(fact.arguments)})"


def _is_safe(search_path: str) -> bool:
    schemas = search_path.removeprefix("search_path=").split(",")
    return all(schema.strip().strip('"') in {"", "pg_catalog", "pg_temp"} for schema in schemas)


def _permissions(function: RequiredFunction, fact: FunctionFact, where: str) -> Iterator[Finding]:
    direct = [role for role in fact.executable_by if role in {"PUBLIC", *OUTSIDERS}]
    effective = [role for role in fact.effectively_executable_by if role in OUTSIDERS]
    for role in direct or effective:
        yield difference(
            "function",
            function.name,
            "execute",
            role,
            where=where,
            expected=f"EXECUTE for {SERVICE_ROLE} only",
            actual=f"EXECUTE for {role}",
            todo=f"REVOKE EXECUTE ON FUNCTION public.{function.name} FROM {role}",
        )
    if SERVICE_ROLE not in fact.effectively_executable_by:
        yield difference(
            "function",
            function.name,
            "execute",
            SERVICE_ROLE,
            where=where,
            expected=f"EXECUTE for {SERVICE_ROLE}",
            actual=f"no EXECUTE for {SERVICE_ROLE}",
            todo=f"GRANT EXECUTE ON FUNCTION public.{function.name} TO {SERVICE_ROLE}",
        )


def _body(function: RequiredFunction, fact: FunctionFact, where: str) -> Iterator[Finding]:
    if function.contains and function.contains not in _words(fact):
        yield difference(
            "function",
            function.name,
            function.contains.replace(" ", "_"),
            where=where,
            expected=f"{function.contains.upper()} in its body",
            actual=f"a body without {function.contains.upper()}",
            todo="restore its body, it is not safe when called twice at once",
        )
    if function.row_locks:
        locks = list(_row_locks(fact))
        if len(locks) < function.row_locks or not all(locks):
            yield difference(
                "function",
                function.name,
                "skip_locked",
                where=where,
                expected=f"at least {function.row_locks} times FOR UPDATE, always with SKIP LOCKED",
                actual=f"{len(locks)} times FOR UPDATE, {sum(locks)} of them with SKIP LOCKED",
                todo="restore its body, or callers wait for each other's rows instead of taking others",
            )


def _calls(
    function: RequiredFunction,
    fact: FunctionFact,
    where: str,
    by_name: Mapping[str, Sequence[FunctionFact]],
    relations: set[str],
) -> Iterator[Finding]:
    for name in sorted(_called(fact) - relations):
        helpers = by_name.get(name, ())
        if any(SERVICE_ROLE in helper.effectively_executable_by for helper in helpers):
            continue
        yield difference(
            "function",
            function.name,
            "calls",
            name,
            where=where,
            expected=f"public.{name}, which it calls, executable by {SERVICE_ROLE}",
            actual=f"public.{name} is {'not executable' if helpers else 'missing'}",
            todo=f"restore public.{name}",
        )


def _fits(fact: FunctionFact, function: RequiredFunction) -> bool:
    return (
        tuple(fact.arguments) == function.arguments
        and fact.result == function.result
        and fact.optional >= function.optional
    )


def _signature(arguments: Sequence[str], result: str) -> str:
    return f"({', '.join(arguments)}) RETURNS {result}"


def _words(fact: FunctionFact) -> str:
    try:
        return " ".join(words_of(fact.source))
    except ConfigurationError:
        return ""  # a body in another language: nothing of what is asked for can be found in it


def _row_locks(fact: FunctionFact) -> Iterator[bool]:
    """Yield for each FOR [NO KEY] UPDATE [OF …] of a body whether SKIP LOCKED follows."""
    try:
        tokens = [token.lower() for token in essence(fact.source)]
    except ConfigurationError:
        return
    for place, word in enumerate(tokens):
        after = next(
            (
                place + len(lock)
                for lock in (["for", "update"], ["for", "no", "key", "update"])
                if word == "for" and tokens[place : place + len(lock)] == lock
            ),
            None,
        )
        if after is None:
            continue
        if tokens[after : after + 1] == ["of"]:
            after += 2
            while tokens[after : after + 1] in ([","], ["."]):
                after += 2
        yield tokens[after : after + 2] == ["skip", "locked"]


def _called(fact: FunctionFact) -> set[str]:
    try:
        tokens = essence(fact.source)
    except ConfigurationError:
        return set()
    return {
        tokens[place + 2]
        for place in range(len(tokens) - 3)
        if tokens[place : place + 2] == ("public", ".") and tokens[place + 3] == "("
    }
