import json
import subprocess
import sys

import pytest


@pytest.mark.parametrize("value", ["2.0±0.1", "2.0+-0.1", "2.0+/-0.1", "2.0(1)"])
def test_every_notation_means_the_same(run, value):
    ran = run("uncertainty", "3*x", f"--x={value}", "--only", "value,sigma")
    assert (ran.status, ran.err) == (0, "")
    assert [float(line) for line in ran.out.split()] == pytest.approx([6, 0.3])


def test_options_win_over_a_file_of_correlations(run, tmp_path):
    path = tmp_path / "m.json"
    path.write_text('{"names": ["x", "y"], "correlation": [[1, 0.5], [0.5, 1]]}')
    words = ["uncertainty", "x + y", "--x=1±3", "--y=2±4", "--only=sigma"]
    read = run(*words, f"--correlations={path}")
    assert float(read.out) == pytest.approx(37**0.5)
    read = run(*words, f"--correlations={path}", "--correlation=x,y=-1")
    assert float(read.out) == pytest.approx(1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"x": {"value": 1, "sigma": -1}}', "the sigma of x is -1"),
        ('{"x": {"value": 1, "error": 1}}', "not of value and sigma"),
        ('{"x": "2±"}', "'2±' has no uncertainty"),
        ('{"x": null}', "the value of x is not a number"),
        ('{"x": {"value": [1, [2]], "sigma": 1}}', "ragged"),
        ('{"x y": 1}', "'x y' is not a name of a variable"),
        ("[1]", "not an object"),
    ],
)
def test_mistakes_in_a_file_name_it(run, tmp_path, content, message):
    path = tmp_path / "measured.json"
    path.write_text(content)
    ran = run("uncertainty", "x", f"--vars={path}")
    assert (ran.status, ran.out) == (2, "")
    assert message in ran.err
    assert "measured.json" in ran.err


def test_the_picture_is_of_the_samples(run, tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / "h.svg"
    words = ["uncertainty", "exp(x)", "--x=1±0.5", "--samples=500"]
    assert run(*words, f"--plot={path}").status == 0
    first = path.read_bytes()
    assert first.startswith(b"<?xml")
    assert run(*words, f"--plot={path}").status == 0
    assert path.read_bytes() == first
    ran = run("uncertainty", "x", "--x=1", "--samples=9", f"--plot={path}")
    assert (ran.status, ran.out) == (2, "")
    assert "no spread" in ran.err
    assert path.read_bytes() == first


def test_an_answer_in_json_reads_back_as_values(run, tmp_path):
    ran = run("uncertainty", "x*v", "--x=2±0.1", "--v=[1±0.5, 2]", "--json")
    answer = json.loads(ran.out)
    path = tmp_path / "again.json"
    path.write_text(json.dumps(answer["variables"]))
    again = run("uncertainty", "x*v", f"--vars={path}", "--json")
    assert json.loads(again.out) == answer


def test_a_plain_locale_takes_the_sign_and_shows_another():
    ran = subprocess.run(
        [sys.executable, "-m", "gradcalc", "uncertainty", "3*x", "--x=2.0±0.1"],
        env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        capture_output=True, check=True,
    )  # fmt: skip
    assert ran.stdout.startswith(b"3*x = 6.00 +- 0.30")
