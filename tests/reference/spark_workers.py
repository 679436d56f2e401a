"""A Python for Spark's workers that has NumPy and PyArrow, and cannot import gradcalc.

Makes one in a folder, of links to what this Python has: without a download.
"""

import importlib.util
import os
import shutil
import sysconfig
import venv
from pathlib import Path

# That Java starts soon matters more here than how fast it becomes.
os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")

LIBRARIES = ("numpy", "pyarrow")


def missing():
    """Why Spark cannot be tried here, or None."""
    if importlib.util.find_spec("pyspark") is None:
        return "Spark is not installed: pip install 'gradcalc[spark]'"
    if "JAVA_HOME" not in os.environ and shutil.which("java") is None:
        return "Spark needs Java, which is not installed"
    return None


def python_of_workers(folder):
    """The path of the new Python."""
    venv.create(folder, symlinks=True)
    paths = sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)})
    site = Path(paths["purelib"])
    for library in LIBRARIES:
        home = Path(importlib.util.find_spec(library).origin).parent
        for part in (home, home.with_name(f"{library}.libs")):
            if part.exists():
                (site / part.name).symlink_to(part)
    # Wherever the path of modules leads to one.
    (site / "alone.pth").write_text("import sys; sys.modules['gradcalc'] = None\n")
    return folder / "bin" / "python"
