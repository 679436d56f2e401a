import pytest

from gradcalc.analysis.catalogue import catalogue, look_up
from gradcalc.errors import FormulaNameError
from gradcalc.language.bindings import constant_value
from gradcalc.language.functions import library
from gradcalc.language.library import library_documentation
from gradcalc.language.lists import STRUCTURAL
from gradcalc.operations import CALLABLE, OPERATIONS

ENTRIES = list(catalogue().values())
NAMES = [entry.name for entry in ENTRIES]


def test_everything_that_can_be_called_is_listed_once():
    assert [*OPERATIONS, *library(), *STRUCTURAL, "@", "diff"] == NAMES


@pytest.mark.parametrize("name", CALLABLE)
def test_names_and_aliases_lead_to_their_row(name):
    assert look_up(name).partials == dict(
        zip(CALLABLE[name].parameters, CALLABLE[name].textbook, strict=True)
    )


@pytest.mark.parametrize(
    ("operator", "name"), [("**", "^"), ("^", "^"), ("@", "@"), ("<=", "<=")]
)
def test_operators_lead_to_their_row(operator, name):
    assert look_up(operator).name == name


@pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)
def test_an_entry_says_what_it_is(entry):
    assert entry.meaning
    assert entry.name in entry.signature or entry.name == "neg"
    if entry.kind == "operation":
        assert entry.passes
    if entry.kind == "library":
        assert entry.definition.startswith(entry.signature + " = ")


@pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)
def test_its_samples_can_be_evaluated(entry):
    evaluations = list(entry.evaluations())
    assert 1 <= len(evaluations) <= 5
    assert all(set(e.variables) == set(entry.samples[0]) for e in evaluations)


@pytest.mark.parametrize("entry", ENTRIES, ids=NAMES)
def test_its_window_is_a_range(entry):
    if entry.window:
        low, high = map(constant_value, entry.window.split(":"))
        assert low < high


@pytest.mark.parametrize("name", library())
def test_the_example_in_the_library_calls_its_function(name):
    documentation = library_documentation()[name]
    assert documentation.example.startswith(f"{name}(")
    assert documentation.meaning[0] not in "#-"
    assert documentation.group


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("tahn", "did you mean tanh?"),
        ("TANH", "did you mean tanh?"),
        ("arctahn", "did you mean arctanh?"),
        ("qqqq", "list them: gradcalc functions"),
        ("+ +", "list them: gradcalc functions"),
        ("(", "list them: gradcalc functions"),
        ("", "list them: gradcalc functions"),
    ],
)
def test_an_unknown_name_has_a_hint(name, hint):
    with pytest.raises(FormulaNameError) as caught:
        look_up(name)
    assert caught.value.message == f"there is no function {name}"
    assert caught.value.hint == hint
