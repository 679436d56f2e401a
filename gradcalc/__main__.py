"""The program `gradcalc`; `python -m gradcalc` is the same."""

import gc
import os
import sys

# The exit status of what was interrupted.
_INTERRUPTED = 130


def run() -> None:
    """Run the program and leave Python with its exit status."""
    # Most runs end before there is garbage to collect. Looking for it while
    # modules are loaded and a graph is built, and once more at the end, would take a
    # seventh of the time of a small formula.
    gc.set_threshold(100_000)
    try:
        from gradcalc.cli.main import main

        status = main()
    except KeyboardInterrupt:
        # While modules were loaded: nothing has been said yet.
        os._exit(_INTERRUPTED)
    if status == _INTERRUPTED:
        # Threads of libraries that are still at work must not find Python taken down.
        from gradcalc.cli.consoles import flush

        flush()
        os._exit(status)
    gc.freeze()
    sys.exit(status)


if __name__ == "__main__":
    run()
