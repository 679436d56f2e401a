"""A formula's graph as a page for a browser, which plays its backpropagation.

What can be read without a script is written here: the formula, its parts, the boxes of
the variables, the table. The scripts of `assets` draw the picture and keep everything
at the present point.
"""

from collections.abc import Iterator
from typing import Any

from gradcalc.errors import FormulaError
from gradcalc.operations import LITERAL, VARIABLE
from gradcalc.reports.drawing import Drawing
from gradcalc.reports.numbers import exact_number, format_number
from gradcalc.shapes import (
    Structure,
    described,
    element_names,
    flatten,
    shape_of,
    size_of,
)
from gradcalc.strict_json import json_value, write_json
from gradcalc.webpage.document import asset, document, escaped
from gradcalc.webpage.formula_text import formula_markup
from gradcalc.webpage.graph_data import ARITHMETIC, functions_of, graph_data
from gradcalc.webpage.picture_data import picture_data
from gradcalc.webpage.step_sentences import step_sentences
from gradcalc.wording import cut_end
from gradcalc.writers.node_text import expression, program_line

# After those that compute, in the order in which they stand on the page.
_SCRIPTS = (
    *("sentences.js", "widgets.js", "table.js", "variables.js", "search.js"),
    *("picture_layout.js", "picture.js", "player.js"),
)
# A browser takes seconds to show more.
_MOST_NODES = 50_000
_MOST_GRADIENTS = 500_000
# A list of more elements shows its boxes when it is opened.
_FEW_ELEMENTS = 8
_LONGEST_TITLE = 80
# A longer name of a variable is cut.
_LONGEST_NAME = 11
# A formula of more letters is written smaller.
_SHORT_FORMULA = 120


def graph_page(drawing: Drawing) -> str:
    """The page of a formula: one file, which shows it and plays its backpropagation.

    Raises FormulaError if the graph is too large for a browser.
    """
    known = drawing.known
    bound = known.bound
    graph = bound.program.graph
    _check_size(len(graph), size_of(bound.output))
    sentences = step_sentences(bound, known.wrt)
    data = {
        **graph_data(known, known.wrt, sentences.graphs),
        **sentences.data,
        "digits": drawing.precision,
        "picture": picture_data(drawing),
    }
    is_file = drawing.title != program_line(graph.source)
    body = asset("page.html").format(
        title=escaped(drawing.title) if is_file else "",
        size=" long" * (len(graph.source) > _SHORT_FORMULA),
        formula=formula_markup(graph),
        variables="".join(_variables(drawing)),
        longest=1
        + min(_LONGEST_NAME, max(map(len, graph.variable_names().values()), default=0)),
        element=_element(bound.output),
        unlabelled="" if graph.labels else ' class="unlabelled"',
        table="".join(_rows(drawing)),
    )
    return document(
        cut_end(drawing.title, _LONGEST_TITLE),
        body,
        styles=["page.css", "graph.css"],
        definitions=functions_of(data),
        scripts=[*ARITHMETIC, *_SCRIPTS],
        data=data,
    )


def _check_size(nodes: int, outputs: int) -> None:
    """Raise FormulaError for a graph of so many nodes and results that is too large."""
    if nodes > _MOST_NODES:
        raise FormulaError(
            f"the graph has {nodes} nodes: a page of more than {_MOST_NODES} would be"
            " slow to open and hard to read",
            hint="--format dot writes it as text",
        )
    if nodes * outputs > _MOST_GRADIENTS:
        raise FormulaError(
            f"the page would hold {nodes * outputs:,} gradients",
            hint="--output '[0]' shows those of one element of the result",
        )


def _variables(drawing: Drawing) -> Iterator[str]:
    """A box for each variable, and for each element of one that is a list."""
    bound = drawing.known.bound
    for name, structure in bound.program.graph.variables.items():
        nodes = flatten(structure)
        shape = shape_of(structure)
        if shape:
            opened = " open" if len(nodes) <= _FEW_ELEMENTS else ""
            yield f"<details{opened}><summary><code>{escaped(name)}</code>"
            yield f" <small>{escaped(described(shape))}</small></summary>\n"
        fixed = name in bound.program.indices
        for element, node in zip(element_names(name, shape), nodes, strict=True):
            yield _box(element, node, bound.given.get(node), fixed=fixed)
        if shape:
            yield "</details>\n"


def _box(name: str, node: int, value: float | None, *, fixed: bool) -> str:
    text = "" if value is None else exact_number(value)
    state = f'data-variable="{node}"'
    if fixed:
        state = 'disabled title="an index: the graph is that of this value"'
    return (
        f'<div class="entry"><label for="v{node}">{escaped(name)}</label>'
        f'<input id="v{node}" name="{escaped(name)}" value="{text}" placeholder="?"'
        f' autocomplete="off" spellcheck="false" {state}></div>\n'
    )


def _element(output: Structure) -> str:
    """The choice of the element whose gradients are shown, where there are several."""
    if not isinstance(output, list):
        return ""
    names = element_names("", shape_of(output))
    choices = "".join(
        f'<option value="{k}">{name}</option>' for k, name in enumerate(names)
    )
    return (
        '<label class="element">gradients of the element'
        f' <select id="element">{choices}</select></label>'
    )


def _rows(drawing: Drawing) -> Iterator[str]:
    """A row of the table for each node, as `eval` shows it."""
    known = drawing.known
    graph = known.bound.program.graph
    outputs = set(flatten(known.bound.output))
    for node, operation in enumerate(graph.operations):
        kind = operation.name if operation in (VARIABLE, LITERAL) else ""
        if node in outputs:
            kind = "output"
        inner = node in graph.bodies or node in graph.composed
        value, gradient = known.values[node], known.gradient(node)
        text = expression(graph, node)
        label = graph.labels.get(node, "")
        hidden = " hidden" if inner and node not in outputs else ""
        yield (
            f'<tr data-node="{node}" data-value="{_spelled(value)}"'
            f' data-gradient="{_spelled(gradient)}"'
            f' class="{kind}{" inner" * bool(hidden)}"{hidden}>'
            f"<td>{kind}</td><td>{escaped(label)}</td><td>{escaped(text)}</td>"
            f'<td class="number">{_shown(value, drawing.precision)}</td>'
            f'<td class="number">{_shown(_first(gradient), drawing.precision)}</td>'
            "</tr>\n"
        )


def _spelled(value: Any) -> str:
    """The number, or the list of them, as JSON spells it; "" where there is none."""
    if value is None:
        return ""
    found = json_value(value)
    return found if isinstance(found, str) else escaped(write_json(found))


def _first(gradient: Any) -> Any:
    """Of a list the gradient of its first element, which the page shows at first."""
    return next(iter(flatten(gradient)), None) if gradient is not None else None


def _shown(value: float | None, precision: int | None) -> str:
    return "" if value is None else format_number(value, precision)
