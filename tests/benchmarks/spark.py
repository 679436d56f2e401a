"""What Spark's rows cost: gradcalc's, and the same NumPy by hand in `mapInArrow`.

    python tests/benchmarks/spark.py [ROWS] [CORES]

The neuron with its five gradients, Parquet to Parquet, turn by turn in one session; and
how long it takes to read, to hand over, and to compute the rows without writing them.
"""

import sys
import tempfile
from pathlib import Path
from time import perf_counter

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent.parent)]

import works  # noqa: E402
from sides.pyspark_side import mapped_by_hand  # noqa: E402

import gradcalc  # noqa: E402
from gradcalc.mapping.spark_session import session  # noqa: E402

NAMES = list(works.NEURON_POINT)
ROUNDS = 3


def handed_over(batches):
    yield from batches


def timed(action):
    start = perf_counter()
    action()
    return perf_counter() - start


def main():
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000_000
    cores = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as folder, session(f"local[{cores}]") as spark:
        columns = [f"randn({k}) as {name}" for k, name in enumerate(NAMES)]
        spark.range(0, rows, 1, 4).selectExpr(*columns).write.parquet(f"{folder}/in")
        frame = spark.read.parquet(f"{folder}/in")
        mapped = gradcalc.map_spark(frame, works.NEURON)
        hand = mapped_by_hand(frame)

        def written(frame):
            return lambda: frame.write.mode("overwrite").parquet(f"{folder}/out")

        def dropped(frame):
            return lambda: frame.write.format("noop").mode("overwrite").save()

        passed = frame.mapInArrow(handed_over, frame.schema)
        works_ = {
            "gradcalc, Parquet to Parquet": written(mapped),
            "by hand, Parquet to Parquet": written(hand),
            "read": dropped(frame),
            "read and handed over": dropped(passed),
            "read, handed over and computed": dropped(mapped),
        }
        seconds = {name: [] for name in works_}
        for _ in range(ROUNDS + 1):
            for name, work in works_.items():
                seconds[name].append(timed(work))
        for name, times in seconds.items():
            rate = rows / min(times[1:]) / cores
            print(f"{name:35} {min(times[1:]):7.2f} s {rate:12,.0f} rows/s a core")
        ratio = [min(times[1:]) for times in seconds.values()]
        print(f"gradcalc's time over that by hand: {ratio[0] / ratio[1]:.2f}")
        sums = [f"sum({name}) as {name}" for name in works.MAPPED]
        one, other = (each.selectExpr(*sums).first() for each in (mapped, hand))
        assert all(abs(one[name] - other[name]) < 1e-6 for name in works.MAPPED)
        print("both come to the same numbers")


if __name__ == "__main__":
    main()
