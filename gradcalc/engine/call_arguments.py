"""The arguments of a function that is made of a formula: which there are, in order."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from gradcalc.errors import BindingError, UsageError
from gradcalc.language.identifiers import by_normal_name
from gradcalc.language.names import ParsedProgram
from gradcalc.language.references import not_variables
from gradcalc.shapes import Structure, unflatten
from gradcalc.wording import MOST_NAMES, listing, near_miss, plural, some


def check_arguments(parsed: ParsedProgram, names: list[str]) -> None:
    """Raise BindingError unless the names are those of the formula's variables."""
    times = Counter(names)
    free = parsed.variables(times)
    # What the program carries a value for may be named.
    found = {**free, **parsed.carried(times)}
    missing = [name for name in free if name not in times]
    unknown = [name for name in times if name not in found]
    repeated = sorted(name for name in found if times[name] > 1)
    sentences = []
    if missing:
        noun = plural(missing, "variable", "variables")
        sentences.append(f"the {noun} {', '.join(missing)} must be named too")
    if unknown:
        sentences.append(not_variables(unknown))
    if repeated:
        verb = plural(repeated, "is", "are")
        sentences.append(f"{', '.join(repeated)} {verb} named twice")
    if not sentences:
        return
    hints = [
        f"did you mean {match}?"
        for name in unknown[:MOST_NAMES]
        if (match := near_miss(name, missing or list(found)))
    ]
    computed = ", ".join(name for name in unknown if name in parsed.labels)
    if computed:
        hints.append(f"the formula computes {computed} itself")
    if found:
        hints.append(f"the variables are {some(found)}")
    span = found[missing[0]] if missing else None
    raise BindingError(
        "; ".join(sentences),
        source=parsed.text if span else None,
        span=span,
        hint=hints[0] if hints else None,
    )


def in_order(
    names: Sequence[str], values: Sequence[Any], named: Mapping[str, Any]
) -> list[Any]:
    """The values of all the names, in order; some are given by name.

    None stands for what is not given. Raises UsageError unless each has one value.
    """
    if named:
        values = _by_name_too(names, values, named)
    given = [value for value in values if value is not None]
    if len(given) != len(names):
        raise UsageError(
            f"the function takes {len(names)}"
            f" {plural(names, 'argument', 'arguments')} ({', '.join(names)}),"
            f" but {len(given)} {plural(given, 'is', 'are')} given"
        )
    return given


def _by_name_too(
    names: Sequence[str], values: Sequence[Any], named: Mapping[str, Any]
) -> list[Any]:
    """The values in the order of the names; some are given by name."""
    by_place = dict(zip(names, values, strict=False))
    by_name = by_normal_name(named.items())
    known = set(names)
    if unknown := [name for name in by_name if name not in known]:
        near = near_miss(unknown[0], names)
        raise UsageError(
            f"the function has no argument {listing(unknown, 'or')}",
            hint=f"did you mean {near}?" if near else _its_arguments(names),
        )
    if twice := [name for name in by_name if by_place.get(name) is not None]:
        raise UsageError(
            f"{listing(twice)} {plural(twice, 'is', 'are')} given both by place and"
            " by name"
        )
    inside = [by_name.get(name, by_place.get(name)) for name in names]
    return [*inside, *values[len(names) :]]


def _its_arguments(names: Sequence[str]) -> str:
    if not names:
        return "it takes none"
    return f"its {plural(names, 'argument is', 'arguments are')} {some(names)}"


def gradients(
    result: Structure, variables: Sequence[Structure], rows: Sequence[Sequence[Any]]
) -> tuple[Any, ...]:
    """For each variable its gradients, one for each element of the result."""
    remaining = [iter(row) for row in rows]
    return tuple(
        [
            unflatten(result, iter([unflatten(variable, row) for row in remaining]))
            for variable in variables
        ]
    )
