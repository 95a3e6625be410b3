"""Expectations that say what they expected and what came instead."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from contracts.recording import described
from harness.errors import StoreError

__all__ = [
    "About",
    "Comparison",
    "Divergence",
    "Findings",
    "chain",
    "comparisons",
    "every",
    "one_of",
    "raised",
    "refused",
]

Comparison = tuple[str, str]
"""What a failed comparison expected, and what it found."""

comparisons: list[Comparison] = []
"""The comparison that failed last, as the plugin describes it; whoever explains the failure takes it."""
_SHOWN = 12
"""How many findings of one case a report shows; the others are counted."""


class Divergence(AssertionError):
    """The adapter did something else than the case states.

    `detail` is what a reader needs besides the two sides: a few lines, shown
    below the block of the case as they are.
    """

    def __init__(self, expected: str, actual: str, *, detail: str = "") -> None:
        super().__init__(f"expected {expected}, got {actual}")
        self.expected = expected
        self.actual = actual
        self.script: str | None = None
        """The source of a Python script that shows it, if there is one."""
        self.detail = detail


@contextmanager
def refused(kind: type[StoreError], subject: str | None = None) -> Iterator[None]:
    """Expect the block to raise this kind of error, naming this field or constraint.

    Any other StoreError, or none, is a Divergence. What is no StoreError is
    left alone: a driver's error that leaks through is reported as it is.
    """
    expected = _describe(kind.kind, subject)
    try:
        yield
    except StoreError as error:
        wrong_subject = subject is not None and error.subject != subject
        if type(error) is not kind or wrong_subject:
            raise Divergence(expected, described(error)) from error
        return
    raise Divergence(expected, "success")


@contextmanager
def one_of(*kinds: type[StoreError]) -> Iterator[None]:
    """Expect the block to raise one of these kinds of errors, where a store may choose."""
    expected = " or ".join(kind.kind for kind in kinds)
    try:
        yield
    except StoreError as error:
        if type(error) not in kinds:
            raise Divergence(expected, described(error)) from error
        return
    raise Divergence(expected, "success")


def raised(attempt: Callable[[], object]) -> StoreError:
    """Return the error that a call must raise, to look into it. Divergence if it raises none."""
    try:
        attempt()
    except StoreError as error:
        return error
    raise Divergence("a StoreError", "success")


def chain(error: BaseException | None) -> list[BaseException]:
    """Collect an error and all errors that it came from, as a traceback would print them."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found


About = Callable[[object], AbstractContextManager[None]]
"""Names what the block under it is about."""


class Findings:
    """What failed so far in a case that looks at many values."""

    def __init__(self) -> None:
        self.found: list[tuple[str, Exception, str, str]] = []
        """Name, error, what was expected, and what came instead."""

    @contextmanager
    def about(self, name: object) -> Iterator[None]:
        """Collect what fails in the block under a name, and go on behind it.

        What is neither an expectation nor a StoreError ends the case at once,
        with the name as a note.
        """
        try:
            yield
        except (AssertionError, StoreError) as error:
            self.found.append((str(name), error, *_sides(error)))
        except Exception as error:
            error.add_note(f"while it was about {name}")
            raise

    def settle(self) -> None:
        """Raise one Divergence that names everything that failed, if anything did."""
        if self.found:
            raise Divergence(
                _joined([f"{name}: {expected}" for name, _, expected, _ in self.found]),
                _joined([f"{name}: {actual}" for name, _, _, actual in self.found]),
                detail="\n\n".join(
                    f"{name}:\n{error.detail}"
                    for name, error, _, _ in self.found[:_SHOWN]
                    if isinstance(error, Divergence) and error.detail
                ),
            ) from self.found[0][1]


@contextmanager
def every() -> Iterator[About]:
    """Look at many values, and fail at the end with the names of all that failed.

    ::

        with every() as about:
            for name, text in TEXTS.items():
                with about(name):
                    assert ...
    """
    findings = Findings()
    try:
        yield findings.about
    except Exception as error:
        # What was found already counts, whatever came after it.
        if not findings.found:
            raise
        findings.found.append(("then", error, *_sides(error)))
    findings.settle()


def _sides(error: Exception) -> Comparison:
    """Say what was expected, and what came instead."""
    if isinstance(error, Divergence):
        return error.expected, error.actual
    if isinstance(error, AssertionError):
        noted = comparisons.pop() if comparisons else None
        comparisons.clear()
        claim = next(
            (line for line in str(error).splitlines() if line.startswith("assert ")), "assertion failed"
        )
        return noted or ("a true condition", claim[:300])
    if isinstance(error, StoreError):
        return "no error", described(error)
    return "no error", f"{type(error).__name__}: {error}"[:300]


def _joined(texts: list[str]) -> str:
    more = [] if len(texts) <= _SHOWN else [f"and {len(texts) - _SHOWN} more"]
    return "; ".join([*texts[:_SHOWN], *more])


def _describe(kind: str, subject: str | None) -> str:
    return kind if subject is None else f"{kind}({subject})"
