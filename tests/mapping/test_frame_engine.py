"""Files of columns with types, read and written."""

import io
import json
import math

import polars as pl
import pytest

from gradcalc.data.formats import open_rows
from gradcalc.data.rows import Reading
from gradcalc.errors import DataError
from gradcalc.mapping.columnar_engine import ColumnarEngine
from gradcalc.mapping.frame_engine import column_stream, of_columns
from gradcalc.mapping.row_formula import Asked, row_formula
from gradcalc.mapping.table_engine import TableEngine

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


def written(engine, formula, kind=None, **asked):
    output = Output(kind)
    made = row_formula(formula, engine.columns, engine.name, Asked(**asked))
    outcome = engine.write(made, output)
    return output, outcome


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


def engine_of(came, path, kind):
    """The engine that reads the file and writes the format of columns."""
    if came != "jsonl":
        return of_columns([str(path)], "d", Reading(came), kind, QUIET)
    rows = open_rows(io.BytesIO(path.read_bytes()), "d", Reading("jsonl"))
    return ColumnarEngine(TableEngine(rows), kind)


@pytest.mark.parametrize("came", FORMATS)
@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_columns_with_types(came, kind, tmp_path):
    path = tmp_path / f"d.{came}"
    FORMATS[came][0](FRAME, path)
    output, outcome = written(engine_of(came, path, kind), "x*k + f", kind)
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


CELLS = {"v": [[1, 2], None, [3, 4], [5, None]], "k": [1, 2, 3, 4]}
MATRICES = {"m": [[[1, 2, 3], [4, 5, 6]], [[0, 1, 0], [1, 0, 1]]], "k": [1, 2]}


@pytest.mark.parametrize("kind", ["parquet", "arrow", "csv", "jsonl"])
@pytest.mark.parametrize("came", ["parquet", "arrow"])
@pytest.mark.parametrize("fixed", [False, True], ids=["lists", "arrays"])
def test_cells_that_are_lists(fixed, came, kind, tmp_path):
    path = tmp_path / "d"
    frame = pl.DataFrame(CELLS)
    if fixed:
        frame = frame.cast({"v": pl.Array(pl.Int32, 2)})
    FORMATS[came][0](frame, path)
    engine = of_columns([str(path)], "d", Reading(came), kind, QUIET)
    assert engine.columns == {"v": (2,), "k": ()}
    output, outcome = written(engine, "dot(v, v)*k", kind)
    assert (outcome.rows, outcome.missing) == (4, 2)
    made = row_formula("dot(v, v)*k*w", engine.columns, "d", Asked({"w": 1.0}, total=1))
    totals, _ = engine.total(made)
    assert totals.reduced("sum", "d")[0] == 5 + 75
    content = output.stream.getvalue()
    if kind == "jsonl":
        assert [json.loads(line) for line in content.splitlines()][:2] == [
            {"v": [1, 2], "k": 1, "value": 5.0, "d_v": [2.0, 4.0], "d_k": 5.0},
            {"v": None, "k": 2, "value": None, "d_v": [None, None], "d_k": None},
        ]
    elif kind == "csv":
        assert output.text.splitlines()[:3] == [
            "v,k,value,d_v[0],d_v[1],d_k",
            '"[1, 2]",1,5.0,2.0,4.0,5.0',
            ",2,,,,",
        ]
    else:
        found = FORMATS[kind][1](io.BytesIO(content))
        assert found.select("v", "k").equals(frame)
        assert found["value"].to_list() == [5, None, 75, None]
        assert found["d_v[1]"].to_list() == [4, None, 24, None]


def test_cells_that_are_matrices_and_elements_that_are_asked_for(tmp_path):
    path = tmp_path / "d.parquet"
    pl.DataFrame(MATRICES).write_parquet(path)
    engine = of_columns([str(path)], "d", Reading("parquet"), "csv", QUIET)
    only = ["k", "m[1][2]", "value", "d_m"]
    output, _ = written(engine, "sum(m @ [1, 2, 3])*k", "csv", only=only)
    assert output.text.splitlines() == [
        "k,m[1][2],value,"
        + ",".join(f"d_m[{i}][{j}]" for i in range(2) for j in range(3)),
        "1,6,46.0,1.0,2.0,3.0,1.0,2.0,3.0",
        "2,1,12.0,2.0,4.0,6.0,2.0,4.0,6.0",
    ]


UNEVEN = {
    "lists": ([[1, 2], None, [3]], 3, "a list of 1", "a list of 2"),
    "none": ([[1, 2], []], 2, "a list of 0", "a list of 2"),
    "rows": ([[[1], [2]], [[1, 2], [3, 4]]], 2, "a 2x2 matrix", "a 2x1 matrix"),
}


@pytest.mark.parametrize("name", UNEVEN)
def test_lists_of_unequal_length(name, tmp_path):
    cells, row, here, there = UNEVEN[name]
    path = tmp_path / "d.parquet"
    pl.DataFrame({"v": cells, "k": range(len(cells))}).write_parquet(path)
    engine = of_columns([str(path)], "d", Reading("parquet"), None, QUIET)
    output = Output("parquet")
    made = row_formula("sum(sum(v))*k", engine.columns, "d", Asked())
    for act in (lambda: engine.write(made, output), lambda: engine.total(made)):
        with pytest.raises(DataError) as told:
            act()
        assert told.value.message == (
            f"d, row {row}, column v: here is {here}, in the first row there was"
            f" {there}"
        )
    assert not output.stream.getvalue()
    written(engine, "k^2")  # where they are not used they may be as they are


def test_lists_in_tables_of_columns():
    frame = pl.DataFrame({"v": [[1, 2], [3, 4]], "r": [[1], [2, 3]], "y": [1, 2]})
    stream = io.BytesIO()
    frame.write_parquet(stream)
    stream.seek(0)
    rows = open_rows(column_stream(stream, "d", "parquet"), "d", Reading("csv"))
    assert rows.columns["v"] == (2,)
    assert list(rows.header) == ["v[0]", "v[1]", "r", "y"]
    assert list(next(rows)) == ["1", "2", "[1]", "1"]


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


TYPES = {
    "text": (pl.Series(["1", "2"]), "text"),
    "true": (pl.Series([True, False]), "true and false"),
    "date": (pl.Series(["2020-01-01", None]).str.to_date(), "dates"),
    "time": (pl.Series(["2020-01-01", None]).str.to_datetime(), "times"),
    "category": (pl.Series(["a", "b"], dtype=pl.Categorical), "text"),
    "list": (pl.Series([["1", "2"], ["3"]]), "lists"),
    "empty list": (pl.Series([[], [3]]), "lists"),
    "lists of lists": (pl.Series([[[[1]]], [[[2]]]]), "lists"),
    "object": (pl.Series([{"a": 1}, {"a": 2}]), "objects"),
    "bytes": (pl.Series([b"a", b"b"]), "bytes"),
    "duration": (pl.Series([1, None]).cast(pl.Duration), "times"),
    "levels": (pl.Series(["a", "b"], dtype=pl.Enum(["a", "b"])), "text"),
    "array": (pl.Series([["1"], ["2"]], dtype=pl.Array(pl.String, 1)), "lists"),
}


@pytest.mark.parametrize(("column", "kind"), TYPES.values(), ids=TYPES)
def test_a_column_of_no_numbers_is_an_error_where_it_is_used(column, kind, tmp_path):
    path = tmp_path / "d.parquet"
    pl.DataFrame({"x": [1.0, 2.0], "q": column}).write_parquet(path)
    output = Output("parquet")
    engine = of_columns([str(path)], "d", Reading("parquet"), None, QUIET)
    made = row_formula("x*q", engine.columns, engine.name, Asked())
    for act in (lambda: engine.write(made, output), lambda: engine.total(made)):
        with pytest.raises(DataError, match=f"the column q of d holds {kind}, not num"):
            act()
    assert not output.stream.getvalue()
    # Elsewhere it stays as it is, in every format.
    for kind in ("parquet", "arrow", "csv", "jsonl"):
        engine = of_columns([str(path)], "d", Reading("parquet"), kind, QUIET)
        output, _ = written(engine, "x^2", kind)
        content = output.stream.getvalue()
        assert content
        if kind == "parquet":
            assert pl.read_parquet(content)["q"].equals(column)
        if kind == "jsonl":
            assert [json.loads(line)["value"] for line in content.splitlines()] == [
                1,
                4,
            ]
        if kind == "csv":
            assert output.text.splitlines()[0] == "x,q,value,d_x"


NUMBERS = {
    "whole": pl.Series([1, None, 3]),
    "64 bits": pl.Series([2**53 + 1, -(2**63), None]),
    "no sign": pl.Series([2**64 - 1, 0, None], dtype=pl.UInt64),
    "8 bits": pl.Series([-128, 127, None], dtype=pl.Int8),
    "single": pl.Series([0.1, math.inf, None], dtype=pl.Float32),
    "decimal": pl.Series(["1.25", "-3.50", None]).cast(pl.Decimal(10, 2)),
    "missing": pl.Series([None, None, None]),
}


@pytest.mark.parametrize("column", NUMBERS.values(), ids=NUMBERS)
def test_columns_of_numbers(column, tmp_path):
    path = tmp_path / "d.parquet"
    pl.DataFrame({"q": column}).write_parquet(path)
    engine = of_columns([str(path)], "d", Reading("parquet"), None, QUIET)
    output, outcome = written(engine, "q*1")
    found = pl.read_parquet(output.stream.getvalue())
    assert found["q"].equals(column)
    expected = [None if each is None else float(each) for each in column.to_list()]
    assert found["value"].to_list() == expected
    assert outcome.missing == expected.count(None)


def test_decimals_are_numbers_in_json(tmp_path):
    path = tmp_path / "d.parquet"
    # The last has more digits than a double tells apart.
    texts = ["1.25", "-3.50", None, "123456789012345678.01"]
    pl.DataFrame({"q": texts}).cast(pl.Decimal(30, 2)).write_parquet(path)
    engine = of_columns([str(path)], "d", Reading("parquet"), "jsonl", QUIET)
    output, _ = written(engine, "q", "jsonl", only=["q"])
    assert [json.loads(line)["q"] for line in output.text.splitlines()] == [
        1.25, -3.5, None, "123456789012345678.01",
    ]  # fmt: skip


def test_files_that_do_not_fit_each_other(tmp_path):
    paths = [str(tmp_path / f"{k}.parquet") for k in range(2)]
    for path, kind in zip(paths, (pl.Float64, pl.Int64), strict=True):
        pl.DataFrame({"x": [1, 2]}, schema={"x": kind}).write_parquet(path)
    with pytest.raises(DataError) as told:
        of_columns(paths, "d", Reading("parquet"), None, QUIET)
    assert told.value.message == (
        f"cannot read d: the column x is Float64 in {paths[0]} and Int64 in {paths[1]}"
    )
    pl.DataFrame({"y": [1.0]}).write_parquet(paths[1])
    with pytest.raises(DataError, match="and no such column in"):
        of_columns(paths, "d", Reading("parquet"), None, QUIET)


def test_a_file_without_columns(tmp_path):
    path = tmp_path / "d.parquet"
    pl.DataFrame().write_parquet(path)
    with pytest.raises(DataError, match="there are no columns in d"):
        of_columns([str(path)], "d", Reading("parquet"), None, QUIET)


def test_text_becomes_columns():
    text = "id,n,k,x,e\n007,1,9007199254740993,1.5,\n008,2,4,,\n009,x,5,2,\n"
    rows = open_rows(io.BytesIO(text.encode()), "d.csv")
    engine = ColumnarEngine(TableEngine(rows), "parquet")
    output, outcome = written(engine, "x^2*w", "parquet", constants={"w": 2.0})
    found = pl.read_parquet(output.stream.getvalue())
    assert found.rows() == [
        ("007", "1", 9007199254740993, 1.5, None, 4.5, 6.0),
        ("008", "2", 4, None, None, None, None),
        ("009", "x", 5, 2.0, None, 8.0, 8.0),
    ]
    assert (outcome.rows, outcome.missing) == (3, 1)


def test_a_table_without_rows_becomes_columns():
    for text, kind in (("x,y\n", "csv"), ('{"x": 1}\n', "jsonl")):
        rows = open_rows(io.BytesIO(text.encode()), "d")
        engine = ColumnarEngine(TableEngine(rows), "parquet")
        output, outcome = written(engine, "x^2", "parquet")
        found = pl.read_parquet(output.stream.getvalue())
        assert found.columns[-2:] == ["value", "d_x"]
        assert found.height == outcome.rows == (kind == "jsonl")


def test_columns_are_read_again_as_they_were(tmp_path):
    path = tmp_path / "d.parquet"
    pl.DataFrame(
        {"x": [], "y": []}, schema={"x": pl.Float64, "y": pl.Int64}
    ).write_parquet(path)
    engine = of_columns([str(path)], "d", Reading("parquet"), None, QUIET)
    output, outcome = written(engine, "x*y")
    assert pl.read_parquet(output.stream.getvalue()).columns == [
        "x",
        "y",
        "value",
        "d_x",
        "d_y",
    ]
    assert outcome.rows == 0
