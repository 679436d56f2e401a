"""Why the gradient of a variable is 0: the factors and choices responsible."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradcalc.analysis.explanation import Explanation, Handed

_MOST_REASONS = 3


class Reason:
    """Why nothing arrives at a variable.

    kind    "factor" (a local derivative is 0), "unselected", "flat" (an operation that
            passes no gradient), "small" (the product is below the smallest double),
            "cancel" (what arrives adds up to 0) or "unused"
    handed  where, None for "cancel" and "unused"
    """

    __slots__ = ("handed", "kind")

    def __init__(self, kind: str, handed: "Handed | None" = None) -> None:
        self.kind = kind
        self.handed = handed


def reasons(explanation: "Explanation", variable: int) -> list[Reason]:
    """The reasons that a variable's gradient is 0; none if it is not.

    They are searched from the variable towards the output, and at most three are named.
    """
    if explanation.gradient(variable) != 0:
        return []
    if not explanation.path[variable]:
        return [Reason("unused")]
    if any(handed.product for handed in explanation.arrived.get(variable, ())):
        return [Reason("cancel")]
    found: list[Reason] = []
    pending, visited = [variable], {variable}
    while pending and len(found) < _MOST_REASONS:
        node = pending.pop()
        for user in explanation.users.get(node, ()):
            reason = _reason(explanation, user, node)
            if reason is not None:
                found.append(reason)
            elif user not in visited:
                visited.add(user)
                pending.append(user)
    # That a condition passes nothing is beside the point if there is another reason.
    telling = [reason for reason in found if reason.kind != "flat"]
    return (telling or found)[:_MOST_REASONS]


def _reason(explanation: "Explanation", user: int, node: int) -> Reason | None:
    """What keeps a user from handing anything to the node; None if it received 0."""
    if not explanation.received(user):
        return None
    (handed, *_) = [
        handed for handed in explanation.handed(user) if handed.operand == node
    ]
    if handed.product is None:
        return Reason("unselected" if handed.selects else "flat", handed)
    if handed.local == 0:
        return Reason("factor", handed)
    return Reason("small", handed) if explanation.gradient(user) else None
