import json
from pathlib import Path

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


def test_numbers_are_read_as_json_writes_them(file):
    content = '{"x": "Infinity", "y": "-Infinity", "v": [1, "NaN"], "m": [["NaN", 2]]}'
    found = read_variables(file(content))
    assert repr(found) == ("{'x': inf, 'y': -inf, 'v': [1.0, nan], 'm': [[nan, 2.0]]}")


# What each command that prints JSON calls the values of variables.
PRINTED = {
    "eval": ["variables"],
    "explain": ["variables"],
    "graph": ["variables"],
    "formula": ["variables"],
    "check": ["variables"],
    "diff": ["variables"],
    "descend": ["end", "variables"],
    "ascend": ["start", "variables"],
    "predict": ["variables"],
}


@pytest.mark.parametrize("name", PRINTED)
def test_what_any_command_prints_of_variables_is_read_again(file, run, name):
    values = {"x": "-Infinity", "y": "NaN", "v": [1.5, "Infinity"]}
    words = ["x*y + sum(v)"]
    if name in ("ascend", "descend"):
        # These start from numbers.
        values = {"x": 0.1, "y": "Infinity", "v": [1.5, -0.0]}
        words += ["--wrt=x,v"]
    if name == "diff":
        # With respect to what has no value.
        del values["x"]
    if name == "predict":
        content = {
            "schema": 1, "model": "x*y + sum(v)", "inputs": ["x", "y", "v"],
            "shapes": {"v": [2]}, "target": "t", "loss": {"name": "mse"},
            "parameters": {},
        }  # fmt: skip
        file(json.dumps(content))
        Path("vars.json").rename("model.json")
        words = ["model.json"]
    ran = run(name, *words, f"--vars={file(json.dumps(values))}", "--json")
    found = json.loads(ran.out)
    for key in PRINTED[name]:
        found = found[key]
    assert found == values


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
    ('{"x": "nan"}', "vars.json: x is the text 'nan'", HINT),
    ('{"x": [[1], 2]}',
     "vars.json: the value of x is ragged: its rows have different lengths", None),
    ('{"x": [[1], ["a"]]}', "vars.json: x holds the text 'a'", HINT),
    ('{"x": {"x": 1, "x": 2}}', "vars.json: x is given more than once", None),
    ('{"x": [1, "2"]}', "vars.json: x holds the text '2'", HINT),
    ('{"x": []}', "vars.json: the value of x is an empty list", None),
    ('{"x": [[1, 2], [3]]}',
     "vars.json: the value of x is ragged: its rows have different lengths", None),
    ('{"2x": 1}', "vars.json: '2x' is not a name of a variable", None),
    ('{"x": 1,', "vars.json is not JSON: line 1, column 9: expecting property name"
     " enclosed in double quotes", None),
    ("", "vars.json is empty", SHAPE),
    (" \n", "vars.json is empty", SHAPE),
    ("[", "vars.json is not JSON: line 1, column 2: it ends too early", SHAPE),
    ('{"x": [1,', "vars.json is not JSON: line 1, column 10: it ends too early", None),
    ("x = 2", "vars.json is not JSON: line 1, column 1: expecting value", SHAPE),
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


def test_very_many_words_are_read_one_by_one(run):
    words = [f"--x{number}=1" for number in range(20_000)]
    settings = [f"--set=y{number}=1" for number in range(20_000)]
    text = "+".join(word[2:-2] for word in words)
    assert run("eval", text, *words, "--only=value").out == "20000\n"
    ran = run("eval", "x*0 + y0", *words, *settings)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("error: no value is given for the variable x; x0, x1, x2")
