"""Expressions of Polars by hand."""

import polars as pl
import works


def arrays(rows):
    frame = pl.DataFrame(
        dict(zip(works.NEURON_POINT, works.columns(rows), strict=True))
    )
    x1, x2, w1, w2, b = map(pl.col, works.NEURON_POINT)
    v, s = pl.col("v"), pl.col("s")
    parts = [(s * each).alias(f"d{k}") for k, each in enumerate((w1, w2, x1, x2))]

    def run():
        found = (
            frame.lazy()
            .with_columns(v=(x1 * w1 + x2 * w2 + b).tanh())
            .with_columns(s=1 - v * v)
            .select(v, *parts, s)
            .collect()
        )
        value, *gradient = found.get_columns()
        return works.array_answer(value, gradient)

    return run


def tables(rows):
    return works.mapped(
        rows, ".csv", lambda source, out: _mapped(pl.scan_csv(source)).sink_csv(out)
    )


def typed_tables(rows):
    return works.mapped(
        rows,
        ".parquet",
        lambda source, out: _mapped(pl.scan_parquet(source)).sink_parquet(out),
    )


def _mapped(frame):
    x1, x2, w1, w2, b = map(pl.col, works.NEURON_POINT)
    value, slope = pl.col("value"), pl.col("d_b")
    return (
        frame.with_columns(value=(x1 * w1 + x2 * w2 + b).tanh())
        .with_columns(d_b=1 - value * value)
        .with_columns(
            d_x1=slope * w1, d_w1=slope * x1, d_x2=slope * w2, d_w2=slope * x2
        )
        .select(works.MAPPED)
    )
