"""SQL of DuckDB by hand."""

import duckdb
import works

_QUERY = """
    with valued as (
        select *, tanh(x1*w1 + x2*w2 + b) as value from '{source}'
    ), sloped as (
        select *, 1 - value*value as d_b from valued
    )
    select x1, x2, w1, w2, b, value,
        d_b*w1 as d_x1, d_b*x1 as d_w1, d_b*w2 as d_x2, d_b*x2 as d_w2, d_b
    from sloped
"""


def tables(rows):
    return works.mapped(rows, ".csv", _mapped)


def typed_tables(rows):
    return works.mapped(rows, ".parquet", _mapped)


def _mapped(source, target):
    query = _QUERY.format(source=source)
    duckdb.sql("set preserve_insertion_order = true")
    duckdb.sql(f"copy ({query}) to '{target}'")
