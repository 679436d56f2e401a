"""Rows in blocks get what rows one by one get: text, numbers, errors and counts."""

import csv
import io
from math import isclose, isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcalc.data import lines
from gradcalc.data.formats import open_rows
from gradcalc.data.rows import Reading
from gradcalc.errors import DataError
from gradcalc.mapping import table_engine
from gradcalc.mapping.row_engine import RowEngine
from gradcalc.mapping.row_formula import Asked, row_formula
from gradcalc.mapping.table_engine import TableEngine


class Output:
    """A sink that keeps what is written."""

    def __init__(self, kind=None):
        self.kind = kind
        self.stream = io.BytesIO()
        # How many blocks came as bytes, which are those that Polars made.
        self.whole = 0

    def write_rows(self, header, blocks):
        self.stream.write(header.encode())
        for block in blocks:
            is_whole = isinstance(block, memoryview)
            self.whole += is_whole
            self.stream.write(block if is_whole else "".join(block).encode())


@pytest.fixture(params=[20, 100_000], autouse=True)
def block_size(request, monkeypatch):
    """Blocks of one line, of some, and of all behind the first."""
    monkeypatch.setattr(lines, "BLOCK", min(request.param, 16))
    monkeypatch.setattr(table_engine, "LARGEST_BLOCK", max(request.param, 17))
    return request.param


def mapped(
    engine, contents, formula, *, kind=None, skip_bad=False, reading=None, **asked
):
    """What is written, or the totals; what is counted; and the error, if any."""
    first, *more = [
        (
            f"{place}.csv",
            lambda text=text: io.BytesIO(text.encode("utf-8", "surrogateescape")),
        )
        for place, text in enumerate(contents)
    ]
    output, totals = Output(kind), None
    try:
        rows = open_rows(first[1](), first[0], reading, more)
        made = engine(rows, skip_bad=skip_bad)
        formula = row_formula(formula, made.columns, made.name, Asked(**asked))
        if formula.bound and asked.get("total"):
            totals, outcome = made.total(formula)
            totals = totals.rows, *totals.sums
        else:
            outcome = made.write(formula, output)
    except DataError as error:
        return output, totals, None, error
    skipped = outcome.skipped
    counts = (
        outcome.rows, outcome.missing, outcome.odd,
        outcome.first_odd and outcome.first_odd[0], skipped.count,
    )  # fmt: skip
    return output, totals, (counts, outcome.first_odd), skipped.first


def number(cell):
    try:
        return float(cell)
    except ValueError:
        return None


def same(one, other):
    """Whether two cells have one text, or numbers of 2 units in the last place."""
    a, b = number(one), number(other)
    if one == other or a is None or b is None:
        return one == other
    return (isnan(a) and isnan(b)) or isclose(a, b, rel_tol=4e-16, abs_tol=1e-323)


def check(contents, formula, **asked):
    expected = mapped(RowEngine, contents, formula, **asked)
    found = mapped(TableEngine, contents, formula, **asked)
    assert found[3] == expected[3]
    if expected[1] is not None:
        assert found[1] == pytest.approx(expected[1], rel=1e-12, nan_ok=True)
    assert (found[2] and found[2][0]) == (expected[2] and expected[2][0])
    if expected[2] and expected[2][1]:
        assert list(map(repr, found[2][1][1])) == list(map(repr, expected[2][1][1]))
    texts = [
        each[0].stream.getvalue().decode("utf-8", "surrogateescape")
        for each in (expected, found)
    ]
    if texts[0] != texts[1]:
        # All but how a number is written is the same.
        kept = [text.splitlines(keepends=True) for text in texts]
        assert len(kept[0]) == len(kept[1])
        for one, other in zip(*kept, strict=True):
            assert one[len(one.rstrip()) :] == other[len(other.rstrip()) :]
            cells = [
                next(
                    csv.reader(
                        [line],
                        delimiter="\t"
                        if asked.get("kind") == "tsv"
                        else ","
                        if "," in line
                        else "\t",
                    )
                )
                for line in (one, other)
            ]
            assert len(cells[0]) == len(cells[1])
            assert all(map(same, *cells)), (one, other)
    return found[0]


TABLES = {
    "plain": "id,x,y\n007,1,2\n008,0.5,3\n009,-1,0\n010,2,2.50\n",
    "missing": "id,x,y\n007,1,\n,,\n009, ,0\n010,2,2\n\"\",\"\",4\n",
    "blank lines": "id,x,y\n\n007,1,2\n\n\n009,1,0\n\n",
    "blank lines of one column": "x\n\n1\n \n\n2\n3\n\n",
    "short": "id,x,y\n007,1,2\n008,0.5\n009,1,0\n",
    "long": "id,x,y\n007,1,2\n008,0.5,3,4\n009,1,0\n",
    "short and long": "id,x,y\n007,1,2\n008,0.5\n009,1,0,5\n010,1,1\n",
    "bad": "id,x,y\n007,1,2\n008,abc,3\n009,1_0,0\n010,2,2\n",
    "bad at the end": "id,x,y\n007,1,2\n008,1,3\n009,1,0\n010,2,1e400\n",
    "numbers": "x,y\n+1,.5\n1.,1e5\n1E-5,00012\n-0,5e-324\n1e308,1234567890123456789\n"
    " 2 ,\t3\n",
    "not finite": "x,y\nnan,1\ninf,2\n-Infinity,3\nNaN,NaN\n1,-0.0\n 1e308,1e308\n",
    "spellings of NaN": "x,y\n-nan,1\n1,2\n+inf,2\n1e999,3\n",
    "quotes": 'id,x,y\n"a, b",1,2\nc,"3",4\n"say ""hi""",5,6\nd,7,8\n',
    "bad behind quotes in the middle": 'id,x,y\na"b,1,2\nc"",3,d"_\nd,7,8\n',
    "quotes in the middle": 'id,x,y\na"b,1,2\nc"",3,4\nd,7,8\n',
    "two lines": 'id,x,y\n"a\nb",1,2\nc,3,4\n"d\n\ne",5,6\nf,7,8\n',
    "an open quote": 'id,x,y\na,1,2\n"b,3,4\nc,5,6\nd,7,8\n',
    "text behind a quote": 'id,x,y\na,1,2\n"b"c,3,4\nd,7,8\n',
    "carriage returns": "id,x,y\r\na,1,2\r\nb,3,4\r\nc,,5\r\nd,7,8\r\n",
    "some carriage returns": "id,x,y\na,1,2\r\nb,3,4\nc,,5\r\nd,7,8\n",
    "old carriage returns": "id,x,y\ra,1,2\rb,3,4\rc,,5\rd,7,8\r",
    "a return in a cell": 'id,x,y\n"a\rb",1,2\nb,3,4\n',
    "no end": "id,x,y\na,1,2\nb,3,4\nc,5,6",
    "a mark": "\ufeffid,x,y\na,1,2\nb,3,4\n",
    "other letters": "id,x,y\né,1,2\n\u2028,3,4\n日本,5,6\nf,\u0663,1\n",
    "no UTF-8": "id,x,y\na,1,2\n\udcff,3,4\nc,5,6\nd,7,8\n",
    "NUL": "id,x,y\na,1,2\nb\0,3,4\nc,5,6\n",
    "tabs": "id\tx\ty\na,\t1\t2\nb\t\t4\n\t5\t6\n",
    "a comment": "id,x,y\n#a,1,2\n#,3,4\n# b,5,6\n",
    "header alone": "id,x,y\n",
    "header without an end": "id,x,y",
    "a header of two lines": 'id,"a\nb",x,y\n1,2,3,4\n5,6,7,8\n',
    "spaces in names": "x, y , my name\n1,2,3\n4,5,6\n",
    "a long cell": "id,x,y\na,1,2\n" + "b" * 140_000 + ",3,4\nc,5,6\n",
    "lines of texts": "id,x,y\n" + "text,1,2\n" * 30 + "text,a,2\n" + "text,1,2\n" * 9,
}  # fmt: skip
ASKED = {
    "longer": ("x*y + 1/x", {}),
    "constants": ("w*x", {"constants": {"w": 0.1}}),
    "list": ("[x - y, sqrt(x)]", {"prefix": "f_"}),
    "only": ("x*y", {"only": ["value", "x", "d_y"]}),
    "only new": ("x^2", {"only": ["value"]}),
    "another table": ("log(x)", {"kind": "tsv"}),
    "objects": ("x/y", {"kind": "jsonl"}),
    "totals": ("w*x^2", {"constants": {"w": 0.5}, "total": True}),
}


@pytest.mark.parametrize("skip_bad", [False, True], ids=["all", "skip"])
@pytest.mark.parametrize(("formula", "asked"), ASKED.values(), ids=ASKED)
@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES)
def test_tables(text, formula, asked, skip_bad):
    if "y" not in text.splitlines()[0] and "y" in formula:
        formula = formula.replace("y", "x")
        asked = {key: value for key, value in asked.items() if key != "only"}
    check([text], formula, skip_bad=skip_bad, **asked)


@pytest.mark.parametrize("skip_bad", [False, True], ids=["all", "skip"])
@pytest.mark.parametrize(
    "name", ["plain", "two lines", "bad", "no end", "carriage returns"]
)
def test_several_files(name, skip_bad):
    texts = [TABLES["plain"], TABLES[name], TABLES["missing"], TABLES[name]]
    for asked in ({}, {"total": True, "constants": {"w": 2.0}}):
        formula = "w*x" if asked else "x/y"
        check(texts, formula, skip_bad=skip_bad, **asked)


@pytest.mark.parametrize("delimiter", [";", " ", "|", "é", "#", "'", "\\"])
def test_delimiters(delimiter):
    text = TABLES["plain"].replace(",", delimiter)
    check([text], "x/y", reading=Reading("csv", delimiter), kind="tsv")
    check([text], "x/y", reading=Reading("csv", delimiter), total=True)


def test_plain_lines_are_taken_as_blocks(block_size):
    text = "id,x,y\n" + "abc,1,2\n" * 200
    for ending in ("\n", "\r\n"):
        for asked in ({}, {"only": ["x", "value"]}, {"kind": "tsv"}):
            found = check([text.replace("\n", ending)], "x*y", **asked)
            assert found.whole >= (1 if block_size > 1000 else 30)


CELLS = st.one_of(
    st.floats().map(repr),
    st.text(st.sampled_from('01.e-+_naif "\t,\r'), max_size=6),
    st.sampled_from(["", "", "1", "2", "-0.0", "1e400", "inf", '"a\nb"', '"', "é"]),
)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=12), st.booleans())
def test_any_table(rows, skip_bad):
    text = "".join([f"{','.join(row)}\n" for row in [["id", "x", "y"], *rows]])
    check([text], "x/y", skip_bad=skip_bad)
