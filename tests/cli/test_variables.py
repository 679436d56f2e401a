import pytest

from gradcalc.cli.variables import read_variables, split_setting
from gradcalc.errors import BindingError, GradcalcError

HINT = "a value is a number, a list of numbers or a list of rows"
SHAPE = 'variables are given as {"x": 2, "v": [1, 2, 3]}'


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def file(content):
        (tmp_path / "vars.json").write_bytes(content.encode())
        return "vars.json"

    return file


def test_numbers_and_lists_are_read(file):
    content = '\ufeff{"x": 2, "big": 1e400, "v": [1, -2.5], "m": [[1], [2]], "θ": 0}'
    assert read_variables(file(content)) == {
        "x": 2.0,
        "big": float("inf"),
        "v": [1.0, -2.5],
        "m": [[1.0], [2.0]],
        "θ": 0.0,
    }


WRONG = [
    ("[1, 2]", "vars.json holds a list, not an object", SHAPE),
    ('"x"', "vars.json holds the text 'x', not an object", SHAPE),
    ("3", "vars.json holds a number, not an object", SHAPE),
    ("null", "vars.json holds null, not an object", SHAPE),
    ('{"x": 1, "x": 2, "y": 1, "y": 3}', "vars.json: x and y are given more than once",
     None),
    ('{"x": NaN}', "vars.json is not JSON: NaN is not a number there", None),
    ('{"x": -Infinity}', "vars.json is not JSON: -Infinity is not a number there",
     None),
    ('{"x": "pi"}', "vars.json: x is the text 'pi'", HINT),
    ('{"x": true}', "vars.json: x is true", HINT),
    ('{"x": null}', "vars.json: x is null", HINT),
    ('{"x": {"y": 1}}', "vars.json: x is an object", HINT),
    ('{"x": [1, "2"]}', "vars.json: x holds the text '2'", HINT),
    ('{"x": []}', "vars.json: the value of x is an empty list", None),
    ('{"x": [[1, 2], [3]]}',
     "vars.json: the value of x is ragged: its rows have different lengths", None),
    ('{"2x": 1}', "vars.json: '2x' is not a name of a variable", None),
    ('{"x": 1,', "vars.json is not JSON: line 1, column 9: expecting property name"
     " enclosed in double quotes", None),
    ("", "vars.json is not JSON: line 1, column 1: expecting value", None),
    ('{"x": ' + "[" * 100_000, "vars.json: its lists are nested too deeply", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "message", "hint"), WRONG, ids=[row[0][:30] for row in WRONG]
)
def test_mistakes_in_a_file_of_variables(file, content, message, hint):
    with pytest.raises(GradcalcError) as raised:
        read_variables(file(content))
    assert (raised.value.message, raised.value.hint) == (message, hint)


def test_a_setting_is_split_at_its_first_equals_sign():
    assert split_setting("json=a=b") == ("json", "a=b")


@pytest.mark.parametrize("text", ["", "x", "=3", "a b=3", "1=3"])
def test_a_setting_needs_a_name(text):
    with pytest.raises(BindingError):
        split_setting(text)
