"""The scaling of inputs taken over by parameters: w*(x - m)/d + b as w'*x + b'.

It is the same model where an input stands in products with weights that stand nowhere
else, and these in sums with a bias that stands nowhere else: w' is w/d, and b' is b
less the new product at x = m. Elsewhere the scaling stays in the formula.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from gradcalc.language.names import read_program
from gradcalc.learning.model import Model
from gradcalc.learning.scaling import Scale, names_of_diff
from gradcalc.operations import MINUS, NEG, OVER, PLUS, SUM, TIMES
from gradcalc.shapes import flatten, leaves_of, unflatten

_ADDITIVE = (PLUS, MINUS, SUM, NEG)


@dataclass(frozen=True, slots=True)
class _Product:
    """The product of an input, a weight and what depends on no input, in a sum."""

    # The weight, and what it is divided by.
    weight: int
    deviation: float
    node: int
    # The other parameter of the sum that takes the rest, if there is a rest; and
    # whether it has the sign of the product, 1, or the other, -1.
    bias: int | None
    sign: int


def folded(
    model: Model, scales: Mapping[str, Scale], learned: Collection[str]
) -> tuple[dict[str, Any], list[str]]:
    """Parameters that make up for inputs that come unscaled, and these inputs' names.

    The model takes all inputs in `scales` scaled. Of its parameters the learned ones
    may change.
    """
    graph = model.program.graph
    search = _Search(model, learned)
    kept = {leaf[3] for leaf in names_of_diff(read_program(model.text).statements)}
    products, names = list[_Product](), list[str]()
    for name, scale in scales.items():
        found = None if name in kept else search.products(name, scale)
        if found is not None:
            products += found
            names.append(name)
    values = dict(model.known)
    for product in products:
        values[product.weight] /= product.deviation
    means = dict.fromkeys(leaves_of(graph.variables, model.inputs), 0.0)
    for name in names:
        nodes = flatten(graph.variables[name])
        means.update(zip(nodes, flatten(scales[name].mean), strict=True))
    # Of these values only those of products matter, which depend on one input each.
    at_means = graph.forward({**values, **means})
    for product in products:
        if product.bias is not None:
            values[product.bias] -= product.sign * at_means[product.node]
    parameters = dict(model.parameters)
    for name in learned:
        structure = graph.variables[name]
        leaves = [values[node] for node in flatten(structure)]
        parameters[name] = unflatten(structure, iter(leaves))
    return parameters, names


class _Search:
    """The look for products of inputs and weights in a model's graph."""

    def __init__(self, model: Model, learned: Collection[str]) -> None:
        self.graph = graph = model.program.graph
        outputs = flatten(model.result)
        self.uses = graph.uses(outputs)
        self.consumers: dict[int, list[int]] = {}
        for node, operands in enumerate(graph.inputs):
            if self.uses[node]:
                for operand in operands:
                    self.consumers.setdefault(operand, []).append(node)
        self.of_inputs = graph.dependents(leaves_of(graph.variables, model.inputs))
        # The numbers that are learned and stand in one place alone.
        self.free = {
            node for node in leaves_of(graph.variables, learned) if self.uses[node] == 1
        }

    def products(self, name: str, scale: Scale) -> list[_Product] | None:
        """All products of the input's elements; None if one stands elsewhere, too."""
        found = []
        parts = (self.graph.variables[name], scale.mean, scale.deviation)
        for leaf, mean, deviation in zip(*map(flatten, parts), strict=True):
            if (mean, deviation) == (0.0, 1.0):
                continue
            consumers = self.consumers.get(leaf, [])
            if len(consumers) != self.uses[leaf]:
                return None
            for consumer in consumers:
                product = self._product(leaf, consumer, mean, deviation)
                if product is None:
                    return None
                found.append(product)
        return found

    def _product(
        self, leaf: int, consumer: int, mean: float, deviation: float
    ) -> _Product | None:
        graph, weight = self.graph, None
        node, above = leaf, [consumer]
        while above:
            (consumer,) = above
            operation, operands = graph.operations[consumer], graph.inputs[consumer]
            if operation is TIMES:
                first, second = operands
                other = second if first == node else first
                if self.of_inputs[other]:
                    return None
                weight = self._weight(other) if weight is None else weight
            elif operation is OVER:
                if operands[0] != node or self.of_inputs[operands[1]]:
                    return None
            elif operation is not NEG:
                break
            node, above = consumer, self._only_consumer(consumer)
        if weight is None:
            return None
        bias, sign = self._bias(node) if mean else (None, 1)
        if mean and bias is None:
            return None
        return _Product(weight, deviation, node, bias, sign)

    def _only_consumer(self, node: int) -> list[int]:
        """The node's consumer, if it has one and is nothing else."""
        return self.consumers.get(node, []) if self.uses[node] == 1 else []

    def _weight(self, node: int) -> int | None:
        """A learned number among the factors of the node."""
        pending = [node]
        while pending:
            factor = pending.pop()
            operation, operands = (
                self.graph.operations[factor],
                self.graph.inputs[factor],
            )
            if factor in self.free:
                return factor
            if self.uses[factor] == 1 and operation in (TIMES, NEG, OVER):
                pending += operands[: 1 if operation is OVER else 2]
        return None

    def _bias(self, node: int) -> tuple[int | None, int]:
        """A learned number in the largest sum that the node is part of, and its sign.

        The sign is 1 if it is the node's own.
        """
        graph, sign = self.graph, 1
        while above := self._only_consumer(node):
            (consumer,) = above
            if graph.operations[consumer] not in _ADDITIVE:
                break
            sign *= self._signs(consumer)[graph.inputs[consumer].index(node)]
            node = consumer
        pending = [(node, sign)]
        while pending:
            part, sign = pending.pop()
            if part in self.free:
                return part, sign
            if graph.operations[part] in _ADDITIVE and (
                part == node or self.uses[part] == 1
            ):
                signs = self._signs(part)
                pending += [
                    (operand, sign * each)
                    for operand, each in zip(graph.inputs[part], signs, strict=True)
                ]
        return None, 1

    def _signs(self, node: int) -> list[int]:
        """The signs of the operands of a sum."""
        operation, count = self.graph.operations[node], len(self.graph.inputs[node])
        if operation is NEG:
            return [-1]
        return [1, -1] if operation is MINUS else [1] * count
