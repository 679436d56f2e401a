"""Rows of CSV, TSV and JSON Lines: read, written back, every mistake with its place."""

import csv
import io
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcalc.data.additions import Addition, Additions
from gradcalc.data.cells import class_in, number_in
from gradcalc.data.formats import format_of, open_rows, row_writer
from gradcalc.data.rows import Reading
from gradcalc.errors import DataError, describe


def numbers_in(content, names=("x", "y"), kind=None):
    """The numbers of each row; for a row that cannot be used, its error's page."""
    rows = open_rows(io.BytesIO(content), "d.csv", Reading(kind))
    numbers = rows.numbers(list(names))
    found = []
    while True:
        try:
            found += [numbers(row) for row in rows]
            return found
        except DataError as error:
            found.append(describe(error))


GOOD = {
    "plain": b"x,y\n1,2\n3,4\n",
    "no newline at the end": b"x,y\n1,2\n3,4",
    "carriage returns": b"x,y\r\n1,2\r\n3,4\r\n",
    "old carriage returns": b"x,y\r1,2\r3,4\r",
    "byte order mark": b"\xef\xbb\xbfx,y\n1,2\n3,4\n",
    "empty lines": b"\nx,y\n\n1,2\n\r\n3,4\n\n",
    "blanks": b" x , y\n 1 ,2 \n3, 4\n",
    "quoted": b'"x","y"\n"1","2"\n3,"4"\n',
    "other columns": b'name,x,"a ""b""",y\n"one, two",1,,2\n"new\nline",3,"""",4\n',
    "tabs": b"x\ty\n1\t2\n3\t4\n",
    "underscores elsewhere": b"x,y,a_name\n1,2,a_b\n3,4,_\n",
    "exponents": b"x,y\n1e0,+2\n.3e1,40e-1\n",
    "json": b'{"x": 1, "y": 2}\n{"y": 4, "x": 3}\n',
    "json, floats": b'{"x": 1.0, "y": 2.0, "z": []}\n\n{"x": 3e0, "y": "4"}',
    "json, mark": b'\xef\xbb\xbf{"x":1,"y":2}\r\n{"x":3,"y":4}\r\n',
}


@pytest.mark.parametrize("content", GOOD.values(), ids=GOOD)
def test_good_rows_are_read(content):
    assert numbers_in(content) == [[1.0, 2.0], [3.0, 4.0]]


BAD = {
    "underscore": [
        b"x,y\n1_0,2\n",
        "d.csv, line 2, column x: '1_0' is not a number",
        "  1_0,2",
        "  ^^^",
    ],
    "missing cell": [
        b"x,y\n1,\n",
        "d.csv, line 2, column y: the cell is empty",
        "  1,",
        "    ^",
    ],
    "blank cell": [
        b"x,y\n , 1\n",
        "d.csv, line 2, column x: the cell is empty",
        "   , 1",
        "  ^",
    ],
    "text": [
        b"x,y\n1,2\nab,3\n",
        "d.csv, line 3, column x: 'ab' is not a number",
        "  ab,3",
        "  ^^",
    ],
    "quoted text": [
        b'x,q,y\n1,"a, ""b""",c\n',
        "d.csv, line 2, column y: 'c' is not a number",
        '  1,"a, ""b""",c',
        "               ^",
    ],
    "decimal comma": [
        b'x,y\n"1,5",2\n',
        "d.csv, line 2, column x: '1,5' is not a number",
        '  "1,5",2',
        "  ^^^^^",
    ],
    "NaN": [
        b"x,y\n1,nan\n",
        "d.csv, line 2, column y: 'nan' is not a finite number",
        "  1,nan",
        "    ^^^",
    ],
    "infinity": [
        b"x,y\n1,-inf\n",
        "d.csv, line 2, column y: '-inf' is not a finite number",
        "  1,-inf",
        "    ^^^^",
    ],
    "short row": [
        b"x,y\n1\n",
        "d.csv, line 2, column y: the row has 1 cell, the header has 2",
        "  1",
        "  ^",
    ],
    "long row": [
        b"x,y\n1,2,3\n",
        "d.csv, line 2: the row has 3 cells, the header has 2",
        "  1,2,3",
        "  ^^^^^",
    ],
    "after an empty line": [
        b"x,y\n\n\n1,\n",
        "d.csv, line 4, column y: the cell is empty",
        "  1,",
        "    ^",
    ],
    "after a cell of two lines": [
        b'x,q,y\n1,"a\nb",2\n3,c,d\n',
        "d.csv, line 4, column y: 'd' is not a number",
        "  3,c,d",
        "      ^",
    ],
    "in the second line of a row": [
        b'x,q,y\n1,"a\nb",z\n',
        "d.csv, line 3, column y: 'z' is not a number",
        '  b",z',
        "     ^",
    ],
    "not UTF-8": [
        b"x,y\n1,2\xff\n",
        "d.csv, line 2: the byte 0xff is not UTF-8 text",
    ],
    "text after a quotation mark": [
        b'x,y\n"1"2,3\n',
        "d.csv, line 2: text follows a closing quotation mark",
    ],
    "json, not JSON": [
        b'{"x":1,"y":2}\n{"x":\n',
        "d.csv, line 2: this is not JSON: expecting value",
        '  {"x":',
        "       ^",
    ],
    "json, no object": [
        b'{"x":1,"y":2}\n[1, 2]\n',
        "d.csv, line 2: a row is an object, not a list",
        'hint: write one such as {"x": 1, "y": 2} on every line',
    ],
    "json, null for a row": [
        b'{"x":1,"y":2}\nnull\n',
        "d.csv, line 2: a row is an object, not null",
        'hint: write one such as {"x": 1, "y": 2} on every line',
    ],
    "json, missing": [
        b'{"x":1,"y":2}\n{"x":1}\n',
        "d.csv, line 2, column y: the row has no such value",
    ],
    "json, null": [
        b'{"x":1,"y":null}\n',
        "d.csv, line 1, column y: the value is null",
        '  {"x":1,"y":null}',
        "         ^^^",
    ],
    "json, truth": [
        b'{"x":true,"y":1}\n',
        "d.csv, line 1, column x: true is not a number",
        '  {"x":true,"y":1}',
        "   ^^^",
    ],
    "json, text": [
        b'{"x":"a","y":1}\n',
        "d.csv, line 1, column x: 'a' is not a number",
        '  {"x":"a","y":1}',
        "   ^^^",
    ],
    "json, huge": [
        b'{"x":1e999,"y":1}\n',
        "d.csv, line 1, column x: inf is not a finite number",
        '  {"x":1e999,"y":1}',
        "   ^^^",
    ],
    "json, NaN": [
        b'{"x":1,"y":2}\n{"x":NaN}\n',
        "d.csv, line 2: this is not JSON: NaN is not a number",
    ],
    "json, thousands of digits": [
        b'{"x":%s,"y":1}\n' % (b"1" * 5000),
        "d.csv, line 1, column x: inf is not a finite number",
        '  {"x":' + "1" * 67 + "…",
        "   ^^^",
    ],
    "thousands of digits": [
        b"x,y\n%s,1\n" % (b"1" * 5000),
        "d.csv, line 2, column x: '" + "1" * 38 + "… is not a finite number",
        "  " + "1" * 72 + "…",
        "  " + "^" * 72,
    ],
    "json, an entry twice": [
        b'{"x":1,"y":2}\n{"x":1,"y":2,"x":3}\n',
        "d.csv, line 2: x is given more than once",
    ],
    "json, an entry twice inside": [
        b'{"x":1,"y":2}\n{"x":1,"y":2,"q":[{"a":1,"a":1}]}\n',
        "d.csv, line 2: a is given more than once",
    ],
    "json, an empty list": [
        b'{"x":1,"y":2}\n{"x":[],"y":2}\n',
        "d.csv, line 2, column x: here is a list of 0,"
        " in the first row there was a number",
        '  {"x":[],"y":2}',
        "   ^^^",
    ],
    "json, another shape": [
        b'{"x":1,"y":2}\n{"x":[1],"y":2}\n',
        "d.csv, line 2, column x: here is a list of 1,"
        " in the first row there was a number",
        '  {"x":[1],"y":2}',
        "   ^^^",
    ],
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_bad_rows_say_where(case):
    content, *page = case
    *above, error = numbers_in(content)
    assert error.splitlines() == ["error: " + page[0], *page[1:]]
    assert above == [[1.0, 2.0]] * len(above)


def test_a_ragged_list_holds_no_numbers():
    content = b'{"x": [[1, 2], [3]]}\n'
    assert numbers_in(content, ["x"]) == [
        "error: d.csv, line 1, column x: a list is not a number\n"
        '  {"x": [[1, 2], [3]]}\n'
        "   ^^^"
    ]


@pytest.mark.parametrize("case", BAD.values(), ids=BAD)
def test_rows_below_a_bad_one_can_be_read(case):
    content, *_ = case
    header = content.split()[0]
    good = header.replace(b"x", b"7").replace(b"q", b"a").replace(b"y", b"8")
    if content.startswith(b"{"):
        good = b'{"x": 7, "y": 8}'
    assert numbers_in(content + good)[-1] == [7.0, 8.0]


UNREADABLE = {
    "empty": (b"", "d.csv is empty: it has no header"),
    "empty lines only": (b"\n\r\n\n", "d.csv is empty: it has no header"),
    "no header": (
        b"1,2\n3,4\n",
        "d.csv, line 1: the first line holds numbers, not the names of columns",
    ),
    "header not UTF-8": (
        "\ufeffx,y\n".encode("utf-16-le"),
        "d.csv, line 1: the byte 0xff is not UTF-8 text",
    ),
    "open quotation mark": (
        b'x,y\n1,"2\n3,4\n',
        "d.csv, line 2: a quotation mark is opened and never closed",
    ),
    "json, every row bad": (b"{\n{\n", None),
}


@pytest.mark.parametrize(("content", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_on(content, message):
    with pytest.raises(DataError) as caught:
        list(open_rows(io.BytesIO(content), "d.csv"))
    if message is not None:
        assert caught.value.message == message


def test_lists_are_columns_of_elements_in_a_table():
    rows = open_rows(io.BytesIO(b"y,v[1],v[0]\n1,2,3\n"), "d.csv")
    assert rows.columns == {"y": (), "v[1]": (), "v[0]": (), "v": (2,)}
    assert [rows.numbers(["v", "y"])(row) for row in rows] == [[3.0, 2.0, 1.0]]


def test_lists_are_lists_in_json():
    rows = open_rows(io.BytesIO(b'{"v":[1,2],"m":[[1,2],[3,4]]}'), "d.jsonl")
    assert rows.columns == {"v": (2,), "m": (2, 2)}
    assert [rows.numbers(["m", "v"])(row) for row in rows] == [[1, 2, 3, 4, 1, 2]]


def test_a_column_that_is_there_twice_cannot_be_used():
    rows = open_rows(io.BytesIO(b"x,x,y\n1,2,3\n"), "d.csv")
    assert list(map(rows.numbers(["y"]), rows)) == [[3.0]]
    with pytest.raises(DataError) as caught:
        rows.numbers(["x"])
    assert caught.value.message == "d.csv has 2 columns called x"


DOUBLED = {
    "a column": ("x,y,x", "2 columns called x"),
    "an element": ("x[0],y,x[1],x[0]", "2 columns called x[0]"),
    "a column and an element": ("y,x[0],x", "a column x and a column x[0]"),
    "a column and a list": ("x,x[0],x[1],y", "a column x and a column x[0]"),
    "an element that is missing": ("x[0],x[2],y", "a column x[2] and no x[1]"),
    "a list that begins at 1": ("x[2],x[1],y", "a column x[2] and no x[0]"),
    "another alphabet": ("θ[0],θ[0],y", "2 columns called θ[0]"),
}


@pytest.mark.parametrize(("header", "problem"), DOUBLED.values(), ids=DOUBLED)
def test_no_name_is_used_that_could_mean_another_column(header, problem):
    content = f"{header}\n1,2,3,4\n".encode()
    name = "θ" if "θ" in header else "x"
    for use in ("require", "numbers"):
        rows = open_rows(io.BytesIO(content), "d.csv")
        with pytest.raises(DataError) as caught:
            getattr(rows, use)([name])
        assert caught.value.message == f"d.csv has {problem}"
        assert caught.value.hint == "a column that is used needs a name of its own"
        getattr(rows, use)(["y"])


def test_columns_with_odd_indices_are_columns_of_their_own():
    name = f"x[{'1' * 5000}]"
    rows = open_rows(io.BytesIO(f"{name},y\n1,2\n".encode()), "d.csv")
    assert list(rows.columns) == [name, "y"]


@pytest.mark.parametrize("cell", ["[]", "[[]]", "[[], []]"])
def test_an_empty_list_in_json_cannot_be_used(cell):
    content = f'{{"x": {cell}, "y": 1}}\n'.encode()
    rows = open_rows(io.BytesIO(content), "d.csv")
    with pytest.raises(DataError) as caught:
        rows.require(["x"])
    assert caught.value.message == "d.csv, line 1, column x: the list is empty"
    rows.require(["y"])


def added(*names):
    hint = "give the new one another name with --column NAME"
    return Additions([Addition(name, name) for name in names], hint)


def test_a_row_is_not_extended_by_a_name_that_it_has():
    content = b'{"x": 1}\n{"x": 2, "p": 3}\n{"x": 4}\n'
    rows = open_rows(io.BytesIO(content), "d.jsonl")
    writer = row_writer(rows, added("q", "p"))
    found = []
    for row in rows:
        try:
            found.append(writer.written(row, [0, 1]))
        except DataError as error:
            found.append(describe(error))
    assert found == [
        '{"x": 1, "q": 0, "p": 1}\n',
        "error: d.jsonl, line 2: the row has p already\n"
        "hint: give the new one another name with --column NAME",
        '{"x": 4, "q": 0, "p": 1}\n',
    ]


@pytest.mark.parametrize("new", ["p", "p[0]", "p[7]"])
@pytest.mark.parametrize("old", ["p", "p[0]"])
def test_a_table_is_not_extended_by_a_column_that_it_has(new, old):
    rows = open_rows(io.BytesIO(f"x,{old}\n1,2\n".encode()), "d.csv")
    with pytest.raises(DataError) as caught:
        row_writer(rows, added("q", new))
    assert caught.value.message == f"d.csv has a column {old} already"


@pytest.mark.parametrize(
    ("content", "page"),
    [
        (b"x,y\n", "d.csv has no columns z, u\nhint: its columns are x, y"),
        (b"{}\n", "the first row of d.csv has no columns z, u"),
        (
            b"x;y\n1;2\n",
            "d.csv has no columns z, u\nhint: its columns are x, y",
        ),
        (
            b'{"a":1}\n',
            "the first row of d.csv has no columns z, u\nhint: its columns are a",
        ),
    ],
)
def test_unknown_columns(content, page):
    rows = open_rows(io.BytesIO(content), "d.csv")
    with pytest.raises(DataError) as caught:
        rows.require(["z", "u"])
    assert describe(caught.value) == "error: " + page


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("a.csv", "csv"),
        ("a.TSV", "tsv"),
        ("a.tab", "tsv"),
        ("a.jsonl", "jsonl"),
        ("a.ndjson", "jsonl"),
        ("a.json.gz", "jsonl"),
        ("a.txt", None),
    ],
)
def test_the_format_is_told_by_the_name(path, kind):
    assert format_of(path) == kind


@pytest.mark.parametrize(
    ("cell", "name"),
    [("a ", "a"), (1, "1"), (1.0, "1"), (2.5, "2.5"), (True, "true")],
)
def test_names_of_classes(cell, name):
    assert class_in(cell) == name


@pytest.mark.parametrize("cell", [" ", None, [1], {}])
def test_what_names_no_class(cell):
    with pytest.raises(ValueError, match=r"empty|null|not the name"):
        class_in(cell)


def test_an_integer_beyond_all_doubles_is_no_number():
    with pytest.raises(ValueError, match="not a finite number"):
        number_in(10**400)


def extended(content, cell, kind=None):
    rows = open_rows(io.BytesIO(content), "d", Reading(kind))
    writer = row_writer(rows, added("new, one"))
    texts = [writer.written(row, [cell]) for row in rows]
    return "".join([writer.header, *texts]).encode()


@pytest.mark.parametrize(
    ("content", "result"),
    [
        (b"x\n1\n2", b'x,"new, one"\n1,0.5\n2,0.5\n'),
        (
            b'\xef\xbb\xbfx,"a b"\r\n1.00,"q ""r"""\r\n\r\n',
            b'\xef\xbb\xbfx,"a b","new, one"\r\n1.00,"q ""r""",0.5\r\n',
        ),
        (b"x\ty\n1\t2\n", b"x\ty\tnew, one\n1\t2\t0.5\n"),
        (b'{"x": 1.50}\r\n', b'{"x": 1.50, "new, one": 0.5}\r\n'),
        (b'{"x":1 } \n{ }', b'{"x":1, "new, one": 0.5}\n{"new, one": 0.5}\n'),
    ],
    ids=["plain", "mark, quotes, carriage returns", "tabs", "json", "json, blanks"],
)
def test_rows_stay_as_they_are(content, result):
    assert extended(content, 0.5) == result


@pytest.mark.parametrize(
    ("number", "cell", "entry"),
    [
        (math.nan, "NaN", "NaN"),
        (math.inf, "inf", "Infinity"),
        (-math.inf, "-inf", "-Infinity"),
        (0.1, "0.1", 0.1),
    ],
)
def test_numbers_of_every_kind(number, cell, entry):
    assert extended(b"x\n1\n", number).splitlines()[1] == f"1,{cell}".encode()
    assert json.loads(extended(b'{"x": 1}', number))["new, one"] == entry


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("content", [b"x\n1\n", b'{"x": 1}'], ids=["csv", "json"])
def test_numbers_of_every_kind_are_read_as_they_are_written(content, number):
    written = extended(content, number)
    rows = open_rows(io.BytesIO(written), "d")
    ((found,),) = map(rows.numbers(["new, one"], finite=False), rows)
    assert repr(found) == repr(number)
    with pytest.raises(DataError, match="is not a finite number"):
        numbers_in_all(written)


def numbers_in_all(content):
    rows = open_rows(io.BytesIO(content), "d")
    return list(map(rows.numbers(["new, one"]), rows))


@pytest.mark.parametrize("cell", ["1e999", "nano", "", "infinite", "1_0"])
def test_only_words_for_them_are_not_finite(cell):
    with pytest.raises(ValueError, match=r"not a|is empty"):
        number_in(cell, finite=False)


@given(
    st.lists(
        st.lists(st.text('ab,"\n\r\té ', max_size=5), min_size=2, max_size=2).filter(
            any
        ),
        max_size=5,
    )
)
def test_a_table_reads_back_with_its_new_column(cells):
    table = io.StringIO()
    csv.writer(table).writerows([["x", "y"], *cells])
    found = extended(table.getvalue().encode(), "a,b", "csv").decode()
    read = list(csv.reader(io.StringIO(found, newline="")))
    assert read == [["x", "y", "new, one"], *([*row, "a,b"] for row in cells)]
