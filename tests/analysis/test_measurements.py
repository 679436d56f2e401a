import math

import pytest

from gradcalc.analysis.measurements import Measurement, measured, measurement
from gradcalc.errors import BindingError, GradcalcError


@pytest.mark.parametrize(
    ("text", "value", "sigma"),
    [
        ("3", 3, 0),
        ("2.0±0.1", 2, 0.1),
        ("2.0 ± 0.1", 2, 0.1),
        ("2.0+-0.1", 2, 0.1),
        ("2.0+/-0.1", 2, 0.1),
        ("2.0±5%", 2, 0.1),
        ("-2.0±5%", -2, 0.1),
        ("2.0(1)", 2, 0.1),
        ("2.00(15)", 2, 0.15),
        ("-0.5(1)", -0.5, 0.1),
        (".5(1)", 0.5, 0.1),
        ("12(3)", 12, 3),
        ("12.(3)", 12, 3),
        ("12.3(1.2)", 12.3, 1.2),
        ("1.602176634(12)e-19", 1.602176634e-19, 1.2e-27),
        ("1.5(2)E+3", 1500, 200),
        ("(2.0±0.1)e3", 2000, 100),
        ("pi/4±sqrt(2)/100", math.pi / 4, math.sqrt(2) / 100),
        ("atan2(1, 2)±0.5", math.atan2(1, 2), 0.5),
        ("1±0.1, 2", [1, 2], [0.1, 0]),
        ("[1.0(1), 2±10%]", [1, 2], [0.1, 0.2]),
        ("[1, 2]±0.5", [1, 2], [0.5, 0.5]),
        ("[1, 2]±[0.5, 0.25]", [1, 2], [0.5, 0.25]),
        ("[1, -2]±10%", [1, -2], [0.1, 0.2]),
        ("1±1,2;3,4(2)", [[1, 2], [3, 4]], [[1, 0], [0, 2]]),
        ("[[1±1,2],[3,4]]", [[1, 2], [3, 4]], [[1, 0], [0, 0]]),
    ],
)
def test_each_notation_is_read(text, value, sigma):
    found = measured(text)
    assert found.value == value
    flat = [found.sigma] if not isinstance(found.sigma, list) else found.sigma
    want = [sigma] if not isinstance(sigma, list) else sigma
    assert repr(flat) == repr(want) or all(
        a == pytest.approx(b, rel=1e-15) for a, b in zip(flat, want, strict=True)
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("±3", "'±3' has no value"),
        ("2±", "'2±' has no uncertainty"),
        ("2±1±1", "'2±1±1' has two uncertainties"),
        ("x±1", "x is not a constant"),
        ("2±y", "the uncertainty: y is not a constant"),
        ("2±%", "the uncertainty: "),
        ("2±1,2±y", "the uncertainty: y is not a constant"),
        ("[1, 2]±", "'±' has no uncertainty"),
        ("1±1,", ""),
    ],
)
def test_what_is_no_measurement_is_an_error(text, message):
    with pytest.raises(GradcalcError) as raised:
        measured(text)
    assert message in raised.value.message


@pytest.mark.parametrize(
    ("given", "value", "sigma"),
    [
        (2, 2, 0),
        ((2, 0.5), 2, 0.5),
        ("2.0(5)", 2, 0.5),
        ({"value": 2, "sigma": 0.5}, 2, 0.5),
        ({"value": [1, 2]}, [1, 2], [0, 0]),
        (Measurement(2, 0.5), 2, 0.5),
        (([1, 2], 0.5), [1, 2], [0.5, 0.5]),
        (([1, 2], [0.5, 0]), [1, 2], [0.5, 0]),
        ([1, 2], [1, 2], [0, 0]),
    ],
)
def test_what_python_gives(given, value, sigma):
    assert measurement("m", given) == Measurement(value, sigma)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ((2, -0.5), "the sigma of m is -0.5"),
        ((2, math.inf), "the sigma of m is inf"),
        ((2, math.nan), "the sigma of m is nan"),
        ((2, [1, 2]), "the sigma of m has another shape than its value"),
        (([1, 2], [1]), "the sigma of m has another shape than its value"),
        ((None, 1), "the value of m is not a number"),
        ((1, None), "the sigma of m is not a number"),
        ({"value": 1, "sigma": 1, "unit": 1}, "not of value and sigma"),
        ({"sigma": 1}, "not of value and sigma"),
        ([(1, 2), (3, 4, 5)], "ragged"),
    ],
)
def test_what_cannot_be_measured_is_an_error(given, message):
    with pytest.raises(BindingError) as raised:
        measurement("m", given)
    assert message in raised.value.message
