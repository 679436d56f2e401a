"""Any text whatever gives an answer or an error of gradcalc's own, said in full."""

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st
from reference.formulas import formulas

from gradcalc.engine.evaluation import evaluate
from gradcalc.errors import GradcalcError, describe
from gradcalc.language.bindings import bind
from gradcalc.operations import CALLABLE

modestly = settings(max_examples=250, deadline=None, derandomize=True)

LEXEMES = [
    *("+", "-", "*", "/", "@", "^", "**", "<", "<=", ">", ">=", "==", "!=", "="),
    *("(", ")", "[", "]", ",", ";", "\n", "|", "# note\n", " ", "\t"),
    *("x", "y", "v", "f", "out", "pi", "e", "inf", "θ", "f(x)", "f(x) =", "x ="),
    *("0", "1", "2", "-1", ".5", "1e3", "1e400", "1_000", "[0]", "[-1]", "[1, 2]"),
    *("sin", "sin(", "max(", "where(", "sum(v)", "softmax(", "mse(", "length("),
    *("!", "&", ".", "..", "1e", "²", "−", "×", "\0", "'", '"', ":", "$", "\\"),
]

token_soup = st.lists(st.sampled_from(LEXEMES), max_size=14).map("".join)
spaced_soup = st.lists(st.sampled_from(LEXEMES), max_size=14).map(" ".join)
call_soup = st.builds(
    "{}({})".format,
    st.sampled_from([*CALLABLE, "dot", "linear", "softmax", "transpose", "f"]),
    st.lists(
        st.sampled_from(["x", "v", "m", "2", "[]", "[x, 2]", "f(x)", "[[1, 2], v]"]),
        max_size=4,
    ).map(", ".join),
)


# Made once: a strategy that is made for every draw costs more than what it draws.
short_formulas = formulas(max_leaves=8)


@st.composite
def mutated(draw):
    """A valid formula with some characters removed, doubled or replaced."""
    text = draw(short_formulas).text
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(text)))
        length = draw(st.integers(0, 3))
        piece = draw(st.sampled_from([*LEXEMES, ""]))
        text = text[:place] + piece + text[place + length :]
    return text


def answered(text):
    """Whether the text has a value; its mistake is one of gradcalc's if not."""
    values = {"v": [1.0, 2.0], "m": [[1.0, 2.0], [3.0, 4.0]]}
    try:
        used = bind(text, {}, defaults=values, complete=False)
        open_names = used.program.graph.variables
        given_values = {name: values.get(name, 0.5) for name in open_names}
        result = evaluate(text, {}, defaults={**values, **given_values})
    except GradcalcError as error:
        mistake = error
    else:
        assert len(result.nodes) == len(result.graph)
        assert all(type(note.message) is str for note in result.notes)
        assert (result.gradient is None) == isinstance(result.value, list)
        return True
    page = describe(mistake)
    assert page.startswith("error: ")
    assert mistake.message
    assert not mistake.message.endswith(".")
    # No name of a token of the parser's shows that is not in the text itself.
    assert not any(
        token in page and token not in text
        for token in ("$END", "LPAR", "RSQB", "SEPARATOR", "VBAR")
    )
    if mistake.span is not None:
        start, end = mistake.span
        assert 0 <= start <= end <= len(mistake.source)
    json.dumps(mistake.to_dict())
    return False


@modestly
@given(st.text(max_size=40))
@example("\ud800")
@example("﹣x")
@example("x\N{COMBINING ACUTE ACCENT} + é")
@example("\N{MATHEMATICAL BOLD SMALL X}")
@example("1٣")
def test_any_characters(text):
    answered(text)


@modestly
@given(st.text(alphabet="xyvef01.+-*/^@()[],;=|<>!# \n", max_size=25))
def test_any_of_the_languages_characters(text):
    answered(text)


@modestly
@given(token_soup)
def test_any_lexemes(text):
    answered(text)


@modestly
@given(spaced_soup)
def test_any_lexemes_with_blanks(text):
    answered(text)


@modestly
@given(st.lists(call_soup, min_size=1, max_size=3).map(" + ".join))
def test_any_calls(text):
    answered(text)


@modestly
@given(mutated())
def test_almost_a_formula(text):
    answered(text)


@modestly
@given(formulas())
def test_a_formula(formula):
    assert answered(formula.text)


def test_lone_surrogate_is_said_so():
    assert not answered("x + \ud800")
