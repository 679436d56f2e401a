"""The wheel and the sdist, built and tried from outside the checkout."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

import gradcalc

ROOT = Path(__file__).parent.parent
PYTHON = sys.executable
FORMULA = ["eval", "softmax([x, 1])[0] + x^2", "--x=3", "--only", "gradient"]
EVALUATED = "gradcalc.evaluate('x^2', {'x': 1}).gradient"


def run(*words, **settings):
    return subprocess.run(
        words, capture_output=True, text=True, check=True, **settings
    ).stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder with the sdist, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    run(PYTHON, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT))
    return folder


def test_the_wheel_runs_from_outside_the_checkout(built, tmp_path):
    (wheel,) = built.glob("*.whl")
    target = tmp_path / "installed"
    run(PYTHON, "-m", "pip", "install", "--quiet", "--no-deps", "--target",
        str(target), str(wheel), cwd=tmp_path)  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(target)}
    where = run(
        PYTHON, "-c", "import gradcalc; print(gradcalc.__file__)",
        cwd=tmp_path, env=environment,
    )  # fmt: skip
    assert Path(where.strip()).is_relative_to(target)
    shown = run(PYTHON, "-m", "gradcalc", *FORMULA, cwd=tmp_path, env=environment)
    assert float(shown) == pytest.approx(6.104993585403507)
    # The tables of the grammar come with the wheel, so Lark has nothing to do.
    code = f"import sys; import gradcalc; {EVALUATED}; print('lark' in sys.modules)"
    assert run(PYTHON, "-c", code, cwd=tmp_path, env=environment) == "False\n"
    version = run(str(target / "bin" / "gradcalc"), "--version", env=environment)
    assert version == f"gradcalc {gradcalc.__version__}\n"


def test_the_wheel_holds_what_it_should(built):
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {
        "gradcalc/grammars/expression.json",
        "gradcalc/grammars/expression.lark",
        "gradcalc/language/library.grad",
        "gradcalc/py.typed",
        "gradcalc/webpage/assets/page.css",
    } <= set(names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"gradcalc"}


def test_the_sdist_holds_what_the_tests_need(built):
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        "grammars/expression.lark",
        "gradcalc/__init__.py",
        "tests/conftest.py",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "pyproject.toml",
        ".ci/run",
    } <= names


def test_the_installed_package_runs_from_anywhere(tmp_path):
    shown = run(PYTHON, "-m", "gradcalc", *FORMULA, cwd=tmp_path)
    assert float(shown) == pytest.approx(6.104993585403507)


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        ("import gradcalc", {"lark", "click", "rich", "gradcalc.operations"}),
        ("from gradcalc.cli.main import main; main(['--help'])", {"lark", "rich"}),
        ("from gradcalc.cli.main import main; main(['--version'])", {"lark", "rich"}),
        (
            "from gradcalc.cli.main import main;"
            " main(['eval', 'x', '--x=1', '--json'])",
            {"rich", "locale"},
        ),
        (
            # A comparison is no assignment, of which much could be wrong.
            "from gradcalc.cli.main import main;"
            " main(['eval', 'tanh(x) >= 0', '--x=1', '--json'])",
            {"rich", "gradcalc.language.mistakes", "gradcalc.language.foreign"},
        ),
        (
            "from gradcalc.cli.main import main;"
            " main(['eval', 'x', '--x=1', '--only', 'value'])",
            {"rich"},
        ),
        (
            "from gradcalc.cli.main import main; main(['eval', 'x', '--x=1'])",
            {"rich", "gradcalc.writers.code"},
        ),
    ],
    ids=["import", "help", "version", "json", "comparison", "only", "table"],
)
def test_nothing_is_imported_that_is_not_needed(statement, absent):
    code = f"import sys; {statement}; print(); print(*sys.modules)"
    assert not absent & set(run(PYTHON, "-c", code).splitlines()[-1].split())


def test_the_public_names_are_there():
    assert set(gradcalc.__all__) <= set(dir(gradcalc))
    for name in gradcalc.__all__:
        assert getattr(gradcalc, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = gradcalc.nothing
