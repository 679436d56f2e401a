"""`python -m gradcalc` is the program `gradcalc`."""

import sys

from gradcalc.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
