"""Values: texts come back character by character, and a filter by a text finds exactly that text."""

from typing import Any

from contracts.builders import a_request, a_wire
from contracts.case import strict
from contracts.expect import every, refused
from contracts.subject import Subject
from harness.adapters.protocol import Store
from harness.adapters.queries import where
from harness.errors import InvalidValue
from harness.models import SchedulingRequest, SchedulingRequestPatch

TEXTS = {
    "empty": "",
    "blank": " ",
    "blank_before": " Ada",
    "blank_after": "Ada ",
    "tab_and_newlines": "a\tb\nc\r\nd",
    "emoji": "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{ROCKET} \N{THUMBS UP SIGN}\U0001f3fe",
    "nfc": "Zo\u00eb",
    "nfd": "Zoe\u0308",
    "right_to_left": "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "bidi_controls": "\u202eadA\u202c",
    "byte_order_mark": "\ufeffAda",
    "no_break_space": "\u00a0Ada",
    "last_code_point": "\U0010ffff",
    "control_characters": "\x01\x1f\x7f",
    "comma": "Lovelace, Ada",
    "dot": "Ada.Lovelace",
    "parentheses": "(Ada)",
    "open_parenthesis": "(Ada",
    "star": "A*",
    "percent": "A%",
    "percent_encoded": "%41da%2C",
    "underscore": "A_a",
    "double_quote": 'Ada "Enchantress" Lovelace',
    "only_quotes": '""',
    "single_quote": "O'Hara",
    "backslash": "back\\slash",
    "backslash_quote": '\\"',
    "null": "null",
    "null_upper": "NULL",
    "not_null": "not.null",
    "true": "true",
    "number": "007",
    "operator": "eq.Ada",
    "other_filter": "Ada,status.eq.pending",
    "or_filter": "x),or=(id.not.is.null",
    "ampersand": "Ada&limit=0",
    "plus": "ada+work@example.org",
    "hash": "Ada#1",
    "braces": "{Ada,Grace}",
    "sql": "'; DROP TABLE scheduling_requests; --",
    "json": '{"a": [1, null]}',
    "colon": "Ada:text",
}
UNSTORABLE = {
    "nul": "Ada\x00Lovelace",
    "only_nul": "\x00",
    "nul_at_end": "Ada\x00",
    "high_surrogate": "Ada\ud800",
    "low_surrogate": "\udfffAda",
    "reversed_pair": "\udc00\ud800",
}
SYNTAX = (
    *("empty", "comma", "dot", "parentheses", "open_parenthesis", "star", "percent", "double_quote"),
    *("only_quotes", "backslash", "backslash_quote", "null", "not_null", "operator", "other_filter"),
    *("or_filter", "ampersand", "plus", "percent_encoded", "braces", "blank_after"),
)
"""The texts that a server or an adapter could take for a part of the question."""


def test_text_is_stored(subject: Subject, store: Store) -> None:
    """A text is stored, returned and read back unchanged, whatever it looks like."""
    made = {}
    with every() as about:
        for name, text in TEXTS.items():
            with about(name):
                made[name] = store.scheduling_requests.create(a_request(candidate_name=text))
                assert made[name].candidate_name == text
        stored = {wire["id"]: wire["candidate_name"] for wire in subject.stored_rows(SchedulingRequest)}
        read = {row.id: row for row in store.scheduling_requests.list().rows}
        for name, request in made.items():
            with about(name):
                assert read.get(request.id) == request
                assert stored.get(str(request.id)) == TEXTS[name]


def test_text_in_a_filter(subject: Subject, store: Store) -> None:
    """A filter by a text matches this text and no other, whatever the text looks like."""
    wanted = named(TEXTS)
    similar = [text for name in SYNTAX for text in (f"{TEXTS[name]}x", f"x{TEXTS[name]}")]
    others = [a_wire(SchedulingRequest, candidate_name=text) for text in ("Ada", "Aba", "Lovelace", *similar)]
    subject.load(SchedulingRequest, [*wanted.values(), *others])
    with every() as about:
        for name, text in TEXTS.items():
            with about(name):
                found = store.scheduling_requests.list(where=[where("candidate_name", "eq", text)])
                assert [str(row.id) for row in found.rows] == [wanted[name]["id"]]


def test_text_in_a_set(subject: Subject, store: Store) -> None:
    """Membership in a set of texts matches these texts and no other, whatever they look like."""
    wanted = named(TEXTS)
    similar = ["Ada", *(f"{TEXTS[name]}x" for name in SYNTAX)]
    others = [a_wire(SchedulingRequest, candidate_name=text) for text in similar]
    subject.load(SchedulingRequest, [*wanted.values(), *others])
    of_all = [where("candidate_name", "in", ["some,one", *TEXTS.values(), "zz"])]
    found = {str(row.id) for row in store.scheduling_requests.iterate(where=of_all)}
    assert found == {wire["id"] for wire in wanted.values()}
    with every() as about:
        for name in SYNTAX:
            with about(name):
                condition = where("candidate_name", "in", ["some,one", TEXTS[name], "zz"])
                listed = store.scheduling_requests.list(where=[condition])
                assert [str(row.id) for row in listed.rows] == [wanted[name]["id"]]
    assert store.scheduling_requests.count(where=of_all) == len(TEXTS)


def test_text_alone_in_a_set(subject: Subject, store: Store) -> None:
    """Membership in a set of one text matches this text, the empty text included."""
    wanted = named(TEXTS)
    subject.load(SchedulingRequest, wanted.values())
    with every() as about:
        for name, text in TEXTS.items():
            with about(name):
                condition = [where("candidate_name", "in", [text, text])]
                (found,) = store.scheduling_requests.list(where=condition).rows
                assert str(found.id) == wanted[name]["id"]
                assert store.scheduling_requests.count(where=condition) == 1


def named(texts: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Make one request for each text, to be loaded."""
    return {name: a_wire(SchedulingRequest, candidate_name=text) for name, text in texts.items()}


def test_text_of_a_megabyte(store: Store) -> None:
    """A text of 1 MB survives."""
    text = "\N{LATIN SMALL LETTER E WITH ACUTE}" * (512 * 1024)
    request = store.scheduling_requests.create(a_request(req_title=text))
    assert request.req_title == text
    assert store.scheduling_requests.get(request.id) == request


def test_text_is_updated(store: Store) -> None:
    """A text that needs every kind of escape survives an update."""
    text = "".join(TEXTS.values())
    request = store.scheduling_requests.create(a_request())
    after = store.scheduling_requests.update(request.id, SchedulingRequestPatch(candidate_name=text))
    assert after.candidate_name == text
    assert store.scheduling_requests.get(request.id) == after


def test_normal_forms_are_different_texts(store: Store) -> None:
    """A composed and a decomposed letter look alike and are two texts."""
    composed = store.scheduling_requests.create(a_request(candidate_name="Zo\u00eb"))
    decomposed = store.scheduling_requests.create(a_request(candidate_name="Zoe\u0308"))
    by_composed = store.scheduling_requests.list(where=[where("candidate_name", "eq", "Zo\u00eb")])
    by_decomposed = store.scheduling_requests.list(where=[where("candidate_name", "eq", "Zoe\u0308")])
    assert by_composed.rows == (composed,)
    assert by_decomposed.rows == (decomposed,)


def test_empty_text_is_not_none(store: Store) -> None:
    """The empty text and None are different values of a nullable column."""
    empty = store.scheduling_requests.create(a_request(created_by=""))
    none = store.scheduling_requests.create(a_request(created_by=None))
    assert (empty.created_by, none.created_by) == ("", None)
    assert store.scheduling_requests.list(where=[where("created_by", "eq", "")]).rows == (empty,)
    assert store.scheduling_requests.list(where=[where("created_by", "is_null", value=True)]).rows == (none,)


def test_filters_keep_the_case(store: Store) -> None:
    """A filter by a text does not fold case."""
    store.scheduling_requests.create(a_request(candidate_name="ADA"))
    assert store.scheduling_requests.count(where=[where("candidate_name", "eq", "ada")]) == 0


def test_unstorable_text_is_refused(store: Store) -> None:
    """NUL and lone surrogates are refused on create and update, and nothing changes."""
    request = store.scheduling_requests.create(a_request())
    with every() as about:
        for name, text in UNSTORABLE.items():
            with about(f"{name} on create"), refused(InvalidValue):
                store.scheduling_requests.create(a_request(candidate_name=text))
            with about(f"{name} on update"), refused(InvalidValue):
                store.scheduling_requests.update(request.id, SchedulingRequestPatch(candidate_name=text))
    assert store.scheduling_requests.list().rows == (request,)


def test_unstorable_text_in_a_filter_is_refused(store: Store) -> None:
    """NUL and lone surrogates are refused in filters: a server might cut them off and match other rows."""
    store.scheduling_requests.create(a_request(candidate_name="Ada"))
    with every() as about:
        for name, text in UNSTORABLE.items():
            with about(f"eq {name}"), refused(InvalidValue):
                store.scheduling_requests.list(where=[where("candidate_name", "eq", text)])
            with about(f"in {name}"), refused(InvalidValue):
                store.scheduling_requests.count(where=[where("candidate_name", "in", ["Ada", text])])


@strict
def test_what_is_no_text_is_refused(store: Store) -> None:
    """A text column takes texts: nothing is turned into one."""
    with every() as about:
        for value in (1, 1.5, True, ["Ada"], {"Ada": 1}):
            with about(value), refused(InvalidValue, "candidate_name"):
                store.scheduling_requests.create(a_request(candidate_name=value))
    assert store.scheduling_requests.count() == 0
