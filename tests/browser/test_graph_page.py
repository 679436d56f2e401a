"""The page of a formula in a browser: the engine's numbers, and what its user does."""

import json
import math
import re

import pytest
from reference.points import FORMULAS

from gradcalc import evaluate
from gradcalc.analysis.explanation import Explanation
from gradcalc.language.bindings import bind
from gradcalc.reports.explanation_page import DIGITS, explanation_page
from gradcalc.shapes import element_names, flatten, shape_of
from gradcalc.strict_json import json_value, write_json

NEURON = "n = x1*w1 + x2*w2 + b; o = tanh(n)"
POINT = {"x1": 2.0, "x2": 0.0, "w1": -3.0, "w2": 1.0, "b": 6.8813735870195432}

READY = "return document.documentElement.dataset.ready === 'true'"
# Each row of the table with what it says of its node.
ROWS = """
return [...document.querySelectorAll("tr[data-node]")].map((row) =>
  [row.dataset.node, row.dataset.value, row.dataset.gradient]);
"""
# Give the boxes new numbers as a hand does, and wait until the page shows them.
MOVE = """
const [values, done] = arguments;
for (const [name, value] of values) {
  const box = document.querySelector(`input[name="${CSS.escape(name)}"]`);
  box.value = value;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.dispatchEvent(new Event("change", { bubbles: true }));
}
requestAnimationFrame(() => requestAnimationFrame(done));
"""
UNITS = 4


def bindings(values):
    """The values as options of the command."""
    spelled = {name: json.dumps(value) for name, value in values.items()}
    return [
        f"--set={name}={text.replace('Infinity', 'inf').replace('NaN', 'nan')}"
        for name, text in spelled.items()
    ]


@pytest.fixture
def shown(page, made):
    """Opens the page of a formula: `shown(text, {"x": 2.0})`."""

    def shown(text, values, *options, link="", **screen):
        page.open(made("graph", text, *bindings(values), *options), link, **screen)
        page.wait(READY)
        return page

    return shown


SPECIAL = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def number(text):
    """What stands in an attribute: JSON, but that a single text has no quotes."""
    if text == "":
        return None
    return SPECIAL[text] if text in SPECIAL else floats(json.loads(text))


def floats(value):
    """JSON's value with floats in the place of texts and whole numbers."""
    if isinstance(value, list):
        return [floats(each) for each in value]
    return SPECIAL[value] if isinstance(value, str) else float(value)


def spelled(value):
    """The value as gradcalc's JSON spells it, a single text without quotes."""
    if value is None:
        return ""
    found = json_value(value)
    return found if isinstance(found, str) else write_json(found)


def agree(found, expected, least=0.0):
    """Whether both are the same within the units in the last place that are allowed.

    These are at least those of the number `least`.
    """
    if isinstance(expected, list):
        pairs = zip(found, expected, strict=True)
        return all(agree(one, other, least) for one, other in pairs)
    if found is None or expected is None:
        return found is expected
    if math.isfinite(expected):
        return abs(found - expected) <= UNITS * math.ulp(max(abs(expected), least))
    return found == expected or (found != found and expected != expected)


def rows(page):
    found = {}
    for node, *texts in page.run(ROWS):
        found[int(node)] = [number(text) for text in texts]
        assert texts == [spelled(each) for each in found[int(node)]]
    return found


def check(page, text, values, least=0.0):
    """Compare each row of the table with the engine."""
    found = rows(page)
    for node in evaluate(text, values).nodes:
        here = f"{node.expression} of {text} at {values}"
        value, gradient = found[node.id]
        assert agree(value, node.value), f"value of {here}"
        assert agree(gradient, node.gradient, least), f"gradient of {here}"


def boxes(values):
    """What is typed into the boxes: one for each element of a list."""
    return {
        element: repr(leaf)
        for name, value in values.items()
        for element, leaf in zip(
            element_names(name, shape_of(value)), flatten(value), strict=True
        )
    }


def move(page, values):
    type_into(page, boxes(values))


def type_into(page, texts):
    """Put the texts into the boxes of these names."""
    page.driver.execute_async_script(MOVE, list(texts.items()))


def sentence(page):
    """What is said of the step, line by line, with single blanks."""
    lines = page.text("#sentence").splitlines()
    return [re.sub(r"\s+", " ", line).strip() for line in lines if line.strip()]


def explained(text, values):
    """The page of the explanation, with single blanks."""
    explanation = Explanation(bind(text, values))
    page = explanation_page(explanation, precision=DIGITS)
    return re.sub(" +", " ", page)


def explained_element(text, values, element):
    bound = bind(text, values, output=f"[{element}]")
    page = explanation_page(Explanation(bound), precision=DIGITS)
    return re.sub(" +", " ", page)


def hash_of(page):
    return page.run("return location.hash")


@pytest.mark.parametrize(
    ("text", "points"), [(t, p) for t, *p in FORMULAS], ids=[f[0] for f in FORMULAS]
)
def test_the_numbers_are_the_engines_wherever_the_variables_are(shown, text, points):
    # With what the program carries.
    points = [evaluate(text, point).variables for point in points]
    page = shown(text, points[0])
    check(page, text, points[0])
    for point in [*points[1:], points[0]]:
        move(page, point)
        check(page, text, point)


@pytest.mark.parametrize("value", [3.0, -0.25, 1e-200, -3e-310, 5e-324, 1e300, 1.7e308])
def test_a_slider_moves_about_the_size_of_its_variable(shown, value):
    page = shown("x", {"x": value})
    moved = page.run("""
        const slider = document.querySelector("input[name=x] ~ input[type=range]");
        const least = slider.min;
        slider.value = slider.max;
        slider.dispatchEvent(new Event("input"));
        return [least, slider.max, document.querySelector("input[name=x]").value];
    """)
    least, most, typed = map(float, moved)
    assert least == -most
    assert abs(value) < most <= max(5 * abs(value), 2e-323)
    assert typed == pytest.approx(most, rel=1e-3)


def test_what_comes_back_is_what_was_there(shown):
    text = "[x*y, x/y, 1e-9*x]*v"
    point = {"x": 2.0, "y": -0.0, "v": [1e300, 1e-7, 3.0]}
    page = shown(text, point)
    before = page.run(ROWS)
    move(page, {"x": 0.5, "y": 3.0, "v": [1.0, 2.0, 3.0]})
    assert page.run(ROWS) != before
    move(page, point)
    assert page.run(ROWS) == before


def test_boxes_and_sliders_by_hand(shown):
    page = shown(NEURON, POINT)
    page.type("input[name=w1]", "-2.5")
    page.wait(
        "return document.querySelector('tr[data-node=\"1\"]').dataset.value === '-2.5'"
    )
    check(page, NEURON, {**POINT, "w1": -2.5})
    page.run("document.querySelector('input[name=x2] ~ input[type=range]').focus()")
    page.press("ARROW_RIGHT", "ARROW_RIGHT", "ARROW_RIGHT")
    page.wait("return document.querySelector('input[name=x2]').value !== '0'")
    (typed,) = page.run("return [document.querySelector('input[name=x2]').value]")
    type_into(page, {})
    check(page, NEURON, {**POINT, "w1": -2.5, "x2": float(typed)})
    assert float(typed) > 0
    page.click("#reset")
    type_into(page, {})
    check(page, NEURON, POINT)


def test_what_is_no_number_changes_nothing_and_is_marked(shown):
    page = shown(NEURON, POINT)
    type_into(page, {"x1": "2..5"})
    check(page, NEURON, POINT)
    invalid = "return document.querySelector('input[name=x1]').ariaInvalid"
    assert page.run(invalid) == "true"
    type_into(page, {"x1": "-1e-3"})
    check(page, NEURON, {**POINT, "x1": -1e-3})
    assert page.run(invalid) != "true"


def test_a_page_without_values_waits_for_them(shown):
    page = shown(NEURON, {})
    assert all(
        value is None and gradient is None for value, gradient in rows(page).values()
    )
    move(page, POINT)
    check(page, NEURON, POINT)


def test_every_element_of_a_list_can_be_differentiated(shown):
    text, point = "softmax([x, y, 2*x])", {"x": 1.0, "y": -1.0}
    page = shown(text, point)
    # What is subtracted from all cancels but for rounding.
    check(page, text, point, least=1.0)
    choose = "const box = document.getElementById('element'); box.value = '1';"
    page.run(choose + "box.dispatchEvent(new Event('change', { bubbles: true }))")
    page.press("END")
    lines = sentence(page)
    found = explained_element(text, point, 1)
    assert lines
    assert all(line in found for line in lines)


def test_stepping_by_keys_reaches_the_gradients(shown):
    page = shown(NEURON, POINT)
    page.press("HOME")
    expected = explained(NEURON, POINT)
    links, said = [], []
    for _ in range(60):
        page.press("ARROW_RIGHT")
        if hash_of(page) in links[-1:]:
            break
        links.append(hash_of(page))
        said.append(sentence(page))
        if not links[-1]:
            break
    phases = [f"#forward-{k}" for k in range(1, 11)]
    phases += [f"#backward-{k}" for k in range(1, 6)]
    assert links == [*phases, ""]
    for lines in said:
        assert lines
        assert all(line in expected for line in lines)
    assert any(line.startswith("∂o/∂w1 = 1 ") for line in said[-1])
    check(page, NEURON, POINT)
    page.press("ARROW_LEFT")
    assert hash_of(page) == "#backward-5"


@pytest.mark.parametrize("link", ["#forward-1", "#forward-10", "#backward-3", "#start"])
def test_a_link_opens_the_page_at_its_step(shown, link):
    page = shown(NEURON, POINT, link=link)
    at = sentence(page)
    page.press("ARROW_RIGHT", "ARROW_LEFT")
    assert hash_of(page) == link
    assert sentence(page) == at
    page.run("location.hash = '#backward-1'")
    page.wait(
        "return document.getElementById('sentence').innerText.includes('∂o/∂o = 1')"
    )


@pytest.mark.parametrize(
    "link",
    ["#backward-99", "#forward-0", "#nothing", "#%E0%A4%A", "#backward-", "#<b>"],
)
def test_a_link_that_leads_nowhere_opens_the_page_all_the_same(shown, link):
    page = shown(NEURON, POINT, link=link)
    check(page, NEURON, POINT)
    assert sentence(page)


def test_it_plays_to_the_end(shown):
    page = shown("x*y + y", {"x": 2.0, "y": 3.0}, link="#start", reduced_motion=True)
    page.press("+", "+", "+", "+", " ")
    page.wait("return location.hash.startsWith('#backward')")
    page.wait("return location.hash === ''")
    assert any("raise x by a little" in line for line in sentence(page))


def test_the_lines_are_right_after_a_slider_has_moved(shown):
    text, point = "max(x, y)*relu(x) + where(x > y, x, y^2)", {"x": 2.0, "y": 1.0}
    page = shown(text, point, link="#backward-1")
    moved = {"x": -2.0, "y": -1.0}
    move(page, moved)
    expected = explained(text, moved)
    for _ in range(20):
        lines = sentence(page)
        reached = not any(line.startswith("Nothing arrives") for line in lines)
        assert all(line in expected for line in lines) or not reached
        page.press("ARROW_RIGHT")
        if hash_of(page) == "":
            break
    assert all(line in expected for line in sentence(page))


NOTED = [
    ("relu(x)*y", {"x": 1.0, "y": 2.0}, {"x": 0.0, "y": 2.0}),
    ("max(x, y)", {"x": 1.0, "y": 2.0}, {"x": 2.0, "y": 2.0}),
    ("log(x)*y", {"x": 1.0, "y": 2.0}, {"x": -1.0, "y": 2.0}),
    ("sqrt(x)*sqrt(x)", {"x": 1.0}, {"x": 0.0}),
    ("exp(x)*y", {"x": 1.0, "y": 2.0}, {"x": 1000.0, "y": 2.0}),
]


@pytest.mark.parametrize(
    ("text", "point", "moved"), NOTED, ids=[row[0] for row in NOTED]
)
def test_notes_come_and_go_with_the_point(shown, text, point, moved):
    notes = (
        "return [...document.querySelectorAll('#notes li')].map((li) => li.innerText)"
    )
    page = shown(text, point)
    assert page.run(notes) == []
    move(page, moved)
    found = page.run(notes)
    expected = [note.sentence for note in evaluate(text, moved).notes]
    assert len(found) == len(expected) > 0
    pairs = zip(found, expected, strict=True)
    assert all(sentence in " ".join(item.split()) for item, sentence in pairs)
    move(page, point)
    assert page.run(notes) == []


def test_calls_fold_and_unfold(shown):
    text, point = "f(x) = x^2 + sin(x); f(a)*f(b)", {"a": 1.0, "b": 2.0}
    page = shown(text, point)
    count = "return document.querySelectorAll('tr[data-node]:not([hidden])').length"
    folded = page.run(count)
    page.click("#unfold")
    unfolded = page.run(count)
    page.click("#fold")
    assert page.run(count) == folded < unfolded
    check(page, text, point)


HOSTILE = [
    "x*y # </script><script>window.hacked = 1</script>",
    "x*y # <img src=x onerror='window.hacked = 1'> \" ' ` ${1} <!--",
    "x*y # \u202e\u2066 right to left \u2028 \u2029 \u200f end",
    "constructor = x*y; __proto__ = constructor + 1; toString = __proto__*y",
    "hasOwnProperty(valueOf) = valueOf^2; hasOwnProperty(x)*y",
    "א = x*y; ב = א + 1; ב^2",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(shown, text):
    point = {"x": 2.0, "y": 3.0}
    page = shown(text, point)
    check(page, text, point)
    page.press("HOME", "ARROW_RIGHT", "END")
    assert page.run("return window.hacked") is None
    assert page.run("return document.scripts.length") == 2
    assert page.run("return document.images.length") == 0


def test_a_hostile_variable_is_a_variable(shown):
    text, point = (
        "__proto__*constructor + toString",
        {"__proto__": 2.0, "constructor": 3.0, "toString": -1.0},
    )
    page = shown(text, point)
    check(page, text, point)
    moved = {"__proto__": -2.0, "constructor": 0.5, "toString": 1.0}
    move(page, moved)
    check(page, text, moved)


LONG = " + ".join(f"tanh(x{k}*w{k} + b{k})" for k in range(40))
LONG_POINT = {f"{name}{k}": 0.1 * k - 1 for k in range(40) for name in "xwb"}


@pytest.mark.parametrize(
    ("text", "point"),
    [
        (NEURON, POINT),
        (LONG, LONG_POINT),
        ("softmax(v*w)", {"v": [1.0, 2.0], "w": [3.0, 4.0]}),
    ],
    ids=["neuron", "long", "softmax"],
)
@pytest.mark.parametrize("width", [360, 768, 1280, 3840])
def test_no_page_is_wider_than_the_screen(shown, text, point, width):
    page = shown(text, point, width=width, height=800, touch=width < 500)
    assert page.overflow() == 0
    page.press("HOME", "ARROW_RIGHT")
    assert page.overflow() == 0
    page.press("END", "ARROW_LEFT")
    assert page.overflow() == 0
    check(page, text, point)


def test_the_page_is_dark_where_that_is_preferred(shown):
    page = shown(NEURON, POINT, dark=True)
    colour = (
        "return getComputedStyle(document.body).backgroundColor"
        ".match(/\\d+/g).map(Number)"
    )
    dark = page.run(colour)
    page.emulate(dark=False)
    light = page.run(colour)
    assert sum(dark[:3]) < 200 < 600 < sum(light[:3])
    page.click("#theme")
    page.click("#theme")
    assert page.run(colour) == dark


NAME_OF_FOCUS = "at.name || at.id || at.ariaLabel || at.textContent.trim()"
FOCUSED = f"const at = document.activeElement; return [at.tagName, {NAME_OF_FOCUS}]"


def test_everything_is_reached_by_the_keyboard(shown):
    page = shown("f(x) = x^2 + 1; f(a)*b", {"a": 1.0, "b": 2.0})
    met = []
    for _ in range(60):
        page.press("TAB")
        tag, name = page.run(FOCUSED)
        if tag == "BODY":
            break
        met.append(name)
    controls = page.run(
        "return [...document.querySelectorAll('button, input, select, summary')]"
        ".filter((each) => each.checkVisibility() && !each.disabled)"
        f".map((at) => {NAME_OF_FOCUS})"
    )
    assert set(controls) <= set(met)
    assert {"a", "b"} <= set(met)
    nameless = page.run(
        "return [...document.querySelectorAll('button, input, select')].filter("
        "(each) => !(each.ariaLabel || each.labels?.length || each.title"
        " || each.textContent.trim())).map((each) => each.outerHTML)"
    )
    assert nameless == []


def test_nodes_are_searched_for(shown):
    page = shown(LONG, LONG_POINT)
    page.press("/")
    page.press(*"x17*w")
    page.press("ENTER")
    page.wait("return document.getElementById('matches').textContent.includes('of')")
    assert "x17*w17" in " ".join(sentence(page))
    page.press("ESCAPE", "HOME")
    assert hash_of(page) == "#start"


def test_a_large_graph_can_be_used(shown):
    count = 2000 // 7
    text = " + ".join(f"tanh(x{k}*w{k} + b{k})" for k in range(count))
    point = {f"{name}{k}": 0.01 * k - 1 for k in range(count) for name in "xwb"}
    page = shown(text, point)
    check(page, text, point)
    moved = {**point, "x7": 3.0}
    type_into(page, {"x7": "3"})
    check(page, text, moved)
    page.press("HOME", "ARROW_RIGHT", "END", "ARROW_LEFT")
    assert sentence(page)
