"""What no answer, no error and no log may hold. Pure.

Three kinds of text count as a leak: what is known to be secret, wherever it
stands; what rows and requests hold, in an error or a log; and what speaks of
the inside of the server (SQL, a traceback, a driver's words), in an error.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["Watch", "texts_of", "without_names"]

_HASH = re.compile(r"\b[0-9a-f]{64}\b")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
"""32 random bytes in base64url."""
_SHORTEST = 8
"""A shorter text that was sent may stand in an error by chance."""
_INSIDE: Mapping[str, re.Pattern[str]] = {
    "an e-mail address": re.compile(r"[\w.+-]+@[\w-]+\.[A-Za-z]{2,}"),
    "a hash": _HASH,
    "a JSON Web Token": re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"),
    "a database URL": re.compile(r"\bpostgres(ql)?://", re.IGNORECASE),
    "a traceback": re.compile(r"Traceback \(most recent call last\)|File \"[^\"]+\", line \d+|\.py:\d+"),
    "SQL": re.compile(
        r"\b(SELECT .+ FROM|INSERT INTO|UPDATE .+ SET|DELETE FROM|syntax error at or near)\b", re.IGNORECASE
    ),
    "the details of a constraint": re.compile(
        r"Failing row contains|Key \(.*\)=\(|violates (unique|check|not-null|foreign key) constraint|"
        r"null value in column|duplicate key value|DETAIL:",
        re.IGNORECASE,
    ),
    "the words of a driver": re.compile(r"\b(PGRST\d{3}|psycopg|postgrest|supabase_py|httpx\.|httpcore\.)"),
}


class Watch:
    """Knows what must not be told, and learns more of it from answers.

    `secrets` may stand nowhere, `contents` (of rows) in no error: each by the text itself, with the name
    under which it is reported. `public` is text that everybody knows, such as the API's description: words
    of it that a client sends may come back.
    """

    def __init__(self, *, secrets: Mapping[str, str], contents: Mapping[str, str], public: str) -> None:
        self._secrets = dict(secrets)
        self._contents = dict(contents)
        self._public = public
        self._tokens: set[str] = set()
        self._hashes: set[str] = set()

    def learn(self, answer: str) -> None:
        """Remember the public tokens of a right answer: neither they nor their hashes may come back later."""
        if '"publicToken"' in answer:
            for token in re.findall(r'"publicToken":\s*"([^"]+)"', answer):
                self._tokens.add(token)
                self._hashes.add(hashlib.sha256(token.encode()).hexdigest())

    def in_any_answer(self, text: str) -> list[str]:
        """Return what a text must not hold, whatever it answers."""
        found = [name for secret, name in self._secrets.items() if secret in text]
        if not self._hashes.isdisjoint(_HASH.findall(text)):
            found.append("the hash of a public token")
        return found

    def in_error(self, text: str, sent: Iterable[str] = ()) -> list[str]:
        """Return what an error must not hold; `sent` are the texts of the request that it answers."""
        found = self.in_any_answer(text)
        found += [name for content, name in self._contents.items() if content in text]
        if not self._tokens.isdisjoint(_TOKEN.findall(text)):
            found.append("a public token")
        found += [name for name, pattern in _INSIDE.items() if pattern.search(text)]
        if any(len(one) >= _SHORTEST and one in text and one not in self._public for one in sent):
            found.append("what the request held")
        return found


def texts_of(value: Any) -> Iterable[str]:
    """Return all texts of a JSON value that are values, not names."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts_of(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts_of(item)


def without_names(body: str) -> str:
    """Return an error without the name of a member that it names, which is the client's own word."""
    try:
        error = json.loads(body)["error"]
        name = error.pop("field", "")
        message = str(error.pop("message"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return body  # it has another form: all of it is looked at
    return "\n".join([message.removeprefix(f"{name}: "), json.dumps(error, ensure_ascii=False)])
