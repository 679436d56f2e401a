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


def test_a_long_program_is_read_at_once():
    lines = ["a0 = 1", *(f"a{k + 1} = a{k} + {k}" for k in range(3000)), "a3000"]
    session = Session().read("\n".join(lines))
    assert session.text().splitlines() == lines
