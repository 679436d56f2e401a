"""The pages of descents and trainings in a browser: steps, links, keys, screens."""

import csv
import json

import pytest

from gradcalc.cli.main import main

READY = "return document.documentElement.dataset.ready === 'true'"
# The step that the table is of, what is reached there, and each number that moves.
TABLE = """
const table = document.querySelector("[data-step]");
const rows = [...table.querySelectorAll("tr[data-name]")];
const { step, loss } = table.dataset;
return [step, loss, rows.map(({ dataset }) =>
  [dataset.name, dataset.value, dataset.gradient])];
"""
BOWL = ["x^2 + 3*y^2", "--x=2", "--y=1", "--rate", "0.1", "--steps", "20"]


@pytest.fixture
def shown(page, made):
    """Opens the page that a command writes."""

    def shown(*words, link="", **screen):
        page.open(made(*words), link, **screen)
        page.wait(READY)
        return page

    return shown


@pytest.fixture
def rows_file(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    path = folder / "rows.csv"
    with path.open("w", newline="") as file:
        rows = [(k / 4, 3 * (k / 4) - 1 + 0.1 * (k % 3)) for k in range(12)]
        csv.writer(file).writerows([("x", "y"), *rows])
    return str(path)


@pytest.fixture
def answer(capsys):
    """The JSON of a command."""

    def answer(*words):
        capsys.readouterr()
        assert main([*words, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return answer


def table(page):
    step, loss, rows = page.run(TABLE)
    return int(step), loss, {name: numbers for name, *numbers in rows}


def hash_of(page):
    return page.run("return location.hash")


@pytest.mark.parametrize("command", ["descend", "ascend"])
def test_each_step_has_the_numbers_of_the_answer(shown, answer, command):
    words = [command, *BOWL] if command == "descend" else [
        command, "1 - (x - 1)^2 - y^2*x", "--x=0.5", "--y=0.25", "--steps", "20"
    ]  # fmt: skip
    trace = answer(*words)["trace"]
    page = shown(*words)
    page.press("HOME")
    for entry in trace:
        expected = {
            name: [repr(value), repr(entry["gradient"][name])]
            for name, value in entry["variables"].items()
        }
        assert table(page) == (entry["step"], repr(entry["value"]), expected)
        page.press("ARROW_RIGHT")
    assert table(page)[0] == trace[-1]["step"]


def test_a_training_goes_from_its_first_to_its_last_loss(shown, answer, rows_file):
    words = ["train", "w*x + b", "--data", rows_file, "--target", "y", "--epochs", "30"]
    found = answer(*words)
    page = shown(*words)
    page.press("HOME")
    first = table(page)
    assert first[0] == 0
    page.press("END")
    step, _, rows = table(page)
    assert step == found["epochs"]
    values = {name: float(value) for name, (value, _) in rows.items()}
    assert values == found["parameters"]
    page.press("ARROW_LEFT")
    assert table(page)[0] == step - 1


def test_a_link_opens_the_page_at_its_step(shown):
    page = shown("descend", *BOWL, link="#step-12")
    assert table(page)[0] == 12
    page.press("ARROW_RIGHT")
    assert hash_of(page) == "#step-13"
    page.run("location.hash = '#step-3'")
    page.wait("return document.querySelector('[data-step]').dataset.step === '3'")


@pytest.mark.parametrize("link", ["#step-999", "#step-x", "#nothing", "#%E0%A4%A"])
def test_a_link_that_leads_nowhere_opens_the_page_all_the_same(shown, link):
    page = shown("descend", *BOWL, link=link)
    assert table(page)[0] in (0, 20)


def test_the_slider_and_play_reach_the_end(shown):
    page = shown("descend", *BOWL, reduced_motion=True)
    slider = "#timeline input[type=range]"
    page.run(f"document.querySelector('{slider}').focus()")
    page.press("HOME", *["ARROW_RIGHT"] * 5)
    assert table(page)[0] == 5
    page.press("HOME", " ")
    page.wait("return document.querySelector('[data-step]').dataset.step === '20'")


WAYS = [
    ["descend", *BOWL],
    ["descend", "x^4 - x", "--x=2", "--rate", "0.01"],
    ["descend", "x^2 + y^2 + z^2", "--x=1", "--y=2", "--z=3", "--steps", "5"],
    ["descend", "sum(v^2)", "--v=" + ",".join(map(str, range(30))), "--steps", "5"],
    ["descend", "x^2", "--x=1", "--rate", "5", "--steps", "400"],
    ["descend", "log(x)", "--x=0.1", "--rate", "1", "--steps", "10"],
    ["ascend", "x*y # </script><script>window.hacked = 1</script>", "--x=1", "--y=1"],
]


@pytest.mark.parametrize("words", WAYS, ids=[" ".join(way[:2]) for way in WAYS])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_way_is_shown_on_every_screen(shown, words, width):
    page = shown(*words, width=width, dark=width == 360, touch=width == 360)
    assert page.overflow() == 0
    page.press("END", "ARROW_LEFT", "HOME", "ARROW_RIGHT")
    assert page.overflow() == 0
    assert page.run("return window.hacked") is None
    assert page.run("return document.querySelectorAll('svg, canvas').length") >= 2
