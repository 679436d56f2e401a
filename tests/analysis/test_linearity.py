import pytest

from gradcalc.analysis.linearity import remarks
from gradcalc.analysis.sampled import sampled
from gradcalc.analysis.uncertainty import uncertainty


@pytest.mark.parametrize(
    ("text", "values", "sentences"),
    [
        ("x*y", {"x": (1, 0.01), "y": (2, 0.01)}, []),
        ("sin(x)", {"x": (1, 0.01)}, []),
        ("x^2", {"x": (0, 0.5)}, ["The slope is 0 here"]),
        ("x^2", {"x": (1, 0.5)}, ["The formula bends within the uncertainties"]),
        ("[x, x^2]", {"x": (1, 0.5)}, ["[1]: The formula bends"]),
        ("abs(x)", {"x": (0, 0.5)}, ["the slope of abs jumps"]),
        ("x", {"x": 1}, ["No value has an uncertainty"]),
        ("abs(x) + y", {"x": 0, "y": 1}, ["No value has an uncertainty"]),
    ],
)
def test_where_the_linear_answer_misleads(text, values, sentences):
    told = list(remarks(uncertainty(text, values)))
    assert len(told) >= len(sentences)
    assert bool(told) == bool(sentences)
    for sentence in sentences:
        assert any(sentence in each for each in told)


@pytest.mark.parametrize(
    ("text", "values", "phrases"),
    [
        ("2*x", {"x": (1, 0.5)}, []),
        ("x^2", {"x": (0, 0.5)}, ["the mean is shifted", "spread", "further above"]),
        ("-exp(x)", {"x": (0, 0.7)}, ["the mean is shifted", "further below"]),
        ("log(x)", {"x": (1, 0.5)}, ["not finite"]),
        ("abs(x)", {"x": (0, 0.5)}, ["the slope of abs jumps", "spread"]),
    ],
)
def test_what_samples_tell(text, values, phrases):
    found = uncertainty(text, values)
    told = " ".join(remarks(found, sampled(found, 20_000)))
    assert bool(told) == bool(phrases)
    assert all(phrase in told for phrase in phrases)
