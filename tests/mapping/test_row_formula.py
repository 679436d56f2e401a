"""What is wrong with a formula over rows, in words of Python and of the shell."""

import pytest

from gradcalc.data.delimited_rows import check_free
from gradcalc.data.rows import renamed
from gradcalc.errors import GradcalcError
from gradcalc.mapping.row_formula import Asked, row_formula


def formula(text, **asked):
    return row_formula(text, {"x": (), "value": ()}, "the DataFrame", Asked(**asked))


def taken():
    check_free("the DataFrame", ["x", "value"], formula("x").additions)


HAS = "the columns of the DataFrame are x, value"
MISTAKES = {
    "a constant that is a column": (
        lambda: formula("x*w", constants={"x": 1.0, "w": 2.0}),
        "leave x out of the constants, or give the column another name:"
        " rename={'x': 'x_column'}",
        "leave out --x, or give the column another name: --rename x=x_column",
    ),
    "no value": (
        lambda: formula("x*w + b"),
        f"{HAS}; or give the constants {{'w': ..., 'b': ...}}",
        f"{HAS}; or give --w=... --b=...",
    ),
    "a near miss": (
        lambda: formula("x*valeu"),
        f"valeu may be meant for value; {HAS}",
        f"valeu may be meant for value; {HAS}",
    ),
    "a name that is taken": (
        taken,
        "give the new columns other names with a prefix, such as prefix='f_'",
        "give the new columns other names with --prefix, such as --prefix f_",
    ),
    "a new name that is taken": (
        lambda: renamed(["x", "y"], {"x": "y"}, "the DataFrame"),
        "give the column another name with rename",
        "give the column another name with --rename",
    ),
}


@pytest.mark.parametrize(("mistake", "hint", "shell_hint"), MISTAKES.values(),
                         ids=MISTAKES)  # fmt: skip
def test_hints(mistake, hint, shell_hint):
    with pytest.raises(GradcalcError) as caught:
        mistake()
    assert (caught.value.hint, caught.value.page_hint) == (hint, shell_hint)
