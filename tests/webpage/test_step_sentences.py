"""The sentences of a page: those of `explain`, wherever its variables are moved."""

import itertools
import json
import re
from dataclasses import dataclass

import pytest
from reference.points import FORMULAS
from reference.scripts import arithmetic, in_node, needs_node

from gradcalc.analysis.explanation import Explanation
from gradcalc.analysis.known_nodes import known_nodes
from gradcalc.language.bindings import bind
from gradcalc.reports.explanation_page import DIGITS, explanation_page
from gradcalc.webpage.document import asset
from gradcalc.webpage.graph_data import graph_data
from gradcalc.webpage.step_sentences import step_sentences

# Lines of a list of pieces as one text.
_READ_LINES = """
const text = (line) => line.map(({ text, math }) => text ?? math).join("");
for (const { data, points, element, digits } of input) {
  const evaluate = makeEvaluator(data);
  answer(points.map((given) => {
    const evaluation = evaluate(given, element);
    const steps = stepsOf(data, element).map((step) => ({
      ...{ phase: step.phase, node: step.node },
      lines: stepLines(data, step, evaluation, digits).map(text),
      gradient: evaluation.row()[step.node],
      passed: step.phase === "backward" ? contributionsOf(data, step, evaluation) : [],
    }));
    return {
      steps,
      opening: openingLines(data, evaluation).map(text),
      meaning: meaningLines(data, evaluation, digits).map(text),
    };
  }));
}
"""


@dataclass
class Case:
    """A page of a formula, made at the first of the points; they are looked at all."""

    text: str
    points: list[dict]
    wrt: list[str] | None = None
    element: int = 0
    digits: int | None = None

    def data(self):
        bound = bind(self.text, self.points[0], complete=False, wrt=self.wrt)
        sentences = step_sentences(bound, self.wrt)
        known = known_nodes(bound, self.wrt)
        return {**graph_data(known, self.wrt, sentences.graphs), **sentences.data}

    def bound(self, point):
        output = f"[{self.element}]" if self.element else None
        return bind(self.text, point, wrt=self.wrt, output=output)

    def given(self, point):
        """The values of the variable nodes; null of those without one."""
        bound = bind(self.text, point, complete=False, wrt=self.wrt)
        nodes = bound.program.graph.variable_names()
        return {str(node): bound.given.get(node) for node in nodes}


def read(cases, folder):
    """What each page says at each of its points."""
    scripts = "\n".join([arithmetic(), asset("sentences.js")])
    given = [
        {
            "data": json.loads(json.dumps(case.data())),
            "points": [case.given(point) for point in case.points],
            "element": case.element,
            "digits": case.digits,
        }
        for case in cases
    ]
    return in_node(scripts, _READ_LINES, given, folder)


def squeezed(text):
    return re.sub(" +", " ", text).strip()


def is_shared(line):
    """Whether a page says it, too: what is on no path it shows all the same."""
    return line.strip() and not line.strip().startswith("Left out: what ")


def explained(bound, wrt=None, digits=DIGITS):
    """The lines of the explanation: forward, and backward with what it means."""
    page = explanation_page(Explanation(bound, wrt), precision=digits)
    headings = "^(?:Forward: .*|Backward: .*|What it means)$"
    _, forward, backward, meaning = (
        [squeezed(line) for line in part.splitlines() if is_shared(line)]
        for part in re.split(headings, page, flags=re.MULTILINE)
    )
    return forward, [*backward, *meaning]


def is_unreached(step):
    """Whether the step says that nothing arrives, where explain has no step."""
    return any(line.startswith("Nothing arrives at ") for line in step["lines"])


def told(found):
    """The same lines of a page."""
    forward, backward = (
        [
            squeezed(line)
            for step in found["steps"]
            if step["phase"] == phase and not is_unreached(step)
            for line in step["lines"]
        ]
        for phase in ("forward", "backward")
    )
    opening, meaning = (
        [squeezed(line) for line in found[key]] for key in ("opening", "meaning")
    )
    return [*forward, *opening], [*backward, *meaning]


def check(cases, folder):
    """Compare what the pages say with explain, wherever their variables are."""
    for case, lines in zip(cases, read(cases, folder), strict=True):
        for point, found in zip(case.points, lines, strict=True):
            expected = explained(case.bound(point), case.wrt, case.digits or DIGITS)
            assert told(found) == expected, f"{case} at {point}"


@needs_node
def test_the_sentences_are_those_of_explain_wherever_the_variables_are(tmp_path):
    check([Case(text, points) for text, *points in FORMULAS], tmp_path)


@needs_node
def test_paths_to_what_is_wanted_elements_and_digits(tmp_path):
    values = {"x": 2.0, "y": -3.0}
    moved = {"x": -1.0, "y": 0.0}
    cases = [
        Case("n = x*y; exp(n) + y", [values, moved], wrt=["n"]),
        Case("v = [x, y]; v*v*x", [values, moved], wrt=["v[1]"], element=1),
        Case("softmax([x, y, 1])", [values, moved], element=2),
        Case("[[x, y], [y, 1]] @ [x, y]", [values, moved], element=1),
        Case("x/y + pi*x", [values, moved], digits=12),
    ]
    check(cases, tmp_path)


@needs_node
def test_a_page_made_without_values_has_the_sentences_of_any(tmp_path):
    points = [{}, {"x": 2.0}, {"x": 2.0, "y": -1.0}, {"x": -2.0, "y": 0.0}]
    case = Case("n = relu(x)*y; n^2 + max(x, y, 0)", points)
    ((nothing, half, *full),) = read([case], tmp_path)
    for point, found in zip(points[2:], full, strict=True):
        assert told(found) == explained(case.bound(point))
    by_node = [{each["node"]: each["lines"] for each in nothing["steps"]}]
    assert by_node
    forward = [s["lines"] for s in nothing["steps"] if s["phase"] == "forward"]
    assert forward[:3] == [["x"], ["relu(x)"], ["y"]]
    known = [s["lines"] for s in half["steps"] if s["phase"] == "forward"]
    assert known[:3] == [["x = 2"], ["relu(x) = relu(2) = 2"], ["y"]]
    assert nothing["meaning"] == half["meaning"] == []


@needs_node
def test_ties_of_a_long_list(tmp_path):
    points = [
        {"v": [float(max(k, least)) for k in range(9)]} for least in (0, 7, 6, 5, -1)
    ]
    check([Case("max(v)", points), Case("v[0]*min(-v)", points)], tmp_path)


@needs_node
def test_steps_stay_where_they_are_and_say_where_nothing_arrives(tmp_path):
    points = [{"x": 3.0}, {"x": -3.0}]
    ((reached, unreached),) = read([Case("relu(x*2)", points)], tmp_path)
    assert [step["node"] for step in reached["steps"]] == [
        step["node"] for step in unreached["steps"]
    ]
    assert not any(map(is_unreached, reached["steps"]))
    assert unreached["steps"][-1]["lines"] == [
        "x*2",
        "Nothing arrives at x*2 here, so it passes nothing on.",
    ]


@needs_node
def test_a_formula_too_large_for_sentences_has_steps(tmp_path):
    text = " + ".join(["x*y"] * 3000)
    ((found,),) = read([Case(text, [{"x": 1.0, "y": 2.0}])], tmp_path)
    phases = [step["phase"] for step in found["steps"]]
    assert phases == ["forward"] * 6001 + ["backward"] * 5999
    assert [step["lines"] for step in found["steps"][2:4]] == [
        ["x*y is 2."],
        ["x*y is 2."],
    ]
    assert found["steps"][-1]["lines"] == ["The gradient of x*y is 1."]
    assert found["meaning"] == found["opening"] == []


@needs_node
def test_of_a_long_list_the_first_elements_have_sentences(tmp_path):
    point = {"v": [float(k) for k in range(40)]}
    cases = [Case("v*v", [point], element=element) for element in (15, 16)]
    ((told_of,), (bare,)) = read(cases, tmp_path)
    assert told_of["meaning"][15].startswith("∂f/∂v[15] = 15 + 15 = 30 ")
    assert bare["meaning"] == []
    assert bare["steps"][-1]["lines"] == ["The gradient of (v*v)[16] is 1."]


@needs_node
def test_what_arrives_adds_up_to_the_gradient(tmp_path):
    points = [{"v": [1.0, -2.0], "x": 3.0}, {"v": [-1.0, 0.5], "x": -3.0}]
    case = Case("p = softmax(v*x); relu(v[0]) - x*log(p[0])", points)
    for found in read([case], tmp_path)[0]:
        forward = [step for step in found["steps"] if step["phase"] == "forward"]
        backward = [step for step in found["steps"] if step["phase"] == "backward"]
        passed = {}
        for each in itertools.chain(*(step["passed"] for step in backward)):
            if each["product"] is not None:
                passed.setdefault(each["operand"], []).append(each["product"])
        for step in forward:
            if arrived := passed.get(step["node"]):
                assert sum(arrived) == pytest.approx(step["gradient"], rel=1e-14)
        assert len(passed) >= 8


def test_a_rule_is_listed_once_for_all_its_nodes():
    data = Case("tanh(x*y) + tanh(x) + x*x*y", [{"x": 1.0, "y": 2.0}]).data()
    assert len(data["rules"]) == len(data["graphs"]) == 4
