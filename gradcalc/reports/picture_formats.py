"""The formats of pictures: how their files end, and who makes them.

A new format of graphs is a row here and a function in a file of its own, which is
imported when the format is asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pkgutil import resolve_name
from typing import Any

from gradcalc.writers.diagram import Diagram

# Boxes grow with their numbers: they show this many digits unless told otherwise.
_DIGITS = 6


@dataclass(frozen=True, kw_only=True)
class PictureFormat:
    endings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class GraphFormat(PictureFormat):
    """A format of `graph`: the function that makes the content from a diagram."""

    # "module:function".
    function: str
    # Whether a terminal can show it.
    is_text: bool = True
    # What the function takes besides the diagram: "kind", the name of the format;
    # "most", lines or boxes; "ascii_only".
    takes: tuple[str, ...] = ()
    digits: int | None = _DIGITS

    def content(self, diagram: Diagram, **options: Any) -> bytes:
        """What a file of the picture holds; `options` are those that `takes` names.

        Raises MissingExtraError where the library that draws it is not installed.
        """
        taken = {option: options[option] for option in self.takes}
        content: str | bytes = resolve_name(self.function)(diagram, **taken)
        return content if isinstance(content, bytes) else f"{content}\n".encode()


@dataclass(frozen=True, kw_only=True)
class PlotFormat(PictureFormat):
    """A format of `plot`, drawn by matplotlib."""

    # What it writes into the file besides: no date, so that the same input gives the
    # same file.
    metadata: Mapping[str, None] = field(default_factory=dict)


GRAPH_FORMATS: dict[str, GraphFormat] = {
    "tree": GraphFormat(
        endings=(".txt",),
        function="gradcalc.writers.tree:tree_text",
        takes=("most", "ascii_only"),
        digits=None,
    ),
    "dot": GraphFormat(
        endings=(".dot", ".gv"),
        function="gradcalc.writers.dot:dot_text",
    ),
    "mermaid": GraphFormat(
        endings=(".mmd", ".mermaid"),
        function="gradcalc.writers.mermaid:mermaid_text",
    ),
    "svg": GraphFormat(
        endings=(".svg",),
        function="gradcalc.reports.pictures:graph_picture",
        takes=("kind", "most"),
    ),
    "png": GraphFormat(
        endings=(".png",),
        is_text=False,
        function="gradcalc.reports.pictures:graph_picture",
        takes=("kind", "most"),
    ),
}

PLOT_FORMATS: dict[str, PlotFormat] = {
    "png": PlotFormat(endings=(".png",)),
    "svg": PlotFormat(endings=(".svg",), metadata={"Date": None}),
    "pdf": PlotFormat(endings=(".pdf",), metadata={"CreationDate": None}),
}
