"""Does one work for one side, as often as it is told to.

    python worker.py SIDE WORK SIZE

Each line on standard input has it done once; the line that comes back is a JSON object
with the seconds it took and the numbers that came out, or with the error.
"""

import gc
import importlib
import json
import sys
from pathlib import Path
from time import perf_counter

HERE = Path(__file__).resolve().parent
# The sides, and the reference that they share with the tests.
sys.path[:0] = [str(HERE), str(HERE.parent)]


def main():
    side, work, size = sys.argv[1:]
    reply = sys.stdout
    # What a side prints is not ours.
    sys.stdout = sys.stderr
    try:
        prepare = getattr(importlib.import_module(f"sides.{side}_side"), work)
        run = prepare(int(size))
    except Exception as error:
        lacking = error.name if isinstance(error, ModuleNotFoundError) else None
        if isinstance(error, FileNotFoundError):
            lacking = str(error)
        said = {"error": type(error).__name__, "lacking": lacking}
        print(json.dumps(said), file=reply, flush=True)
        return
    for _ in sys.stdin:
        gc.collect()
        try:
            start = perf_counter()
            numbers = run()
            seconds = perf_counter() - start
            line = {"seconds": seconds}
            if made := getattr(run, "made", None):
                # What comes out is no number: its numbers, and how long it is.
                numbers, line["operations"] = made(numbers)
            if reached := getattr(run, "reached", None):
                line["reached"], numbers = reached(numbers), []
            line["answer"] = numbers
        except Exception as error:
            line = {"error": type(error).__name__}
        print(json.dumps(line), file=reply, flush=True)
    getattr(run, "clean", lambda: None)()


if __name__ == "__main__":
    main()
