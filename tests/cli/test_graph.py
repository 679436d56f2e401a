"""`gradcalc graph`: pictures, files and limits."""

import json
import os
import stat
import subprocess
import sys
from xml.etree import ElementTree

import pytest

NEURON = "n = x*w + b; tanh(n)"
VALUES = ("--x=2", "--w=-3", "--b=5")


def test_a_picture_is_written_by_its_ending(run, tmp_path):
    pytest.importorskip("pygraphviz")
    for ending, start in ((".svg", b"<?xml"), (".png", b"\x89PNG")):
        path = tmp_path / f"neuron{ending}"
        ran = run("graph", NEURON, *VALUES, "--out", str(path))
        assert (ran.status, ran.out) == (0, "")
        assert path.read_bytes().startswith(start)
    assert sorted(os.listdir(tmp_path)) == ["neuron.png", "neuron.svg"]


def test_a_picture_goes_to_standard_output(run):
    pytest.importorskip("pygraphviz")
    ran = run("graph", NEURON, *VALUES, "--format", "svg")
    svg = ElementTree.fromstring(ran.out.partition("?>")[2])
    texts = [e.text for e in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert "value\xa0\x32" in [t.replace(" ", "\xa0") for t in texts if t]
    # Shapes differ, not only colours: round corners, straight ones, a thick border.
    styles = [e.get("stroke-width") for e in svg.iter() if e.get("stroke-width")]
    assert "2.5" in styles


@pytest.mark.parametrize(
    ("ending", "start"),
    [
        (".txt", "(tanh)"),
        (".gv", "digraph"),
        (".dot", "digraph"),
        (".mmd", "flowchart"),
    ],
)
def test_text_is_written_by_its_ending(run, tmp_path, ending, start):
    path = tmp_path / f"neuron{ending}"
    assert run("graph", NEURON, "--out", str(path)).status == 0
    assert path.read_text().startswith(start)


def test_the_format_wins_over_the_ending(run, tmp_path):
    path = tmp_path / "neuron.text"
    run("graph", NEURON, "--format", "dot", "--out", str(path))
    assert path.read_text().startswith("digraph")


def test_what_stood_there_is_replaced_and_keeps_its_mode(run, tmp_path):
    path = tmp_path / "neuron.dot"
    path.write_text("before")
    path.chmod(0o600)
    link = tmp_path / "link.dot"
    link.symlink_to(path)
    assert run("graph", NEURON, "--out", str(link)).status == 0
    assert path.read_text().startswith("digraph")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert link.is_symlink()


def test_devices_are_written_to(run):
    assert run("graph", NEURON, "--format", "dot", "--out", "/dev/null").status == 0
    assert not os.path.isfile("/dev/null")


def test_without_pygraphviz_one_sentence_says_what_to_install(run, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pygraphviz", None)
    ran = run("graph", NEURON, "--format", "svg")
    assert ran == (
        2, "", "error: svg and png pictures need pygraphviz: pip install"
        " 'gradcalc[draw]'\n",
    )  # fmt: skip
    assert run("graph", NEURON, "--format", "dot").status == 0


def test_a_missing_extra_in_json(run, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pygraphviz", None)
    ran = run("graph", NEURON, "--out", "--json")
    assert ran.status == 2


def test_large_graphs_are_drawn_as_text_or_not_at_all(run):
    formula = "+".join(f"x*{k}" for k in range(2000))
    ran = run("graph", formula, "--format", "png")
    assert ran.status == 2
    assert "has 6000 boxes" in ran.err
    assert "--limit 6000 draws it" in ran.err
    assert len(run("graph", formula).out.splitlines()) == 501
    assert (
        run("graph", formula, "--format", "dot").out.count("label=") == 1 + 6000 + 3999
    )


def test_json_has_nodes_and_steps(run):
    found = json.loads(run("graph", "mean([x, 3])", "--x=1", "--json").out)
    assert found["nodes"] == [
        {"id": 0, "kind": "variable", "label": "x", "expression": "x", "value": 1.0,
         "gradient": 0.5, "output": False},
        {"id": 1, "kind": "literal", "label": None, "expression": "3", "value": 3.0,
         "gradient": None, "output": False},
        {"id": 4, "kind": "operation", "label": None, "expression": "mean([x, 3])",
         "value": 2.0, "gradient": 1.0, "output": True},
    ]  # fmt: skip
    assert found["steps"] == [{"op": "mean", "inputs": [0, 1], "outputs": [4]}]


def test_a_picture_is_called_by_its_file(run, tmp_path):
    pytest.importorskip("pygraphviz")
    path = tmp_path / "neuron.grad"
    path.write_text(f"# a neuron\n{NEURON}\n")
    ran = run("graph", "--file", str(path), "--format", "svg")
    assert "<title>neuron.grad</title>" in ran.out
    ran = run("graph", NEURON, "--format", "svg")
    assert "<title>n = x*w + b; tanh(n)</title>" in ran.out


def test_pictures_are_drawn_in_silence(tmp_path):
    pytest.importorskip("pygraphviz")
    # In a process of its own: Fontconfig warns once, and past Python's streams.
    words = ["graph", NEURON, "--out", str(tmp_path / "neuron.png")]
    ran = subprocess.run(
        [sys.executable, "-m", "gradcalc", *words], capture_output=True, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")
