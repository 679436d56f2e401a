"""Options of other commands, given to one that does not have them."""

import pytest

PAGES = [
    (
        ["explain", "x^2", "--x=1", "--only", "value"],
        "error: explain has no option --only\n"
        "hint: --only is an option of eval, ascend and descend\n",
    ),
    (
        ["explain", "--expand", "x^2", "--x=1"],
        "error: explain has no option --expand\n"
        "hint: --expand is an option of eval and graph\n",
    ),
    (
        ["explain", "x^2", "--x=1", "--expand", "--gradient"],
        "error: explain has no options --expand and --gradient\n"
        "hint: --expand is an option of eval and graph; --gradient is an option of"
        " predict\n",
    ),
    (
        ["eval", "x^2", "--x=1", "--epochs=3"],
        "error: eval has no option --epochs\nhint: --epochs is an option of train\n",
    ),
    (
        ["eval", "x^2", "--x=1", "--no-shuffle"],
        "error: eval has no option --no-shuffle\n"
        "hint: --no-shuffle is an option of train\n",
    ),
    (
        ["plot", "x^2", "--x=0:1", "--precision=3"],
        "error: plot has no option --precision\n"
        "hint: --precision is an option of eval, explain, diff, graph and others\n",
    ),
    (
        ["predict", "m.json", "--x=1", "--only=value"],
        "error: predict has no option --only\n"
        "hint: --only is an option of eval, ascend and descend\n",
    ),
]


@pytest.mark.parametrize(
    ("words", "page"), PAGES, ids=[" ".join(words) for words, _ in PAGES]
)
def test_the_commands_that_have_it_are_named(run, words, page):
    assert run(*words) == (2, "", page)


def test_a_variable_of_that_name_is_one(run):
    assert run("eval", "rate*x", "--rate=2", "--x=3", "--only=value").out == "6\n"
    assert run("explain", "only*2", "--only=abc").err.startswith(
        "error: the value of only: abc is not a constant\n"
    )


def test_a_near_miss_of_a_variable_goes_first(run):
    ran = run("eval", "rat*x", "--rate=2", "--x=1")
    assert ran.err.endswith("hint: rate may be meant for rat\n")
