"""What a notebook shows of an evaluation: a table and a picture, and no script."""

import re
from xml.etree import ElementTree

import pytest

from gradcalc import Evaluation, evaluate
from gradcalc.wording import unprintable

# By the name that notebooks ask for.
of_notebook = vars(Evaluation)["_repr_html_"]

SVG = "{http://www.w3.org/2000/svg}"

FORMULAS = {
    "tanh(x*w + b)": {"x": 2, "w": -3, "b": 6},
    "softmax(W@x)": {"W": [[1, 2], [3, 4]], "x": [0.5, -1]},
    "log(x) + 1e-300*y": {"x": -1, "y": 2},
    "1 + 2": {},
    "x": {"x": 1},
    "v[2]": {"v": [1, 2, 3]},
}


def read(evaluation):
    markup = of_notebook(evaluation)
    assert set(unprintable(markup)) <= {"\n"}
    return ElementTree.fromstring(markup), markup


@pytest.mark.parametrize("text", FORMULAS)
def test_it_has_a_table_and_a_picture(text):
    form, markup = read(evaluate(text, FORMULAS[text]))
    table, svg = form.find("table"), form.find(f".//{SVG}svg")
    assert table is not None
    rows = [[cell.text for cell in row] for row in table.iter("tr")]
    assert rows[0] == ["expression", "value", "gradient"]
    assert rows[-1][0].startswith(text)
    texts = [each.text for each in svg.iter(f"{SVG}text")]
    assert any(each.startswith(text[:5]) for each in texts)
    assert not re.search(r"<script|<style|href|src=|\son\w+=", markup)


def test_boxes_do_not_overlap_and_stand_in_the_picture():
    text = "h = tanh(a*x + b); g = h*c + a*b; exp(g)/(h + x^2) + where(x > 0, a, b)"
    form, _ = read(evaluate(text, {"a": 1, "b": 2, "c": 3, "x": 4}))
    svg = form.find(f".//{SVG}svg")
    _, _, width, height = map(float, svg.get("viewBox").split())
    boxes = []
    for rect in svg.iter(f"{SVG}rect"):
        x, y, w, h = (float(rect.get(name)) for name in ("x", "y", "width", "height"))
        assert x >= 0
        assert y >= 0
        assert x + w <= width
        assert y + h <= height
        for left, top, right, bottom in boxes:
            assert x >= right or x + w <= left or y >= bottom or y + h <= top
        boxes.append((x, y, x + w, y + h))


def test_hostile_texts_stay_texts():
    form, _ = read(evaluate("x # </table><script>\u202e&\"'", {"x": 1}))
    assert not list(form.iter("script"))


def test_a_large_one_has_its_variables_and_its_result():
    text = " + ".join(f"tanh(x*{k})" for k in range(1, 400))
    form, markup = read(evaluate(text, {"x": 1}))
    assert form.find(f".//{SVG}svg") is None
    assert len(list(form.find("table").iter("tr"))) == 3
    assert "more rows" in markup


def test_a_huge_one_is_its_representation():
    evaluation = evaluate("+".join(["x"] * 30_000), {"x": 1})
    assert of_notebook(evaluation).startswith("<pre>Evaluation(")


def test_notes_are_said():
    _, markup = read(evaluate("abs(x)", {"x": 0}))
    assert "note: abs(x): the slope" in markup
