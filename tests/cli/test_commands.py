"""What holds for every command with variables: its names, and those of its options."""

import json
import unicodedata

import pytest

# Each command with a name in one form in the formula and in another elsewhere, and a
# part of what it prints.
COMMANDS = [
    (["eval", "{a}^2", "--{b}=3", "--only=value"], "9"),
    (["eval", "{a}^2", "--set", "{b}=3", "--only=gradient.{b}"], "6"),
    (["eval", "{a}^2", "--vars={b}.json", "--wrt={b}", "--only=gradient"], "6"),
    (["eval", "y{a} = {a}+1; y{a}^2", "--{b}=3", "--output=y{b}", "--only=value"], "4"),
    (["explain", "{a}^2*x", "--{b}=3", "--x=2", "--for={b}"], "12"),
    (["diff", "{a}^2 + x", "--wrt={b}"], "2*{n}"),
    (["diff", "{a}^2*x", "--{b}=3"], "9"),
    (["graph", "{a}^2*x", "--{b}=3", "--x=1", "--wrt={b}"], "{n}"),
    (["formula", "{a}^2*x", "--{b}=3"], "3^2*x"),
    (["plot", "{a}^2", "--{b}=0:1", "--points=2", "--json"], "{n}"),
    (["ascend", "{a}^2", "--{b}=3", "--bound={b}=0:4", "--only=end.variables.{b}"],
     "4"),
    (["descend", "{a}^2*x", "--{b}=3", "--x=1", "--wrt={b}", "--steps=0",
      "--only=variables.{b}"], "3"),
    (["check", "{a}^2", "--{b}=3", "--expect={b}=6"], "6"),
    (["train", "{a}*q{a} + c{a}", "--data={b}.csv", "--target=t{b}", "--fix=c{b}=1",
      "--q{b}=2", "--epochs=0"], "{n}*2 + 1"),
    (["train", "sum({a}*q{a})", "--data={b}.jsonl", "--target=t{b}", "--shape=q{b}=2",
      "--set=q{b}=1", "--epochs=0", "--json"], "[1.0, 1.0]"),
    (["predict", "{b}.model", "--{b}=3"], "6"),
    (["predict", "{b}.model", "--data={b}.jsonl"], '"prediction": 2.0'),
    (["functions", "\N{FULLWIDTH LATIN SMALL LETTER S}in"], "cos"),
]  # fmt: skip
FORMS = {
    "micro": ("\u00b5", "\u03bc"),
    "accent": ("e\u0301", "\u00e9"),
    "ligature": ("\ufb01", "fi"),
    "full width": ("\uff57", "w"),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The files that the commands read, called by a name in either form."""
    monkeypatch.chdir(tmp_path)
    for a, b in FORMS.values():
        for one, other in ((a, b), (b, a)):
            model = {
                "schema": 1, "model": f"2*{other}", "inputs": [other], "target": "y",
                "parameters": {}, "loss": {"name": "mse"},
            }  # fmt: skip
            rows = f"{other},t{other}\n1,2\n2,3\n"
            row = json.dumps({other: 1, f"t{other}": 2})
            for ending, text in {
                "json": json.dumps({other: 3}, ensure_ascii=False),
                "csv": rows,
                "jsonl": f"{row}\n",
                "model": json.dumps(model),
            }.items():
                (tmp_path / f"{one}.{ending}").write_text(text, encoding="utf-8")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("turned", [False, True], ids=["typed", "turned"])
@pytest.mark.parametrize(
    ("words", "part"), COMMANDS, ids=[" ".join(words) for words, _ in COMMANDS]
)
def test_a_name_is_found_in_either_form(run, words, part, form, turned):
    one, other = FORMS[form][::-1] if turned else FORMS[form]
    names = {"a": one, "b": other, "n": unicodedata.normalize("NFKC", one)}
    ran = run(*(word.format(**names) for word in words))
    assert (ran.status, ran.err) == (0, "")
    assert part.format(**names) in ran.out


TWICE = [
    ["eval", "\u00b5", "--\u00b5=1", "--\u03bc=2"],
    ["eval", "\u00b5", "--\u00b5=1", "--set=\u03bc=2"],
    ["eval", "\u00b5", "--vars=twice.json"],
    ["check", "\u00b5", "--x=1", "--expect=\u00b5=1", "--expect=\u03bc=1"],
    ["train", "\u00b5", "--data=twice.jsonl", "--target=y"],
]


@pytest.mark.parametrize("words", TWICE, ids=" ".join)
def test_two_forms_of_one_name_are_given_twice(run, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    for name in ("twice.json", "twice.jsonl"):
        (tmp_path / name).write_text('{"\u00b5": 1, "\u03bc": 2}\n', encoding="utf-8")
    ran = run(*words)
    assert (ran.status, ran.out) == (2, "")
    assert "\u00b5 (U+00B5) and \u03bc (U+03BC) are one name" in ran.err
