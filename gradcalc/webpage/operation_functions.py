"""The operations as JavaScript functions, from the writer's table and definitions."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from gradcalc.operations import OPERATIONS, Operation
from gradcalc.writers.code_spelling import words_of
from gradcalc.writers.languages.javascript import JAVASCRIPT
from gradcalc.writers.source_definitions import SourceDefinitions


def operation_functions(names: Iterable[str]) -> str:
    """The statement of the constant OPERATIONS: by its name each operation's function.

    Those of lists take a list. What the functions need is out of sight of the scripts
    that stand beside it; they call functions of Math that are more exact than a
    browser's.
    """
    functions = {name: _function(OPERATIONS[name]) for name in sorted(set(names))}
    rows = [f"{json.dumps(name)}: {text}," for name, text in functions.items()]
    needed = words_of("\n".join(functions.values()))
    definitions = list(JAVASCRIPT.definitions(needed))
    called = set(re.findall(r"\bMath\.(\w+)", "\n".join([*rows, *definitions])))
    exact = sorted(called & _EXACT.found.keys())
    return "\n".join(
        [
            "const EXACT_MATH = (() => {",
            *_indented(*_EXACT(exact)),
            f"  return Object.assign(Object.create(Math), {{ {', '.join(exact)} }});",
            "})();",
            "",
            "const OPERATIONS = (() => {",
            "  const Math = EXACT_MATH;",
            "",
            *_indented(*definitions),
            "  return {",
            *(f"    {row}" for row in rows),
            "  };",
            "})();",
            "",
        ]
    )


# The functions of Math that have a more exact one.
_EXACT = SourceDefinitions(str(Path(__file__).parent / "assets" / "exact_math.js"))


def _indented(*definitions: str) -> Iterator[str]:
    for text in definitions:
        yield from (f"  {line}".rstrip() for line in text.splitlines())
        yield ""


def _function(operation: Operation) -> str:
    """The operation as an expression: `Math.tanh`, `(a, b) => a + b`."""
    names = list(operation.parameters)
    spelling = JAVASCRIPT.spelling(operation, [None] * len(names))
    if operation.lists:
        # All operands are one list, also those of two lists.
        parameters = "(v)"
        text = spelling.template.replace("[{operands}]", "v").format(operands="...v")
    else:
        parameters = f"({', '.join(names)})"
        conditions = [
            JAVASCRIPT.nonzero.format(name) if place in spelling.truths else name
            for place, name in enumerate(names)
        ]
        text = spelling.template.format(*conditions, operands=", ".join(names))
    name, is_call, _ = text.partition(parameters)
    if is_call and re.fullmatch(r"[\w.]+", name):
        return name
    return f"{parameters} => {text}"
