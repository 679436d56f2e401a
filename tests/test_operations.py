"""The table of operations against 50-digit arithmetic and against differences.

The tolerances are derived: 4 units in the last place, times the condition number where
the derivative depends on its operands more strongly than one to one.
"""

import math
from decimal import localcontext

import pytest
from mpmath import mp, mpf
from reference.arithmetic import DIGITS, REFERENCE

from gradcalc.engine.decimal_arithmetic import arithmetic
from gradcalc.engine.high_precision import forward
from gradcalc.engine.pullbacks import pullback
from gradcalc.graph import Graph
from gradcalc.language.rules import rule_of
from gradcalc.operations import CALLABLE, CONSTANTS, OPERATIONS, Operation

SAMPLES = [
    pytest.param(operation, point, id=f"{name}{point}")
    for name, operation in OPERATIONS.items()
    for point in operation.samples
]

every_operation = pytest.mark.parametrize(
    "operation", OPERATIONS.values(), ids=list(OPERATIONS)
)
# At their samples on a jump, differences are not a slope.
JUMPS = {"sign", "floor", "ceil", "round"}

# Beside their first operand, a whole number, there is nothing to differ from.
ORDERS = {"polygamma", "sinc_derivative"}

every_sample = pytest.mark.parametrize(("operation", "point"), SAMPLES)


def _partials(
    operation: Operation, point: tuple[float, ...], out: float
) -> list[float | None]:
    """What the operation passes to each of its operands for a gradient of 1."""
    return list(pullback(operation, len(point))(1.0, out, *point))


def _ulps(got: float, want: mpf) -> float:
    """The error of a double in units in the last place of what it should be."""
    if mp.isnan(want):
        return 0.0 if math.isnan(got) else math.inf
    nearest = float(want)
    if math.isinf(nearest) or not math.isfinite(got):
        return 0.0 if got == nearest else math.inf
    return float(abs(mpf(got) - want) / mpf(math.ulp(nearest)))


def _condition(operation: Operation, point: tuple[float, ...], operand: int) -> float:
    """How many times a relative error of the operands grows in the partial."""
    reference = REFERENCE[operation.name][1]

    def partial(position: int, value: mpf) -> mpf:
        moved = [mpf(x) for x in point]
        moved[position] = value
        return reference(*moved)[operand]

    value = partial(0, mpf(point[0]))
    total = mpf(0)
    for position, at in enumerate(point):
        if operation.name in ORDERS and position == 0:
            continue
        step = mpf(at) * mpf(10) ** -25
        if at and value:
            ahead, behind = (partial(position, mpf(at) + s) for s in (step, -step))
            if ahead is not None and behind is not None:
                total += abs((ahead - behind) / (2 * step) * mpf(at) / value)
    return float(total)


@pytest.fixture(autouse=True)
def digits():
    with mp.workdps(DIGITS):
        yield


@every_sample
def test_value_has_the_digits_of_50_digit_arithmetic(operation, point):
    want = REFERENCE[operation.name][0](*map(mpf, point))
    assert _ulps(operation.evaluate(*point), want) <= 4


@every_sample
def test_partials_have_the_digits_of_50_digit_arithmetic(operation, point):
    out = operation.evaluate(*point)
    partials = _partials(operation, point, out)
    # A rule may use `out`, which is a double: what its rounding costs, at most.
    nearby = [
        _partials(operation, point, math.nextafter(out, towards))
        for towards in (-math.inf, math.inf)
    ]
    wanted = REFERENCE[operation.name][1](*map(mpf, point))
    assert len(partials) == len(wanted) == len(point)
    for operand, (got, want) in enumerate(zip(partials, wanted, strict=True)):
        if want is None or got is None:
            assert got == want, "exactly what is selected gets a gradient"
            continue
        rounding = [p[operand] for p in nearby if p[operand] is not None]
        blur = max((abs(p - got) for p in rounding), default=0.0)
        tolerance = 4 * max(1.0, _condition(operation, point, operand))
        if math.isfinite(blur) and blur:
            tolerance += blur / math.ulp(got)
        assert _ulps(got, want) <= tolerance, operation.parameters


@every_sample
def test_partials_agree_with_central_differences(operation, point):
    value, reference = REFERENCE[operation.name]
    operands = [mpf(x) for x in point]
    partials = _partials(operation, point, operation.evaluate(*point))
    stated = reference(*operands)
    for operand, (got, want) in enumerate(zip(partials, stated, strict=True)):
        if want is not None and mp.isnan(want):
            continue  # not real on both sides, so there is no difference
        if operation.name in ORDERS and operand == 0:
            assert got is None
            continue
        # The latter are enough for the cosine of 1e-300 to differ from 1.
        for digits in (400, 1400):
            with mp.workdps(digits):
                ahead, behind, slope = _difference(value, operands, operand)
                if abs(ahead - behind) > abs(ahead) * mpf(10) ** (40 - digits):
                    break
        if operation.name in JUMPS and ahead != behind:
            continue  # at a jump, where the slope is taken as 0
        if operation.name == "stop_gradient":
            assert got is None  # on purpose
            continue
        scale = max(abs(slope), mpf(2) ** -1022)
        assert abs((want or 0) - slope) <= 1e-30 * scale
        assert abs((got or 0) - slope) <= 1e-12 * scale


def _difference(value, operands, operand):
    """The values on both sides of a point, and the central difference."""
    step = min(abs(operands[operand]) or mpf(1), mpf(1)) * mpf(2) ** -200
    ahead, behind = (
        value(*operands[:operand], moved, *operands[operand + 1 :])
        for moved in (operands[operand] + step, operands[operand] - step)
    )
    return ahead, behind, (ahead - behind) / (2 * step)


BOOKS = [row for row in OPERATIONS.values() if row.textbook != row.partials]


@pytest.mark.parametrize("operation", BOOKS, ids=lambda row: row.name)
def test_the_rule_of_a_book_is_the_computed_one_to_60_digits(operation):
    # Also where the book's terms cancel: 1 - tanh(350)^2 has its digits behind 304.
    with localcontext(arithmetic(60)):
        for point in operation.samples:
            count = len(point)
            rules = [rule_of(operation, count, textbook=book) for book in (0, 1)]
            graph = Graph()
            inputs = tuple(graph.add_variable(f"x{place}") for place in range(count))
            graph.add(operation, inputs)
            known = forward(graph, point, 1_000)
            computed, book = (
                forward(rule.graph, known, 1_000, in_table=True) for rule in rules
            )
            for ours, theirs in zip(*(rule.partials for rule in rules), strict=True):
                if ours is None:
                    assert theirs is None
                    continue
                want, got = computed[ours], book[theirs]
                if got.is_nan():
                    assert operation.convention, "a place apart"
                else:
                    assert abs(want - got) <= abs(want).scaleb(-60), point


@every_operation
def test_row_is_complete(operation):
    assert operation.meaning
    assert operation.passes
    assert len(operation.samples) >= 3
    assert len(operation.partials) == len(operation.parameters)
    if not operation.lists:
        assert {len(point) for point in operation.samples} == {
            len(operation.parameters)
        }
    assert operation.name in REFERENCE


@every_operation
def test_operation_never_raises_and_never_turns_complex(operation):
    awkward = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 710.0, -746.0]
    awkward += [5e-324, -5e-324, 1e308, -1e308, math.inf, -math.inf, math.nan]
    count = len(operation.parameters) * (2 if operation.lists else 1)
    points = [(x,) * count for x in awkward] + [
        (x, y, x, y)[:count] for x in awkward for y in awkward
    ]
    for point in points:
        out = operation.evaluate(*point)
        assert type(out) is float, point
        for partial in _partials(operation, point, out):
            assert partial is None or type(partial) is float, point


@every_operation
def test_not_a_number_is_passed_on(operation):
    count = len(operation.parameters) * (2 if operation.lists else 1)
    # A comparison with NaN is false, a condition that is NaN is not 0, x^0 is 1 for
    # every x, and infinity is further from the origin than anything.
    if operation.name in {"<", "<=", ">", ">=", "==", "!=", "where"}:
        return
    assert math.isnan(operation.evaluate(*[math.nan] * count))


@every_operation
def test_rule_holds_for_lists_of_any_length(operation):
    for size in (1, 2, 5) if operation.lists else (1,):
        count = size * len(operation.parameters)
        rule = rule_of(operation, count)
        assert len(rule.partials) == len(rule.selected) == count


@pytest.mark.parametrize("name", ["max", "prod", "logsumexp", "hypot", "sum"])
def test_rules_of_short_and_long_lists_agree(name):
    # A rule over a long list is walked as a graph, one over a short list compiled.
    operation = OPERATIONS[name]
    for size in (20, 400):
        point = tuple(1 + math.sin(i) / 5 for i in range(size))
        partials = _partials(operation, point, operation.evaluate(*point))
        wanted = REFERENCE[name][1](*map(mpf, point))
        for got, want in zip(partials, wanted, strict=True):
            assert (got is None) == (want is None)
            assert got is None or got == pytest.approx(float(want), rel=1e-12)


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("ln", "log"),
        ("logistic", "sigmoid"),
        ("arcsin", "asin"),
        ("arccos", "acos"),
        ("arctan", "atan"),
        ("arctan2", "atan2"),
        ("arcsinh", "asinh"),
        ("arccosh", "acosh"),
        ("arctanh", "atanh"),
        ("pow", "^"),
    ],
)
def test_alias_is_the_same_row(alias, name):
    assert CALLABLE[alias] is OPERATIONS[name]


def test_constants():
    expected = {"pi": math.pi, "tau": math.tau, "e": math.e, "inf": math.inf}
    assert expected == CONSTANTS


@pytest.mark.parametrize("x", [0.0, 1.0, 2.0])
@pytest.mark.parametrize("lo", [0.0, 1.0, 2.0])
@pytest.mark.parametrize("hi", [0.0, 1.0, 2.0])
def test_clip_passes_the_gradient_to_exactly_one_operand(x, lo, hi):
    # When all three move together, its value moves with them.
    clip = OPERATIONS["clip"]
    passed = _partials(clip, (x, lo, hi), clip.evaluate(x, lo, hi))
    assert sorted(passed, key=bool) == [None, None, 1.0]
    # Between equal bounds nothing depends on x.
    assert lo < hi or passed[0] is None
