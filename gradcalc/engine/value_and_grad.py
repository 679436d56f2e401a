"""A formula as a Python function that gives its value and its gradient.

It is compiled once, for numbers, and again for each combination of shapes when it is
first called with lists.
"""

import keyword
from collections.abc import Sequence

from gradcalc.engine.code import PythonCode
from gradcalc.engine.compiled import function, row_text
from gradcalc.engine.shaped_functions import ShapedFunctions, ValueAndGrad
from gradcalc.engine.unrolled import differentiate
from gradcalc.errors import BindingError, ShapeError
from gradcalc.language.bindings import checked_names
from gradcalc.language.parser import parse
from gradcalc.language.program import Program, build, free_names
from gradcalc.language.syntax import Syntax
from gradcalc.wording import near_miss

# Above this size, checking arguments costs nothing in comparison.
_MOST_NODES = 5_000


def value_and_grad(text: str, names: Sequence[str]) -> ValueAndGrad:
    """A function f with f(2.0, 0.5) -> (value, (dx, dw)) for the names ["x", "w"].

    It takes the variables in the order of the names, each a number, a list of numbers
    or a list of equally long lists, and returns the value of the formula and its
    partial derivatives, shaped like the variables; where the formula is a list, there
    is one derivative for each of its elements, as in `Evaluation.jacobian`. All are
    dimensionless.

    Raises GradcalcError for what is wrong with the text, and if the names are not
    those of the formula's variables; f raises it for what is wrong with its arguments.
    """
    names = checked_names(names)
    statements = parse(text)
    _check_names(text, statements, names)
    general = ShapedFunctions(text, statements, names)
    try:
        program = build(text, statements, dict.fromkeys(names, ()))
    except ShapeError:
        # It needs lists: what is wrong, if anything, shows when they are given.
        return general
    if isinstance(program.result, list) or len(program.graph) > _MOST_NODES:
        return general
    return _for_numbers(program, names, general)


def _for_numbers(
    program: Program, names: list[str], general: ValueAndGrad
) -> ValueAndGrad:
    """The function for floats, which hands everything else on to the general one."""
    prefix = "t"
    while any(name.startswith(prefix) for name in names):
        prefix += "_"
    parameters = [f"{prefix}{n}" if keyword.iskeyword(n) else n for n in names]
    nodes = [program.graph.variables[name] for name in names]
    code = PythonCode(prefix)
    given = dict(zip(nodes, map(code.name, parameters), strict=True))
    values, rows = differentiate(code, program.graph, [program.result], given, nodes)
    roots = [*values, *rows[0]]
    code.write(roots)
    rest, name = f"{prefix}rest", code.function(general, "general")
    usual = [f"not {rest}", *(f"{p}.__class__ is float" for p in parameters)]
    code.lines = [
        f"if {' and '.join(usual)}:",
        *(f"    {line}" for line in code.lines),
        f"    return {code.text(values[0])}, {row_text(code, rows[0])}",
    ]
    compiled: ValueAndGrad = function(
        code,
        [*(f"{parameter}=None" for parameter in parameters), f"*{rest}"],
        f"{name}({', '.join([*parameters, f'*{rest}'])})",
    )
    return compiled


def _check_names(text: str, statements: list[Syntax], names: list[str]) -> None:
    """Raise BindingError unless the names are those of the formula's variables."""
    found = free_names(statements, names)
    missing = [name for name in found if name not in names]
    unknown = [name for name in dict.fromkeys(names) if name not in found]
    repeated = sorted({name for name in found if names.count(name) > 1})
    sentences = []
    if missing:
        noun = "variable" if len(missing) == 1 else "variables"
        sentences.append(f"the {noun} {', '.join(missing)} must be named too")
    if unknown:
        verb = "is not a variable" if len(unknown) == 1 else "are not variables"
        sentences.append(f"{', '.join(unknown)} {verb} of the formula")
    if repeated:
        verb = "is" if len(repeated) == 1 else "are"
        sentences.append(f"{', '.join(repeated)} {verb} named twice")
    if not sentences:
        return
    hints = [
        f"did you mean {match}?"
        for name in unknown
        if (match := near_miss(name, missing or list(found)))
    ]
    if found:
        hints.append(f"the variables are {', '.join(found)}")
    span = found[missing[0]] if missing else None
    raise BindingError(
        "; ".join(sentences),
        source=text if span else None,
        span=span,
        hint=hints[0] if hints else None,
    )
