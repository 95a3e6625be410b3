"""Taking passwords and keys out of text before anybody sees it."""

import re
from collections.abc import Collection, Iterable
from typing import Any

__all__ = ["redact", "redact_json"]

_MASK = "***"
_PATTERNS = (
    # The password of a URL reaches to the last @ before the path: special characters may be left unencoded.
    (re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s:/@]*):[^\s/]*@", re.IGNORECASE), rf"\1:{_MASK}@"),
    (re.compile(r"(\bpassword\s*=\s*)('(?:[^'\\]|\\.)*'|\S+)", re.IGNORECASE), rf"\1{_MASK}"),
    # A JSON Web Token: each header starts with {" which is eyJ in base64url.
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), _MASK),
    (re.compile(r"\bsb_(secret|publishable)_[\w-]+"), rf"sb_\1_{_MASK}"),
    (re.compile(r"(\bBearer\s+)[\w.~+/=-]+", re.IGNORECASE), rf"\1{_MASK}"),
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return `text` without the passwords of URLs, without tokens, and without the given values.

    Longer values go first, so that one that contains another disappears whole.
    """
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, _MASK)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def redact_json(value: Any, secrets: Collection[str] = ()) -> Any:
    """Return a JSON value with all its texts redacted, keys as well.

    Redacted after it was written as text, a password would take the quote with it that ends its string.
    """
    if isinstance(value, str):
        return redact(value, secrets)
    if isinstance(value, list | tuple):
        return [redact_json(one, secrets) for one in value]
    if isinstance(value, dict):
        return {redact(str(key), secrets): redact_json(one, secrets) for key, one in value.items()}
    return value
