"""Structures: a leaf, a list of leaves or a matrix of them, and their shapes.

A leaf is a node's number, a value, a text: whatever is no list.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from math import prod
from typing import Any

# A leaf, or a list of them, or a list of such lists (a matrix).
Structure = Any

# () for a number, (n,) for a list, (rows, columns) for a matrix.
Shape = tuple[int, ...]


def flatten(structure: Structure) -> list[Any]:
    """The leaves of a value, a list or a matrix, row by row."""
    if not isinstance(structure, list):
        return [structure]
    if structure and isinstance(structure[0], list):
        return [leaf for row in structure for leaf in row]
    return list(structure)


def all_leaves(structures: Iterable[Structure]) -> list[Any]:
    """The leaves of the structures, one after another."""
    return [leaf for structure in structures for leaf in flatten(structure)]


def leaves_of(structures: Mapping[str, Structure], names: Iterable[str]) -> list[Any]:
    """The leaves of the structures of these names, one after another."""
    return all_leaves(structures[name] for name in names)


def unflatten(structure: Structure, leaves: Iterator[Any]) -> Structure:
    """The leaves arranged like the structure."""
    if not isinstance(structure, list):
        return next(leaves)
    return [unflatten(item, leaves) for item in structure]


def arrange(leaves: Iterable[Any], shape: Shape) -> Structure:
    """The leaves, row by row, in the given shape. Of an iterator it takes its own."""
    remaining = iter(leaves)
    if not shape:
        return next(remaining)
    return [arrange(remaining, shape[1:]) for _ in range(shape[0])]


def shape_of(structure: Structure) -> Shape:
    """() for a scalar, (n,) for a list, (rows, columns) for a matrix."""
    if not isinstance(structure, list):
        return ()
    return (len(structure), *shape_of(structure[0])) if structure else (0,)


def size_of(structure: Structure) -> int:
    """The number of leaves."""
    return prod(shape_of(structure))


def element_names(name: str, shape: Shape) -> list[str]:
    """The names of a variable's elements, row by row: v[0], v[1]; m[0][0], m[0][1]."""
    names = [name]
    for size in shape:
        names = [f"{prefix}[{index}]" for prefix in names for index in range(size)]
    return names


def named_leaves(structures: Mapping[str, Structure]) -> dict[str, Any]:
    """The leaves of the structures by the names of the elements."""
    return {
        element: leaf
        for name, structure in structures.items()
        for element, leaf in zip(
            element_names(name, shape_of(structure)), flatten(structure), strict=True
        )
    }


# The indices of an element, "[1][-2]". No list has as many elements as an index of more
# digits would need.
INDICES = r"(?:\[-?[0-9]{1,18}\])*"


def indexed(structure: Any, indices: str) -> Any:
    """The part of a nested list at the indices; None if nothing is there."""
    for index in map(int, re.findall("-?[0-9]+", indices)):
        is_list = isinstance(structure, list)
        if not is_list or not -len(structure) <= index < len(structure):
            return None
        structure = structure[index]
    return structure


def index_of(position: int, shape: Shape) -> str:
    """The index of the leaf at that position, row by row: "", "[1]", "[0][1]"."""
    if len(shape) < 2:
        return f"[{position}]" if shape else ""
    row, column = divmod(position, shape[1])
    return f"[{row}][{column}]"


def described(shape: Shape) -> str:
    """The shape in words: "a number", "a list of 3", "a 4x3 matrix"."""
    if not shape:
        return "a number"
    if len(shape) == 1:
        return f"a list of {shape[0]}"
    return f"a {shape[0]}x{shape[1]} matrix"
