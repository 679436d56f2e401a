"""A formula as a function of NumPy arrays that gives its values and its gradients.

It is compiled once for each combination of shapes, and of arguments that are one number
for all rows. This is the module that knows NumPy.
"""

import math
import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

from gradcalc.engine.call_arguments import check_arguments, gradients, in_order
from gradcalc.engine.compiled import compile_gradient
from gradcalc.engine.python_code import defined
from gradcalc.engine.vector_code import VectorCode
from gradcalc.engine.vector_source import BLOCK, source_of
from gradcalc.errors import BindingError, ShapeError, entry_point, extra_module
from gradcalc.graph import Graph
from gradcalc.language.bindings import checked_value
from gradcalc.language.identifiers import checked_names
from gradcalc.language.names import ParsedProgram, read_program
from gradcalc.language.program import Program, build
from gradcalc.shapes import (
    Shape,
    Structure,
    all_leaves,
    flatten,
    shape_of,
    unflatten,
)
from gradcalc.wording import listing, represented

# A number, an array of numbers, or nested lists of these.
Arrays = Any

# Fewer blocks than this for each thread take less time than its start.
_FEWEST_BLOCKS = 4


@entry_point
def vectorized(text: str, names: Sequence[str]) -> "VectorFunction":
    """A function f with f(x, 0.5) -> (values, (dx, dw)) for the names ["x", "w"].

    It takes the variables in the order of the names, each a number or a NumPy array of
    one number for each row; what is a list in the formula is a list of these, such as
    list(v.T) of an array with a list in each row. The arguments broadcast, and all
    results have the shape to which they do, as doubles; where the formula is a list,
    values and derivatives are in lists as those of `value_and_grad`. `f.source` is a
    module in Python that does the same with NumPy alone.

    Raises GradcalcError for what is wrong with the text, and if the names are not
    those of the formula's variables; f raises it for what is wrong with its arguments.
    Raises MissingExtraError if NumPy is not installed.
    """
    names = checked_names(names)
    parsed = read_program(text)
    check_arguments(parsed, names)
    _numpy()
    function = VectorFunction(parsed, names)
    function.check()
    return function


def _numpy() -> Any:
    return extra_module("numpy", "data", "functions of arrays")


def numpy_is_installed() -> bool:
    """Whether there is what functions of arrays need."""
    return find_spec("numpy") is not None


class Kernel:
    """Values and gradients of a graph over columns of numbers.

    `arguments` are variable nodes, in the order in which their columns are given;
    `known` has the values of all others. The places in `shared` are those of columns
    that are one number for all rows.
    """

    def __init__(
        self,
        graph: Graph,
        outputs: Sequence[int],
        arguments: Sequence[int],
        wanted: Sequence[int],
        known: Mapping[int, float] | None = None,
        shared: frozenset[int] = frozenset(),
    ) -> None:
        self._graph, self._outputs, self._arguments = graph, outputs, arguments
        self._wanted, self._known = wanted, known
        self._shared = shared
        given = {node: f"x{place}" for place, node in enumerate(arguments)}
        self.code = VectorCode(
            graph,
            outputs,
            wanted,
            {**(known or {}), **given},
            [f"x{place}" for place in shared],
        )
        self._fill = self._compiled()

    def source(self, text: str, names: Sequence[str], arrangement: Any) -> str:
        """The module of the kernel, as `source_of` describes it."""
        return source_of(self.code, text, names, arrangement, self._shared)

    def _compiled(self) -> Callable[..., None]:
        fill: Callable[..., None] = defined("fill", self.source("", [], None), {})
        return fill

    def __call__(
        self,
        columns: Sequence[Any],
        rows: int,
        *,
        careful: bool = True,
        results: Sequence[Any] | None = None,
    ) -> Sequence[Any]:
        """The values of the outputs, and then for each output its gradients.

        Each is an array of as many numbers as there are rows. A column has as many or
        is one number for all rows. Unless `careful`, a derivative that leaves the range
        of doubles on its way is lost: to find it takes long. `results` has arrays that
        are filled.
        """
        np = _numpy()
        mend = self._mended if careful else None
        if results is None:
            results = [np.empty(rows) for _ in range(self.code.results)]
        blocks = -(-rows // BLOCK)
        threads = min(_cores(), blocks // _FEWEST_BLOCKS)
        if threads < 2:
            self._fill(columns, results, 0, rows, mend)
            return results
        # Imported here: a small table needs none.
        from concurrent.futures import ThreadPoolExecutor

        ends = [min(rows, BLOCK * (blocks * k // threads)) for k in range(threads + 1)]
        with ThreadPoolExecutor(threads) as pool:
            parts = [
                pool.submit(self._fill, columns, results, *span, mend)
                for span in pairwise(ends)
            ]
            for part in parts:
                part.result()
        return results

    @cached_property
    def _carefully(self) -> Callable[..., Any]:
        return compile_gradient(
            self._graph, self._outputs, self._arguments, self._wanted, self._known
        )

    def _mended(self, columns: Sequence[Any]) -> Any:
        """The gradients of rows in which one left the range of doubles, row by row."""
        np = _numpy()
        points = zip(*[column.tolist() for column in columns], strict=True)
        gradients = [
            [number for row in self._carefully(*point)[1] for number in row]
            for point in points
        ]
        return np.array(gradients).T


def _cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class VectorFunction:
    """The function that `vectorized` makes."""

    def __init__(self, parsed: ParsedProgram, names: list[str]) -> None:
        self._parsed, self._names = parsed, names
        # Those of the arguments given last.
        self._shapes: tuple[Shape, ...] = ((),) * len(names)
        self._programs: dict[tuple[Shape, ...], Program] = {}
        self._kernels: dict[tuple[Any, ...], Kernel] = {}

    def __repr__(self) -> str:
        return f"vectorized({represented(self._parsed.text)}, {self._names})"

    def check(self) -> None:
        """Raise GradcalcError for what is wrong with the formula whatever is given."""
        try:
            self._program(self._shapes)
        except ShapeError:
            # It needs lists: what is wrong, if anything, shows when they are given.
            pass

    @property
    def source(self) -> str:
        """A module in Python, with a function `value_and_gradient` of the arrays.

        It needs NumPy and no gradcalc. Its numbers are those of this function but for
        derivatives that leave the range of doubles on their way, which are lost there.
        Of a formula that needs lists it is that of the arguments given last.

        Raises ShapeError if the formula needs lists and was given none.
        """
        shapes = self._shapes
        program = self._program(shapes)
        results = flatten(program.result)
        variables = [program.graph.variables[name] for name in self._names]
        width = len(all_leaves(variables))
        size = len(results)
        rows = [
            range(size + width * row, size + width * (row + 1)) for row in range(size)
        ]
        places = unflatten(program.result, iter(range(size)))
        arrangement = places, gradients(program.result, variables, rows)
        kernel = self._kernel(shapes, frozenset())
        return kernel.source(self._parsed.text, self._names, arrangement)

    def __call__(self, /, *values: Arrays, **named: Arrays) -> tuple[Any, Any]:
        np = _numpy()
        names = self._names
        given = in_order(names, values, named)
        arrays = [
            _structure(np, name, value)
            for name, value in zip(names, given, strict=True)
        ]
        leaves = all_leaves(arrays)
        try:
            shape = np.broadcast_shapes(*[leaf.shape for leaf in leaves])
        except ValueError:
            told = [
                f"{name} has {flatten(array)[0].shape}"
                for name, array in zip(names, arrays, strict=True)
            ]
            raise ShapeError(
                f"the arrays have shapes that do not broadcast: {listing(told)}"
            ) from None
        rows = math.prod(shape)
        columns = [_column(np, leaf, shape) for leaf in leaves]
        shared = frozenset(k for k, column in enumerate(columns) if column.size == 1)
        if rows == 1:
            shared = frozenset()
        shapes = self._shapes = tuple(map(shape_of, arrays))
        results = [
            result.reshape(shape)[()]
            for result in self._kernel(shapes, shared)(columns, rows)
        ]
        program = self._program(shapes)
        variables = [program.graph.variables[name] for name in names]
        size, width = len(flatten(program.result)), len(leaves)
        found = [
            results[start : start + width]
            for start in range(size, len(results), width or 1)
        ] or [[]] * size
        return (
            unflatten(program.result, iter(results)),
            gradients(program.result, variables, found),
        )

    def _program(self, shapes: tuple[Shape, ...]) -> Program:
        program = self._programs.get(shapes)
        if program is None:
            shaped = dict(zip(self._names, shapes, strict=True))
            program = self._programs[shapes] = build(self._parsed, shaped)
        return program

    def _kernel(self, shapes: tuple[Shape, ...], shared: frozenset[int]) -> Kernel:
        key = shapes, shared
        kernel = self._kernels.get(key)
        if kernel is None:
            program = self._program(shapes)
            leaves = all_leaves(program.graph.variables[name] for name in self._names)
            kernel = self._kernels[key] = Kernel(
                program.graph,
                flatten(program.result),
                leaves,
                leaves,
                shared=shared,
            )
        return kernel


def _structure(np: Any, name: str, value: Any, depth: int = 0) -> Structure:
    """The value as an array, or as arrays in lists where it is a list."""
    if not isinstance(value, (list, tuple)):
        return _array(np, name, value)
    if depth == 2 or not value:
        # It says what is wrong.
        checked_value(name, [[value]] if depth == 2 else value)
    items = [_structure(np, name, item, depth + 1) for item in value]
    if len(set(map(shape_of, items))) > 1:
        raise BindingError(
            f"the value of {name} is ragged: its rows have different lengths"
        )
    return items


def _array(np: Any, name: str, value: Any) -> Any:
    """The value as an array of numbers; raises BindingError if it is none."""
    if isinstance(value, (int, float, str, bytes, bytearray, Mapping)):
        return np.asarray(checked_value(name, value))
    if isinstance(value, np.ma.MaskedArray):
        value = value.astype(float).filled(math.nan)
    try:
        array = np.asarray(value)
    except Exception:
        # Whatever a class of arrays of others' raises.
        raise BindingError(f"the value of {name} is not an array of numbers") from None
    if array.dtype.kind in "fiub":
        return array
    if array.dtype.kind == "O":
        # Numbers of other classes, such as Decimal.
        numbers = [checked_value(name, item) for item in array.ravel().tolist()]
        if not any(isinstance(number, list) for number in numbers):
            return np.array(numbers, float).reshape(array.shape)
    raise BindingError(
        f"the value of {name} is an array of {array.dtype}, not of numbers"
    )


def _column(np: Any, array: Any, shape: tuple[int, ...]) -> Any:
    """The array as a column of all rows; one number for all of them stays one."""
    if array.size == 1:
        return array.reshape(1).astype(float)
    return np.broadcast_to(array, shape).reshape(-1)
