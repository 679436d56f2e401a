import math

import pytest

from gradcalc.analysis.sampled import Sample, sampled
from gradcalc.analysis.uncertainty import uncertainty

COUNT = 40_000


def test_a_linear_result_is_normal():
    found = uncertainty(
        "2*x - y + c",
        {"x": (1, 0.3), "y": (4, 0.5), "c": 7},
        correlation={("x", "y"): 0.6},
    )
    (sample,) = sampled(found, COUNT)
    noise = found.sigma / math.sqrt(COUNT)
    assert sample.mean == pytest.approx(found.value, abs=5 * noise)
    assert sample.sigma == pytest.approx(found.sigma, rel=0.02)
    assert abs(sample.skewness) < 0.1
    for share, sigmas in ((0.025, -1.96), (0.16, -0.9945), (0.5, 0), (0.975, 1.96)):
        want = found.value + sigmas * found.sigma
        assert sample.quantile(share) == pytest.approx(want, abs=20 * noise)


def test_a_square_is_not():
    (sample,) = sampled(uncertainty("x^2", {"x": (0, 1)}), COUNT)
    # Chi-squared of one degree of freedom.
    assert sample.mean == pytest.approx(1, abs=0.05)
    assert sample.sigma == pytest.approx(math.sqrt(2), rel=0.05)
    assert sample.skewness == pytest.approx(math.sqrt(8), rel=0.2)
    assert sample.numbers[0] >= 0


def test_correlated_numbers_are_drawn_together():
    values = {"x": (1, 0.3), "y": (4, 0.3)}
    equal = uncertainty("x - y", values, correlation={("x", "y"): 1})
    (sample,) = sampled(equal, 1000)
    assert sample.sigma < 1e-12
    results = sampled(uncertainty("[x, 2*x]", {"x": (1, 0.3)}), 100)
    assert [2 * x for x in results[0].numbers] == results[1].numbers


def test_a_seed_repeats_the_points():
    found = uncertainty("x*y", {"x": (1, 0.3), "y": (4, 0.5)})
    assert sampled(found, 99)[0].numbers == sampled(found, 99, seed=0)[0].numbers
    assert sampled(found, 99)[0].numbers != sampled(found, 99, seed=1)[0].numbers


def test_rows_and_arrays_draw_the_same(monkeypatch):
    found = uncertainty("sin(x)*y", {"x": (1, 0.3), "y": (4, 0.5)})
    arrays = sampled(found, 500)[0].numbers
    monkeypatch.setattr("gradcalc.analysis.sampled.numpy_is_installed", lambda: False)
    assert sampled(found, 500)[0].numbers == pytest.approx(arrays, rel=1e-15)


def test_what_is_not_finite_is_counted():
    (sample,) = sampled(uncertainty("log(x)", {"x": (0, 1)}), 1000)
    assert sample.lost + len(sample.numbers) == 1000
    assert 400 < sample.lost < 600
    (nothing,) = sampled(uncertainty("log(x)", {"x": (-9, 0.1)}), 10)
    assert nothing.lost == 10
    for number in (nothing.mean, nothing.sigma, nothing.quantile(0.5)):
        assert math.isnan(number)


def test_what_is_exact_is_drawn_as_it_is():
    (sample,) = sampled(uncertainty("x^2", {"x": 3}), 10)
    assert set(sample.numbers) == {9}
    assert sample.sigma == 0


def test_quantiles_lie_between_the_nearest():
    sample = Sample([1.0, 2.0, 3.0, 4.0], 0)
    assert [sample.quantile(share) for share in (0, 0.25, 0.5, 1)] == [1, 1.75, 2.5, 4]
    low, high, counts = Sample([float(k) for k in range(1000)], 0).histogram(10)
    assert (low, high) == pytest.approx((0.999, 998.001))
    assert sum(counts) == 998
    assert max(counts) - min(counts) <= 1
