"""Sessions as records: what is typed, in whatever order, is a program."""

from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from gradcalc import GradcalcError, evaluate
from gradcalc.analysis.session import Session

LINES = st.sampled_from(
    [
        *("x = 3", "x = 2*pi", "x = [1, 2]", "w = x + 1", "w = -2", "n = x*w", "m = n"),
        *("f(t) = t^2", "f(t) = t*w | w", "g(t) = f(t) + n", "n = f(3)", "n = g(x)"),
        *("x*w", "f(x) + n", "sum([x,\n w])", "y", "x = m", "e = 5", "exp(x*e)"),
        *("x +", "h(2)", "f(t) = g(t)", "x = 3; n; y = 1", "# nothing", ""),
    ]
)

# What is more than a value: derivatives, indices, other meanings of known names.
MORE_LINES = st.sampled_from(
    [
        *("m = diff(n, x)", "m = f'(x)", "d(t) = diff(n, x)*t", "n = d(2)", "pi = x"),
        *("w = 2 - 1", "v = [x, w]", "n = v[w]", "v = [pi*x, 1]", "sin(t) = n*t"),
        *("m = sin(pi)", "e = n", "m = exp(1) + e"),
    ]
)


def _entered(lines):
    session = Session()
    for line in lines:
        with suppress(GradcalcError):
            session, _ = session.enter(line)
    return session


@settings(deadline=None)
@given(st.lists(LINES, max_size=12))
def test_a_session_that_is_saved_and_read_is_the_same(lines):
    session = _entered(lines)
    try:
        again = Session().read(session.text())
    except GradcalcError:
        # Some definition does not fit what was typed for its names later.
        return
    assert again.definitions == session.definitions
    if session.last is not None:
        assert again == session
        assert again.text() == session.text()


@settings(deadline=None)
@given(st.permutations(["x = 3", "w = 2", "n = x*w", "m = n^2 + x"]))
def test_the_order_of_typing_is_nothing(lines):
    _, (program,) = _entered(lines).enter("m - n")
    bound = program.bound
    assert evaluate(bound.text, {}).gradient == {"x": 23, "w": 33}


@settings(deadline=None)
@given(st.lists(LINES | MORE_LINES, max_size=12))
def test_values_stand_for_definitions(lines):
    session = Session()
    for line in lines:
        told = []
        for whole in (False, True):
            try:
                after, programs = session.enter(line, whole=whole)
                told.append([repr(_value(program)) for program in programs])
            except GradcalcError as error:
                told.append((str(error), error.source, error.span))
        assert told[0] == told[1]
        if isinstance(told[0], list):
            session = after


def _value(program):
    try:
        return program.value
    except GradcalcError as error:
        return (str(error), error.source, error.span)


def test_a_long_program_is_read_at_once():
    lines = ["a0 = 1", *(f"a{k + 1} = a{k} + {k}" for k in range(3000)), "a3000"]
    session = Session().read("\n".join(lines))
    assert session.text().splitlines() == lines
