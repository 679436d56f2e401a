"""The tables of the grammar: packaged ones if there are any, else made by Lark."""

import json

from gradcalc.language import grammar
from gradcalc.language.grammar import TABLES, make_tables, read_tables


def test_in_a_checkout_they_are_made():
    assert read_tables() == make_tables()


def test_what_json_holds_is_what_lark_made():
    tables = make_tables()
    assert json.loads(json.dumps(tables)) == tables


def test_the_file_in_the_package_comes_first(monkeypatch, tmp_path):
    (tmp_path / TABLES).write_text('{"made": 1}')
    monkeypatch.setattr(grammar, "grammar_folder", lambda: tmp_path)
    assert read_tables() == {"made": 1}
