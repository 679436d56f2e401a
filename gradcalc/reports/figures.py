"""Figures in files, which matplotlib draws: a new one, its title, its content.

Not everyone needs the library; it is imported when it draws.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from textwrap import wrap
from typing import Any

from gradcalc.errors import extra_module
from gradcalc.reports.picture_formats import PLOT_FORMATS

# The library takes differences and squares of what it draws.
LARGEST = 1e150

# Inches.
SIZE = (7.0, 4.6)
TALL = (7.0, 6.4)
_DOTS = 150
# The size of the title in points.
_TITLE = 10


def library() -> Any:
    """The library. Raises MissingExtraError where it is not installed."""
    return extra_module("matplotlib.figure", "plot", "plots in files")


def new_figure(size: tuple[float, float]) -> Any:
    """An empty figure. Raises MissingExtraError where matplotlib is not installed."""
    return library().Figure(figsize=size, layout="constrained")


def headline(figure: Any, *texts: str) -> None:
    """Write the texts above the figure, each in lines that fit its width."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(size=_TITLE)
    room = figure.get_figwidth() * 72 - 2 * _TITLE

    def points(line: str) -> float:
        width, _, _ = text_to_path.get_text_width_height_descent(line, font, False)
        return float(width)

    lines: list[str] = []
    with _any_letter():
        for text in filter(None, texts):
            width = len(text)
            while max(map(points, wrap(text, width))) > room:
                width -= 1
            lines += wrap(text, width)
    figure.suptitle("\n".join(lines), fontsize=_TITLE, parse_math=False)


@contextmanager
def _any_letter() -> Iterator[None]:
    """Say nothing of a letter that the font lacks, and that is drawn as a box."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def content(figure: Any, kind: str, title: str) -> bytes:
    """The figure as the content of a "png", "svg" or "pdf" file."""
    import matplotlib

    metadata = {"Title": title, **PLOT_FORMATS[kind].metadata}
    buffer = io.BytesIO()
    # The same input gives the same file: no random names.
    with matplotlib.rc_context({"svg.hashsalt": "gradcalc"}), _any_letter():
        figure.savefig(buffer, format=kind, dpi=_DOTS, metadata=metadata)
    return buffer.getvalue()
