"""The pages of a descent and a training in Chromium."""

import json

import pytest

from gradcalc.cli.main import main

ROSENBROCK = "(1-x)^2 + 100*(y-x^2)^2"
RUNS = {
    "newton": ["descend", ROSENBROCK, "--x=-1", "--y=1", "--optimizer=newton"],
    "one step": ["ascend", "(a+b)*c", "--a=5", "--b=-3", "--c=-2", "--steps=1"],
    "parabola": ["descend", "(x-3)^2", "--x=0", "--rate=0.25", "--steps=12"],
    "diverged": ["descend", "x^4 - y", "--x=3", "--y=2", "--rate=0.1"],
    "a list": ["descend", "sum(v^2)", "--v=1,-0.0,1e-7", "--rate=0.3", "--steps=5"],
    "not finite": ["descend", "log(x)", "--x=0"],
    "no number": ["descend", "x*sqrt(y)", "--x=1", "--y=0", "--rate=1"],
}
READ = """
    const table = document.getElementById("now");
    const rows = [...table.querySelectorAll("tr[data-name]")];
    return [table.dataset.step, table.dataset.loss,
      Object.fromEntries(rows.map((row) => [row.dataset.name,
        [row.dataset.value, row.dataset.gradient]]))];
"""
READY = "return document.documentElement.dataset.ready === 'true'"


@pytest.fixture
def drawn(page, tmp_path):
    """Opens the page that the command writes."""

    def drawn(words, link="", **screen):
        path = tmp_path / "way.html"
        assert main([*words, f"--out={path}"]) in (0, 1)
        page.open(path, link, **screen)
        page.wait(READY)
        return page

    return drawn


def trace_of(words, capsys):
    capsys.readouterr()
    main([*words, "--json"])
    return json.loads(capsys.readouterr().out)["trace"]


def spelled(number):
    """As JSON has the number, without the quotation marks of words."""
    return json.dumps(number).strip('"')


def elements(values):
    found = {}
    for name, value in values.items():
        if isinstance(value, list):
            found |= {f"{name}[{k}]": each for k, each in enumerate(value)}
        else:
            found[name] = value
    return {name: spelled(value) for name, value in found.items()}


@pytest.mark.parametrize("name", RUNS)
def test_every_step_has_the_numbers_of_the_json(drawn, capsys, name):
    page = drawn(RUNS[name])
    trace = trace_of(RUNS[name], capsys)
    for point in trace:
        step, loss, rows = page.run(READ)
        assert (step, loss) == (str(point["step"]), spelled(point["value"]))
        values, slopes = elements(point["variables"]), elements(point["gradient"])
        assert rows == {name: [values[name], slopes[name]] for name in slopes}
        page.press("ARROW_RIGHT")
    assert page.run(READ)[0] == str(trace[-1]["step"])


def test_links_keys_and_play(drawn):
    page = drawn(RUNS["newton"], "#step-12")
    assert page.run(READ)[0] == "12"
    page.press("ARROW_LEFT")
    assert page.run("return location.hash") == "#step-11"
    page.press("END")
    assert page.run(READ)[:2] == ["21", "0.0"]
    page.press("HOME", "SPACE")
    page.wait("return document.getElementById('now').dataset.step >= 3")
    page.press("SPACE")
    page.run("location.hash = '#step-7'")
    page.wait("return document.getElementById('now').dataset.step === '7'")
    page.run("location.hash = '#elsewhere'")
    assert page.run(READ)[0] == "7"


def test_a_click_on_the_loss_goes_to_a_step(drawn):
    page = drawn(RUNS["newton"])
    page.click("#loss svg")
    assert 5 <= int(page.run(READ)[0]) <= 15


@pytest.mark.parametrize("name", ["newton", "diverged", "one step"])
def test_it_fits_every_screen(drawn, name):
    page = drawn(RUNS[name], "#step-1", width=360, height=640, dark=True)
    for width, height in ((360, 640), (1280, 900), (3840, 2160)):
        page.open(page.path, "#step-1", width=width, height=height, dark=width < 400)
        page.wait(READY)
        assert page.overflow() == 0
        assert page.run("return document.querySelectorAll('svg.chart').length") == 2


def test_what_it_says_is_read_out(drawn):
    page = drawn(RUNS["newton"], "#step-2", reduced_motion=True)
    page.wait("return document.getElementById('told').textContent.startsWith('Step 2')")
    labels = page.run(
        "return [...document.querySelectorAll('svg[role=img]')]"
        ".map((svg) => svg.getAttribute('aria-label'))"
    )
    assert labels == [
        "The way over a map of the value: x and y.",
        "The value over the steps.",
    ]
    assert "converged after 21 steps" in page.text(".way-ending")


def test_numbers_have_as_many_digits_as_are_asked_for(drawn):
    page = drawn([*RUNS["parabola"], "--precision=3"], "#step-4")
    assert page.run(
        "return [...document.querySelectorAll('#now tr[data-name] td')]"
        ".map((cell) => cell.textContent)"
    ) == ["2.81", "-0.375"]
    assert page.run(READ)[2] == {"x": ["2.8125", "-0.375"]}
    assert "9 → 5.36e-7" in page.text("main")


def test_a_hostile_text_stays_text(drawn):
    text = "'</script><script>alert(1)</script>\u202e\"'"
    page = drawn(["descend", f"x^2 # {text}", "--x=1"])
    assert "<script>alert(1)</script>" in page.text("h1")


ROWS = "x,y\n" + "".join(f"{k / 10},{k / 5 + 1}\n" for k in range(-10, 11))


def test_a_training(drawn, tmp_path, capsys):
    (tmp_path / "rows.csv").write_text(ROWS)
    words = ["train", "w*x + b", f"--data={tmp_path}/rows.csv", "--target=y"]
    words += ["--epochs=30", "--rate=0.1", "--validate=0.2"]
    page = drawn(words, "#step-30")
    capsys.readouterr()
    main([*words, "--json"])
    told = json.loads(capsys.readouterr().out)
    step, loss, rows = page.run(READ)
    assert (step, loss) == ("30", spelled(told["history"][-1]["loss"]))
    values = {name: value for name, (value, _) in rows.items()}
    assert values == elements(told["parameters"])
    assert spelled(told["history"][-1]["validation"])[:6] in page.text("#now-parts")
    page.press("HOME")
    assert page.run(READ)[1] == spelled(told["loss"]["first"])
