"""The source of a vector kernel: a module that needs NumPy alone.

Its `value_and_gradient` takes numbers and arrays; `fill` is for whoever has columns of
his own, or several threads.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from keyword import iskeyword
from typing import Any

from gradcalc.engine.vector_code import VectorCode
from gradcalc.engine.vector_spelling import definitions
from gradcalc.writers.languages.python import module_text

# Rows for each statement: so many that the call of a function costs little beside what
# it computes, so few that the arrays of a block stay in the cache.
BLOCK = 16_384

# Statements for each function: of a long one, each takes Python longer to compile.
_MOST_STATEMENTS = 2_000

# What the names of the lines are elements of.
_LISTS = {"x": "columns", "o": "results", "s": "shared", "r": "floats", "c": "truths"}

_DRIVER = '''\
def value_and_gradient({parameters}):
    """The values, and the derivatives with respect to each argument.

    An argument is a number or an array; of what is a list in the formula, a list of
    these. All results have the shape to which the arguments broadcast.
    """
    arrays = [np.asarray(leaf) for leaf in leaves([{parameters}])]
    shape = np.broadcast_shapes(*[array.shape for array in arrays])
    columns = [column_of(array, shape) for array in arrays]
    results = [np.empty(math.prod(shape)) for _ in range({results})]
    fill(columns, results, 0, math.prod(shape))
    return arranged({arranged}, [result.reshape(shape)[()] for result in results])


def leaves(items):
    """The arrays in nested lists, one after another."""
    for item in items:
        if isinstance(item, (list, tuple)):
            yield from leaves(item)
        else:
            yield item


def arranged(places, results):
    """The results in the place of their numbers in nested lists."""
    if isinstance(places, int):
        return results[places]
    return type(places)([arranged(place, results) for place in places])


def column_of(array, shape):
    """The array as a column of numbers of all rows; one number stays one."""
    if array.size == 1:
        return array.reshape(1).astype(float)
    return np.broadcast_to(array, shape).reshape(-1)


def fill(columns, results, start, stop, mend=None):
    """Compute the results, values and then derivatives, from row start to row stop.

    A derivative that leaves the range of doubles on its way, and comes back, is lost
    here: it is 0, infinite or NaN. `mend`, if given, gets the columns of such rows and
    gives the derivatives.
    """
    floats = [np.empty({block}) for _ in range({floats})]
    truths = [np.empty({block}, bool) for _ in range({truths})]
    with np.errstate(all="ignore"):
        shared = once(columns)
        for first in range(start, stop, {block}):
            last = min(first + {block}, stop)
            size = last - first
            here = [
                column
                if place in {shared}
                else np.broadcast_to(column, size)
                if column.size == 1
                else np.ascontiguousarray(column[first:last], float)
                for place, column in enumerate(columns)
            ]
            found = [result[first:last] for result in results]
            doubtful = np.zeros(size, bool)
            block(
                here,
                found,
                shared,
                [array[:size] for array in floats],
                [array[:size] for array in truths],
                doubtful,
            )
            if mend is not None and doubtful.any():
                rows = np.flatnonzero(doubtful)
                mended = mend([np.broadcast_to(column, size)[rows] for column in here])
                for result, numbers in zip(found[{values}:], mended):
                    result[rows] = numbers


def once(columns):
    """What is one number for all rows, computed once."""
{once}


'''


def source_of(
    code: VectorCode,
    text: str,
    names: Sequence[str],
    arrangement: Any,
    shared: Collection[int] = (),
) -> str:
    """The module that has the lines of the code.

    `names` are those of the arguments, `arrangement` has the numbers of the results in
    the place of the results, `shared` are the places of columns that are one number.
    """
    written = [*code.once, *code.lines]
    parts = list(_parts(code.lines))
    once = [*_unpacked(code.once), *code.once]
    names_once = [f"s{number}" for number in range(len(code.once))]
    once.append(f"return [{', '.join(names_once)}]")
    driver = _DRIVER.format(
        parameters=", ".join(map(_parameter, names)),
        results=code.results,
        values=code.values,
        arranged=arrangement,
        block=BLOCK,
        floats=code.floats,
        truths=code.truths,
        shared=set(shared) or "()",
        once=_indented(once),
    )
    calls = [f"part_{number}({_GIVEN})" for number in range(len(parts))]
    functions = [
        f"def part_{number}({_GIVEN}):\n{_indented([*_unpacked(lines), *lines])}"
        for number, lines in enumerate(parts)
    ]
    if len(parts) == 1:
        functions = [functions[0].replace("part_0", "block", 1)]
    else:
        functions.append(f"def block({_GIVEN}):\n{_indented(calls or ['pass'])}")
    shown = [f"#     {line}".rstrip() for line in text.splitlines()]
    head = ["# Made by gradcalc: the value of this formula, and its derivatives.", "#"]
    statements = ["import math", *definitions(written), driver, *functions]
    module = module_text(["", "import numpy as np"], map(str.rstrip, statements))
    return "\n".join([*head, *shown, "", module, ""])


_GIVEN = "columns, results, shared, floats, truths, doubtful"


def _parts(lines: Sequence[str]) -> Iterator[list[str]]:
    """The lines in parts of which none is very long, each with whole statements."""
    part: list[str] = []
    for line in lines:
        if len(part) >= _MOST_STATEMENTS and not line.startswith(" "):
            yield part
            part = []
        part.append(line)
    if part:
        yield part


def _unpacked(lines: Sequence[str]) -> list[str]:
    """The lines that give the names in the lines what they stand for."""
    found = set(re.findall(r"\b[xosrc]\d+\b", "\n".join(lines)))
    made = set(re.findall(r"\((s\d+) :=", "\n".join(lines)))
    ordered = sorted(found - made, key=lambda name: (name[0], int(name[1:])))
    return [
        f"{', '.join(names)}, = "
        + ", ".join([f"{_LISTS[kind]}[{name[1:]}]" for name in names])
        + ","
        for kind, group in groupby(ordered, key=lambda name: name[0])
        for names in [list(group)]
    ]


def _indented(lines: Sequence[str]) -> str:
    return "\n".join([f"    {line}" for line in lines])


def _parameter(name: str) -> str:
    return f"{name}_" if iskeyword(name) else name
