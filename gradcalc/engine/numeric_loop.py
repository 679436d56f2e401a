"""The backward pass over numbers, written out as one loop for the operations at hand.

`gradcalc.backward` calls a function for each node, which takes two thirds of
its time. Here the rules of the table, turned into Python, stand inside the loop. The
order of nodes and operands, and so every rounding, is that of `backward`.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from gradcalc.engine.pullbacks import handed_back, pullback
from gradcalc.graph import Graph
from gradcalc.language.rules import rule_of
from gradcalc.operations import LITERAL, VARIABLE, Operation

Loop = Callable[..., None]

# Operations beyond the commonest ones are left to their pullbacks.
_MOST_BRANCHES = 12
_SAMPLE = 1000


def loop_gradients(
    graph: Graph, values: Sequence[float], output: int, active: Sequence[int]
) -> list[float | None]:
    """The gradient of the output with respect to every node up to it."""
    gradients: list[float | None] = [None] * (output + 1)
    gradients[output] = 1.0
    if active[output]:
        loop = _loop(commonest(graph.operations))
        loop(
            output,
            graph.operations[output::-1],
            graph.inputs[output::-1],
            values,
            active,
            gradients,
        )
    return gradients


def commonest(operations: Sequence[Operation]) -> tuple[Operation, ...]:
    """The operations, most of them first as far as a sample shows; the rarest left out.

    A single sum may have a million operands, so that even one counts.
    """
    counts = Counter(dict.fromkeys(set(operations) - {LITERAL, VARIABLE}, 0))
    step = len(operations) // _SAMPLE + 1
    # An odd step, so that the sample does not fall in step with a binary tree.
    for operation in operations[:: step | 1]:
        if operation in counts:
            counts[operation] += 1
    ranked = sorted(counts, key=lambda row: (-row.lists, -counts[row], row.name))
    return tuple(sorted(ranked[:_MOST_BRANCHES], key=lambda row: -counts[row]))


@lru_cache(maxsize=64)
def _loop(operations: tuple[Operation, ...]) -> Loop:
    """The loop, with a branch for each of the operations and one for all others."""
    namespace: dict[str, Any] = {
        "LITERAL": LITERAL,
        "VARIABLE": VARIABLE,
        "pullback": pullback,
    }
    lines = [
        "def loop(node, operations, inputs, values, active, gradients):",
        "    node += 1",
        "    for operation, operands in zip(operations, inputs):",
        "        node -= 1",
        "        if operation is VARIABLE or operation is LITERAL: continue",
        "        gradient = gradients[node]",
        "        if gradient is None: continue",
        *_indented(_branches(operations, namespace)),
    ]
    exec("\n".join(lines), namespace)
    loop: Loop = namespace["loop"]
    return loop


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"        {line}" for line in lines]


def _branches(
    operations: Iterable[Operation], namespace: dict[str, Any]
) -> Iterable[str]:
    word = "if"
    for number, operation in enumerate(operations):
        branch = _branch(operation, f"o{number}_", namespace)
        if branch:
            namespace[f"o{number}"] = operation
            yield f"{word} operation is o{number}:"
            yield from [f"    {line}" for line in branch]
            word = "elif"
    other = [
        "mask = tuple([active[a] for a in operands])",
        "factors = pullback(operation, mask)(",
        "    gradient, values[node], *[values[a] for a in operands])",
        "for a, handed in zip(operands, factors):",
        "    if handed is not None:",
        *_added("a", "handed", "        "),
    ]
    yield from ["if True:"] if word == "if" else ["else:"]
    yield from [f"    {line}" for line in other]


def _added(operand: str, text: str, indent: str = "    ") -> list[str]:
    """The lines that add what is handed back to the operand's gradient."""
    return [
        f"{indent}total = gradients[{operand}]",
        f"{indent}gradients[{operand}] = {text} if total is None else total + {text}",
    ]


def _branch(operation: Operation, prefix: str, namespace: dict[str, Any]) -> list[str]:
    """The lines that hand the gradient back; none if the pullback is to do it."""
    if operation.lists:
        rule = rule_of(operation, 2 * len(operation.parameters))
        passed = {
            None if p is None else rule.graph.literals.get(p) for p in rule.partials
        }
        if passed == {1.0} and rule.domain is None and not any(rule.selected):
            return [
                "for a in operands:",
                "    if active[a]:",
                *_added("a", "gradient", "        "),
            ]
        return []
    count = len(operation.parameters)
    rule = rule_of(operation, count)
    names = [f"x{position}" for position in range(count)]
    code, handed = handed_back(rule, [1] * count, [*names, "out"], prefix)
    namespace.update(code.namespace)
    operands = [f"a{position}" for position in range(count)]
    lines = [*code.lines]
    for operand, text in zip(operands, handed, strict=True):
        if text == "None":
            continue
        lines.append(f"if active[{operand}]:")
        if text == "gradient":
            lines += _added(operand, "gradient")
            continue
        lines.append(f"    handed = {text}")
        if "None" in text:
            lines.append("    if handed is not None:")
            lines += _added(operand, "handed", "        ")
        else:
            lines += _added(operand, "handed")
    body = "\n".join(lines)
    reads = []
    for name, place in zip([*names, "out"], [*operands, "node"], strict=True):
        body, read = _read(body, name, f"values[{place}]")
        reads += read
    return [
        f"{''.join([f'{a}, ' for a in operands])} = operands",
        *reads,
        *body.split("\n"),
    ]


def _read(body: str, name: str, value: str) -> tuple[str, list[str]]:
    """The body with the value read where it is needed, or before it if more often."""
    uses = len(re.findall(rf"\b{name}\b", body))
    if uses == 1:
        return re.sub(rf"\b{name}\b", value, body), []
    return body, [f"{name} = {value}"] if uses else []
