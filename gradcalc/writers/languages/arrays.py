"""What NumPy, JAX and PyTorch spell alike: functions of numbers or of whole arrays.

Both sides of a `where` are computed, and what is not selected is never used.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from gradcalc.operations import Operation
from gradcalc.shapes import element_names
from gradcalc.writers.code_spelling import (
    ATOM,
    CONDITIONAL,
    POWER,
    SIGN,
    Row,
    Spelling,
    arithmetic,
    called,
)
from gradcalc.writers.function_text import FunctionLanguage, Parts
from gradcalc.writers.languages.python import (
    RESERVED,
    definitions,
    laid_out,
    number,
    of_table,
)
from gradcalc.writers.source_definitions import SourceDefinitions

# What makes an array of elements, and arrays of one shape of the arguments.
_STACKED, _ARRAYS = "stacked", "arrays"

# What NumPy has, by the table's names, and what it calls otherwise.
_SAME = """
    abs sign floor ceil exp expm1 log log2 log10 log1p sqrt cbrt sin cos tan sinh cosh
    tanh mod
"""
NUMPY_NAMES = {
    **{name: name for name in _SAME.split()},
    "round": "rint",
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "atan2": "arctan2",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
}


def array_table(module: str, yes: str) -> dict[str, Row]:
    """The spellings for a module with NumPy's names.

    `yes` is the number that a condition {0} is.
    """

    def power(numbers: Sequence[float | None]) -> Spelling:
        exponent = numbers[1]
        if exponent == 2:
            # Exact in every library.
            return Spelling(f"{module}.square({{0}})", ATOM, (CONDITIONAL, CONDITIONAL))
        if exponent is None or exponent == 0.5:
            return called("power")
        return Spelling("{0}**{1}", POWER, (ATOM, SIGN))

    def pair(of_two: str, name: str) -> Row:
        two, more = called(f"{module}.{of_two}"), called(name)
        return lambda numbers: two if len(numbers) == 2 else more

    where = Spelling(
        f"{module}.where({{0}}, {{1}}, {{2}})",
        ATOM,
        (CONDITIONAL, CONDITIONAL, CONDITIONAL),
        truths=(0,),
    )
    return {
        **arithmetic(yes, power=power, where=where),
        "prod": called("product"),
        "max": pair("maximum", "largest"),
        "min": pair("minimum", "smallest"),
        "hypot": pair("hypot", "length"),
        "logaddexp": called("logsumexp"),
        **{name: called(f"{module}.{other}") for name, other in NUMPY_NAMES.items()},
    }


class ArrayDefinitions:
    """What a module lacks, from files, and from the table what is in none.

    The table's functions are of numbers: `each` calls them for one after another.
    """

    def __init__(self, module: str, *files: str) -> None:
        self._of_arrays = SourceDefinitions(*files, replaced={"xp": module})

    def called(self, operation: Operation) -> Spelling:
        """The call of an operation that the module has not."""
        if operation.name in self._of_arrays.found:
            return called(operation.name)
        (name,) = of_table(operation).words
        return Spelling(f"each({name}, {{operands}})")

    def __call__(self, words: Iterable[str]) -> list[str]:
        """The definitions that the words need, those first that others need."""
        words = set(words)
        own = words & self._of_arrays.found.keys()
        return [*definitions(words - own), *self._of_arrays(own)]


def array_language(
    module: str,
    spelling: Callable[[Operation, Sequence[float | None]], Spelling],
    defined: ArrayDefinitions,
    *,
    before: Sequence[str],
    above: Sequence[str] = (),
    argument: str,
    yes: str,
) -> FunctionLanguage:
    """The language of a module.

    `before` are the lines at the top, `above` the decorators; `argument` makes an array
    of doubles of the number or array {0}, `yes` a number of a condition.
    """

    def layout(parts: Parts) -> str:
        single = [name for name, shape in parts.parameters.items() if not shape]
        lists = [name for name, shape in parts.parameters.items() if shape]
        first = [f"{name} = {argument.format(name)}" for name in [*single, *lists]]
        definitions = list(parts.definitions)
        if single[1:]:
            # Of one shape, which is that of all results.
            names = ", ".join(single)
            first[: len(single)] = [f"{names} = {_ARRAYS}({names})"]
            definitions = [*defined([_ARRAYS]), *definitions]
        elements = [
            element
            for name, shape in parts.parameters.items()
            if shape
            for element in element_names(name, shape)[:1]
        ]
        like = next(iter([*single, *elements]), None)
        said = "Takes numbers or arrays, which broadcast"
        said += ", of lists along the first axis" if lists else ""
        return laid_out(
            replace(parts, definitions=definitions),
            before=before,
            above=above,
            first=first,
            said=f"{said}." if like else "",
            array=f"{_STACKED}({{0}})",
            constant=f"{module}.full_like({like}, {{0}})" if like else "{0}",
        )

    return FunctionLanguage(
        spelling=spelling,
        number=partial(number, module=module),
        nonzero="{0} != 0",
        both="(({0}) & ({1}))",
        either="(({0}) | ({1}))",
        yes=yes,
        neither="~({0})",
        choice=None,
        reserved=RESERVED | {module, _ARRAYS},
        definitions=defined,
        layout=layout,
        array=_STACKED,
    )
