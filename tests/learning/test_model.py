"""Model files: read back as they were, and checked whatever is in them."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcalc.errors import DataError, GradcalcError, describe
from gradcalc.learning.model import Model, model_from
from gradcalc.learning.prediction import prediction_additions, predictor

GOOD = {
    "schema": 1,
    "model": "w*x + b",
    "inputs": ["x"],
    "target": "y",
    "loss": {"name": "mse", "first": 2.5, "last": 0.5, "validation": None},
    "epochs": 3,
    "parameters": {"w": 0.5, "b": -17},
    "formula": "0.5*x - 17",
    "stopped": "epochs used up",
}


def page_of(content):
    """The page of the error for a model file with this content."""
    text = content if isinstance(content, str) else json.dumps(content)
    with pytest.raises(DataError) as caught:
        model_from(text, "m.json")
    return describe(caught.value).removeprefix("error: ")


def test_a_model_is_read():
    model = model_from(json.dumps(GOOD), "m.json")
    assert model.text == "w*x + b"
    assert (model.inputs, model.target, model.classes) == ({"x": ()}, ["y"], None)
    assert model.parameters == {"w": 0.5, "b": -17.0}
    assert model.formula() == "0.5*x - 17"


def test_a_model_with_lists_is_read():
    content = {
        **GOOD,
        "model": "W @ v + b",
        "inputs": ["v"],
        "shapes": {"v": [2]},
        "target": ["y", "z"],
        "classes": ["p", "q"],
        "parameters": {"W": [[1, 2], [3, 4]], "b": [0.5, -1.5]},
    }
    model = model_from(json.dumps(content), "m.json")
    assert model.inputs == {"v": (2,)}
    assert model.classes == ["p", "q"]
    assert model.formula() == "[1*v[0] + 2*v[1] + 0.5, 3*v[0] + 4*v[1] - 1.5]"


@pytest.mark.parametrize(
    ("w", "b", "text"),
    [
        (0.5555555555555556, -17.77777777777778, "0.5556*x - 17.78"),
        (-0.5, 2.0, "-0.5*x + 2"),
        (1e-9, -1e12, "1e-9*x - 1e12"),
        (0.0, -0.0, "0*x - 0"),
    ],
)
def test_the_fitted_formula(w, b, text):
    model = Model("w*x + b", {"x": ()}, ["y"], None, {"w": w, "b": b}, "mse")
    assert model.formula(4) == text


WRONG = {
    "no JSON": (
        "{",
        "m.json is not JSON: line 1, column 2: expecting property name enclosed in"
        " double quotes\n"
        "hint: a model file is what gradcalc train or fit writes with --save",
    ),
    "empty": (
        "",
        "m.json is empty\n"
        "hint: a model file is what gradcalc train or fit writes with --save",
    ),
    "a list": (
        [GOOD],
        "m.json is not a model: it holds no object\n"
        "hint: a model file is what gradcalc train or fit writes with --save",
    ),
    "NaN": (
        json.dumps(GOOD).replace("-17}", "NaN}"),
        "m.json is not JSON: NaN is not a number there",
    ),
    "nested": ("[" * 100_000, "m.json: its lists are nested too deeply"),
    "no schema": (
        {"x": 1},
        "m.json is no model of this version: its schema is null, not 1\n"
        "hint: a model file is what gradcalc train or fit writes with --save",
    ),
    "a later schema": (
        {**GOOD, "schema": 2},
        "m.json is no model of this version: its schema is 2, not 1\n"
        "hint: a model file is what gradcalc train or fit writes with --save",
    ),
    "a formula that is none": (
        {**GOOD, "model": "w*"},
        "the model in m.json cannot be read: the formula ends after '*', where a"
        " value is missing\n  w*\n    ^",
    ),
    "a name without a role": (
        {**GOOD, "model": "w*x + b + c"},
        "m.json: the formula uses c, which is neither input nor parameter",
    ),
    "a parameter without use": (
        {**GOOD, "parameters": {"w": 1, "b": 2, "u": 3}},
        "m.json: u is not in the formula",
    ),
    "both input and parameter": (
        {**GOOD, "parameters": {"w": 1, "b": 2, "x": 3}},
        "m.json: x cannot be both an input and a parameter",
    ),
    "text for a parameter": (
        {**GOOD, "parameters": {"w": "1", "b": 2}},
        "m.json: the value of w is not a number: '1'",
    ),
    "truth for a parameter": (
        {**GOOD, "parameters": {"w": True, "b": 2}},
        "m.json: the parameter w is not made of finite numbers",
    ),
    "an infinite parameter": (
        json.dumps({**GOOD, "parameters": {"w": 9, "b": 2}}).replace("9", "1e999"),
        "m.json: the parameter w is not made of finite numbers",
    ),
    "a ragged parameter": (
        {**GOOD, "parameters": {"w": [[1], [1, 2]], "b": 2}},
        "m.json: the value of w is ragged: its rows have different lengths",
    ),
    "shapes that do not fit": (
        {**GOOD, "model": "w @ [x, x] + b", "parameters": {"w": [1, 2, 3], "b": 2}},
        "the model in m.json does not fit together: the shapes do not fit: a list of 3"
        " @ a list of 2\n  w @ [x, x] + b\n    ^\n"
        "hint: the last length on the left must equal the first on the right",
    ),
}


@pytest.mark.parametrize(("content", "page"), WRONG.values(), ids=WRONG)
def test_wrong_files(content, page):
    assert page_of(content) == page


FITTED = {
    **GOOD,
    "names": ["w", "b"],
    "covariance": [[1, 0.5], [0.5, 1]],
    "degrees_of_freedom": 3,
}
UNKNOWN = {
    "names without covariance": (
        {"covariance": None}, "m.json: the covariance is not a matrix of 2 rows"
    ),
    "too few rows": (
        {"covariance": [[1, 2]]}, "m.json: the covariance is not a matrix of 2 rows"
    ),
    "no parameter": (
        {"names": ["w", "x"]},
        "m.json: there is a covariance of x, which is no parameter",
    ),
    "not symmetric": (
        {"covariance": [[1, 0.5], [0, 1]]}, "m.json: the covariance is not symmetric"
    ),
    "negative": (
        {"covariance": [[-1, 0], [0, 1]]},
        "m.json: a variance is not a number from 0 up",
    ),
    "degrees": (
        {"degrees_of_freedom": -1},
        'm.json is not a whole model: "degrees_of_freedom" is missing or not what it'
        " should be",
    ),
}  # fmt: skip


def test_a_model_says_how_well_its_parameters_are_known():
    known = model_from(json.dumps(FITTED), "m.json").uncertainty
    assert (known.names, known.degrees_of_freedom) == (["w", "b"], 3)
    assert known.covariance.sigma([1, 0]) == 1
    assert known.covariance.sigma([1, 1]) == pytest.approx(math.sqrt(3))
    assert known.but_exact(["b"]).covariance.sigma([1, 1]) == 1
    assert model_from(json.dumps(GOOD), "m.json").uncertainty is None


@pytest.mark.parametrize(("changes", "message"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_can_be_no_covariance_of_parameters(changes, message):
    assert page_of({**FITTED, **changes}).startswith(message)


KINDS = {
    **GOOD,
    "model": "w*v + b",
    "inputs": ["v"],
    "shapes": {"v": [3]},
    "classes": ["p", "q", "r"],
}
MISFITS = {
    "one class": (
        {**GOOD, "classes": ["p"]},
        "the formula gives a number, for 2 classes and not for 1",
    ),
    "no class": (
        {**GOOD, "classes": []},
        "the formula gives a number, for 2 classes and not for 0",
    ),
    "too few classes": (
        {**KINDS, "classes": ["p", "q"]},
        "the formula gives a list of 3, for 3 classes and not for 2",
    ),
    "too many classes": (
        {**KINDS, "classes": ["p", "q", "r", "s"]},
        "the formula gives a list of 3, for 3 classes and not for 4",
    ),
    "too many targets": (
        {**GOOD, "target": ["y", "z"]},
        "the formula gives a number, but there are 2 targets",
    ),
    "a matrix": (
        {**GOOD, "model": "[[w*x], [b]]"},
        "the formula gives a 2x1 matrix, not a number or a list",
    ),
}


@pytest.mark.parametrize(("content", "problem"), MISFITS.values(), ids=MISFITS)
def test_answers_that_are_not_the_formulas(content, problem):
    formula = content["model"]
    assert page_of(content) == (
        f"the model in m.json does not fit together: {problem}\n"
        f"  {formula}\n  {'^' * len(formula)}"
    )


def test_a_loss_that_is_none():
    assert page_of({**GOOD, "loss": {"name": "bc"}}) == (
        "the model in m.json does not fit together: there is no loss called bc\n"
        "hint: did you mean bce?"
    )


def test_parameters_that_are_not_finite_are_read_as_they_are_written():
    content = {**GOOD, "parameters": {"w": "Infinity", "b": "NaN"}}
    model = model_from(json.dumps(content), "m.json")
    assert model.parameters["w"] == math.inf
    assert math.isnan(model.parameters["b"])
    predicted = predictor(model)([1.0])
    assert math.isnan(predicted.answer)
    assert not predicted.finite


# What a hand that edits a file may leave in any place of it.
LEFT = [
    None, True, 0, -1, 1.5, 10**400, "", "x", "v", "NaN", "\ud800", "a\nb",
    [], [[]], [1], [[1], [2]], [[1, 2], [3]], ["x", "x"], {}, {"x": [2]},
    {"v": [10**6]}, {"v": [2000, 2000]}, "x'", "[[x]]", "f(x) = x", "x # \ud800",
]  # fmt: skip


def places(content, above=()):
    """The way to every entry of the content, however deep."""
    entries = {}
    if isinstance(content, dict):
        entries = content
    elif isinstance(content, list):
        entries = dict(enumerate(content))
    for key, inner in entries.items():
        yield (*above, key)
        yield from places(inner, (*above, key))


def changed(content, place, value):
    """The content with that value there; without the entry if the value is `changed`"""
    twin = json.loads(json.dumps(content))
    *way, last = place
    inner = twin
    for key in way:
        inner = inner[key]
    if value is changed:
        del inner[last]
    else:
        inner[last] = value
    return twin


@pytest.mark.parametrize(
    "content", [GOOD, KINDS, FITTED], ids=["number", "classes", "fitted"]
)
def test_any_edited_file_is_a_model_or_a_clean_error(content):
    for place in places(content):
        for value in (changed, *LEFT):
            text = json.dumps(changed(content, place, value))
            try:
                model = model_from(text, "m.json")
            except DataError as error:
                page = describe(error)
                assert "m.json" in page
                assert page.isprintable() or "\n" in page
                continue
            count = sum(map(math.prod, model.inputs.values()))
            prediction = predictor(model, gradient=True)([0.5] * count)
            assert prediction.answer is not None
            added = prediction_additions(model, "p", scores=True, gradient=True)
            assert "".join(added.columns).encode()


def test_any_beginning_of_a_file_is_a_clean_error():
    text = json.dumps(KINDS)
    for end in range(len(text)):
        assert "m.json" in page_of(text[:end])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("model", None),
        ("model", 3),
        ("inputs", "x"),
        ("inputs", [1]),
        ("target", []),
        ("target", 3),
        ("parameters", [1]),
        ("shapes", {"x": "2"}),
        ("shapes", {"x": [0]}),
        ("shapes", {"x": [1, 2, 3]}),
        ("shapes", [2]),
        ("shapes", {"x": [1_000_001]}),
        ("shapes", {"x": [1001, 1000]}),
        ("classes", "a"),
        ("classes", ["a", "a"]),
        ("classes", ["a", ""]),
        ("classes", ["a", "\ud800"]),
        ("inputs", ["x", "x"]),
        ("target", ["y", "y"]),
        ("loss", "mse"),
        ("loss", {}),
    ],
)
def test_wrong_entries(name, value):
    assert page_of({**GOOD, name: value}) == (
        f'm.json is not a whole model: "{name}" is missing or not what it should be\n'
        "hint: write it again with --save of gradcalc train or fit"
    )


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["x", "w", "name"]), inner, max_size=2)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*GOOD, "shapes", "classes"]), _values))
def test_any_file_is_a_model_or_a_clean_error(changes):
    content = {**GOOD, **changes}
    try:
        model = model_from(json.dumps(content), "m.json")
    except GradcalcError as error:
        page = describe(error)
        assert "m.json" in page
        return
    assert model.text == content["model"]
    assert list(model.inputs) == content["inputs"]
    assert model.parameters == content["parameters"]
    assert model.formula()
