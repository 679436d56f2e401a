"""`gradcalc map`: rows in, rows with value and gradient out."""

import bz2
import gzip
import json
import lzma
import os
import signal
import subprocess
import sys
import time
from math import pi, sin, tanh

import pytest

import gradcalc
from gradcalc.mapping.engines import ENGINES


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# What is asked, the rows, and what comes out.
ROWS = {
    "columns": (["x^2"], "x\n1\n3\n", "x,value,d_x\n1,1.0,2.0\n3,9.0,6.0\n"),
    "constants": (["w*x + b", "--w=2", "--b=1"], "x\n3\n", "x,value,d_x\n3,7.0,2.0\n"),
    "carried": (["w = 2; w*x"], "x\n3\n", "x,value,d_x\n3,6.0,2.0\n"),
    "given besides": (["w = 2; w*x", "--w=5"], "x\n3\n", "x,value,d_x\n3,15.0,5.0\n"),
    "other columns": (
        ["y^2"], 'id,y,text\n007,3,"a, ""b"""\n,1.50,\n',
        'id,y,text,value,d_y\n007,3,"a, ""b""",9.0,6.0\n,1.50,,2.25,3.0\n',
    ),
    "order of use": (["b*a"], "a,b\n2,3\n", "a,b,value,d_b,d_a\n2,3,6.0,2.0,3.0\n"),
    "wrt a constant": (
        ["w*x", "--w=2", "--wrt=w"], "x\n3\n", "x,value,d_w\n3,6.0,3.0\n"
    ),
    "wrt a label": (
        ["n = x*2; n^2", "--wrt=n,x"], "x\n3\n", "x,value,d_n,d_x\n3,36.0,12.0,24.0\n"
    ),
    "wrt a number of the language": (
        ["e*x", "--wrt=e"], "x\n3\n", "x,value,d_e\n3,8.154845485377136,3.0\n"
    ),
    "another result": (
        ["n = x*2; n^2", "--output=n"], "x\n3\n", "x,value,d_x\n3,6.0,2.0\n"
    ),
    "only the value": (["x^2", "--only=value"], "x\n3\n", "value\n9.0\n"),
    "only some": (
        ["x^2*y", "--only=d_y,id"], "id,x,y\na,3,1\n", "d_y,id\n9.0,a\n"
    ),
    "only gradients": (
        ["x^2*y", "--only=gradient"], "x,y\n3,1\n", "d_x,d_y\n6.0,9.0\n"
    ),
    "only some of like names": (
        ["[x*x_1, x]", "--only=d_x,gradient.x_1"], "x,x_1\n3,5\n",
        "d_x_0,d_x_1,d_x_1_0,d_x_1_1\n5.0,1.0,3.0,0.0\n",
    ),
    "only columns": (["x^2", "--only=id"], "id,x\na,3\n", "id\na\n"),
    "prefix": (
        ["x^2", "--prefix=f_"], "x,value\n3,a\n", "x,value,f_value,f_d_x\n3,a,9.0,6.0\n"
    ),
    "only, with a prefix": (
        ["x^2", "--prefix=f_", "--only=f_value,d_x"], "x\n3\n",
        "f_value,f_d_x\n9.0,6.0\n",
    ),
    "rename": (
        ["2*sl", "--rename=length (cm)=sl"], "length (cm),n\n3,1\n",
        "sl,n,value,d_sl\n3,1,6.0,2.0\n",
    ),
    "rename what holds the sign": (
        ["2*a", "--rename=a=b=a"], "a=b\n3\n", "a,value,d_a\n3,6.0,2.0\n"
    ),
    "list result": (
        ["[x, x^2]"], "x\n3\n", "x,value_0,value_1,d_x_0,d_x_1\n3,3.0,9.0,1.0,6.0\n"
    ),
    "only an element": (
        ["[x, x^2]", "--only=d_x_1,value"], "x\n3\n",
        "d_x_1,value_0,value_1\n6.0,3.0,9.0\n",
    ),
    "matrix result": (
        ["[[x, 1], [2, 3]]", "--only=value"], "x\n7\n",
        "value_0_0,value_0_1,value_1_0,value_1_1\n7.0,1.0,2.0,3.0\n",
    ),
    "list column": (
        ["sum(v^2)"], "v[1],v[0]\n3,4\n",
        "v[1],v[0],value,d_v[0],d_v[1]\n3,4,25.0,8.0,6.0\n",
    ),
    "list constant": (
        ["v @ [x, 1]", "--v=2,5"], "x\n3\n", "x,value,d_x\n3,11.0,2.0\n"
    ),
    "element": (
        ["sum(v^2)", "--wrt=v[1]"], "v[0],v[1]\n3,4\n",
        "v[0],v[1],value,d_v[1]\n3,4,25.0,8.0\n",
    ),
    "list column and list result": (
        ["v*2", "--only=gradient"], "v[0],v[1]\n3,4\n",
        "d_v_0[0],d_v_0[1],d_v_1[0],d_v_1[1]\n2.0,0.0,0.0,2.0\n",
    ),
    "missing": (
        ["x*y"], "x,y\n1,\n ,2\n3,4\n",
        "x,y,value,d_x,d_y\n1,,,,\n ,2,,,\n3,4,12.0,4.0,3.0\n",
    ),
    "missing elsewhere": (["x"], "x,y\n1,\n", "x,y,value,d_x\n1,,1.0,1.0\n"),
    "tabs": (["x^2"], "n\tx\na\t3\n", "n\tx\tvalue\td_x\na\t3\t9.0\t6.0\n"),
    "semicolons": (["x^2"], "n;x\na,b;3\n", "n;x;value;d_x\na,b;3;9.0;6.0\n"),
    "another delimiter": (
        ["x^2", "--delimiter=pipe"], "n|x\na,b|3\n", "n|x|value|d_x\na,b|3|9.0|6.0\n"
    ),
    "a cell of two lines": (
        ["x^2"], 'n,x\n"a\nb",3\nc,1\n',
        'n,x,value,d_x\n"a\nb",3,9.0,6.0\nc,1,1.0,2.0\n',
    ),
    "carriage returns": (["x"], "x\r\n3\r\n", "x,value,d_x\r\n3,3.0,1.0\r\n"),
    "no newline at the end": (["x"], "x\n3", "x,value,d_x\n3,3.0,1.0\n"),
    "mark": (["x"], "\ufeffx\n3\n", "\ufeffx,value,d_x\n3,3.0,1.0\n"),
    "underscores": (["x"], "x,n\n3,a_b\n", "x,n,value,d_x\n3,a_b,3.0,1.0\n"),
    "empty lines": (["x"], "x\n\n3\n\n", "x,value,d_x\n3,3.0,1.0\n"),
    "json": (
        ["x^2"], '{"x": 3.00, "q": {"a": [1]}}\n',
        '{"x": 3.00, "q": {"a": [1]}, "value": 9.0, "d_x": 6.0}\n',
    ),
    "lists in json": (
        ["v*2"], '{"v": [3, 4]}\n',
        '{"v": [3, 4], "value_0": 6.0, "value_1": 8.0, "d_v_0": [2.0, 0.0],'
        ' "d_v_1": [0.0, 2.0]}\n',
    ),
    "missing in json": (
        ["x*y"], '{"x": 3, "y": null}\n{"x": 1}\n',
        '{"x": 3, "y": null, "value": null, "d_x": null, "d_y": null}\n'
        '{"x": 1, "value": null, "d_x": null, "d_y": null}\n',
    ),
    "rename in json": (
        ["2*a", "--rename=a b=a"], '{"a b": 3, "q": 1}\n',
        '{"a": 3, "q": 1, "value": 6.0, "d_a": 2.0}\n',
    ),
    "only in json": (
        ["v*2", "--only=d_v_1,q,v[0]"], '{"v": [3, 4], "q": "a"}\n',
        '{"d_v_1": [0.0, 2.0], "q": "a", "v[0]": 3}\n',
    ),
    "a table to json": (
        ["x^2", "--json"], 'id,x,n,"v[1]",v[0]\n007,3,"a, b",1,\n',
        '{"id": "007", "x": 3, "n": "a, b", "v": [null, 1], "value": 9.0,'
        ' "d_x": 6.0}\n',
    ),
    "no rows": (["x"], "x\n", "x,value,d_x\n"),
}  # fmt: skip


@pytest.mark.parametrize(("words", "content", "result"), ROWS.values(), ids=ROWS)
def test_rows(run, folder, words, content, result):
    warning = "warning: there are no rows\n" if content == "x\n" else ""
    assert run("map", *words, stdin=content) == (0, result, warning)
    # The same from a file into a file.
    kind = "jsonl" if content.startswith("{") else "tsv" if "\t" in content else "csv"
    out = "out.jsonl" if "--json" in words else f"out.{kind}"
    (folder / f"rows.{kind}").write_bytes(content.encode())
    ran = run("map", *words, f"--data=rows.{kind}", f"--out={out}")
    assert ran == (0, "", warning)
    assert (folder / out).read_bytes().decode() == result


@pytest.mark.parametrize(
    ("content", "out", "result"),
    [
        ("x\n3\n", "o.tsv", "x\tvalue\td_x\n3\t3.0\t1.0\n"),
        ("x\n3\n", "o.jsonl", '{"x": 3, "value": 3.0, "d_x": 1.0}\n'),
        ('{"x": 3, "v": [1, 2], "n": "a,b"}\n', "o.csv",
         'x,v[0],v[1],n,value,d_x\n3,1,2,"a,b",3.0,1.0\n'),
        ('{"x": 3, "q": true}\n{"x": 4}\n', "o.csv",
         "x,q,value,d_x\n3,true,3.0,1.0\n4,,4.0,1.0\n"),
        ('{"x": 3, "q": {"a": 1}}\n', "o.tsv",
         'x\tq\tvalue\td_x\n3\t"{""a"": 1}"\t3.0\t1.0\n'),
    ],
)  # fmt: skip
def test_a_file_has_the_format_of_its_name(run, folder, content, out, result):
    assert run("map", "x", f"--out={out}", stdin=content) == (0, "", "")
    assert (folder / out).read_text() == result


def test_what_names_do_not_tell_the_option_does(run, folder):
    (folder / "rows").write_text("x\n3\n")
    assert run("map", "x", "--data=rows", "--format=csv", "--out=o").status == 0
    assert (folder / "o").read_text() == "x,value,d_x\n3,3.0,1.0\n"
    (folder / "rows.csv").write_text("x\n3\n")
    ran = run("map", "x", "--data=rows.csv", "--format=tsv")
    assert ran.out == "x\tvalue\td_x\n3\t3.0\t1.0\n"


def test_what_comes_in_and_what_goes_out_are_told_apart(run):
    ran = run("map", "x", "--format=tsv", "--json", stdin="x\ty\n3\ta,b\n")
    assert ran == (0, '{"x": 3, "y": "a,b", "value": 3.0, "d_x": 1.0}\n', "")


COMPRESSIONS = {".gz": gzip, ".bz2": bz2, ".xz": lzma}


@pytest.mark.parametrize("ending", COMPRESSIONS)
def test_compressed_files(run, folder, ending):
    module = COMPRESSIONS[ending]
    content = module.compress(b"x\n3\n")
    (folder / f"rows.csv{ending}").write_bytes(content)
    ran = run("map", "x", f"--data=rows.csv{ending}", f"--out=o.csv{ending}")
    assert ran == (0, "", "")
    written = (folder / f"o.csv{ending}").read_bytes()
    assert module.decompress(written) == b"x,value,d_x\n3,3.0,1.0\n"
    assert run("map", "x", stdin=content).out == "x,value,d_x\n3,3.0,1.0\n"
    broken = content[:-6]
    ran = run("map", "x", stdin=broken)
    assert ran.status in (1, 2)
    assert "standard input cannot be decompressed: " in ran.err


def test_files_that_match_are_read_in_order(run, folder):
    (folder / "p2.csv").write_text("x,n\n2,b\n")
    (folder / "p1.csv").write_text("x,n\n1,a")
    (folder / "p3.csv.gz").write_bytes(gzip.compress(b"\xef\xbb\xbfx,n\r\n3,c\r\n"))
    ran = run("map", "1/(x - 2)", "--data=p*.csv*", "--only=n,value")
    assert ran.out == "n,value\na,-1.0\nb,inf\nc,1.0\n"
    assert "the first: p2.csv, line 2: " in ran.err
    ran = run("map", "x", "--data=p*.csv*")
    assert ran.out.count("x,n") == 1
    (folder / "p2.csv").write_text("n,x\n2,b\n")
    assert run("map", "x", "--data=p*.csv*") == (
        2, "",
        "error: p2.csv has another header than p1.csv\n"
        "hint: files that are read as one have the same columns in the same order\n",
    )  # fmt: skip
    (folder / "d").mkdir()
    assert run("map", "x", "--data=d") == (
        2, "", "error: cannot read d: is a directory\n"
        "hint: files in it are read as 'd/*.csv'\n",
    )  # fmt: skip
    assert run("map", "x", "--data=q*.csv") == (
        2, "", "error: cannot read q*.csv: no file matches it\n"
    )  # fmt: skip


def test_a_file_may_have_a_name_like_a_pattern(run, folder):
    (folder / "p[1].csv").write_text("x\n1\n")
    assert run("map", "x", "--data=p[1].csv").out == "x,value,d_x\n1,1.0,1.0\n"


MISTAKES = {
    "no such column": (
        ["sepal*2"], "Sepal,b\n1,2\n",
        "error: no column is in the formula: standard input has Sepal, b\n"
        "  sepal*2\n  ^^^^^^^\nhint: did you mean Sepal?\n",
    ),
    "a name that is neither": (
        ["x*lenght"], "x,length\n1,2\n",
        "error: lenght is in the formula, but is no column of standard input and has no"
        " value\n  x*lenght\n    ^^^^^^\nhint: lenght may be meant for length; the"
        " columns of standard input are x, length\n",
    ),
    "no value": (
        ["x*w"], "x\n1\n",
        "error: w is in the formula, but is no column of standard input and has no"
        " value\n  x*w\n    ^\nhint: the columns of standard input are x; or give"
        " --w=...\n",
    ),
    "a column and an option": (
        ["x*w", "--w=1"], "x,w\n1,2\n",
        "error: w is a column of standard input, so its values come from there\n"
        "hint: leave out --w, or give the column another name: --rename w=w_column\n",
    ),
    "an option too many": (
        ["x", "--q=1"], "x,q\n1,2\n",
        "error: q is not a variable of the formula\nhint: its variables are x\n",
    ),
    "a text column": (
        ["x*n"], "x,n\n1,abc\n",
        "error: standard input, line 2, column n: 'abc' is not a number\n"
        "  1,abc\n    ^^^\n",
    ),
    "a column twice": (
        ["x"], "x,x\n1,2\n",
        "error: standard input has 2 columns called x\n"
        "hint: every column needs a name of its own\n",
    ),
    "another column twice": (
        ["x"], "x,y,y\n1,2,3\n",
        "error: standard input has 2 columns called y\n"
        "hint: every column needs a name of its own\n",
    ),
    "a name that is taken": (
        ["x"], "x,value\n1,2\n",
        "error: standard input has a column value already\n"
        "hint: give the new columns other names with --prefix, such as --prefix f_\n",
    ),
    "an entry that is taken": (
        ["x"], '{"x": 1, "d_x": 2}\n',
        "error: standard input, line 1: the row has d_x already\n"
        "hint: give the new columns other names with --prefix, such as --prefix f_\n",
    ),
    "empty": (["x"], "", "error: standard input is empty: it has no header\n"),
    "nothing to rename": (
        ["x", "--rename=lenght=l"], "x,length\n1,2\n",
        "error: standard input has no column lenght to rename\n"
        "hint: did you mean length?\n",
    ),
    "renamed to another": (
        ["x", "--rename=y=x"], "x,y\n1,2\n",
        "error: standard input would have 2 columns called x\n"
        "hint: give the column another name with --rename\n",
    ),
    "only what is not there": (
        ["x", "--only=vlaue"], "x\n1\n",
        "error: --only: there is no column vlaue\nhint: did you mean value?\n",
    ),
    "only what a total has not": (
        ["x*w", "--w=1", "--reduce=sum", "--only=value,x"], "x\n1\n",
        "error: --only: there is no column x\nhint: new are value, d_w\n",
    ),
    "an index": (
        ["i = 1; [1, 2][i]"], "i\n1\n",
        "error: i is an index in the formula, and cannot be a column\n"
        "hint: an index is one whole number for all rows\n",
    ),
    "a list and its element": (
        ["sum(v)", "--wrt=v,v[0]"], "v[0]\n1\n",
        "error: there would be 2 columns called d_v[0]\n"
        "hint: name a list or an element of it, not both\n",
    ),
    "every row bad": (
        ["x", "--skip-bad"], "x\na\nb\n",
        "error: no row can be used: standard input, line 2, column x: 'a' is not a"
        " number\n  a\n  ^\n",
    ),
    "a short row": (
        ["x", "--only=value"], "y,x\n1\n",
        "error: standard input, line 2, column x: the row has 1 cell, the header has"
        " 2\n  1\n  ^\n",
    ),
    "mean of nothing": (
        ["x", "--reduce=mean"], "x\n",
        "error: there is no row in standard input to take the mean of\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("words", "content", "page"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_told_before_anything_is_written(
    run, folder, words, content, page
):
    assert run("map", *words, stdin=content) == (2, "", page)
    (folder / "out.csv").write_text("as it was")
    assert run("map", *words, "--out=out.csv", stdin=content).status == 2
    assert (folder / "out.csv").read_text() == "as it was"
    assert os.listdir(folder) == ["out.csv"]


USAGE = {
    "rows and a range": (
        ["x", "--x=0:1", "--data=-"],
        "error: --data and a range are both given\n"
        "hint: leave out one of them: a range makes rows of its own\n",
    ),
    "json and a table": (
        ["x", "--json", "--out=o.csv"],
        '{"error": {"kind": "usage", "message": "--json writes JSON Lines, and --out'
        ' o.csv is csv", "span": null, "hint": "leave out --json, or write into a file'
        ' such as rows.jsonl"}}\n',
    ),
    "out to nowhere": (
        ["x", "--out=-"],
        "error: --out takes the name of a file\n"
        "hint: without --out rows are written to standard output\n",
    ),
    "delimiter": (
        ["x", "--delimiter=ab"],
        "error: --delimiter takes one character, not 'ab'\n"
        "hint: write --delimiter ';' or --delimiter tab\n",
    ),
    "rename": (
        ["x", "--rename=x"],
        "error: --rename takes OLD=NEW, not 'x'\n"
        'hint: write --rename "sepal length (cm)=sl", with a name for a formula\n',
    ),
    "range without a step": (
        ["x", "--x=0:1:0"],
        "error: the value of x: the step of a range is 0\n  0:1:0\n  ^^^^^\n"
        "hint: write for example 0:10:0.1\n",
    ),
    "range the wrong way": (
        ["x", "--x=1:0:0.1"],
        "error: the value of x: the step of the range leads away from its end\n"
        "  1:0:0.1\n  ^^^^^^^\nhint: write 0:1:0.1\n",
    ),
    "a range of what is no variable": (
        ["x", "--x=0:1", "--q=0:1"],
        "error: q is not a variable of the formula\n",
    ),
    "parquet": (
        ["x", "--data=rows.parquet"],
        "error: cannot read rows.parquet: parquet: File out of specification: A"
        " Parquet file must contain a header and footer with at least 12 bytes\n",
    ),
    "no parquet": (
        ["x", "--data=nope.parquet"],
        "error: cannot read nope.parquet: no such file or directory\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("words", "page"), USAGE.values(), ids=USAGE)
def test_usage(run, folder, words, page):
    (folder / "rows.parquet").write_bytes(b"PAR1")
    assert run("map", *words, stdin="x\n1\n") == (2, "", page)


@pytest.mark.parametrize("words", [["--data=rows.parquet"], ["--out=o.arrow"]])
def test_without_polars(run, folder, words, monkeypatch):
    monkeypatch.setitem(sys.modules, "polars", None)
    (folder / "rows.csv").write_text("x\n1\n")
    (folder / "rows.parquet").write_bytes(b"PAR1")
    words = ["--data=rows.csv", *words][-2:]
    page = "error: Parquet and Arrow files need polars: pip install 'gradcalc[data]'\n"
    assert run("map", "x", *words[-2 if "--out=o.arrow" in words else -1 :]) == (
        2, "", page,
    )  # fmt: skip
    assert not (folder / "o.arrow").exists()


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_columnar_files(run, folder, kind):
    (folder / "rows.csv").write_text("name,x,w\na,1.5,2\n,,2\nc,-1,0.5\n")
    made = f"made.{kind}"
    assert run("map", "x*w", "--data=rows.csv", f"--out={made}") == (0, "", "")
    assert run("map", "x + value*b", f"--data={made}", "--prefix=f_", "--b=2",
               "--only=name,f_value,f_d_value", "--json") == (0, (
        '{"name": "a", "f_value": 7.5, "f_d_value": 2.0}\n'
        '{"name": null, "f_value": null, "f_d_value": null}\n'
        '{"name": "c", "f_value": -2.0, "f_d_value": 2.0}\n'
    ), "")  # fmt: skip
    code, out, err = run("map", "x*b", f"--data={made}", "--b=2", "--reduce=sum")
    assert (code, out) == (0, "value,d_b\n1.0,0.5\n")
    assert err == "warning: 1 row with a missing value is left out\n"


def test_a_large_table(run, folder, monkeypatch):
    monkeypatch.setattr("gradcalc.cli.map_engines.LARGE", 1)
    (folder / "rows.csv").write_text("id,x\n007,1.50\n008,0.25\n")
    expected = "id,x,value,d_x\n007,1.50,2.25,3.0\n008,0.25,0.0625,0.5\n"
    assert run("map", "x^2", "--data=rows.csv") == (0, expected, "")
    (folder / "rows.csv").write_text("id,x\n007,1.50\n008,abc\n")
    assert run("map", "x^2", "--data=rows.csv", "--out=o.csv") == (
        2, "",
        "error: rows.csv, line 3, column x: 'abc' is not a number\n"
        "  008,abc\n      ^^^\n",
    )  # fmt: skip
    assert not (folder / "o.csv").exists()


def test_a_bad_row_after_good_ones(run, folder):
    content = "x\n1\nabc\n2\n"
    page = (
        "error: standard input, line 3, column x: 'abc' is not a number\n  abc\n  ^^^\n"
    )
    assert run("map", "x", stdin=content) == (1, "x,value,d_x\n1,1.0,1.0\n", page)
    for out in ("o.csv", "o.csv.gz", "o.jsonl.xz"):
        assert run("map", "x", f"--out={out}", stdin=content).err == page
    assert os.listdir(folder) == []
    assert run("map", "x", "--skip-bad", stdin=content) == (
        0,
        "x,value,d_x\n1,1.0,1.0\n2,2.0,1.0\n",
        "warning: 1 row is left out; the first: standard input, line 3, column x: 'abc'"
        " is not a number\n",
    )


def test_results_that_are_not_finite(run):
    content = "x\n1\n0\n-1\n"
    answer = "x,value,d_x\n1,0.0,1.0\n0,-inf,inf\n-1,NaN,NaN\n"
    warning = (
        "warning: 2 rows have a result that is not finite; the first: standard input,"
        " line 3: log(x) is -inf because x is 0\n"
    )
    assert run("map", "log(x)", stdin=content) == (0, answer, warning)
    assert run("map", "log(x)", "--strict", stdin=content) == (1, answer, warning)
    ran = run("map", "log(x)", "--json", stdin=content)
    assert [json.loads(line)["value"] for line in ran.out.splitlines()] == [
        0, "-Infinity", "NaN",
    ]  # fmt: skip
    # What is not written is not looked at.
    assert run("map", "sqrt(x)", "--only=value", "--strict", stdin="x\n0\n").status == 0


SWEEPS = {
    "decimal steps": ("0:0.5:0.1", [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]),
    "downwards": ("1:0:-0.25", [1, 0.75, 0.5, 0.25, 0]),
    "short of the end": ("0:1:0.3", [0, 0.3, 0.6, 0.9]),
    "steps of 1": ("-1:2", [-1, 0, 1, 2]),
    "formulas": ("0:pi:pi/4", [k * pi / 4 for k in range(5)]),
    "one point": ("2:2:1", [2]),
    "exponents": ("1e-3:3e-3:1e-3", [0.001, 0.002, 0.003]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "numbers"), SWEEPS.values(), ids=SWEEPS)
def test_sweeps(run, text, numbers):
    ran = run("map", "sin(x)", f"--x={text}", "--only=x,value")
    assert ran.out.splitlines() == [
        "x,value",
        *(f"{x!r},{sin(x)!r}" for x in map(float, numbers)),
    ]


def test_a_grid_has_all_combinations(run):
    ran = run("map", "a*b*c", "--b=0:1", "--a=1:2:0.5", "--c=3", "--only=a,b,value")
    points = [(a, b) for b in (0.0, 1.0) for a in (1.0, 1.5, 2.0)]
    rows = [f"{a!r},{b!r},{a * b * 3!r}" for a, b in points]
    assert ran.out.splitlines() == ["a,b,value", *rows]


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl"])
def test_a_grid_in_a_file(run, ending):
    run("map", "x^2", "--x=0:1", f"--out=grid.{ending}")
    ran = run(
        "map", "value - x^2", f"--data=grid.{ending}", "--only=value", "--prefix=_"
    )
    assert "0.0" in ran.out


TOTALS = "x,y\n1,2\n2,3\n3,5\n"


def test_totals(run):
    loss = "(w*x + b - y)^2"
    points = [(1, 2), (2, 3), (3, 5)]
    found = [
        gradcalc.evaluate(loss, {"w": 0.5, "b": 0.25, "x": x, "y": y})
        for x, y in points
    ]
    value = sum(each.value for each in found)
    slopes = [sum(each.gradient[name] for each in found) for name in ("w", "b")]
    words = [loss, "--w=0.5", "--b=0.25"]
    ran = run("map", *words, "--reduce=sum", stdin=TOTALS)
    assert ran.out == f"value,d_w,d_b\n{value!r},{slopes[0]!r},{slopes[1]!r}\n"
    ran = run("map", *words, "--reduce=mean", "--json", stdin=TOTALS)
    assert json.loads(ran.out) == {
        "value": value / 3, "d_w": slopes[0] / 3, "d_b": slopes[1] / 3,
    }  # fmt: skip
    # Lists of parameters, and what is asked for.
    ran = run(
        "map", "(v @ [x, 1] - y)^2", "--v=0.5,0.25", "--reduce=sum", "--only=d_v",
        stdin=TOTALS,
    )  # fmt: skip
    assert ran.out == f"d_v[0],d_v[1]\n{slopes[0]!r},{slopes[1]!r}\n"
    ran = run("map", "x*y", "--reduce=sum", "--wrt=x", stdin=TOTALS)
    assert ran.out == "value,d_x\n23.0,10.0\n"


def test_a_range_replaces_a_carried_value_without_a_warning(run):
    page = "a,value,d_a\n0.0,0.0,2.0\n1.0,2.0,2.0\n"
    assert run("map", "a = 3; a*w", "--a=0:1", "--w=2") == (0, page, "")


def test_a_total_is_the_same_however_rows_are_divided(run):
    cells = [f"{(-1) ** k * 10.0 ** (k % 17)!r}" for k in range(3000)]
    once = run("map", "x/3", "--reduce=sum", stdin="x\n" + "\n".join(cells)).out
    turned = run("map", "x/3", "--reduce=sum", stdin="x\n" + "\n".join(cells[::-1])).out
    assert once == turned


def test_missing_rows_are_not_in_a_total(run):
    ran = run("map", "x*w", "--w=2", "--reduce=mean", stdin='x\n1\n" "\n3\n')
    assert ran == (
        0, "value,d_w\n4.0,2.0\n",
        "warning: 1 row with a missing value is left out\n",
    )  # fmt: skip


def test_a_model_is_mapped(run, folder):
    model = {
        "schema": 1, "model": "w*x + b", "inputs": ["x"], "target": "y",
        "parameters": {"w": 2, "b": 1}, "loss": {"name": "mse"},
    }  # fmt: skip
    (folder / "m.json").write_text(json.dumps(model))
    assert run("map", "--model=m.json", stdin="x\n3\n").out == (
        "x,value,d_x\n3,7.0,2.0\n"
    )
    ran = run("map", "--model=m.json", stdin="x,b\n3,5\n")
    assert ran.out == "x,b,value,d_x,d_b\n3,5,11.0,2.0,1.0\n"
    assert ran.err == (
        "warning: b is a column of standard input, so its values come from there\n"
    )


def test_a_formula_in_a_file(run, folder):
    (folder / "f.grad").write_text("n = w*x\ntanh(n)\n")
    ran = run("map", "--file=f.grad", "--w=0.5", stdin="x\n1\n")
    assert ran.out == f"x,value,d_x\n1,{tanh(0.5)!r},{0.5 * (1 - tanh(0.5) ** 2)!r}\n"


def started(*words, **streams):
    return subprocess.Popen(
        [sys.executable, "-m", "gradcalc", "map", *words],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        **streams,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "rows", "answers"),
    [
        ([], ["x\n1\n", "2\n", "3\n"],
         ["x,value,d_x\n1,1.0,2.0\n", "2,4.0,4.0\n", "3,9.0,6.0\n"]),
        ([], ['x,n\n1,"a\nb"\n', '2,"c"\n'],
         ['x,n,value,d_x\n1,"a\nb",1.0,2.0\n', '2,"c",4.0,4.0\n']),
        (["--json"], ['{"x": 1}\n', '{"x": 2}\n'],
         ['{"x": 1, "value": 1.0, "d_x": 2.0}\n',
          '{"x": 2, "value": 4.0, "d_x": 4.0}\n']),
    ],
    ids=["csv", "quoted", "json"],
)  # fmt: skip
def test_a_row_of_a_pipe_is_answered_before_the_next_one_comes(words, rows, answers):
    with started("x^2", *words) as process:
        for row, answer in zip(rows, answers, strict=True):
            process.stdin.write(row.encode())
            process.stdin.flush()
            lines = [process.stdout.readline() for _ in answer.splitlines()]
            assert b"".join(lines).decode() == answer
        process.stdin.close()
        assert (process.stdout.read(), process.stderr.read()) == (b"", b"")
        assert process.wait() == 0


def test_a_closed_pipe_ends_it_quietly():
    with started("sin(x)", "--x=0:1e9") as process:
        assert process.stdout.readline() == b"x,value,d_x\n"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_nothing_is_left_of_a_file_that_is_interrupted(folder, number, status):
    (folder / "o.csv").write_text("as it was")
    with started("sin(x)", "--x=0:1e9", "--out=o.csv") as process:
        while len(os.listdir(folder)) < 2:
            time.sleep(0.01)
            assert process.poll() is None
        process.send_signal(number)
        assert process.stdout.read() == b""
        assert process.wait() == status
    assert os.listdir(folder) == ["o.csv"]
    assert (folder / "o.csv").read_text() == "as it was"


def test_what_is_read_is_not_written(run, folder):
    (folder / "rows.csv").write_text("x\n1\n")
    ran = run("map", "x", "--data=rows.csv", "--out=rows.csv")
    assert (ran.status, ran.out) == (2, "")
    assert "cannot write rows.csv: this command reads it" in ran.err
    assert (folder / "rows.csv").read_text() == "x\n1\n"


def test_progress_is_for_terminals(run, folder):
    (folder / "rows.csv").write_text("x\n1\n2\n")
    ran = run("map", "x", "--data=rows.csv", "--out=o.csv", shown=True)
    assert "2 rows" in ran.err
    assert run("map", "x", "--data=rows.csv", "--out=o.csv").err == ""
    assert run("map", "x", "--data=rows.csv", shown=True).err == ""


# Rows as text, however they come, and the option that they need.
TEXTS = {
    "csv": (b"id,x\n007,1.5\n008,\n", []),
    "csv.gz": (gzip.compress(b"id,x\n007,1.5\n008,\n"), []),
    "tsv": (b"id\tx\n007\t1.5\n008\t\n", []),
    "dat": (b"id|x\n007|1.5\n008|\n", ["--delimiter=|"]),
    "bad.csv": (b"id,x\n007,1.5\n9,abc\n9\n008,\n", ["--skip-bad"]),
    "jsonl": (b'{"id": "007", "x": 1.5}\n{"id": "008", "x": null}\n', []),
    "jsonl.gz": (
        gzip.compress(b'{"id": "007", "x": 1.5}\n{"id": "008", "x": null}\n'), [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
@pytest.mark.parametrize("piped", [False, True], ids=["file", "pipe"])
@pytest.mark.parametrize(("ending", "text"), TEXTS.items(), ids=TEXTS)
def test_any_text_becomes_columns_and_text_again(
    run, folder, ending, text, piped, kind
):
    content, words = text
    (folder / f"rows.{ending}").write_bytes(content)
    source = {"stdin": content} if piped else {}
    words = [*words, "--data=-" if piped else f"--data=rows.{ending}"]
    ran = run("map", "x^2", *words, f"--out=o.{kind}", **source)
    assert (ran.status, ran.out) == (0, "")
    ran = run("map", "x*value", f"--data=o.{kind}", "--prefix=f_", "--out=o.csv")
    assert ran == (0, "", "")
    assert (folder / "o.csv").read_text() == (
        "id,x,value,d_x,f_value,f_d_x,f_d_value\n"
        "007,1.5,2.25,3.0,3.375,2.25,1.5\n008,,,,,,\n"
    )
    ran = run("map", "x*value", f"--data=o.{kind}", "--only=id,value", "--json")
    assert ran.status == 0
    assert run("map", "1", "--x=0:1", f"--out=o.{kind}").status == 2
    assert run("map", "x^2", "--x=0:2", f"--out=o.{kind}") == (0, "", "")
    ran = run("map", "x", f"--data=o.{kind}", "--prefix=f_", "--reduce=sum")
    assert ran.out == "f_value\n3.0\n"


def test_folders_and_patterns_of_columns(run, folder):
    (folder / "d" / "part=1").mkdir(parents=True)
    (folder / "d" / "_log").mkdir()
    (folder / "d" / "_log" / "x.parquet").write_text("no")
    (folder / "d" / "_SUCCESS").write_text("")
    for place, path in enumerate(["a.parquet", "part=1/b.parquet"]):
        run("map", "x", f"--x={place}:{place + 1}", f"--out=d/{path}")
    for data in ("d", "d/", "d/**/[ab].parquet"):
        ran = run("map", "10*x", f"--data={data}", "--prefix=f_", "--only=x,f_value",
                  "--json")  # fmt: skip
        numbers = [list(json.loads(line).values()) for line in ran.out.splitlines()]
        assert numbers == [[0, 0], [1, 10], [1, 10], [2, 20]]
    ran = run("map", "x", "--data=d", "--out=d/a.parquet")
    assert (ran.status, ran.out) == (2, "")
    (folder / "e").mkdir()
    assert run("map", "x", "--data=e").err.startswith(
        "error: cannot read e: is a directory\n"
    )


@pytest.mark.parametrize("engine", [name for name in ENGINES if name != "spark"])
def test_an_engine_can_be_asked_for(run, folder, engine):
    (folder / "rows.csv").write_text("id,x\n007,1.50\n008,\n")
    expected = "id,x,value,d_x\n007,1.50,2.25,3.0\n008,,,\n"
    assert run("map", "x^2", "--data=rows.csv", f"--engine={engine}").out == expected


@pytest.mark.parametrize("engine", [n for n, each in ENGINES.items() if each.library])
def test_an_engine_that_is_not_installed_names_its_extra(
    run, folder, engine, monkeypatch
):
    library, extra = ENGINES[engine].library, ENGINES[engine].extra
    monkeypatch.setattr("gradcalc.mapping.engines.find_spec", lambda _name: None)
    (folder / "rows.csv").write_text("x\n1\n")
    page = (
        f"error: the engine {engine} needs {library}: pip install 'gradcalc[{extra}]'\n"
    )
    assert run("map", "x", "--data=rows.csv", f"--engine={engine}") == (2, "", page)


def test_the_engine_of_rows_takes_no_columns(run):
    assert run("map", "x", "--engine=rows", "--out=o.parquet", stdin="x\n1\n") == (
        2, "",
        "error: the engine rows reads and writes lines of text, no parquet\n"
        "hint: leave out --engine\n",
    )  # fmt: skip
    assert run("map", "x", "--engine=row", stdin="x\n1\n").status == 2


@pytest.mark.parametrize("out", ["o.parquet", "o.csv"])
def test_nothing_is_left_or_said_when_columns_are_interrupted(folder, out):
    polars = pytest.importorskip("polars")
    polars.DataFrame({"x": range(1, 3_000_001)}).write_parquet(folder / "rows.parquet")
    # It takes seconds: the function is called number by number.
    with started("lgamma(x)", "--data=rows.parquet", f"--out={out}") as process:
        while len(os.listdir(folder)) < 2:
            time.sleep(0.01)
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == b""
        assert process.stderr.read().strip() == b""
        assert process.wait() == 130
    assert os.listdir(folder) == ["rows.parquet"]
