"""Python for people: a function of floats that needs nothing but the standard library.

What Python's math lacks, or raises for, is defined by the source of the table's own
functions, so that the values are the same to the bit.
"""

import ast
import inspect
import keyword
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib import import_module

from gradcalc.operations import OPERATIONS, Operation
from gradcalc.shapes import Structure
from gradcalc.writers.code_spelling import (
    ATOM,
    PRODUCT,
    PYTHON_WHERE,
    SIGN,
    Piece,
    Row,
    Spelling,
    arithmetic,
    called,
    in_table,
    power_or_square,
)
from gradcalc.writers.function_text import (
    NO_DERIVATIVES,
    FunctionLanguage,
    Parts,
    comment,
    derivatives_returned,
    sizes,
    wrapped,
)

RESERVED = frozenset({*keyword.kwlist, "__debug__", "float"})

# What binds names in a module, and the text of it.
_Statements = dict[str, tuple[ast.AST, str]]


def _divided(numbers: Sequence[float | None]) -> Spelling:
    # Python raises where the divisor is 0.
    safe = Spelling("{0}/{1}", PRODUCT, (PRODUCT, SIGN))
    return safe if numbers[1] else called("divide")


# The number that a condition is.
_YES = "float({0})"

_TABLE: dict[str, Row] = {
    **arithmetic(_YES, power=power_or_square("power"), where=PYTHON_WHERE),
    "/": _divided,
    "abs": called("abs"),
}


def of_table(operation: Operation) -> Spelling:
    """The call of the table's function, where it is defined."""
    evaluate = operation.evaluate
    if evaluate.__module__ == "math":
        return called(f"math.{evaluate.__name__}")
    names = vars(import_module(evaluate.__module__))
    found = (name for name, value in names.items() if value is evaluate)
    return called(next(found, operation.name))


def definitions(words: Iterable[str]) -> list[str]:
    """The statements that the words need, imports first: the source of the table's."""
    statements = _statements()
    needed: set[str] = set()
    pending = [word for word in words if word in statements]
    while pending:
        word = pending.pop()
        if word not in needed:
            needed.add(word)
            tree, _ = statements[word]
            pending += [name for name in _free(tree) if name in statements]
    found = dict.fromkeys(
        text for name, (_, text) in statements.items() if name in needed
    )
    return list(found)


def _statements() -> _Statements:
    """What binds each name in the modules in which the table's functions are."""
    functions = [row.evaluate for row in OPERATIONS.values()]
    modules = dict.fromkeys(
        ["gradcalc.ieee", *(function.__module__ for function in functions)]
    )
    found: _Statements = {"math": (ast.Pass(), "import math")}
    for name in modules:
        if name.startswith("gradcalc") and name != "gradcalc.operations":
            found.update(_of_module(name))
    return found


@cache
def _of_module(name: str) -> _Statements:
    source = inspect.getsource(import_module(name))
    return {
        bound: (statement, text)
        for statement in ast.parse(source).body
        for text in [ast.get_source_segment(source, statement) or ""]
        # What is imported from another of the modules is defined there.
        if not text.startswith("from gradcalc")
        for bound in _bound(statement)
    }


def _free(tree: ast.AST) -> set[str]:
    """The names that a statement uses and that are not its own."""
    used: set[str] = set()
    own: set[str] = set()
    for part in ast.walk(tree):
        if isinstance(part, ast.Name):
            (used if isinstance(part.ctx, ast.Load) else own).add(part.id)
        elif isinstance(part, ast.arg):
            own.add(part.arg)
    return used - own


def _bound(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement of a module binds."""
    if isinstance(statement, ast.FunctionDef):
        yield statement.name
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name for alias in statement.names)
    elif isinstance(statement, ast.Assign | ast.AnnAssign):
        for part in ast.walk(statement):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                yield part.id


def whole_number(value: float) -> str:
    """The text of a finite number: 2 for 2.0."""
    text = repr(value)
    whole = value.is_integer() and abs(value) < 1e16 and text != "-0.0"
    return text.removesuffix(".0") if whole else text


def number(value: float, module: str = "math") -> Piece:
    """The piece of a number; infinity and NaN are the module's."""
    text = whole_number(value) if math.isfinite(value) else f"{module}.{abs(value)}"
    if value == -math.inf:
        text = f"-{text}"
    return text, SIGN if text.startswith("-") else ATOM


# A number, as it is written.
_NUMBER = re.compile(r"-?(\d[\d.]*(e[-+]?\d+)?|\w+\.(inf|nan))")


def _float(text: str) -> str:
    """The text of what is returned: a whole number as a float."""
    return f"{text}.0" if text.lstrip("-").isdigit() else text


def laid_out(
    parts: Parts,
    *,
    before: Sequence[str] = (),
    above: Sequence[str] = (),
    first: Sequence[str] = (),
    said: str = "",
    array: str = "[{0}]",
    constant: str = "{0}",
) -> str:
    """The function in Python, or for a library in Python.

    `before` are lines at the top, `above` the decorators, `first` the first lines of
    the function, `said` is a sentence of its comment; `array` makes a list of elements,
    `constant` what is returned for a number {0}.
    """

    def value(texts: Structure) -> str:
        if not isinstance(texts, list):
            text = _float(texts)
            return constant.format(text) if _NUMBER.fullmatch(text) else text
        inside = list(map(value, texts))
        if not any(isinstance(each, list) for each in texts):
            # One of them that has the shape of the arguments is enough for all.
            plain = list(map(_float, texts))
            inside[1:] = plain[1:]
            inside = inside if all(map(_NUMBER.fullmatch, plain)) else plain
        return array.format(", ".join(inside))

    body = [*first, *parts.lines]
    returned = value(parts.result)
    results = ""
    if parts.gradient is not None:
        lines, texts = derivatives_returned(parts.gradient, "{0} = {1}", value)
        body += lines
        comma = "," if len(texts) == 1 else ""
        returned += f", ({', '.join(texts)}{comma})"
        why = "" if parts.gradient else f": {NO_DERIVATIVES}"
        results = f"Returns the value and ({', '.join(parts.gradient)}{comma}){why}."
    about = comment(parts, sizes(parts), said, results)
    quoted = [f'"""{about[0]}', *about[1:]]
    if len(quoted) == 1:
        quoted[0] += '"""'
    else:
        quoted.append('"""')
    function = [
        *above,
        *wrapped(f"def {parts.name}({', '.join(parts.parameters)}):"),
        *(f"    {line}" if line else "" for line in quoted),
    ]
    for line in [*body, f"return {returned}"]:
        function += wrapped(f"    {line}", "(", ")")
    return module_text(before, [*parts.definitions, "\n".join(function)])


def module_text(before: Sequence[str], statements: Iterable[str]) -> str:
    """The statements as a module; the lines `before` come after its own imports.

    A statement that is there more than once stands there once.
    """
    imports: list[str] = []
    blocks: list[str] = []
    is_short = False
    for text in dict.fromkeys(statements):
        if text.startswith(("import ", "from ")):
            imports.append(text)
            continue
        # Lines such as INF = math.inf stand together.
        if is_short and "\n" not in text:
            blocks[-1] += f"\n{text}"
        else:
            blocks.append(text)
        is_short = "\n" not in text
    head = "\n".join([*imports, *before])
    return "\n\n\n".join(filter(None, [head, *blocks]))


PYTHON = FunctionLanguage(
    spelling=in_table(_TABLE, of_table),
    number=number,
    yes=_YES,
    reserved=RESERVED,
    definitions=definitions,
    layout=laid_out,
)
