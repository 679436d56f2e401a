"""Where a part of a computation belongs: the side of a choice that alone needs it."""

from collections.abc import Callable, Iterable, Sequence

# A choice, and 1 or 2: its second or third operand.
Branch = tuple[int, int]


def innermost_branches(
    roots: Iterable[int],
    parts: Iterable[int],
    operands: Callable[[int], Sequence[int]],
    chooses: Callable[[int], bool],
    deepest: int,
) -> dict[int, Branch | None]:
    """For each part the side of a choice that alone needs it, the innermost.

    The parts come after all that they are operands of. Those that are roots are in no
    branch, and no branch is inside of more than `deepest` others.
    """
    places: dict[int, Branch | None] = dict.fromkeys(roots)
    depths = dict.fromkeys(places, 0)
    for part in parts:
        is_choice = depths[part] < deepest and chooses(part)
        for side, operand in enumerate(operands(part)):
            place, depth = places[part], depths[part]
            if is_choice and side:
                place, depth = (part, side), depth + 1
            if operand in places:
                # Outwards, to what both uses are in.
                other, further = places[operand], depths[operand]
                while place != other:
                    if depth >= further:
                        assert place is not None
                        place, depth = places[place[0]], depth - 1
                    else:
                        assert other is not None
                        other, further = places[other[0]], further - 1
            places[operand], depths[operand] = place, depth
    return places
