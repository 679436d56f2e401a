"""Rows on Spark get what the rows one by one get, on workers without gradcalc."""

import math
import random
from datetime import date, datetime
from decimal import Decimal

import pytest
from reference.spark_workers import missing, python_of_workers

import gradcalc
from gradcalc.errors import BindingError, DataError, GradcalcError, UsageError

if reason := missing():
    pytest.skip(reason, allow_module_level=True)

from gradcalc.mapping.spark_session import session

# Of sockets that Spark's own modules leave to Python to close.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        python = python_of_workers(tmp_path_factory.mktemp("workers"))
        patch.setenv("PYSPARK_PYTHON", str(python))
        with session("local[2]") as spark:
            yield spark


def collected(frame):
    return [tuple(row) for row in frame.collect()]


def same(one, other):
    """Whether they are the same number to 2 units in the last place, or both none."""
    if one is None or other is None or math.isnan(one):
        return one is other or (
            one is not None and other is not None and other != other
        )
    return one == other or abs(one - other) <= 2 * math.ulp(one)


def test_workers_have_no_gradcalc(spark):
    def imports(_rows):
        import importlib

        for name in ("numpy", "pyarrow", "gradcalc", "pandas"):
            try:
                importlib.import_module(name)
            except ImportError:
                yield f"no {name}"

    found = spark.sparkContext.parallelize([1], 1).mapPartitions(imports).collect()
    assert found == ["no gradcalc", "no pandas"]


FORMULAS = [
    "tanh(x*w + b)",
    "where(x > 0, sqrt(x), 0)*b",
    "log(x) + max(x, b, 1)",
    "[x*b, exp(x), atan2(b, x)]",
    "gamma(x) + erf(b)*lgamma(b) + x^b + mod(x, b)",
]
EDGES = [0.0, -0.0, 1.0, -1.0, 0.5, 1e-320, 800.0, math.inf, -math.inf, math.nan, None]


@pytest.mark.parametrize("partitions", [1, 3, 300])
@pytest.mark.parametrize("formula", FORMULAS)
def test_rows_get_what_each_gets_alone(spark, formula, partitions):
    rows = [(k, x, b) for k, (x, b) in enumerate((x, b) for x in EDGES for b in EDGES)]
    # Most partitions are empty.
    frame = spark.createDataFrame(rows, "id int, x double, b double")
    frame = frame.repartition(partitions) if partitions < 300 else frame.repartition(9)
    if partitions == 300:
        frame = frame.where("id < 2").repartition(4)
    constants = {"w": 0.5} if "w" in formula.replace("where", "") else {}
    found = gradcalc.map_spark(frame, formula, constants)
    answers = sorted(collected(found))
    assert len(answers) == frame.count()
    used = [name for name in ("x", "b") if name in formula.replace("where(", "")]
    width = 3 if formula.startswith("[") else 1
    names = [f"_{k}" for k in range(width)] if width > 1 else [""]
    assert found.columns == [
        "id", "x", "b", *(f"value{n}" for n in names),
        *(f"d_{u}{n}" for u in found_order(formula, used) for n in names),
    ]  # fmt: skip
    for number, _, _, *cells in answers:
        _, x, b = rows[number]
        if x is None or b is None:
            assert cells == [None] * len(cells)
            continue
        alone = gradcalc.evaluate(formula, {**constants, "x": x, "b": b}, wrt=used)
        values = alone.value if width > 1 else [alone.value]
        slopes = [
            alone.jacobian[name] if width > 1 else [alone.gradient[name]]
            for name in found_order(formula, used)
        ]
        wanted = [*values, *(cell for each in slopes for cell in each)]
        pairs = list(zip(cells, wanted, strict=True))
        assert all(same(one, other) for one, other in pairs), (x, b, pairs)


def found_order(formula, names):
    return sorted(names, key=formula.replace("max", "").replace("exp", "").index)


def test_columns_of_any_name_and_type_stay(spark):
    row = (
        1, "ü, 'x'", datetime(2024, 2, 29, 12, 30), date(1969, 12, 31),
        Decimal("1.25"), [1, None], {"a": 1}, (2, "s"), True, b"\x00\xff", None,
    )  # fmt: skip
    schema = (
        "`x` int, `na.me ü` string, `a b` timestamp, `d` date, `p` decimal(10,2),"
        " `l` array<int>, `m` map<string,int>, `s` struct<a:int,b:string>, `t` boolean,"
        " `bin` binary, `none` void"
    )
    frame = spark.createDataFrame([row], schema)
    found = gradcalc.map_spark(frame, "x^2*p", prefix="f.")
    assert collected(found) == [(*row, 1.25, 2.5, 1.0)]
    assert found.columns[-3:] == ["f.value", "f.d_x", "f.d_p"]
    assert [f.dataType for f in found.schema][:-3] == [f.dataType for f in frame.schema]
    # A column without a value is missing in every row.
    assert collected(gradcalc.map_spark(frame, "x*none", only=["value", "x"])) == [
        (None, 1)
    ]


@pytest.mark.parametrize(
    ("kind", "text"),
    [("string", "text"), ("boolean", "true and false"), ("date", "date"),
     ("array<double>", "array<double>")],
)  # fmt: skip
def test_a_column_of_no_numbers_is_refused(spark, kind, text):
    frame = spark.createDataFrame([], f"x double, n {kind}")
    message = f"the column n of the DataFrame holds {text}, not numbers"
    with pytest.raises(DataError, match=message.replace("[", "[[]")):
        gradcalc.map_spark(frame, "x*n")
    # Unless nobody asks for its numbers.
    assert collected(gradcalc.map_spark(frame, "x", only=["n", "value"])) == []


@pytest.mark.parametrize("kind", ["tinyint", "smallint", "int", "bigint", "float",
                                  "double", "decimal(38,10)"])  # fmt: skip
def test_every_kind_of_number(spark, kind):
    frame = spark.sql(
        f"select cast(v as {kind}) as x from values (3), (null), (-7) t(v)"
    )
    assert collected(gradcalc.map_spark(frame, "x^2", only=["value", "d_x"])) == [
        (9.0, 6.0), (None, None), (49.0, -14.0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "text"),
    [("decimal(20,2)", "820309209.93"), ("decimal(38,30)", "0.3"),
     ("decimal(38,30)", "0.000001"), ("decimal(38,8)", "17728464.58691580")],
)  # fmt: skip
def test_decimals_are_rounded_once(spark, kind, text):
    frame = spark.sql(f"select cast('{text}' as {kind}) as x")
    mapped = gradcalc.map_spark(frame, "x", only=["value"])
    assert collected(mapped) == [(float(text),)]


def test_options(spark):
    frame = spark.createDataFrame([(2.0, 5.0)], "`sepal length (cm)` double, y double")
    rename = {"sepal length (cm)": "x"}
    found = gradcalc.map_spark(
        frame, "s = x*w[0]; [s, w[1]*s^2] + y", {"w": [3.0, 4.0]}, wrt=["w", "x"],
        only=["gradient", "x"], rename=rename, prefix="f_",
    )  # fmt: skip
    assert found.columns == [
        "f_d_w_0[0]", "f_d_w_0[1]", "f_d_w_1[0]", "f_d_w_1[1]", "f_d_x_0", "f_d_x_1",
        "x",
    ]  # fmt: skip
    found = gradcalc.map_spark(
        frame, "s = x*w; s^2", {"w": 3}, output="s", rename=rename
    )
    assert collected(found) == [(2.0, 5.0, 6.0, 3.0)]
    # The elements of a list are columns, as in every table.
    lists = spark.createDataFrame([(1.0, 2.0)], "`v[1]` double, `v[0]` double")
    found = gradcalc.map_spark(lists, "v[0]^2*v[1]", only=["d_v", "value"])
    assert collected(found) == [(4.0, 4.0, 4.0)]


@pytest.mark.parametrize("partitions", [1, 3, 8])
def test_totals_are_exact_however_the_rows_are_split(spark, partitions):
    draw = random.Random(1)
    rows = [(draw.gauss(0, 1) * 10.0 ** draw.randint(-8, 8),) for _ in range(30_000)]
    rows += [(-x,) for (x,) in rows] + [(1e-9,), (None,), (1.25,)]
    draw.shuffle(rows)
    frame = spark.createDataFrame(rows, "x double").repartition(partitions)
    (total,) = collected(gradcalc.map_spark(frame, "w*x", {"w": 1.0}, reduce="sum"))
    assert total == pytest.approx((1.250000001,) * 2, rel=1e-12)
    found = gradcalc.map_spark(
        frame, "w*x^2", {"w": 3.0}, reduce="mean", wrt=["w", "x"], only=["d_w", "d_x"]
    )
    numbers = [x for (x,) in rows if x is not None]
    mean = math.fsum(x * x for x in numbers) / len(numbers)
    assert found.columns == ["d_w", "d_x"]
    want = mean, 6 * math.fsum(numbers) / len(numbers)
    assert collected(found)[0] == pytest.approx(want, rel=1e-12)


def test_empty_tables(spark):
    frame = spark.createDataFrame([], "x double")
    assert collected(gradcalc.map_spark(frame, "x^2")) == []
    total = gradcalc.map_spark(frame, "w*x^2", {"w": 2}, reduce="sum")
    assert collected(total) == [(0.0, 0.0)]
    with pytest.raises(DataError, match="no row in the DataFrame to take the mean of"):
        gradcalc.map_spark(frame, "w*x^2", {"w": 2}, reduce="mean")


@pytest.mark.parametrize(
    ("text", "given", "kind", "message"),
    [
        ("x*(", {}, GradcalcError, "is never closed"),
        ("x*q", {}, BindingError, "q is in the formula, but is no column of"),
        (
            "x*y",
            {"constants": {"y": 1}},
            BindingError,
            "y is a column of the DataFrame",
        ),
        ("x", {"constants": {"w": 1}}, BindingError, "w"),
        ("x", {"constants": [1]}, BindingError, "values are given by name"),
        ("w^2", {"constants": {"w": 1}}, BindingError, "no column is in the formula"),
        ("x", {"wrt": ["z"]}, GradcalcError, "z"),
        ("x", {"only": ["z"]}, UsageError, "^only: there is no column z"),
        ("x", {"rename": {"z": "w"}}, DataError, "no column z to rename"),
        ("x", {"rename": {"y": "x"}}, DataError, "2 columns called x"),
        ("x", {"reduce": "max"}, UsageError, "reduce is 'sum' or 'mean', not 'max'"),
        ("x", {"prefix": "d"}, DataError, "has a column dvalue already"),
        ("x", {"nothing": 1}, UsageError, "nothing"),
    ],
)
def test_mistakes(spark, text, given, kind, message):
    frame = spark.createDataFrame([], "x double, y double, dvalue double")
    with pytest.raises(kind, match=message):
        gradcalc.map_spark(frame, text, **given)


def test_what_is_no_table(spark):
    with pytest.raises(BindingError, match=r"takes a DataFrame of Spark, not \[1\]"):
        gradcalc.map_spark([1], "x")
    doubled = spark.sql("select 1 as x, 2 as x, 3 as y")
    with pytest.raises(DataError, match="has 2 columns called x"):
        gradcalc.map_spark(doubled, "y")
