"""awk, which has no tanh, and knows of rows and cells by itself."""

import works

_PROGRAM = """
NR > 1 {
    e = exp(-2*($1*$3 + $2*$4 + $5))
    v = (1 - e)/(1 + e)
    s = 1 - v*v
    printf "%s,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g\\n", $0, v, s*$3, s*$1, s*$4, s*$2, s
}
"""


def pipe(rows):
    header = ",".join(works.MAPPED) + "\n"
    return works.piped(rows, ["awk", "-F,", _PROGRAM], header)
