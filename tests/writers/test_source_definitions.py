"""What is defined for other languages is as exact as the table's own functions."""

from functools import cache

import pytest
from mpmath import mp, mpf
from reference.accuracy import ORDERS, RANGES, assert_close, points
from reference.arithmetic import REFERENCE
from reference.exported import LANGUAGES, Case, missing, run

ALL = {
    **RANGES,
    "erf": [(-1, 1), (0, 1e-3), (0.49, 0.51), (-6, 6)],
    "erfc": [(-1, 1), (0.49, 0.51), (-6, 6), (0.5, 26)],
}


@cache
def cases():
    """A case for each function, and for each point the value that it has, and slope."""
    found = []
    for name, order in [(n, k) for n in ALL for k in ORDERS.get(n, (None,))]:
        call = f"{name}(x)" if order is None else f"{name}({order}, x)"
        before = [] if order is None else [mpf(order)]
        at = [x for low, high in ALL[name] for x in [*points(low, high)][::4]]
        value, partials = REFERENCE[name]
        with mp.workdps(70):
            wanted = [
                (value(*before, mpf(x)), partials(*before, mpf(x))[-1]) for x in at
            ]
        case = Case(call, [{"x": x} for x in at], gradient=False)
        found.append((case, wanted))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_special_functions(language, tmp_path):
    if missing(language):
        pytest.skip(str(missing(language)))
    results = run(language, [case for case, _ in cases()], tmp_path)
    for (case, wanted), rows in zip(cases(), results, strict=True):
        for point, (found,), (want, slope) in zip(
            case.points, rows, wanted, strict=True
        ):
            with mp.workdps(70):
                assert_close(found, want, lambda slope=slope: slope, point["x"])
