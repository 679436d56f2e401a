"""PyTorch: a function of numbers or tensors of doubles."""

from collections.abc import Sequence

from gradcalc.operations import Operation
from gradcalc.writers.code_spelling import (
    ATOM,
    CONDITIONAL,
    Row,
    Spelling,
    called,
    in_table,
)
from gradcalc.writers.languages.arrays import (
    ArrayDefinitions,
    array_language,
    array_table,
)

_YES = "({0}).double()"


def _where(numbers: Sequence[float | None]) -> Spelling:
    # Of two numbers PyTorch would make one of 32 bits.
    only_numbers = None not in numbers[1:]
    text = (
        "torch.where({0}, tensor({1}), {2})"
        if only_numbers
        else "torch.where({0}, {1}, {2})"
    )
    return Spelling(text, ATOM, (CONDITIONAL, CONDITIONAL, CONDITIONAL), truths=(0,))


_TABLE: dict[str, Row] = {
    **array_table("torch", _YES),
    "where": _where,
    "mod": called("torch.remainder"),
    "round": called("torch.round"),
    "sign": called("sign"),
    "cbrt": called("cbrt"),
    "erf": called("torch.special.erf"),
    "erfc": called("torch.special.erfc"),
}
_DEFINED = ArrayDefinitions("torch", "arrays.txt", "tensors.txt")
_in_table = in_table(_TABLE, _DEFINED.called)


def _spelling(operation: Operation, numbers: Sequence[float | None]) -> Spelling:
    found = _in_table(operation, numbers)
    is_each = found.template.startswith("each(")
    if not found.takes_all or is_each or not any(n is not None for n in numbers):
        return found
    # A call takes no number beside tensors.
    operands = [
        f"{{{place}}}" if number is None else f"tensor({{{place}}})"
        for place, number in enumerate(numbers)
    ]
    text = found.template.format(operands=", ".join(operands))
    return Spelling(text, ATOM, (CONDITIONAL,) * len(numbers))


TORCH = array_language(
    "torch",
    _spelling,
    _DEFINED,
    before=["import torch"],
    yes=_YES,
    argument="torch.as_tensor({0}, dtype=torch.float64)",
)
