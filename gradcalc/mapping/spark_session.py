"""Spark's library and its sessions, and what its errors mean."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from gradcalc.errors import (
    DataError,
    FileError,
    GradcalcError,
    MissingExtraError,
    UsageError,
    extra_module,
)
from gradcalc.mapping.engines import ENGINES, SPARK

_LIBRARY = ENGINES[SPARK].library

_JAVA = (
    "install Java 17 or later (apt install openjdk-17-jre-headless, brew install"
    " openjdk@17), or let JAVA_HOME name the folder that has it"
)


def pyspark(module: str = "") -> Any:
    """The library, or a module of it. Raises MissingExtraError."""
    return extra_module(f"{_LIBRARY}{module}", SPARK, "tables of Spark")


@contextmanager
def session(master: str | None) -> Iterator[Any]:
    """A session of Spark on the master; None for that which Spark is set up for.

    Raises MissingExtraError without Spark or Java, and UsageError for a master that
    cannot be used.
    """
    core = pyspark()
    conf = core.SparkConf().setAppName("gradcalc map")
    conf.set("spark.sql.caseSensitive", "true")
    if master is not None:
        conf.setMaster(master)
    is_local = (master or "").startswith("local")
    if is_local:
        conf.set("spark.driver.host", "localhost")
        conf.set("spark.driver.bindAddress", "127.0.0.1")
        conf.set("spark.ui.enabled", "false")
    try:
        context = core.SparkContext(gateway=_gateway(quiet=is_local), conf=conf)
    except Exception as error:
        if not _is_sparks(error):
            raise
        which = "" if master is None else f" {master}"
        raise UsageError(
            f"cannot use the master{which}: {_reason(error)}",
            hint="a master is such as local[2], spark://host:7077 or yarn",
        ) from None
    if context.master.startswith("local") and context.pythonExec == "python3":
        # Which may be another one than this, without the libraries.
        context.pythonExec = sys.executable
    try:
        yield pyspark(".sql").SparkSession(context)
    finally:
        context.stop()


@cache
def _gateway(*, quiet: bool) -> Any:
    """The way to a new process of Java, which ends with this one.

    What it prints goes where errors go, or nowhere if it is to be `quiet`.
    """
    # Imported here: nothing else needs it.
    from tempfile import TemporaryFile

    with TemporaryFile() as log:
        streams = {"stdout": log, "stderr": log} if quiet else {"stdout": 2}
        try:
            return pyspark(".java_gateway").launch_gateway(None, streams)
        except pyspark(".errors").PySparkRuntimeError:
            log.seek(0)
            lines = log.read().decode(errors="replace").splitlines()
            said = next((line for line in lines if "JAVA_HOME" in line), None)
            raise MissingExtraError(
                "Spark needs Java, which did not start" + (f": {said}" if said else ""),
                hint=_JAVA,
            ) from None


@contextmanager
def spark_errors(name: str, verb: str = "read") -> Iterator[None]:
    """Raise GradcalcError for what Spark says of what it cannot read, or write."""
    try:
        yield
    except Exception as error:
        if not _is_sparks(error):
            raise
        raise _explained(error, name, verb) from None


def _is_sparks(error: Exception) -> bool:
    return type(error).__module__.partition(".")[0] in (_LIBRARY, "py4j")


def _explained(error: Exception, name: str, verb: str) -> GradcalcError:
    text = str(error)
    if unreadable := re.search(r"UnreadableCellError: (.*)", text):
        return DataError(f"{name}, column {unreadable[1]}")
    if lacking := re.search(r"ModuleNotFoundError: No module named '(\w+)'", text):
        return MissingExtraError(
            f"Spark's workers have no {lacking[1]}",
            hint="install numpy and pyarrow for the Python that runs there, which"
            " PYSPARK_PYTHON names",
        )
    if "[PATH_NOT_FOUND]" in text:
        return FileError(f"cannot read {name}: no such file or directory")
    if "[PATH_ALREADY_EXISTS]" in text:
        return FileError(
            f"cannot write {name}: it exists",
            hint="remove it, or give the new folder another name",
        )
    return DataError(f"cannot {verb} {name}: {_reason(error)}")


def _reason(error: Exception) -> str:
    """What Spark says is wrong: of a chain of causes the last."""
    java = getattr(error, "java_exception", None)
    text = str(error if java is None else java.toString())
    causes = re.findall(r"^Caused by: (.*)$", str(error), re.MULTILINE)
    line = (causes or [text.strip().partition("\n")[0]])[-1]
    line = re.sub(r"^(?:[\w$]+\.)+\w+(?:Exception|Error): ", "", line)
    line = re.sub(r"^\[[A-Z_.]+\] ", "", line)
    return re.sub(r" SQLSTATE: \w+$", "", line)
