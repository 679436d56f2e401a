"""What the page of a function shows: its rule on one line, commands that work."""

import shlex
from collections import Counter

import pytest
from reference.pages import lines

from gradcalc.analysis.catalogue import catalogue, look_up
from gradcalc.cli.main import main
from gradcalc.reports.functions_page import (
    catalogue_page,
    example_command,
    function_page,
    plot_command,
    rule_text,
)

ENTRIES = list(catalogue().values())


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.name for entry in ENTRIES])
def test_the_example_works(entry, capsys):
    _, *words = shlex.split(example_command(entry))
    assert main(words) == 0
    assert capsys.readouterr().out


RULES = [
    ("tanh", "1 - out^2"),
    ("*", "a: b, b: a"),
    ("relu", "1 if x > 0"),
    ("where", "c: 0, a: 1 if c != 0, b: 1 if c == 0"),
    ("mean", "= sum(v)/length(v)"),
    ("huber", "= mean(huber_of(prediction - target, delta))"),
    ("transpose", ""),
]


@pytest.mark.parametrize(("name", "rule"), RULES, ids=[name for name, _ in RULES])
def test_rules_on_one_line(name, rule):
    assert rule_text(look_up(name)) == rule


COMMANDS = [
    ("tanh", 'gradcalc plot "tanh(x)" --x=-5:5'),
    ("sin", 'gradcalc plot "sin(x)" --x=-2*pi:2*pi'),
    ("atan2", 'gradcalc plot "atan2(y, x)" --y=-5:5 --x=-2.25'),
]


@pytest.mark.parametrize(("name", "command"), COMMANDS, ids=[n for n, _ in COMMANDS])
def test_the_command_that_plots(name, command):
    assert plot_command(look_up(name)) == command


@pytest.mark.parametrize("width", [40, 60, 80, 120, 150, 200])
def test_the_catalogue_fits_and_cuts_no_signature(width):
    page = lines(catalogue_page(ENTRIES, width=width))
    assert max(map(len, page)) <= width
    for entry in ENTRIES:
        assert any(row.startswith(entry.signature) for row in page)
    # Nothing is cut: all words of the wide page are there.
    wide = " ".join(lines(catalogue_page(ENTRIES))[2:])
    assert Counter("".join(page[2:] if width >= 150 else page).replace(" ", "")) == (
        Counter(wide.replace(" ", ""))
    )


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.name for entry in ENTRIES])
def test_a_function_fits_and_its_commands_can_be_copied(entry, width):
    page = lines(function_page(entry, width=width))
    commands = [example_command(entry)]
    if entry.window:
        commands.append(plot_command(entry))
    for command in commands:
        assert any(row.endswith(command) for row in page)
    others = [row for row in page if not any(row.endswith(c) for c in commands)]
    assert max(map(len, others)) <= width
    assert page[0].startswith(entry.signature)
