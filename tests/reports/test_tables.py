"""Tables of numbers in terminals of every width."""

import math

import pytest
from reference.pages import lines

from gradcalc.analysis.answers import check_answers
from gradcalc.analysis.check import check
from gradcalc.language.bindings import bind
from gradcalc.learning.descent import DescentSettings, descend
from gradcalc.reports.check_page import answers_page, check_page
from gradcalc.reports.learning_pages import descent_page
from gradcalc.reports.pages import Page, line, one_line, paragraphs
from gradcalc.reports.tables import Column, layout

THIRDS = [1 / 3, -200 / 3, None]


def shown(columns, width, precision=None):
    tables, notes = layout(columns, width, precision)
    return lines(Page([*tables, *map(line, notes)]))


def columns():
    return [
        Column("name", ["a", "b", "c"]),
        Column("some number", THIRDS),
        Column("more", [1, 2, 3], spare=1),
    ]


@pytest.mark.parametrize("width", [None, 80, 39])
def test_what_fits_stays_as_it_is(width):
    assert shown(columns(), width) == [
        "name   some number            more",
        "──────────────────────────────────",
        "a        0.3333333333333333   1",
        "b      -66.66666666666667     2",
        "c        -                    3",
    ]


def test_headers_stand_on_several_lines_first():
    narrow = [Column("name", ["a"]), Column("a long header", [1 / 8])]
    assert shown(narrow, 15) == [
        "       a",
        "       long",
        "name   header",
        "─────────────",
        "a      0.125",
    ]


def test_numbers_are_rounded_to_fit():
    assert shown(columns(), 27) == [
        "       some",
        "name   number          more",
        "───────────────────────────",
        "a        0.333333333   1",
        "b      -66.6666667     2",
        "c        -             3",
        "Numbers are rounded to 9 digits to fit in here; --json has them in full.",
    ]


def test_columns_are_left_out_when_rounding_is_not_enough():
    assert shown(columns(), 20)[-1] == "more does not fit in here; --json has it."
    assert "more" not in shown(columns(), 20)[1]


def test_a_precision_that_is_asked_for_is_kept():
    page = shown(columns(), 27, precision=15)
    assert page[3:5] == ["a        0.333333333333333", "b      -66.6666666666667"]
    assert page[6:] == ["more does not fit in here; --json has it."]


def test_many_columns_that_are_left_out_are_counted():
    many = [Column("x", [1.0]), *(Column(f"v[{k}]", [1 / 3], k) for k in range(1, 100))]
    _, notes = layout(many, 20)
    assert notes[-1] == (
        "v[2], v[3], v[4], v[5], v[6], v[7] and 92 more do not fit in here;"
        " --json has them."
    )


def test_texts_are_cut_where_their_column_allows_it():
    texts = [Column("name", ["a long text", "short"], least=6), Column("n", [1, 22])]
    assert shown(texts, 12) == [
        "name      n",
        "────────────",
        "a lo...    1",
        "short     22",
    ]


def test_columns_stand_in_further_tables_where_they_allow_it():
    numbers = [Column(head, [1 / 8], splits=True) for head in "abc"]
    assert shown([Column("", ["x"]), *numbers], 17) == [
        "    a       b",
        "─────────────────",
        "x   0.125   0.125",
        "",
        "    c",
        "─────────",
        "x   0.125",
    ]


def test_rows_are_set_apart():
    tables, _ = layout([Column("n", [1, 2, 3])], bold=0, division=0, gap=2)
    assert lines(Page(tables)) == ["n", "───", "1", "", "2", "...", "3"]


def test_sentences_are_broken_between_words():
    assert [line.text for line in paragraphs(["one two three", "four"], 9)] == [
        "one two",
        "  three",
        "four",
    ]


def pages(width, precision=None):
    given = {"a": 1.1, "b": 2.3, "c": math.pi, "d": 0.7}
    bound = bind("a^2 + b^2 + c^2 + d^2", given)
    yield descent_page(
        descend(bound, DescentSettings(steps=30)), width=width, precision=precision
    )
    kinks = bind("[abs(x) + y/3, sin(y)/7e100]", {"x": 0.0, "y": 1.0})
    yield check_page(check(kinks), width=width, precision=precision)
    answers = check_answers(bound, [("a", "2.2"), ("d", "7/5 + 1e-9")])
    yield answers_page(answers, width=width, precision=precision)


@pytest.mark.parametrize("precision", [None, 3, 17])
@pytest.mark.parametrize("width", [60, 80, 100, 200])
def test_no_page_is_wider_than_the_terminal(width, precision):
    for page in pages(width, precision):
        assert max(map(len, lines(page))) <= width


def test_a_descent_of_four_variables_shows_them_all_in_80_columns():
    page = lines(next(pages(80)))
    assert page[1].split() == ["step", "value", "change", "change", "a", "b", "c", "d"]
    assert (
        "Numbers are rounded to 5 digits to fit in here; --json has them in full."
        in (page)
    )


def test_a_check_tells_the_slopes_below_its_table():
    bound = bind("abs(x) + y/3", {"x": 0.0, "y": 1.0})
    assert lines(check_page(check(bound), width=80)) == [
        "variable   backprop             differences          error/larger   verdict",
        "───────────────────────────────────────────────────────────────────────────",
        "x          0                    -                    -              kink",
        "y          0.3333333333333333   0.3333333333333333   0              ok",
        "",
        "x: the slopes on the two sides differ"
        " (slope -1 on the left and 1 on the right)",
        "",
        "Nothing differs: 1 ok, 1 at a kink.",
    ]


def test_user_text_stands_on_one_line():
    assert one_line("a\n  + b\tc\x1b") == "a + b c"
