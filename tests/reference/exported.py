"""Functions that were written in other languages, run at points.

A case is a program of gradcalc's and the values of its variables at each point; what
comes back for each point are the value and the derivatives, all in a row.
"""

import ctypes
import json
import math
import shutil
import struct
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from reference.doubles import SPECIAL, special_points
from reference.programs import PROGRAMS

from gradcalc.algebra.written_functions import written_function
from gradcalc.engine.compiled import walked_gradient
from gradcalc.engine.graph_gradients import graph_gradients
from gradcalc.language.bindings import bind
from gradcalc.operations import OPERATIONS
from gradcalc.shapes import all_leaves, flatten
from gradcalc.writers.function_text import Function, function_text, leaves
from gradcalc.writers.infix import InfixWriter, typed
from gradcalc.writers.notations import NOTATIONS

Point = dict[str, Any]
Rows = list[list[float]]

LANGUAGES = [name for name, notation in NOTATIONS.items() if notation.language]


@dataclass
class Case:
    """A program and its points."""

    program: str
    points: Sequence[Point]
    gradient: bool = True

    def function(self, name: str) -> Function:
        """The function of all variables."""
        return replace(self._function, name=name)

    @cached_property
    def _function(self) -> Function:
        bound = bind(self.program, self.points[0])
        return written_function(
            bound, list(bound.program.graph.variables), gradient=self.gradient
        )

    def text(self, language: str, name: str = "formula") -> str:
        """The function as it is written in a language."""
        record = resolve_name(NOTATIONS[language].language)
        return function_text(record, self.function(name))

    @cached_property
    def expected(self) -> Sequence[tuple[list[float], list[float]]]:
        """For each point what gradcalc computes, and what it does in doubles alone.

        These differ where a gradient leaves the range of doubles on its way.
        """
        return list(_expected(self))

    def arguments(self) -> Iterable[list[Any]]:
        """The arguments at each point, in the order of the parameters."""
        names = list(bind(self.program, self.points[0]).program.graph.variables)
        for point in self.points:
            yield [point[name] for name in names]


def run(language: str, cases: Sequence[Case], folder: Path) -> list[Rows]:
    """For each case, at each of its points, the value and the derivatives."""
    return _RUNNERS[language](cases, folder)


def missing(language: str) -> str | None:
    """What the machine lacks to run the language, or None."""
    program = {"c": "gcc", "javascript": "node"}.get(language)
    if program:
        return None if shutil.which(program) else f"{program} is not installed"
    if language != "python":
        try:
            resolve_name(language)
        except ImportError:
            return f"{language} is not installed"
    return None


def _expected(case: Case) -> Iterator[tuple[list[float], list[float]]]:
    bound = bind(case.program, case.points[0])
    graph, outputs = bound.program.graph, flatten(bound.output)
    variables = graph.variables
    nodes = all_leaves(variables.values())
    walked = walked_gradient(graph, outputs, nodes, nodes)
    gradients = graph_gradients(graph, outputs, nodes)
    for arguments in case.arguments():
        given = list(map(float, leaves(arguments)))
        values, rows = walked(*given)
        if not case.gradient:
            yield list(values), list(values)
            continue
        doubles = gradients.graph.forward(dict(zip(nodes, given, strict=True)))
        plain = [[doubles[node] for node in row] for row in gradients.rows]
        yield (
            [*values, *_by_variable(variables, rows)],
            [*values, *_by_variable(variables, plain)],
        )


def _by_variable(
    variables: dict[str, Any], rows: Sequence[Sequence[float]]
) -> list[float]:
    found, start = [], 0
    for structure in variables.values():
        size = len(flatten(structure))
        found += [x for row in rows for x in row[start : start + size]]
        start += size
    return found


def ulps(found: float, value: float) -> float:
    """How many units in the last place of the larger lie between them."""
    if found == value or (found != found and value != value):
        return 0.0
    largest = max(abs(found), abs(value))
    if not largest < math.inf:
        return math.inf
    return abs(found - value) / math.ulp(largest)


@cache
def of_operations() -> Sequence[Case]:
    """A case for each operation, on one, two and three operands of a list."""
    cases = []
    for operation in OPERATIONS.values():
        for times in (1, 2, 3) if operation.lists else (1,):
            names = [f"x{k}" for k in range(len(operation.parameters) * times)]
            text, _ = InfixWriter.operation(operation, list(map(typed, names)))
            special = special_points(len(names))[::5] if names[1:] else zip(SPECIAL)
            points = [
                dict(zip(names, point, strict=True))
                for point in [*operation.samples, *special]
                if len(point) == len(names)
            ]
            cases.append(Case(text, points))
    return cases


@cache
def of_programs() -> Sequence[Case]:
    """A case for each program that meets a special case."""
    cases = []
    for program in PROGRAMS:
        names = bind(program, {}, complete=False).program.graph.variables
        points = [
            dict(zip("xyz", point, strict=True))
            for point in [*special_points(3)[::5], (0.3, -1.2, 2.5), (3.0, 2.0, 1.0)]
        ]
        cases.append(
            Case(program, [{name: point[name] for name in names} for point in points])
        )
    return cases


# --- one function for each language


def _in_python(language: str) -> Callable[[Sequence[Case], Path], list[Rows]]:
    return lambda cases, _folder: [list(_called(case, language)) for case in cases]


def _called(case: Case, language: str) -> Iterable[list[float]]:
    namespace: dict[str, Any] = {}
    exec(case.text(language), namespace)
    for arguments in case.arguments():
        yield list(map(float, flat(namespace["formula"](*arguments))))


def flat(results: Any) -> Iterable[Any]:
    """The numbers in nested tuples, lists and arrays."""
    if hasattr(results, "tolist"):
        results = results.tolist()
    if isinstance(results, tuple | list):
        for result in results:
            yield from flat(result)
    else:
        yield results


def _run_javascript(cases: Sequence[Case], folder: Path) -> list[Rows]:
    parts = [
        "const read = (x) => Array.isArray(x) ? x.map(read) : Number(x);",
        "const bits = (x) => { const b = Buffer.alloc(8); b.writeDoubleBE(x); return"
        " b.toString('hex'); };",
    ]
    for case in cases:
        rows = [_as_texts(arguments) for arguments in case.arguments()]
        parts.append(
            f"(() => {{\n{case.text('javascript')}\n"
            f"for (const row of {json.dumps(rows)})"
            " console.log([formula(...row.map(read))].flat(9).map(bits).join(' '));"
            "\n})();"
        )
    path = folder / "formulas.js"
    path.write_text("'use strict';\n" + "\n".join(parts), "utf-8")
    ran = subprocess.run(["node", path], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    lines = iter(ran.stdout.splitlines())
    return [
        [[_of_bits(bits) for bits in next(lines).split()] for _ in case.points]
        for case in cases
    ]


def _as_texts(values: Any) -> Any:
    if isinstance(values, list):
        return list(map(_as_texts, values))
    texts = {math.inf: "Infinity", -math.inf: "-Infinity"}
    return "NaN" if values != values else texts.get(values, repr(values))


def _of_bits(text: str) -> float:
    return float(struct.unpack(">d", bytes.fromhex(text))[0])


def _run_c(cases: Sequence[Case], folder: Path) -> list[Rows]:
    files = []
    for number, case in enumerate(cases):
        files.append(folder / f"f{number}.c")
        files[-1].write_text(case.text("c", f"f{number}"), "utf-8")
    library = compiled_c(files)
    return [
        list(_called_c(case, getattr(library, f"f{number}")))
        for number, case in enumerate(cases)
    ]


def compiled_c(files: Sequence[Path]) -> ctypes.CDLL:
    """The library that gcc makes of the files, without any warning."""
    library = files[0].with_suffix(".so")
    strict = ["-std=c11", "-Wall", "-Wextra", "-pedantic", "-Wconversion", "-Werror"]
    ran = subprocess.run(
        ["gcc", "-O0", *strict, "-shared", "-fPIC", "-o", library, *files, "-lm"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ctypes.CDLL(str(library))


def _called_c(case: Case, call: Any) -> Iterable[list[float]]:
    function = case.function("formula")
    call.restype = None if isinstance(function.result, list) else ctypes.c_double
    outputs = list((function.gradient or {}).values())
    if isinstance(function.result, list):
        outputs.insert(0, function.result)
    for arguments in case.arguments():
        room = [(ctypes.c_double * len(list(leaves(each))))() for each in outputs]
        given = []
        for argument in arguments:
            numbers = list(map(float, leaves(argument)))
            array = (ctypes.c_double * len(numbers))(*numbers)
            given.append(
                array if isinstance(argument, list) else ctypes.c_double(array[0])
            )
        value = call(*given, *room)
        yield [
            *([] if isinstance(function.result, list) else [value]),
            *(number for array in room for number in array),
        ]


_RUNNERS: dict[str, Callable[[Sequence[Case], Path], list[Rows]]] = {
    **{name: _in_python(name) for name in ("python", "numpy", "jax", "torch")},
    "c": _run_c,
    "javascript": _run_javascript,
}
