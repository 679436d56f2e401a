"""Doubles that are special to some operation, and their comparison to the bit."""

import math
import struct

SPECIAL = [
    0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, 3.0, 1e-320, -1e-9, 1e300, -1e300, 709.5,
    -745.5, math.inf, -math.inf, math.nan,
]  # fmt: skip


def bits(value):
    """What two values share if and only if they are the same; all NaN are one."""
    if value is None or value != value:
        return str(value)
    return struct.pack("d", value)


def special_points(count):
    """Points of special values, each pair of them at some distance in each order."""
    size = len(SPECIAL)
    return [
        tuple(SPECIAL[(start + step * k) % size] for k in range(count))
        for start in range(size)
        for step in range(size)
    ]
