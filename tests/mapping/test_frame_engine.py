"""Rows through Polars get what the rows one by one get."""

import io
import math
from functools import partial

import numpy as np
import polars as pl
import pytest

from gradcalc.data.formats import open_rows
from gradcalc.data.rows import Reading
from gradcalc.errors import DataError
from gradcalc.mapping.frame_engine import of_columns, of_table
from gradcalc.mapping.row_engine import RowEngine
from gradcalc.mapping.row_formula import Asked, row_formula

QUIET = lambda _rows: None  # noqa: E731


class Output:
    """A sink that keeps what is written."""

    def __init__(self, kind=None):
        self.kind = kind
        self.stream = io.BytesIO()

    def write_rows(self, header, blocks):
        self.stream.write(header.encode())
        for block in blocks:
            self.stream.write("".join(block).encode())

    @property
    def text(self):
        return self.stream.getvalue().decode()


def read(text, kind="csv", **reading):
    return open_rows(io.BytesIO(text.encode()), "d.csv", Reading(kind, **reading))


def table_engine(text, path, kind=None, **reading):
    path.write_text(text, newline="")
    return of_table(read(text, **reading), [str(path)], kind, QUIET)


def written(engine, formula, kind=None, **asked):
    output = Output(kind)
    made = row_formula(formula, engine.columns, engine.name, Asked(**asked))
    outcome = engine.write(made, output)
    return output, outcome


def cells(text, delimiter=","):
    """The cells of a table, numbers as numbers: their texts differ in exponents."""

    def cell(text):
        try:
            return float(text) if text else None
        except ValueError:
            return text

    import csv

    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    return rows[0], [[cell(each) for each in row] for row in rows[1:]]


TABLES = [
    "id,x,y\n007,1,2\n008,0.5,\n009,-1,0\n",
    'name,x,y\n"a, b",1,2\n"say ""hi""",3,4\n"two\nlines",5,6\n,7,8\n',
    "x,y\r\n1,2\r\n3,4\r\n",
    "x,y,z\n 1 ,2,\n\t3,  ,a\n+4,5e0,\n",
    "x,y\nnan,1\ninf,2\n-Infinity,3\n1e308,1e308\n",
    "y,z\n1e-320,0\n-0.0,1\n",
    "x,y,é\n1,2,ü\n",
    "x,y\n",
]


@pytest.mark.parametrize("text", TABLES, ids=range(len(TABLES)))
@pytest.mark.parametrize(
    ("formula", "asked"),
    [
        ("tanh(x*w + y)", {"constants": {"w": 0.5, "x": 2.0}}),
        ("[y, log(y)*x]", {"constants": {"x": 2.0}, "prefix": "f_"}),
        ("where(y > 1, y/x, x)", {"constants": {"x": 3.0}, "only": ["d_y", "y"]}),
    ],
)
def test_tables(text, formula, asked, tmp_path):
    rows = read(text)
    if "x" in rows.columns:
        given = {k: v for k, v in asked["constants"].items() if k != "x"}
        asked = {**asked, "constants": given}
    want, expected = written(RowEngine(rows), formula, **asked)
    got, found = written(table_engine(text, tmp_path / "d.csv"), formula, **asked)
    header, body = cells(want.text)
    assert cells(got.text)[0] == header
    np.testing.assert_equal(
        [[c for c in row if not isinstance(c, float)] for row in cells(got.text)[1]],
        [[c for c in row if not isinstance(c, float)] for row in body],
    )
    numbers = [
        [c for row in each for c in row if isinstance(c, float)]
        for each in (cells(got.text)[1], body)
    ]
    np.testing.assert_allclose(*numbers, rtol=1e-15)
    assert (found.rows, found.missing, found.odd) == (
        expected.rows, expected.missing, expected.odd,
    )  # fmt: skip
    assert (found.first_odd is None) == (expected.first_odd is None)
    if found.first_odd is not None:
        np.testing.assert_equal(list(found.first_odd[1]), list(expected.first_odd[1]))


@pytest.mark.parametrize(
    "text",
    [
        "x,y\n1,2\n3,four\n",
        "x,y\n1,2\n3,1_0\n",
        "x,y\n1,2\n3,4,5\n",
        'x,y\n1,2\n"3,4\n',
        "x,y\n1,1e400\n",
        "x,x\n1,2\n",
    ],
)
def test_tables_that_cannot_be_read(text, tmp_path):
    errors = []
    for make in (
        lambda: RowEngine(read(text)),
        partial(table_engine, text, tmp_path / "d.csv"),
    ):
        with pytest.raises(DataError) as caught:
            written(make(), "x*y")
        errors.append(caught.value)
    assert errors[0] == errors[1]


FRAME = pl.DataFrame(
    {
        "name": ["a", None, "c", "d"],
        "x": [1.5, -2.0, None, math.nan],
        "k": [1, 2, 3, 4],
        "f": pl.Series([0.5, 0.25, 2.0, 1.0], dtype=pl.Float32),
        "w[0]": [1, 2, 3, 4],
        "w[1]": [0.5, 0.5, 0.5, 0.5],
    }
)
FORMATS = {
    "parquet": (pl.DataFrame.write_parquet, pl.read_parquet),
    "arrow": (pl.DataFrame.write_ipc, pl.read_ipc),
    "jsonl": (pl.DataFrame.write_ndjson, pl.read_ndjson),
}


@pytest.mark.parametrize("came", FORMATS)
@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_columns_with_types(came, kind, tmp_path):
    path = tmp_path / f"d.{came}"
    FORMATS[came][0](FRAME, path)
    engine = of_columns([str(path)], "d", Reading(came), kind, QUIET)
    output, outcome = written(engine, "x*k + f", kind)
    found = FORMATS[kind][1](io.BytesIO(output.stream.getvalue()))
    assert found.columns == [*FRAME.columns, "value", "d_x", "d_k", "d_f"]
    if came != "jsonl":
        assert found.select(FRAME.columns).equals(FRAME)
    value = found.get_column("value").to_list()
    assert value[:3] == [2.0, -3.75, None]
    assert found.get_column("d_x").to_list()[:3] == [1.0, 2.0, None]
    # A NaN is a number, but not in JSON.
    assert outcome.missing == (2 if came == "jsonl" else 1)
    assert outcome.odd == (0 if came == "jsonl" else 1)


def test_columns_become_text(tmp_path):
    path = tmp_path / "d.parquet"
    FRAME.write_parquet(path)
    engine = of_columns([str(path)], "d", Reading("parquet"), "csv", QUIET)
    output, _ = written(engine, "x*2", "csv", only=["name", "value", "d_x"])
    assert output.text == "name,value,d_x\na,3.0,2.0\n,-4.0,2.0\nc,,\nd,NaN,2.0\n"
    engine = of_columns([str(path)], "d", Reading("parquet"), "jsonl", QUIET)
    output, _ = written(engine, "x*2", "jsonl", only=["name", "value"])
    assert output.text.splitlines()[::3] == [
        '{"name": "a", "value": 3.0}',
        '{"name": "d", "value": "NaN"}',
    ]


def test_lists_are_columns(tmp_path):
    path = tmp_path / "d.parquet"
    FRAME.write_parquet(path)
    engine = of_columns([str(path)], "d", Reading("parquet"), None, QUIET)
    output, _ = written(engine, "dot(w, w)*k")
    found = pl.read_parquet(output.stream.getvalue())
    assert found.get_column("value").to_list() == [1.25, 8.5, 27.75, 65.0]
    assert found.get_column("d_w[0]").to_list() == [2.0, 8.0, 18.0, 32.0]


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("name*x", "the column name of d holds text, not numbers"),
        ("x*nope", "nope is in the formula, but is no column of d and has no value"),
    ],
)
def test_wrong_columns_are_told_before_anything_is_written(formula, message, tmp_path):
    path = tmp_path / "d.parquet"
    FRAME.write_parquet(path)
    engine = of_columns([str(path)], "d", Reading("parquet"), None, QUIET)
    with pytest.raises(Exception, match=message):
        written(engine, formula)


def test_totals_are_those_of_rows(tmp_path):
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(2, 70_000)) * 10.0 ** rng.integers(-8, 9, 70_000)
    lines = [f"{a!r},{b!r}" for a, b in zip(x.tolist(), y.tolist(), strict=True)]
    text = "\n".join(["x,y", *lines, ""])
    asked = Asked(constants={"w": 0.5, "b": -3.0}, total=True)
    engines = RowEngine(read(text)), table_engine(text, tmp_path / "d.csv")
    sums = []
    for engine in engines:
        formula = row_formula("(w*x + b - y)^3", engine.columns, engine.name, asked)
        totals, outcome = engine.total(formula)
        assert (totals.rows, outcome.rows) == (70_000, 70_000)
        sums.append(totals.sums)
    np.testing.assert_allclose(*sums, rtol=1e-12)


def test_a_total_for_a_list_may_be_chosen_by_its_name(tmp_path):
    text = "x,y\n1,2\n3,4\n"
    asked = Asked(constants={"v": [1.0, 2.0]}, total=True, only=["d_v", "value"])
    pages = []
    for engine in (
        table_engine(text, tmp_path / "d.csv", "csv"),
        RowEngine(read(text)),
    ):
        formula = row_formula("v[0]*x + v[1]*y", engine.columns, engine.name, asked)
        output = Output("csv")
        engine.write_total(formula, engine.total(formula)[0].sums, output)
        pages.append(output.text)
    assert pages == ["d_v[0],d_v[1],value\n4.0,6.0,16.0\n"] * 2
