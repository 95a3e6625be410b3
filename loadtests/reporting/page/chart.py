"""A plot as SVG: text keeps its size at any width, colours come from the page, so it follows light and dark.

Across, places are shares of the width; down, they are pixels. Curves are drawn in a box of their own that
is stretched, with lines that are not. Names of rows and ticks stand left of it, in a gutter.
"""

from collections.abc import Iterable, Sequence
from html import escape

from loadtests.reporting.page.scales import Scale

__all__ = ["Chart", "number"]

_TOP = 8
_BOTTOM = 34
_STRETCHED = 1000
"""Units of a curve's box, across and down."""


def number(value: float) -> str:
    """Return a tick's label: no more digits than it has."""
    return f"{value:,.10g}" if abs(value) >= 1e-9 else "0"


class Chart:
    """One plot: first the axes, then what is drawn, then `svg`."""

    def __init__(
        self,
        x: Scale,
        y: Scale | None,
        *,
        height: int,
        x_label: str,
        y_labels: Sequence[str] = (),
        gutter: int = 0,
    ) -> None:
        """Make a plot of so many pixels; `y` None for rows that the caller places."""
        self.x = x
        self._gutter = gutter
        self.y = y
        self.height = height
        self._parts: list[str] = []
        self._draw_axes(x_label, y_labels)

    def across(self, value: float) -> str:
        """Return the place of a value, as SVG has it."""
        return f"{100 * self.x.place(value):.2f}%"

    def down(self, value: float) -> float:
        """Return the place of a value of the y axis, in pixels from the top."""
        place = 0.0 if self.y is None else self.y.place(value)
        return self.floor - place * (self.floor - _TOP)

    @property
    def floor(self) -> int:
        """Where the x axis is, in pixels from the top."""
        return self.height - _BOTTOM

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str) -> None:
        """Draw a line between two places, y in pixels; `kind` is a class of the style sheet."""
        self._parts.append(
            f'<line x1="{self.across(x1)}" x2="{self.across(x2)}" y1="{y1:.1f}" y2="{y2:.1f}" '
            f'class="{kind}"/>'
        )

    def rule(self, value: float, kind: str, top: float = _TOP, bottom: float | None = None) -> None:
        """Draw an upright line at a value of the x axis."""
        self.line(value, top, value, self.floor if bottom is None else bottom, kind)

    def dot(self, x: float, y: float, kind: str, radius: float = 4.5) -> None:
        """Draw a round mark; y in pixels."""
        self._parts.append(f'<circle cx="{self.across(x)}" cy="{y:.1f}" r="{radius}" class="{kind}"/>')

    def bands(self, spans: Iterable[tuple[float, float]], kind: str) -> None:
        """Fill from one value of the x axis to another, from top to bottom."""
        self._curve(
            "".join(f"M{self._wide(x1)} 0H{self._wide(x2)}V1000H{self._wide(x1)}z" for x1, x2 in spans), kind
        )

    def name(self, y: float, words: str) -> None:
        """Write the name of a row or tick into the gutter; y in pixels, of the base line."""
        self._parts.append(f'<text x="-6" y="{y:.1f}" text-anchor="end" class="tick">{escape(words)}</text>')

    def heading(self, y: float, words: str) -> None:
        """Write the name of a row above it, at the left edge; y in pixels, of the base line."""
        self._parts.append(f'<text x="0" y="{y:.1f}" class="row">{escape(words)}</text>')

    def remark(self, y: float, words: str, kind: str) -> None:
        """Write something at the right edge; y in pixels, of the base line."""
        self._parts.append(
            f'<text x="100%" y="{y:.1f}" text-anchor="end" class="{kind}">{escape(words)}</text>'
        )

    def text(self, x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> None:
        """Write something beside a value of the x axis; y in pixels, of the base line."""
        aside = {"start": 4, "end": -4}.get(anchor, 0)
        self._parts.append(
            f'<text x="{self.across(x)}" dx="{aside}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}">'
            f"{escape(words)}</text>"
        )

    def steps(self, points: Iterable[tuple[float, float]], kind: str) -> None:
        """Draw a distribution: it rises at each value."""
        path = ""
        for x, y in points:
            path += f"H{self._wide(x)}" if path else f"M{self._wide(x)} {_STRETCHED}"
            path += f"V{self._tall(y)}"
        self._curve(path, kind)

    def dots(self, points: Iterable[tuple[float, float]], kind: str) -> None:
        """Draw many round marks as one path; their size is the width of the line."""
        self._curve("".join(f"M{self._wide(x)} {self._tall(y)}h0" for x, y in points), kind)

    def svg(self, description: str) -> str:
        """Return the plot; the description is for those who do not see it."""
        return (
            f'<svg role="img" aria-label="{escape(description)}" height="{self.height}" '
            f'style="width: calc(100% - {self._gutter}px); margin-left: {self._gutter}px">'
            f"{''.join(self._parts)}</svg>"
        )

    def _curve(self, path: str, kind: str) -> None:
        if not path:
            return
        box = f'width="100%" y="{_TOP}" height="{self.floor - _TOP}" aria-hidden="true"'
        self._parts.append(
            f'<svg {box} preserveAspectRatio="none" viewBox="0 0 {_STRETCHED} {_STRETCHED}">'
            f'<path d="{path}" class="{kind}"/></svg>'
        )

    def _wide(self, value: float) -> int:
        return round(_STRETCHED * self.x.place(value))

    def _tall(self, value: float) -> int:
        return round(_STRETCHED * (1 - (0.0 if self.y is None else self.y.place(value))))

    def _draw_axes(self, x_label: str, y_labels: Sequence[str]) -> None:
        for tick in self.x.ticks:
            self.rule(tick, "grid")
            self._parts.append(
                f'<text x="{self.across(tick)}" y="{self.floor + 14}" text-anchor="middle" class="tick">'
                f"{number(tick)}</text>"
            )
        self.remark(self.height - 4, x_label, "tick")
        if self.y is None:
            return
        labels = y_labels or [number(tick) for tick in self.y.ticks]
        for tick, words in zip(self.y.ticks, labels, strict=True):
            at = self.down(tick)
            self._parts.append(f'<line x1="0" x2="100%" y1="{at:.1f}" y2="{at:.1f}" class="grid"/>')
            self.name(at + 4, words)
