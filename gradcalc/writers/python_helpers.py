"""What Python's math lacks: a definition for each such operation, for people to read.

They are called after `from math import *`.
"""

HELPERS: dict[str, str] = {
    "add_up": """\
def add_up(*v):
    total = v[0]
    for x in v[1:]:
        total += x
    return total""",
    "sign": "def sign(x): return (x > 0) - (x < 0)",
    "cbrt": """\
def cbrt(x):
    root = copysign(abs(x)**(1/3), x)
    return root - (root - x/root**2)/3 if x else x""",
    "xlogx": "def xlogx(x): return x*log(x) if x else 0.0",
    "sigmoid": """\
def sigmoid(x):
    return 1/(1 + exp(-x)) if x >= 0 else exp(x)/(1 + exp(x))""",
    "softplus": "def softplus(x): return max(x, 0.0) + log1p(exp(-abs(x)))",
    "logsigmoid": "def logsigmoid(x): return min(x, 0.0) - log1p(exp(-abs(x)))",
    "logsumexp": """\
def logsumexp(*v):
    first, *rest = sorted(v, reverse=True)
    return first + log1p(fsum(exp(x - first) for x in rest))""",
    "bce_logits": """\
def bce_logits(z, t):
    return (1 - t)*max(z, 0.0) + t*max(-z, 0.0) + log1p(exp(-abs(z)))""",
    "cross_entropy_logits": """\
def cross_entropy_logits(z, t):
    first, *rest = sorted(z, reverse=True)
    excess = log1p(fsum(exp(x - first) for x in rest))
    return fsum(b*(first - a + excess) for a, b in zip(z, t))""",
}
