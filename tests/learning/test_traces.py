"""The points of a way, however long it is."""

from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcalc.learning.traces import Trace


@dataclass(frozen=True)
class Reached:
    step: int


def walked(steps, longest, stride=1, early=0):
    trace = Trace(Reached(0), longest, stride, early)
    for step in range(1, steps + 1):
        if trace.takes(step):
            trace.add(Reached(step))
    return [point.step for point in trace.ending_with(Reached(steps))]


@pytest.mark.parametrize(
    ("steps", "longest", "stride", "early", "kept"),
    [
        (5, None, 1, 0, [0, 1, 2, 3, 4, 5]),
        (5, None, 2, 0, [0, 2, 4, 5]),
        (9, 4, 1, 0, [0, 4, 8, 9]),
        (9, 4, 3, 0, [0, 3, 6, 9]),
        (13, 8, 1, 3, [0, 1, 2, 4, 6, 8, 10, 12, 13]),
        (0, 2, 1, 0, [0]),
    ],
)
def test_what_is_kept(steps, longest, stride, early, kept):
    assert walked(steps, longest, stride, early) == kept


@given(st.integers(0, 3000), st.integers(2, 50), st.integers(1, 7), st.integers(0, 20))
def test_it_stays_short_and_keeps_both_ends(steps, longest, stride, part):
    early = longest * part // 40
    kept = walked(steps, longest, stride, early)
    assert len(kept) <= longest + 1
    assert kept == sorted(set(kept))
    assert (kept[0], kept[-1]) == (0, steps)
    gaps = {b - a for a, b in pairwise(kept[:-1]) if a >= early}
    assert len(gaps) <= 1
