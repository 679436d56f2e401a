"""The picture of a formula in a browser: boxes that fold, edges that light up."""

import pytest

READY = "return document.documentElement.dataset.ready === 'true'"
CALLS = "f(u) = u^2 + 1; g(a, b) = f(a)*f(b); n = g(x, y); n + f(n)"
# The rectangles of all boxes on the screen, and what is written in each.
BOXES = """
return [...document.querySelectorAll(".graph .box")].map((box) => {
  const body = box.querySelector(".body:not(.behind)").getBoundingClientRect();
  const { left, top, right, bottom } = body;
  const texts = [...box.querySelectorAll("text.name, text.number")].map((text) => {
    const at = text.getBoundingClientRect();
    const isInside = at.left >= left - 1 && at.right <= right + 1;
    return { text: text.textContent, inside: isInside || !text.textContent };
  });
  return { left, top, right, bottom, texts };
});
"""


@pytest.fixture
def opened(page, made):
    """Opens the page of a formula: `opened(text, "--x=2")`."""

    def opened(*words, link="", **screen):
        page.open(made("graph", *words), link, **screen)
        page.wait(READY)
        return page

    return opened


def boxes(page):
    return page.run(BOXES)


def names(page):
    return [box["texts"][0]["text"] for box in boxes(page)]


def check_apart(page):
    """No two boxes overlap, and no text leaves its box."""
    found = boxes(page)
    for k, one in enumerate(found):
        assert all(text["inside"] for text in one["texts"]), one
        for other in found[:k]:
            beside = one["left"] >= other["right"] or other["left"] >= one["right"]
            above = one["top"] >= other["bottom"] or other["top"] >= one["bottom"]
            assert beside or above, (one, other)


@pytest.mark.parametrize(
    "words",
    [
        ("tanh(x1*w1 + x2*w2 + b)", "--x1=2e-300", "--w1=-3.123456789e-7",
         "--x2=-1.5e300", "--w2=1e10", "--b=-6.8813735870195432"),
        (CALLS, "--x=1", "--y=2"),
        ("cross_entropy(softmax(W@x + b), t)", "--W=0.1,0.2;-0.3,0.4;0.5,-0.6",
         "--x=1e-9,2", "--b=0.1,0,-0.1", "--t=0,1,0"),
        ("a_very_long_name_of_a_variable_indeed*another_one_of_them + 2", ),
        ("where(x > 0, sqrt(x), abs(x)) + log(y) + relu(z)*max(x, y)", "--x=-1",
         "--y=-1", "--z=0"),
    ],
    ids=["long numbers", "calls", "lists", "long names", "conditions"],
)  # fmt: skip
def test_boxes_stand_apart_folded_and_unfolded(opened, words):
    page = opened(*words)
    check_apart(page)
    if page.run("return !document.querySelector('.folding').hidden"):
        folded = len(boxes(page))
        page.click("#unfold")
        check_apart(page)
        assert len(boxes(page)) > folded
        page.click("#fold")
        assert len(boxes(page)) <= folded


def test_calls_fold_and_unfold_in_their_place(opened):
    page = opened(CALLS, "--x=1", "--y=2")
    assert names(page) == ["x", "y", "n", "f(n)", "n + f(n)"]
    assert page.run("return document.querySelectorAll('tr.inner[hidden]').length") > 0
    page.click('.fold[aria-label="unfold g n"]')
    assert names(page)[2:5] == ["f(a)", "f(b)", "n"]
    check_apart(page)
    # By the keyboard, too: the button that opened it has the focus.
    page.press("ENTER")
    assert names(page) == ["x", "y", "n", "f(n)", "n + f(n)"]
    page.press(" ")
    page.press(" ")
    assert names(page) == ["x", "y", "n", "f(n)", "n + f(n)"]
    assert page.run("return location.hash") == ""
    page.click("#unfold")
    assert page.run("return document.querySelectorAll('tr.inner[hidden]').length") == 0


def test_numbers_appear_as_they_are_computed(opened):
    page = opened("x*w + b", "--x=2", "--w=3", "--b=1", link="#start")

    def numbers():
        return [[t["text"] for t in box["texts"][1:]] for box in boxes(page)]

    # x, w, x*w, b, the sum
    assert numbers() == [["2", ""], ["3", ""], ["", ""], ["1", ""], ["", ""]]
    page.press("ARROW_RIGHT", "ARROW_RIGHT", "ARROW_RIGHT")
    assert numbers() == [["2", ""], ["3", ""], ["6", ""], ["", ""], ["", ""]]
    page.press("ARROW_RIGHT", "ARROW_RIGHT", "ARROW_RIGHT")
    assert page.run("return location.hash") == "#backward-1"
    assert numbers() == [["2", ""], ["3", ""], ["6", "1"], ["1", "1"], ["7", "1"]]
    local = "return [...document.querySelectorAll('.local')].map((e) => e.textContent)"
    assert page.run(local) == ["× 1", "× 1"]
    page.press("ARROW_RIGHT")
    assert numbers() == [["2", "3"], ["3", "2"], ["6", "1"], ["1", "1"], ["7", "1"]]
    assert page.run(local) == ["× 3", "× 2"]
    page.press("ARROW_RIGHT")
    assert page.run(local) == []


def test_what_arrives_is_added_up(opened):
    # x receives 3 of its square's operand twice, then 5 of the product.
    page = opened("5*x + x*x", "--x=3", link="#backward-2")
    (x,) = [box["texts"] for box in boxes(page) if box["texts"][0]["text"] == "x"]
    assert [each["text"] for each in x] == ["x", "3", "6"]
    page.press("ARROW_RIGHT")
    (x,) = [box["texts"] for box in boxes(page) if box["texts"][0]["text"] == "x"]
    assert [each["text"] for each in x] == ["x", "3", "11"]


def test_each_element_of_a_list_has_its_play(opened):
    page = opened("[x*y, x + y]", "--x=3", "--y=2")
    page.run(
        "const box = document.getElementById('element'); box.value = '1';"
        "box.dispatchEvent(new Event('change'))"
    )
    page.press("ARROW_LEFT")
    found = {box["texts"][0]["text"]: box["texts"][2]["text"] for box in boxes(page)}
    # Nothing arrives at the other element, and nothing is waited for.
    assert found == {"x": "1", "y": "1", "x*y": "0", "x + y": "1"}


def test_nothing_that_is_passed_is_said(opened):
    page = opened("relu(x)", "--x=-1", link="#backward-1")
    labels = "return [...document.querySelectorAll('.local')].map((e) => e.textContent)"
    assert page.run(labels) == ["nothing"]
    assert page.run("return document.querySelectorAll('.edge.now.nothing').length") == 1


def test_notes_stand_at_their_boxes_while_they_hold(opened):
    page = opened("abs(x) + log(y)", "--x=0", "--y=-1")
    assert page.run("return document.querySelectorAll('.badge title').length") >= 2
    page.type('input[name="x"]', "1")
    page.type('input[name="y"]', "1")
    page.wait("return !document.querySelector('.badge')")
    assert page.run("return document.getElementById('remarks').hidden")


def test_a_graph_of_2000_nodes_is_folded_and_searched(opened):
    layer = "layer(a, b, c) = tanh(a*b + c)*relu(b*c - a) + sigmoid(a - b)"
    terms = [f"layer(x{k % 20}, x{k * 3 % 20}, x{k * 7 % 20})" for k in range(240)]
    given = [f"--x{k}={k / 10 - 1}" for k in range(20)]
    page = opened(f"{layer}\n{' + '.join(terms)}", *given)
    rows = page.run("return document.querySelectorAll('tr[data-node]').length")
    assert rows > 2000
    assert len(boxes(page)) < 520
    page.press("/")
    page.press(*"sigmoid", "ENTER")
    assert page.text("#matches") == "1 of 240"
    # Its call is unfolded, the others stay folded.
    assert len(boxes(page)) < 540
    assert page.run("return document.querySelectorAll('.box.found').length") > 0
    value = "return document.querySelector('tr.output').dataset.value"
    before = page.run(value)
    page.type('input[name="x3"]', "0.25")
    page.wait(f"{value} !== {before!r}")
