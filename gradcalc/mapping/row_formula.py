"""A formula over rows: which of its names are columns, and what every row gets.

It knows nothing of where the rows come from: an engine asks it for the columns that it
takes, the graph that it is, and the names of what it adds.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from gradcalc.data.additions import Addition, Additions
from gradcalc.engine.compiled import compile_forward, compile_gradient
from gradcalc.engine.evaluation import evaluate_bound
from gradcalc.errors import BindingError, GradcalcError, UsageError
from gradcalc.language.bindings import BoundProgram, bind
from gradcalc.language.names import read_program
from gradcalc.language.references import wanted_nodes
from gradcalc.shapes import (
    Shape,
    Structure,
    all_leaves,
    arrange,
    element_names,
    flatten,
    index_of,
    leaves_of,
    shape_of,
)
from gradcalc.wording import listing, meant_for, near_miss, plural, some

if TYPE_CHECKING:
    from gradcalc.engine.vectorized import Kernel

# The numbers of a row's columns, and the values of what it gets.
RowFunction = Callable[[Sequence[float]], Sequence[float]]

_VALUE, _GRADIENT = "value", "gradient"


@dataclass(frozen=True)
class Asked:
    """What is asked of a formula over rows."""

    # The values given for names that are no columns, and values that may hold other
    # names as well, which columns win over.
    constants: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    # A label to take for the result.
    output: str | None = None
    # What to differentiate by; None for the columns, of a total for all others.
    wrt: Sequence[str] | None = None
    # The columns to write, in order: of the data, and new ones. None for all.
    only: Sequence[str] | None = None
    # What errors call this.
    only_option: str = "only"
    # What the names of new columns begin with.
    prefix: str = ""
    # Whether one row for all rows is asked for.
    total: bool = False


@dataclass(frozen=True)
class RowFormula:
    """A formula with its columns, ready for an engine."""

    # The formula with its constants bound, and with zeros for the columns.
    bound: BoundProgram
    # The columns that it uses, by name; of a list its elements, in order.
    columns: dict[str, Shape]
    # Those that have a value elsewhere, too, which does not count.
    replaced: list[str]
    # What it is differentiated by: a node, or a list of nodes, by name.
    wanted: dict[str, Structure]
    # What every row gets, and for each cell of it the numbers of the result's element
    # and of the leaf that this is differentiated by, or None for the value itself.
    additions: Additions
    cells: list[tuple[int, int | None]]
    # The columns to write: of the data, and of the additions. None for all.
    only: list[str] | None

    @property
    def outputs(self) -> list[int]:
        """The nodes of the result, row by row."""
        return flatten(self.bound.output)

    @property
    def arguments(self) -> list[int]:
        """The nodes of the columns, in the order in which a row has their numbers."""
        return leaves_of(self.bound.program.graph.variables, self.columns)

    @property
    def leaves(self) -> list[int]:
        """The nodes that it is differentiated by."""
        return all_leaves(self.wanted.values())

    @property
    def known(self) -> dict[int, float]:
        """The values of the variable nodes that are no columns'."""
        arguments = set(self.arguments)
        given = self.bound.given
        return {node: value for node, value in given.items() if node not in arguments}

    @property
    def has_gradients(self) -> bool:
        """Whether what a row gets is not the value alone."""
        return any(leaf is not None for _, leaf in self.cells)

    @property
    def picked(self) -> list[int]:
        """The place of each cell among all values, and then the gradients of each."""
        outputs, leaves = len(self.outputs), len(self.leaves)
        return [
            output if leaf is None else outputs + output * leaves + leaf
            for output, leaf in self.cells
        ]

    def kernel(self) -> "Kernel":
        """The vector kernel, of the values alone if there are no gradients."""
        from gradcalc.engine.vectorized import Kernel

        return Kernel(
            self.bound.program.graph,
            self.outputs,
            self.arguments,
            self.leaves if self.has_gradients else [],
            self.known,
        )

    def function(self) -> RowFunction:
        """The compiled function of a row's numbers: the values of what it gets."""
        graph, picked = self.bound.program.graph, self.picked
        outputs, arguments, leaves = self.outputs, self.arguments, self.leaves
        if not self.has_gradients:
            forward = compile_forward(graph, outputs, arguments, self.known)
            pick = _picker(picked, len(outputs))
            return lambda numbers: pick(forward(*numbers))
        gradient = compile_gradient(graph, outputs, arguments, leaves, self.known)
        pick = _picker(picked, len(outputs) * (1 + len(leaves)))
        if len(outputs) == 1:

            def for_number(numbers: Sequence[float]) -> Sequence[float]:
                values, rows = gradient(*numbers)
                return pick(values + rows[0])

            return for_number

        def for_list(numbers: Sequence[float]) -> Sequence[float]:
            values, rows = gradient(*numbers)
            return pick([*values, *(number for row in rows for number in row)])

        return for_list

    def reason(self, numbers: Sequence[float]) -> str | None:
        """Why what a row of these numbers gets is not finite, as a sentence."""
        given = {**self.known, **dict(zip(self.arguments, numbers, strict=True))}
        leaves = iter(numbers)
        values = {name: arrange(leaves, shape) for name, shape in self.columns.items()}
        here = replace(
            self.bound, given=given, variables={**self.bound.variables, **values}
        )
        notes = evaluate_bound(here, list(self.wanted)).notes
        said = (note.sentence for note in notes if note.kind == "nonfinite")
        return next(said, None)


def _picker(
    places: Sequence[int], count: int
) -> Callable[[Sequence[float]], Sequence[float]]:
    """A function from so many numbers to those at the places."""
    if list(places) == list(range(count)):
        return lambda numbers: numbers
    if len(places) == 1:
        (place,) = places
        return lambda numbers: (numbers[place],)
    return itemgetter(*places) if places else lambda _numbers: ()


def row_formula(
    text: str, columns: Mapping[str, Shape], where: str, asked: Asked
) -> RowFormula:
    """The formula over rows that have these columns; `where` is what errors call them.

    Raises GradcalcError for what is wrong with the text or with what is asked.
    """
    parsed = read_program(text)
    names = {**asked.defaults, **asked.constants, **columns}
    used = {**parsed.variables(names), **parsed.carried(names)}
    own = {name: columns[name] for name in used if name in columns}
    _check_given(own, where, asked.constants)
    if not own and columns:
        raise _no_column(text, list(used), columns, where)
    zeros = {name: arrange(repeat(0.0), shape) for name, shape in own.items()}
    try:
        bound = bind(
            text,
            asked.constants,
            defaults={**asked.defaults, **zeros},
            output=asked.output,
            wrt=asked.wrt,
        )
    except BindingError as error:
        if not error.missing or error.unused:
            raise
        raise _neither(error, columns, where) from None
    if indices := [name for name in own if name in bound.program.indices]:
        raise BindingError(
            f"{indices[0]} is an index in the formula, and cannot be a column",
            hint="an index is one whole number for all rows",
        )
    variables = bound.program.graph.variables
    # In the order in which the formula uses them.
    own = {name: own[name] for name in variables if name in own}
    wanted = asked.wrt
    if wanted is None:
        wanted = [name for name in variables if (name in own) != asked.total]
    nodes = wanted_nodes(bound.program, wanted)
    new = _new_columns(shape_of(bound.output), nodes, asked.prefix)
    only = None
    if asked.only is not None:
        # A total has none of the rows' own columns.
        own_columns = {} if asked.total else columns
        only = _chosen(asked, new, own_columns, where)
    added = [new[name] for name in only or new if name in new]
    additions = Additions(
        [each.addition for each in added],
        "give the new columns other names with a prefix, such as prefix='f_'",
        "give the new columns other names with --prefix, such as --prefix f_",
    )
    for name, count in Counter(additions.columns).items():
        if count > 1:
            raise UsageError(
                f"there would be {count} columns called {name}",
                hint="name a list or an element of it, not both",
            )
    return RowFormula(
        bound,
        own,
        [name for name in own if name in asked.defaults or name in parsed.constant],
        nodes,
        additions,
        [cell for each in added for cell in each.cells],
        only,
    )


@dataclass(frozen=True)
class _NewColumn:
    """What a row may get under one name."""

    addition: Addition
    # As `RowFormula.cells`.
    cells: list[tuple[int, int | None]]
    # What it is called together with those of the result's other elements: d_x.
    group: str


def _new_columns(
    result: Shape, wanted: Mapping[str, Structure], prefix: str
) -> dict[str, _NewColumn]:
    """Each column that a row may get, by name."""
    # Of a list result the elements are told apart by their numbers: value_0, d_x_0.
    endings = [
        index_of(place, result).replace("][", "_").replace("[", "_").rstrip("]")
        for place in range(len(element_names("", result)))
    ]
    found: dict[str, _NewColumn] = {}
    for place, ending in enumerate(endings):
        name = f"{prefix}{_VALUE}{ending}"
        found[name] = _NewColumn(Addition(name, name), [(place, None)], _VALUE)
    start = 0
    for variable, structure in wanted.items():
        shape = shape_of(structure)
        leaves = range(start, start + len(flatten(structure)))
        start = leaves.stop
        for place, ending in enumerate(endings):
            group = f"d_{variable}"
            name = f"{prefix}{group}{ending}"
            addition = Addition(name, arrange(element_names(name, shape), shape))
            cells: list[tuple[int, int | None]] = [(place, leaf) for leaf in leaves]
            found[name] = _NewColumn(addition, cells, group)
    return found


def _chosen(
    asked: Asked,
    new: Mapping[str, _NewColumn],
    columns: Mapping[str, Shape],
    where: str,
) -> list[str]:
    """The names of the columns to write. Raises UsageError for one that is not there.

    A new column may be named without its prefix; `value` and `d_x`, which is also
    `gradient.x`, stand for all elements of a list result, `gradient` for every `d_`.
    """
    found: dict[str, None] = {}
    own = {e for name, shape in columns.items() for e in element_names(name, shape)}
    for name in asked.only or ():
        group = name.replace(f"{_GRADIENT}.", "d_", 1)
        meant = [
            [each for each in new if each == name],
            [name] if name in columns or name in own else [],
            [each for each in new if each == asked.prefix + name],
            [each for each, column in new.items() if column.group == group],
            [each for each, column in new.items() if column.group != _VALUE]
            if name == _GRADIENT
            else [],
        ]
        names = next(filter(None, meant), None)
        if names is None:
            near = near_miss(name, [*new, *columns])
            there = f"; {where} has {some(columns)}" if columns else ""
            raise UsageError(
                f"{asked.only_option}: there is no column {name}",
                hint=f"did you mean {near}?" if near else f"new are {some(new)}{there}",
            )
        found.update(dict.fromkeys(names))
    return list(found)


def _check_given(
    own: Mapping[str, Shape], where: str, constants: Mapping[str, Any]
) -> None:
    """Raise BindingError for a constant whose name is a column of the formula."""
    if both := [name for name in constants if name in own]:
        its, values, one = (
            ("its", "values come", "a column")
            if len(both) == 1
            else ("their", "values come", "columns")
        )
        raise BindingError(
            f"{listing(both)} {plural(both, 'is', 'are')} {one} of {where}, so {its}"
            f" {values} from there",
            hint=f"leave {both[0]} out of the constants, or give the column another"
            " name:"
            f" rename={{'{both[0]}': '{both[0]}_column'}}",
            shell_hint=f"leave out --{both[0]}, or give the column another name:"
            f" --rename {both[0]}={both[0]}_column",
        )


def _no_column(
    text: str, names: Sequence[str], columns: Mapping[str, Shape], where: str
) -> BindingError:
    """The error for a formula that uses no column."""
    has = f"{where} has {some(columns)}"
    hints = [f"did you mean {near}?" for n in names if (near := near_miss(n, columns))]
    return BindingError(
        f"no column is in the formula: {has}",
        source=text,
        span=(0, len(text)),
        hint=hints[0] if hints else f"its names are {some(names)}" if names else None,
    )


def _neither(
    error: BindingError, columns: Mapping[str, Shape], where: str
) -> GradcalcError:
    """The error for names that are no columns and have no value."""
    names = error.missing
    constants = ", ".join(f"'{name}': ..." for name in names[:4])
    given = " ".join(f"--{name}=..." for name in names[:4])
    near = meant_for(names, columns)
    has = f"the columns of {where} are {some(columns)}"
    meant = f"{', '.join(near)}; {has}" if near else None
    return error.but(
        message=f"{listing(names)} {plural(names, 'is', 'are')} in the formula, but"
        f" {plural(names, 'is no column', 'are no columns')} of {where} and"
        f" {plural(names, 'has', 'have')} no value",
        hint=meant or f"{has}; or give the constants {{{constants}}}",
        shell_hint=meant or f"{has}; or give {given}",
    )
