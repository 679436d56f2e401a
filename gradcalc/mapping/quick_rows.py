"""Rows of a table answered by one generated function: read, computed and written.

To call a function for each of these steps takes as long as the steps themselves. The
one function does for plain rows what the engine does with several: where all numbers
are there and finite, and the results are, too.
"""

from collections.abc import Callable
from math import isfinite

from gradcalc.data.delimited_rows import DelimitedRows
from gradcalc.data.rows import Row
from gradcalc.engine.compiled import GradientCode
from gradcalc.mapping.row_formula import RowFormula

# From the text of a line, and the row on it, to the text of its answer; None for a row
# that is not plain.
QuickFunction = Callable[[str, Row], "str | None"]

# A larger formula takes its time elsewhere.
_MOST_NODES = 3000


def quick_function(rows: DelimitedRows, formula: RowFormula) -> QuickFunction | None:
    """The function for rows that stay as they stand; None for a formula too large."""
    graph, outputs = formula.bound.program.graph, formula.outputs
    if len(graph) * len(outputs) > _MOST_NODES or not formula.cells:
        return None
    names = {node: f"x{place}" for place, node in enumerate(formula.arguments)}
    given: dict[int, str | float] = {**formula.known, **names}
    leaves = formula.leaves if formula.has_gradients else []
    code = GradientCode(graph, outputs, leaves, given)
    number, finite = code.name(float, "float"), code.name(isfinite, "isfinite")
    nodes = [
        outputs[output] if leaf is None else code.rows[output][leaf]
        for output, leaf in formula.cells
    ]
    results = [f"r{place}" for place in range(len(nodes))]
    cells = [f"row[{place}]" for place in rows.places(list(formula.columns))]
    conditions = [
        # One NaN or infinity makes the sum one.
        f"{finite}({' + '.join([*names.values(), *results])})",
        f"len(row) == {len(rows.header)}",
        # Python takes 1_0 for a number.
        f"('_' not in line or '_' not in {' + '.join(cells)})",
        *filter(None, [code.guard]),
    ]
    # Within a text that has names in braces.
    delimiter = repr(rows.delimiter)[1:-1].replace("{", "{{").replace("}", "}}")
    added = "".join([f"{delimiter}{{{result}!r}}" for result in results])
    code.lines = [
        "try:",
        *(
            f"    {name} = {number}({cell})"
            for name, cell in zip(names.values(), cells, strict=True)
        ),
        "except (ValueError, IndexError):",
        "    return None",
        *code.lines,
        *(f"{r} = {code.text(node)}" for r, node in zip(results, nodes, strict=True)),
        f"if {' and '.join(conditions)}:",
        f'    return f"{{line[:-1]}}{added}\\n"',
    ]
    function: QuickFunction = code.function(["line", "row"], "None")
    return function
