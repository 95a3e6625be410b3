"""Whether an answer of the API is one that its description promises."""

import re
from typing import Any

import httpx
from jsonschema import Draft202012Validator, FormatChecker

__all__ = ["Description"]


class Description:
    """An OpenAPI document, as its reader understands it."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._paths = {
            re.compile(re.sub(r"\{\w+\}", "[^/]+", path)): operations
            for path, operations in document["paths"].items()
        }

    def complaint(self, method: str, path: str, answer: httpx.Response) -> str | None:
        """Return what the document does not say about an answer; None if it says all of it."""
        problem = self._problem(method, path, answer)
        return None if problem is None else f"{method} {path} answered {answer.status_code}, {problem}"

    def _problem(self, method: str, path: str, answer: httpx.Response) -> str | None:
        operations = self._operations(path.partition("?")[0])
        if operations is None:
            return None if answer.status_code == 404 else "and no such path is documented"
        operation = operations.get(method.lower())
        if operation is None:
            return None if answer.status_code == 405 else "and no such method is documented"
        response = operation["responses"].get(str(answer.status_code))
        if response is None:
            return f"which is not documented: {answer.text:.300}"
        return self._wrong_content(response.get("content", {}), answer)

    def _wrong_content(self, content: dict[str, Any], answer: httpx.Response) -> str | None:
        if not content:
            return None if answer.content == b"" else "with a body, and none is documented"
        media_type = answer.headers["content-type"].partition(";")[0]
        if media_type not in content:
            return f"with a {media_type}, which is not documented"
        if media_type != "application/json":
            return None
        whole = {**content[media_type]["schema"], "components": self.document["components"]}
        for error in Draft202012Validator(whole, format_checker=FormatChecker()).iter_errors(answer.json()):
            return f"with {error.json_path}: {error.message:.300}"
        return None

    def _operations(self, path: str) -> dict[str, Any] | None:
        return next((found for pattern, found in self._paths.items() if pattern.fullmatch(path)), None)
