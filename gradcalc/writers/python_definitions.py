"""What Python's math lacks: definitions of operations, for people to read.

Short ones stand here; they mean the same where the numbers are finite. Any other
operation is defined by the source of the table's own function.
"""

import ast
import builtins
import inspect
import math
from collections.abc import Iterator
from importlib import import_module

from gradcalc.operations import Operation

# What needs no definition.
PYTHON = {*dir(builtins), *(name for name in dir(math) if name[0] != "_")}

SHORT: dict[str, str] = {
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


def called(operation: Operation) -> str:
    """The name by which Python calls the operation."""
    if operation.name in SHORT or operation.name in PYTHON:
        return operation.name
    name = operation.evaluate.__name__
    return name if name.isidentifier() else operation.name


def definitions(operation: Operation) -> dict[str, str]:
    """The statements that define what the operation is called by, by the names defined.

    Those come first that others need; none, for what Python has.
    """
    name = called(operation)
    if name in SHORT:
        return {name: SHORT[name]}
    if name in PYTHON:
        return {}
    source = inspect.getsource(import_module(operation.evaluate.__module__))
    tree = ast.parse(source)
    statements: dict[str, ast.AST] = {
        bound: statement for statement in tree.body for bound in _bound(statement)
    }
    if operation.evaluate.__name__ == "<lambda>":
        line = operation.evaluate.__code__.co_firstlineno
        statements[name] = next(
            part
            for part in ast.walk(tree)
            if isinstance(part, ast.Lambda) and part.lineno == line
        )
    found: dict[str, str] = {}
    pending = [name]
    while pending:
        wanted = pending.pop()
        if wanted in statements and wanted not in found and wanted not in PYTHON:
            statement = statements[wanted]
            found[wanted] = (
                f"{wanted} = {ast.unparse(statement)}"
                if isinstance(statement, ast.Lambda)
                else ast.get_source_segment(source, statement) or ""
            )
            pending += [
                part.id for part in ast.walk(statement) if isinstance(part, ast.Name)
            ]
    return {bound: found[bound] for bound in statements if bound in found}


def _bound(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement of a module binds."""
    if isinstance(statement, ast.FunctionDef):
        yield statement.name
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name for alias in statement.names)
    elif isinstance(statement, ast.Assign):
        for part in ast.walk(statement):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                yield part.id
