"""The page of a formula, as it can be read without a script."""

import json
import re
from html.parser import HTMLParser

import pytest

from gradcalc.analysis.known_nodes import known_nodes
from gradcalc.engine.evaluation import evaluate
from gradcalc.errors import FormulaError
from gradcalc.language.bindings import bind
from gradcalc.reports.drawing import drawing
from gradcalc.reports.objects import evaluation_to_dict
from gradcalc.webpage.graph_page import graph_page
from gradcalc.wording import unprintable

NEURON = "tanh(x1*w1 + x2*w2 + b)"
AT = {"x1": 2, "x2": 0, "w1": -3, "w2": 1, "b": 6.8813735870195432}

FORMULAS = {
    NEURON: AT,
    "softmax(W@x)": {"W": [[1, 2], [3, 4]], "x": [0.5, -1]},
    "where(x > 0, sqrt(x), abs(x)) + log(y)": {"x": -1, "y": -1},
    "f(u) = u^2 + 1; n = f(x); n*f(n)": {"x": 3},
    "a = 5\nb = -3 # a comment\na*b": {},
    "x*2^1024": {"x": 1},
    "1 + 2": {},
    "i = 1; v[i]*2": {"v": [1, 2]},
}


def page_of(text, variables, *, complete=True, title=None, **settings):
    bound = bind(text, variables, complete=complete)
    return graph_page(drawing(known_nodes(bound), title=title, **settings))


class Reader(HTMLParser):
    """The rows of the table, the boxes, the choices and the texts of a page."""

    def __init__(self, page):
        super().__init__()
        self.rows, self.boxes, self.choices = {}, {}, []
        self.parts, self.texts, self.open = [], {}, []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "tr" and "data-node" in found:
            self.rows[int(found["data-node"])] = found
        elif tag == "input" and "name" in found:
            self.boxes[found["name"]] = found["value"]
        elif tag == "option":
            self.choices.append(found["value"])
        elif tag == "span" and "data-node" in found:
            self.parts.append([found["data-node"], ""])
            self.open.append(self.parts[-1])
        elif tag == "span":
            self.open.append(None)

    def handle_endtag(self, tag):
        if tag == "span":
            self.open.pop()

    def handle_data(self, data):
        for part in self.open:
            if part is not None:
                part[1] += data


@pytest.mark.parametrize("text", FORMULAS)
def test_the_table_has_the_numbers_of_json(text):
    reader = Reader(page_of(text, FORMULAS[text]))
    found = evaluation_to_dict(evaluate(text, FORMULAS[text]))
    assert list(reader.rows) == [node["id"] for node in found["nodes"]]
    for node in found["nodes"]:
        row = reader.rows[node["id"]]
        for key in ("value", "gradient"):
            number, shown = node[key], row[f"data-{key}"]
            if number is None or not found["variables"]:
                assert shown == "" or key == "value"
            elif isinstance(number, str):
                assert shown == number
            else:
                assert json.loads(shown) == number


def test_every_variable_and_element_has_a_box():
    boxes = Reader(page_of("W@x + b", {"W": [[1, 2], [3, 4]], "x": [5, 6], "b": -1e-7}))
    assert boxes.boxes == {
        "W[0][0]": "1", "W[0][1]": "2", "W[1][0]": "3", "W[1][1]": "4",
        "x[0]": "5", "x[1]": "6", "b": "-1e-7",
    }  # fmt: skip
    assert boxes.choices == ["0", "1"]


def test_without_values_the_boxes_are_empty():
    reader = Reader(page_of("a*x^2", {}, complete=False))
    assert reader.boxes == {"a": "", "x": ""}
    assert {row["data-gradient"] for row in reader.rows.values()} == {""}
    part = Reader(page_of("a*x^2", {"x": 3}, complete=False))
    assert part.boxes == {"a": "", "x": "3"}
    assert [row["data-value"] for row in part.rows.values()] == [
        "",
        "3.0",
        "2.0",
        "9.0",
        "",
    ]


def test_each_part_of_the_formula_knows_its_node():
    page = page_of("n = x*w # <b>\ntanh(n) + n", {"x": 1, "w": 2})
    assert Reader(page).parts == [
        ["2", "n"], ["2", "x*w"], ["0", "x"], ["1", "w"], ["4", "tanh(n) + n"],
        ["3", "tanh(n)"], ["2", "n"], ["2", "n"],
    ]  # fmt: skip


def test_names_light_up_wherever_they_are_used():
    text = "f(x) = (x +\n x)*2; s = v*x # x\nf(x) + sum(s)*x"
    reader = Reader(page_of(text, {"v": [1, 2], "x": 3}))
    found = [part for part in reader.parts if part[1] in ("x", "v", "s", "f")]
    assert found == [
        ["3 4", "s"], ["0 1", "v"], ["2", "x"], ["2", "x"], ["3 4", "s"], ["2", "x"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "variables", "uses"),
    [
        ("e5 + 1e5 + .5e5", {"e5": 2}, 1),
        ("\u03bc*\u00b5", {"\u03bc": 2}, 2),
        ("f(u) = u # (\nf(x)*x", {"x": 2}, 2),
    ],
    ids=["exponents", "two spellings", "a comment"],
)
def test_what_is_a_name_of_a_variable(text, variables, uses):
    parts = Reader(page_of(text, variables)).parts
    assert [nodes for nodes, _ in parts].count("0") == uses


def test_a_function_lights_up_where_it_is_defined():
    reader = Reader(page_of("f(u) = sin(u)*2; f(x) + f(y)", {"x": 1, "y": 2}))
    assert ["1 5", "sin(u)"] in reader.parts


HOSTILE = "x # </script><script>alert(1)</script> \"'& \u202e \u2028"


@pytest.mark.parametrize("title", [None, "</title><script>\u202e\"'"])
def test_hostile_texts_stay_texts(title):
    page = page_of(HOSTILE, {"x": 1}, title=title)
    assert page.count("<script") == 2
    assert page.count("</script") == 2
    assert set(unprintable(page)) <= {"\n"}


def test_a_neuron_fits_on_a_page_of_150_kilobytes():
    page = page_of(NEURON, AT)
    assert len(page.encode()) <= 150_000
    assert not re.search(
        r"(src|href)\s*=|https?://(?!www\.w3\.org)|@import|url\(", page
    )


def test_the_same_page_on_every_run():
    text = "cross_entropy(softmax(W@x), t)"
    given = {"W": [[1, 2], [3, 4]], "x": [1, 2], "t": [1, 0]}
    assert page_of(text, given) == page_of(text, given)


@pytest.mark.parametrize(
    ("text", "variables", "message", "hint"),
    [
        (
            "+".join(["x"] * 60_000), {"x": 1}, "the graph has 60000 nodes",
            "--format dot writes it as text",
        ),
        (
            "softmax(v)", {"v": [0.0] * 1000}, "the page would hold ",
            "--output '[0]' shows those of one element of the result",
        ),
    ],
)  # fmt: skip
def test_what_is_too_large_is_refused(text, variables, message, hint):
    with pytest.raises(FormulaError) as raised:
        page_of(text, variables)
    assert str(raised.value).startswith(message)
    assert raised.value.hint == hint
