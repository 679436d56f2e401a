"""Who may import whom and what may be done where, read from the sources."""

import ast
import re
import sys
from collections import Counter
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from gradcalc.cli.main import COMMANDS

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "gradcalc"

# The way of the data. What stands on one line does not import each other; everything
# imports from the lines above it alone.
LAYERS = """
    wording ieee special_functions operation
    operations errors
    strict_json shapes
    graph
    backward
    language
    writers data
    algebra
    engine
    analysis learning mapping
    fitting solving
    reports
    webpage
    cli
"""
LEVEL = {
    layer: level
    for level, layers in enumerate(LAYERS.strip().splitlines())
    for layer in layers.split()
}

# The layers that alone may import a library. There are no others than these.
HOMES = {
    "lark": {"language"},
    "rich": {"reports", "cli"},
    "click": {"cli"},
    "pygraphviz": {"reports"},
    "matplotlib": {"reports"},
    "plotext": {"reports"},
    "prompt_toolkit": {"cli"},
    "numpy": {"data", "engine"},
    "polars": {"mapping"},
    "pyarrow": {"mapping"},
    "pyspark": {"mapping"},
    "scipy": {"fitting", "learning"},
}
# The libraries of which one module alone knows.
IN_ONE_MODULE = {
    *("pygraphviz", "matplotlib", "plotext", "polars", "prompt_toolkit", "pyspark")
}

# Tests of what several modules do together; all others are named for their module.
OF_SEVERAL = {
    *("algebra/textbook", "engine/accuracy"),
    *("browser/browser", "browser/graph_page", "browser/descent_page"),
    "browser/picture",
    *("architecture", "golden", "packaging", "readme", "engine/api_types"),
    *("engine/depth", "engine/labels", "engine/list_properties", "engine/properties"),
    *("engine/special_values", "engine/texts", "engine/torch"),
    *("language/any_text", "language/language", "language/mistakes"),
}

# What tells nothing of what a module holds.
EMPTY_NAMES = {
    *("base", "common", "core", "helper", "helpers", "lib", "misc", "shared"),
    *("stuff", "support", "tools", "types", "util", "utilities", "utils"),
}

OUTSIDE = {"stdin", "stdout", "stderr", "environ", "environb", "getenv", "expanduser"}


def _module_of(path):
    """The module's name within the package: language.rules; gradcalc for the whole."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__") or "gradcalc"


PATHS = {_module_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def nodes_of(path):
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def imported_by(module):
    """The names of all that the module imports, wherever in it."""
    for node in nodes_of(PATHS[module]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def named_by(module):
    """The modules that it names in tables, to be imported when they are needed."""
    for node in nodes_of(PATHS[module]):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            name = re.fullmatch(r"([a-z]+)(\.\w+)*(:\w+)?", node.value)
            if name and name[1] in ("gradcalc", "scipy", *IN_ONE_MODULE):
                yield node.value.partition(":")[0]


def _own_modules(names):
    """Those of the names that are of the package, as the modules that hold them."""
    for name in names:
        package, _, rest = name.partition(".")
        while rest and rest not in PATHS:
            rest = rest.rpartition(".")[0]
        if package == "gradcalc":
            yield rest or "gradcalc"


IMPORTS = {
    module: set(_own_modules(imported_by(module))) - {module} for module in PATHS
}
# The public names are imported from all layers, and nothing depends on the program.
LAYERED = [module for module in PATHS if module not in ("gradcalc", "__main__")]


def layer_of(module):
    return module.partition(".")[0]


def test_every_module_is_in_a_layer():
    assert {layer_of(module) for module in LAYERED} <= set(LEVEL)


def test_nothing_imports_from_a_later_layer():
    assert not [
        f"{module} -> {other}"
        for module in LAYERED
        for other in IMPORTS[module]
        if other != "gradcalc"
        and layer_of(other) != layer_of(module)
        and LEVEL[layer_of(other)] >= LEVEL[layer_of(module)]
    ]


def _circle(imports):
    """The modules of one circle of imports; None if there is none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return error.args[1]
    return None


def test_no_modules_import_each_other():
    assert not _circle(IMPORTS)


def test_libraries_are_imported_where_they_belong():
    importers = {library: set() for library in HOMES}
    for module in PATHS:
        names = [*imported_by(module), *named_by(module)]
        libraries = {name.partition(".")[0] for name in names}
        for library in libraries - {"gradcalc"} - sys.stdlib_module_names:
            assert library in HOMES, f"{module} imports {library}"
            importers[library].add(module)
    for library, modules in importers.items():
        assert modules, f"{library} is not imported any more"
        assert {layer_of(module) for module in modules} <= HOMES[library], library
        assert library not in IN_ONE_MODULE or len(modules) == 1, (library, modules)


def _surroundings_in(module):
    """What the module prints, or reads of what it was not given."""
    for node in nodes_of(PATHS[module]):
        if isinstance(node, ast.Attribute) and node.attr in OUTSIDE:
            yield node.attr
        elif isinstance(node, ast.ImportFrom) and node.module in ("sys", "os"):
            yield from (alias.name for alias in node.names if alias.name in OUTSIDE)
        elif isinstance(node, ast.Name) and node.id in ("print", "input"):
            yield node.id


def test_nothing_below_the_command_line_prints_or_reads_its_surroundings():
    assert not {
        module: set(_surroundings_in(module))
        for module in PATHS
        if layer_of(module) != "cli" and any(_surroundings_in(module))
    }


def _last_names(modules):
    return Counter(module.rpartition(".")[2] for module in modules)


def test_a_name_is_that_of_one_module_and_its_command():
    commands = {f"cli.{name}" for name in COMMANDS}
    names = _last_names(set(LAYERED) - commands)
    assert not {name for name, count in names.items() if count > 1}


def test_a_name_tells_what_a_module_holds():
    assert not EMPTY_NAMES & set(_last_names(LAYERED))


def test_every_module_is_used():
    used = {f"cli.{name}" for name in COMMANDS}
    for module in PATHS:
        used |= IMPORTS[module] | set(_own_modules(named_by(module)))
    rooms = {module for module in PATHS if PATHS[module].name == "__init__.py"}
    assert set(PATHS) - rooms - used == {"__main__"}


def test_every_command_has_its_module():
    assert {f"cli.{name}" for name in COMMANDS} <= set(PATHS)


def _private_names_in(path):
    """The private names of others that a test takes."""
    for node in nodes_of(path):
        if isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.Attribute):
            own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            names = [] if own else [node.attr]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("attr"):
            texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            names = [str(text).rpartition(".")[2] for text in texts]
        else:
            names = []
        for name in names:
            if name.startswith("_") and not name.startswith("__"):
                yield name


def test_no_test_takes_a_private_name():
    # The sides of the benchmark extend their libraries as their authors do.
    files = [path for path in TESTS.rglob("*.py") if path.parent.name != "sides"]
    assert not {
        f"{path.relative_to(TESTS)}: {name}"
        for path in files
        for name in _private_names_in(path)
    }


def test_tests_are_where_the_code_is():
    modules = {name.replace(".", "/") for name in PATHS}
    scripts = (PACKAGE / "webpage" / "assets").glob("*.js")
    modules |= {f"webpage/{path.stem}" for path in scripts}
    tests = {path.relative_to(TESTS) for path in TESTS.rglob("test_*.py")}
    names = {str(path.with_name(path.stem.removeprefix("test_"))) for path in tests}
    assert names - modules <= OF_SEVERAL
