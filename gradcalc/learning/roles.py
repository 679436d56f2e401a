"""The roles of a formula's names: inputs, and parameters with what they start from."""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gradcalc.errors import BindingError, FormulaNameError, Span, UsageError
from gradcalc.language.names import read_program
from gradcalc.language.program import carried_values
from gradcalc.shapes import Shape, arrange, described, flatten, shape_of
from gradcalc.wording import meant_for, plural, some


@dataclass(frozen=True)
class ParameterOptions:
    """What is asked of some parameters, by name."""

    # The values that they start from.
    started: Mapping[str, Any] = field(default_factory=dict)
    # Values to start from that may hold other names as well.
    defaults: Mapping[str, Any] = field(default_factory=dict)
    # The values that they are held at.
    fixed: Mapping[str, Any] = field(default_factory=dict)
    shapes: Mapping[str, Shape] = field(default_factory=dict)


@dataclass(frozen=True)
class Roles:
    """The variables of a formula, told apart."""

    # The shape of each that is a column of the data, in order of first use.
    inputs: dict[str, Shape]
    # The shape of each of the others.
    parameters: dict[str, Shape]
    # The values that some parameters start from.
    started: dict[str, Any]
    # The values of those that are held.
    fixed: dict[str, Any]
    # Those of them that are held at the value that the formula carries, and the inputs
    # that it carries a value for.
    carried: list[str]
    replaced: list[str]

    @property
    def learned(self) -> list[str]:
        """The names of the parameters that are not held."""
        return [name for name in self.parameters if name not in self.fixed]

    @property
    def shapes(self) -> dict[str, Shape]:
        """The shape of every variable."""
        return {**self.inputs, **self.parameters}


def assign_roles(
    formula: str,
    columns: Mapping[str, Shape],
    target: Sequence[str],
    asked: ParameterOptions,
    *,
    may_be_constant: bool = False,
) -> Roles:
    """The roles of the formula's variables: what is a column is an input.

    A parameter is held at the value that the formula carries for it, unless it is asked
    to start somewhere or to have a shape. There may be no input if `may_be_constant`,
    where one name is learned that is not likely to be meant for a column.

    Raises GradcalcError if the formula uses its target or has nothing to learn, and for
    options about names that are no parameters.
    """
    started, fixed = asked.started, asked.fixed
    given = {**started, **fixed, **asked.shapes}
    parsed = read_program(formula)
    others = {*columns, *given, *asked.defaults}
    carried = carried_values(parsed, others)
    names = {**parsed.variables(others), **parsed.carried(others)}
    used = [name for name in target if name in names]
    if used:
        raise FormulaNameError(
            f"the formula uses {', '.join(used)}, which it is to predict",
            source=formula,
            span=names[used[0]],
        )
    held = {name: value for name, value in carried.items() if name not in others}
    fixed = {**held, **fixed}
    known = {**asked.defaults, **started, **fixed}
    parameters = {
        name: asked.shapes.get(name, shape_of(known.get(name)))
        for name in names
        if name not in columns
    }
    _check_given(given, names, columns, parameters, parsed.labels)
    both = [name for name in started if name in fixed]
    if both:
        raise UsageError(
            f"{', '.join(both)} {plural(both, 'is', 'are')} both started and fixed",
            hint="a value that is held is given once, as fixed",
            shell_hint="--fix alone gives the value",
        )
    if len(fixed) == len(parameters):
        hint = None if fixed else "a name that is no column is a parameter"
        shell_hint = None
        for name in held:
            hint = f"a start for {name} makes it a parameter"
            shell_hint = f"--{name}=... makes {name} a parameter that starts there"
        raise UsageError(
            "there is nothing to learn: "
            + ("all parameters are fixed" if fixed else "every name is a column"),
            source=formula,
            span=(0, len(formula)),
            hint=hint,
            shell_hint=shell_hint,
        )
    if len(parameters) == len(names):
        learned = [name for name in parameters if name not in fixed]
        misspelt = meant_for(learned, [c for c in columns if c not in target])
        is_meant = not misspelt or learned[0] in given
        if not (may_be_constant and len(learned) == 1 and is_meant):
            raise _no_input(formula, names, columns, target)
    starts = {
        name: value
        for name, value in known.items()
        if name in parameters and name not in fixed
    }
    for name, value in starts.items():
        if not all(map(math.isfinite, flatten(value))):
            raise BindingError(
                f"{name} starts at a number that is not finite, and would stay there",
                hint="a fixed parameter may have any value",
                shell_hint=f"--fix {name}=... holds a parameter at any value",
            )
    return Roles(
        inputs={name: columns[name] for name in names if name in columns},
        parameters=parameters,
        started=starts,
        fixed=fixed,
        carried=list(held),
        replaced=[name for name in carried if name in columns],
    )


def _no_input(
    formula: str,
    names: Mapping[str, Span],
    columns: Mapping[str, Shape],
    target: Sequence[str],
) -> FormulaNameError:
    """The error for a formula with no column among its names."""
    others = [column for column in columns if column not in target]
    # An element of a list is used through the list.
    unusable = [
        column for column in others if not column.partition("[")[0].isidentifier()
    ]
    return FormulaNameError(
        f"no column of the data is in the formula: its names are {some(names)},"
        f" the columns {some(columns)}",
        source=formula,
        span=(0, len(formula)),
        hint=", ".join(meant_for(names, others)[:4])
        or (
            f"a formula cannot hold the name {unusable[0]!r}: rename the column"
            if unusable
            else "a name that is a column is an input, the others are learned"
        ),
    )


def _check_given(
    given: Collection[str],
    names: Mapping[str, Span],
    columns: Mapping[str, Shape],
    parameters: Mapping[str, Shape],
    labels: Collection[str],
) -> None:
    """Raise BindingError unless all that is given is about parameters."""
    inputs = [name for name in given if name in columns and name in names]
    if inputs:
        raise BindingError(
            f"{', '.join(inputs)} {plural(inputs, 'is a column', 'are columns')} of the"
            f" data, so {plural(inputs, 'its values come', 'their values come')} from"
            " there"
        )
    unknown = [name for name in given if name not in parameters]
    if unknown:
        verb = plural(unknown, "is not a parameter", "are not parameters")
        known = f"its parameters are {', '.join(parameters)}"
        computed = ", ".join(name for name in unknown if name in labels)
        raise BindingError(
            f"{', '.join(unknown)} {verb} of the formula",
            hint=", ".join(meant_for(unknown, parameters))
            or (f"the formula computes {computed} itself" if computed else None)
            or (known if parameters else "it has none"),
            names=list(parameters),
            unused=unknown,
        )


def initial_values(
    shapes: Mapping[str, Shape],
    given: Mapping[str, Any],
    random: Callable[[], float],
) -> dict[str, Any]:
    """The value that each parameter starts from, shaped as `shapes` says.

    A number that is not given is uniform in (-1, 1). An element of a list or matrix is
    uniform with the variance 1/n, where n is its fan-in: the length of the list, or of
    the matrix's rows (LeCun et al., Efficient BackProp, 1998, section 4.6); that is in
    (-1, 1)*sqrt(3/n). A number given for a list stands for each of its elements.

    `random` gives numbers uniform in [0, 1); it is called for every element, given or
    not, in the order of the names, so that neither giving one parameter nor writing the
    formula another way round changes where the others start.

    Raises BindingError if a given value has another shape.
    """
    values = {}
    for name, shape in sorted(shapes.items()):
        count = math.prod(shape)
        bound = math.sqrt(3 / shape[-1]) if shape else 1.0
        drawn = [bound * (2 * random() - 1) for _ in range(count)]
        value = given.get(name)
        found = shape_of(value)
        if found not in ((), shape):
            raise BindingError(
                f"{name} starts as {described(found)}, but its shape is"
                f" {described(shape)}"
            )
        if not found:
            value = arrange(drawn if name not in given else [value] * count, shape)
        values[name] = value
    return {name: values[name] for name in shapes}
