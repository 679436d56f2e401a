"""The tables of the grammar: kept where only the user can write, and checked."""

import os
import pathlib
import stat

import pytest

from gradcalc.language import tables as module
from gradcalc.language.grammar import grammar_text, make_tables
from gradcalc.language.tables import cache_path, read_tables, tables, write_tables


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty cache directory, and a count of how often the tables were made."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(module, "PACKAGED", "none.json")
    made = []
    monkeypatch.setattr(module, "make_tables", lambda: made.append(1) or make_tables())
    return made


def kept():
    return pathlib.Path(cache_path())


def test_made_once_and_kept_for_the_user_alone(home):
    first = tables()
    assert tables() == first
    assert len(home) == 1
    path = kept()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == [path.name]


DAMAGED = {
    "empty": "",
    "not the layout": "[]",
    "wrong sum": "00000000\n{}\n",
    "another grammar": write_tables("another grammar", {}),
    "no tables": write_tables("", {}).replace("tables", "others"),
}


@pytest.mark.parametrize("damaged", [*DAMAGED.values(), None], ids=[*DAMAGED, "half"])
def test_a_damaged_file_is_made_anew(home, damaged):
    expected = tables()
    path = kept()
    text = path.read_text()
    path.write_text(text[: len(text) // 2] if damaged is None else damaged)
    assert tables() == expected
    assert len(home) == 2
    assert read_tables(path, grammar_text()) == expected


@pytest.mark.usefixtures("home")
def test_a_changed_character_shows():
    tables()
    path = kept()
    path.write_text(path.read_text().replace("product", "produkt", 1))
    assert read_tables(path, grammar_text()) is None


def test_a_file_that_others_can_write_is_not_believed(home):
    expected = tables()
    kept().chmod(0o666)
    assert tables() == expected
    assert len(home) == 2


def test_a_folder_that_others_can_write_is_not_used(home):
    folder = kept().parent
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    tables()
    tables()
    assert len(home) == 2
    assert list(folder.iterdir()) == []


@pytest.mark.usefixtures("home")
def test_no_cache_directory_is_no_error(monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", os.devnull)
    assert tables()["states"]
    monkeypatch.setenv("XDG_CACHE_HOME", "relative/path")
    monkeypatch.setenv("HOME", os.devnull)
    assert tables()["states"]


def test_the_file_in_the_package_comes_first(home, monkeypatch, tmp_path):
    (tmp_path / "packaged.json").write_text(write_tables(grammar_text(), {"made": 1}))
    monkeypatch.setattr(module, "grammar_folder", lambda: tmp_path)
    monkeypatch.setattr(module, "PACKAGED", "packaged.json")
    assert tables() == {"made": 1}
    assert home == []
