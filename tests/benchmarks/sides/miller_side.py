"""Miller, whose rows have names."""

import works

_PROGRAM = """
$value = tanh($x1*$w1 + $x2*$w2 + $b);
s = 1 - $value*$value;
$d_x1 = s*$w1; $d_w1 = s*$x1; $d_x2 = s*$w2; $d_w2 = s*$x2; $d_b = s;
"""


def pipe(rows):
    return works.piped(rows, ["mlr", "--csv", "put", _PROGRAM])
