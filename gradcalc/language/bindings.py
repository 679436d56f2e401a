"""Values given to a formula's variables: read, checked, and matched with its names."""

import gc
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from gradcalc.errors import (
    BindingError,
    FormulaError,
    GradcalcError,
    ShapeError,
    Span,
)
from gradcalc.language.identifiers import by_normal_name, checked_names
from gradcalc.language.library import known_functions
from gradcalc.language.names import ParsedProgram, read_program
from gradcalc.language.program import Program, build, carried_values
from gradcalc.language.references import labelled, listed, not_variables
from gradcalc.operations import CONSTANT_NAMES, CONSTANTS
from gradcalc.shapes import Structure, flatten, leaves_of, shape_of, unflatten
from gradcalc.wording import meant_for, plural, represented

# A number, a list of numbers, or a list of equally long lists of numbers.
Value = Any


@dataclass(eq=False, repr=False, slots=True)
class BoundProgram:
    """A built program together with the values of its variables."""

    text: str
    program: Program
    # The node, or list of nodes, that is asked for.
    output: Structure
    # The value of each variable that is given or carried, in order of use.
    variables: dict[str, Value]
    # The value of each variable node that has one.
    given: dict[int, float]
    # The variables whose values are the program's own, or constants.
    own: set[str] = field(default_factory=set)


@contextmanager
def uncollected() -> Iterator[None]:
    """Hold back Python's search for garbage while a large structure grows.

    It would be searched again and again though all of it is in use, which takes a
    quarter of the time that a million nodes need.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@uncollected()
def bind(
    text: str,
    bindings: Mapping[str, Value],
    *,
    defaults: Mapping[str, Value] | None = None,
    output: str | None = None,
    wrt: Sequence[str] | None = None,
    complete: bool = True,
) -> BoundProgram:
    """The program with its variables bound.

    `bindings` must all be used by the program; `defaults` are values for names that
    they do not give, and need not be used. Both win over the values that the program
    carries. If `complete`, every variable must have a value; else those without one
    stay open, as scalars. `output` names the label that is asked for instead of the
    last statement. A constant named in `wrt` is a variable with the constant's value.

    Raises GradcalcError: FormulaSyntaxError, FormulaNameError and ShapeError from the
    text, BindingError for values that are missing, unused or unusable.
    """
    bindings = values_by_name(bindings)
    defaults = {} if defaults is None else values_by_name(defaults)
    parsed = read_program(text)
    values = {
        name: checked_value(name, value)
        for name, value in {**defaults, **bindings}.items()
    }
    chosen = set(values)
    for name in [] if wrt is None else checked_names(wrt):
        if name in CONSTANT_NAMES and name in parsed.free:
            values.setdefault(name, CONSTANTS[CONSTANT_NAMES[name]])
    # A mistake in one of these formulas is told by `build`, after those before it.
    with suppress(GradcalcError):
        values = {**carried_values(parsed, values), **values}
    names = _names(parsed, values)
    problem = _name_problem(parsed, names, bindings, values, complete=complete)
    shapes = {name: shape_of(values[name]) for name in names if name in values}
    try:
        program = build(parsed, shapes, values=values)
    except (ShapeError, FormulaError) as error:
        # A missing list makes shapes that do not fit: its absence is what matters.
        raise problem or error from None
    if problem is not None:
        raise problem
    used = program.graph.variables
    variables = {name: values[name] for name in used if name in values}
    leaves = leaves_of(used, variables), leaves_of(variables, variables)
    given = dict(zip(*leaves, strict=True))
    result = program.result if output is None else labelled(program, output)
    own = variables.keys() - chosen
    return BoundProgram(text, program, result, variables, given, own)


def values_by_name(values: Any) -> dict[str, Value]:
    """The values by their names in normal form; raises BindingError for all else."""
    if not isinstance(values, Mapping):
        raise BindingError(
            f"values are given by name, not as {type(values).__name__}",
            hint='such as {"x": 2, "v": [1, 2, 3]}',
        )
    checked_names(values)
    return by_normal_name(values.items())


def checked_value(name: str, value: Any, depth: int = 0) -> Value:
    """The value as floats in lists; raises BindingError if it cannot be a value.

    `depth` is the number of lists that it is in.
    """
    if value.__class__ is float:
        return value
    if isinstance(value, (str, bytes, bytearray, memoryview)) or value is None:
        raise _no_number(name, value)
    if isinstance(value, Mapping):
        raise BindingError(f"the value of {name} is an object, not a number or list")
    if not isinstance(value, (int, float)) and hasattr(value, "tolist"):
        try:
            value = value.tolist()
        except Exception:
            # Whatever a class of arrays of others' raises.
            raise _no_number(name, value) from None
    if isinstance(value, (list, tuple)):
        if depth == 2:
            raise BindingError(f"the value of {name} nests lists more than two deep")
        if not value:
            raise BindingError(f"the value of {name} is an empty list")
        items = [checked_value(name, item, depth + 1) for item in value]
        if len(set(map(shape_of, items))) > 1:
            raise BindingError(
                f"the value of {name} is ragged: its rows have different lengths"
            )
        return items
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
    except Exception:
        # Whatever a class of numbers of others' raises.
        raise _no_number(name, value) from None


def _no_number(name: str, value: Any) -> BindingError:
    return BindingError(f"the value of {name} is not a number: {represented(value)}")


def _names(parsed: ParsedProgram, values: Collection[str]) -> dict[str, Span]:
    """Where each variable stands in the text: the free ones, and those with a label."""
    carried = parsed.carried(values)
    return {
        **parsed.variables(values),
        **{name: span for name, span in carried.items() if name in values},
    }


def _name_problem(
    parsed: ParsedProgram,
    names: Mapping[str, Span],
    bindings: Mapping[str, Value],
    values: Mapping[str, Value],
    *,
    complete: bool,
) -> BindingError | None:
    """The error for variables without a value and values without a variable."""
    unvalued = [name for name in names if name not in values]
    missing = unvalued if complete else []
    unused = [name for name in bindings if name not in names]
    if not missing and not unused:
        return None
    sentences = []
    hints = []
    add = shell_add = ""
    if missing:
        noun = plural(missing, "variable", "variables")
        sentences.append(f"no value is given for the {noun} {', '.join(missing)}")
        known = {*parsed.functions, *known_functions()}
        functions = [name for name in missing if name in known]
        options = " ".join(f"--{name}=..." for name in missing[:4])
        entries = ", ".join(f'"{name}": ...' for name in missing[:4])
        more = " and so on" if len(missing) > 4 else ""
        add, shell_add = f"add {entries}{more} to the values", f"add {options}{more}"
        # Imported here, as what describes other mistakes is.
        from gradcalc.language.foreign import name_here

        others = {*names, *values}
        meant = next(filter(None, (name_here(n, others) for n in missing[:4])), None)
        if functions:
            hints.append(f"to call the function, write {functions[0]}(...)")
        elif meant:
            hints.append(f"did you mean {meant}? if not, {add}")
        else:
            hints.append(add)
    if unused:
        sentences.append(not_variables(unused))
        computed = ", ".join(name for name in unused if name in parsed.labels)
        if near := meant_for(unused, missing or list(names)):
            hints = near
        elif computed:
            hints.append(f"the formula computes {computed} itself")
        elif not missing:
            hints.append(listed(names))
    return BindingError(
        "; ".join(sentences),
        source=parsed.text if missing else None,
        span=names[missing[0]] if missing else None,
        hint=", ".join(hints) or None,
        shell_hint=", ".join(hints).replace(add, shell_add) or None,
        names=list(names),
        missing=unvalued,
        unused=unused,
    )


# Words that a plain number may be, as Python reads it, so a list may hold them, too.
_NOT_FINITE = {"nan": float("nan"), "infinity": float("inf")}


def constant_value(text: str) -> Any:
    """The value of a constant formula: a float, a list or a list of lists.

    A list may be written without brackets, "1,2,3", and a matrix with its rows
    separated by semicolons, "1,2;3,4". Raises GradcalcError, with a span in the text.
    """
    if text.isascii() and "_" not in text:
        # A plain number needs no parser.
        with suppress(ValueError):
            return float(text)
    formula, offset = text, 0
    if "[" not in text and ";" in text:
        # Brackets replace the separators one for two, so that spans stay close.
        formula, offset = "[[" + text.replace(";", "],[") + "]]", 2
    elif "[" not in text and _has_outer_comma(text):
        formula, offset = f"[{text}]", 1
    try:
        parsed = read_program(formula)
        names = [n for n in parsed.variables() if n.casefold() not in _NOT_FINITE]
        if names:
            name, span = names[0], parsed.free[names[0]]
            hint = "a value is a number or a formula of numbers, such as pi/4"
            message = f"{name} is not a constant"
            raise BindingError(message, source=formula, span=span, hint=hint)
        program = build(parsed)
        graph = program.graph
        words = graph.variable_names()
        values = graph.forward({n: _NOT_FINITE[words[n].casefold()] for n in words})
    except GradcalcError as error:
        if not offset or error.span is None:
            raise
        start, end = (
            max(0, position - offset - 2 * formula.count("],[", 0, position))
            for position in error.span
        )
        raise error.but(source=text, span=(start, end)) from None
    leaves = (values[node] for node in flatten(program.result))
    return unflatten(program.result, leaves)


def _has_outer_comma(text: str) -> bool:
    """Whether there is a comma that no parenthesis encloses."""
    steps = ((character == "(") - (character == ")") for character in text)
    return any(
        character == "," and depth == 0
        for character, depth in zip(text, accumulate(steps), strict=True)
    )
