"""Tables of text become columns with types, whatever the size of the blocks."""

import polars as pl
import pytest

from gradcalc.mapping import typed_tables
from gradcalc.mapping.typed_tables import typed_table

TABLE = """\
id,whole,number,mixed,truth,big,none,text,x
007,1,1.5,1,true,123456789012345678901,,"a, ""b"" c",1
012,-2,inf,2.5,false,2,,"two
lines",2
13,,NaN,x,true,3,,é,
"""


@pytest.mark.parametrize("block", [40, 60, 100, 10_000])
@pytest.mark.parametrize("ending", ["\n", ""])
def test_types_are_those_of_all_cells(block, ending, tmp_path, monkeypatch):
    monkeypatch.setattr(typed_tables, "BLOCK", block)
    path = tmp_path / "d.csv"
    path.write_text(TABLE.removesuffix("\n") + ending, encoding="utf-8")
    found = typed_table(str(path), ",", ["x"]).collect()
    assert dict(found.schema) == {
        "id": pl.String,
        "whole": pl.Int64,
        "number": pl.Float64,
        "mixed": pl.String,
        "truth": pl.Boolean,
        "big": pl.String,
        "none": pl.String,
        "text": pl.String,
        "x": pl.Float64,
    }
    assert found["id"].to_list() == ["007", "012", "13"]
    assert found["whole"].to_list() == [1, -2, None]
    assert found["text"].to_list() == ['a, "b" c', "two\nlines", "é"]
    assert found["x"].to_list() == [1, 2, None]


def test_parts_of_the_frame_are_asked_for(tmp_path):
    path = tmp_path / "d.csv"
    path.write_text(TABLE, encoding="utf-8")
    frame = typed_table(str(path), ",", ["x"])
    assert frame.select("x").head(1).collect().rows() == [(1.0,)]
    assert frame.filter(pl.col("whole") < 0).select("id").collect().rows() == [("012",)]


def test_a_table_without_rows(tmp_path):
    path = tmp_path / "d.csv"
    path.write_text("a,b\n")
    assert dict(typed_table(str(path), ",", ["b"]).collect().schema) == {
        "a": pl.String,
        "b": pl.Float64,
    }
