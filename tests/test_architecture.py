"""Who may import whom, read from the sources."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "gradcalc"

# The way of the data. What stands on one line does not import each other; everything
# imports from the lines above it alone.
LAYERS = """
    wording ieee shapes
    operations errors
    strict_json graph
    backward
    language
    writers data
    algebra
    engine
    analysis learning
    reports
    cli
"""
LEVEL = {
    layer: level
    for level, layers in enumerate(LAYERS.strip().splitlines())
    for layer in layers.split()
}

# Who alone may import a library.
HOMES = {
    "lark": {"language"},
    "rich": {"reports", "cli"},
    "click": {"cli"},
}

MODULES = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if path.parent != PACKAGE or path.stem in LEVEL
)
NAMES = [str(path.relative_to(PACKAGE)) for path in MODULES]


def layer_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_nothing_imports_from_a_later_layer(path):
    for name in imports_of(path):
        parts = name.split(".")
        if parts[0] == "gradcalc" and len(parts) > 1 and parts[1] in LEVEL:
            own = layer_of(path)
            assert parts[1] == own or LEVEL[parts[1]] < LEVEL[own], name


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_libraries_are_imported_where_they_belong(path):
    for name in imports_of(path):
        assert layer_of(path) in HOMES.get(name.split(".")[0], {layer_of(path)}), name


@pytest.mark.parametrize("path", MODULES, ids=NAMES)
def test_nothing_below_the_command_line_prints(path):
    if layer_of(path) == "cli":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "print"
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("stdout", "stderr")


def test_every_module_is_in_a_layer():
    top = {
        path.stem
        for path in PACKAGE.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert top - {"__init__", "__main__"} <= set(LEVEL)
