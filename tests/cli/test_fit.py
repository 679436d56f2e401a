"""`gradcalc fit`: what it takes, prints and writes."""

import gzip
import json
import math
import random
import sys

import pytest

FORMULA = "a*exp(-k*t) + c"
TRUTH = {"a": 5.0, "k": 0.7, "c": 1.0}


def decay(rows=30, seed=1):
    """Rows of t, y and err: the truth and noise of the size err."""
    noise = random.Random(seed)
    return [
        (0.4 * n, 5 * math.exp(-0.28 * n) + 1 + noise.gauss(0, 0.05), 0.05)
        for n in range(rows)
    ]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder of its own, with rows in several formats."""
    monkeypatch.chdir(tmp_path)
    lines = [",".join(map(repr, row)) for row in decay()]
    text = "\n".join(["t,y,err", *lines]) + "\n"
    (tmp_path / "decay.csv").write_text(text)
    (tmp_path / "decay.tsv").write_text(text.replace(",", "\t"))
    (tmp_path / "decay.csv.gz").write_bytes(gzip.compress(text.encode()))
    (tmp_path / "odd.csv").write_text(text.replace("t,y,err", "time (s),y,err"))
    (tmp_path / "bad.csv").write_text(text + "1,none,0.1\n")
    rows = [dict(zip(("t", "y", "err"), row, strict=True)) for row in decay()]
    (tmp_path / "decay.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")
    return tmp_path


def fitted(run, *words, formula=FORMULA, data="decay.csv", target="y"):
    ran = run("fit", formula, f"--data={data}", f"--target={target}", *words, "--json")
    assert ran.status == 0, ran.err
    return json.loads(ran.out)


def test_the_truth_is_within_the_errors(run):
    content = fitted(run, "--sigma=err")
    for name, value in TRUTH.items():
        assert abs(content["parameters"][name] - value) < 4 * content["sigma"][name]
    assert content["names"] == ["a", "k", "c"]
    for place, name in enumerate(content["names"]):
        variance = content["covariance"][place][place]
        assert content["sigma"][name] == pytest.approx(math.sqrt(variance))
        low, high = content["intervals"][name]
        assert low < content["parameters"][name] < high
    assert (content["rows"], content["degrees_of_freedom"]) == (30, 27)
    reduced = content["chi_square"] / 27
    assert content["reduced_chi_square"] == pytest.approx(reduced)
    assert 0.9 < content["r_squared"] < 1
    assert content["sigma_column"] == "err"
    assert content["notes"] == []


DOORS = {
    "tsv": ["decay.tsv"],
    "compressed": ["decay.csv.gz"],
    "json lines": ["decay.jsonl"],
    "pattern": ["dec*.csv"],
    "renamed": ["odd.csv", "--rename=time (s)=t"],
    "left out": ["bad.csv", "--skip-bad"],
}


@pytest.mark.parametrize("words", DOORS.values(), ids=DOORS)
def test_rows_come_through_the_doors_of_map(run, words):
    data, *others = words
    found = fitted(run, *others, data=data)["parameters"]
    assert found == pytest.approx(fitted(run)["parameters"], rel=1e-9)


def test_rows_of_a_pipe(run, folder):
    text = (folder / "decay.csv").read_text()
    words = [FORMULA, "--data=-", "--target=y", "--only=k"]
    ran = run("fit", *words, stdin=text)
    assert float(ran.out) == pytest.approx(fitted(run)["parameters"]["k"], rel=1e-9)


def test_a_bad_row_is_left_out_and_counted(run):
    ran = run("fit", FORMULA, "--data=bad.csv", "--target=y", "--skip-bad")
    assert ran.status == 0
    assert ran.err == (
        "warning: 1 row is left out; the first: bad.csv, line 32, column y:"
        " 'none' is not a number\n"
    )
    ran = run("fit", FORMULA, "--data=bad.csv", "--target=y")
    assert (ran.status, ran.out) == (2, "")


def test_what_is_held_started_and_kept_in_a_range(run):
    content = fitted(run, "--fix=c=1", "--a=4", "--bound=k=0:0.5")
    assert content["fixed"] == ["c"]
    assert content["parameters"]["c"] == 1
    assert "c" not in content["sigma"]
    assert content["parameters"]["k"] == pytest.approx(0.5)
    assert content["start"]["a"] == 4


def test_a_list_of_parameters_and_of_targets(run):
    formula = "[v[0]*exp(-v[1]*t) + v[2], 2*v[2]]"
    words = ["--shape=v=3", "--v=4,1,1", "--bound=v[1]=0:"]
    content = fitted(run, *words, formula=formula, target="y,2*y/y")
    assert content["names"] == ["v[0]", "v[1]", "v[2]"]
    assert len(content["sigma"]["v"]) == 3
    assert content["target"] == ["y", "2*y/y"]
    ran = run("fit", formula, "--data=decay.csv", "--target=y,2*y/y", *words)
    assert "residuals y      " in ran.out
    assert "residuals 2*y/y" in ran.out


ONLY = {
    "a,k": 2, "parameters": 3, "parameters.k": 1, "sigma": 3, "sigma.k": 1,
    "covariance": 3, "chi_square,reduced_chi_square,r_squared": 3, "rows": 1,
    "degrees_of_freedom": 1, "stopped": 1,
}  # fmt: skip


@pytest.mark.parametrize(("only", "count"), ONLY.items())
def test_bare_numbers(run, only, count):
    ran = run("fit", FORMULA, "--data=decay.csv", "--target=y", f"--only={only}")
    assert (ran.status, ran.err) == (0, "")
    assert len(ran.out.splitlines()) == count
    if only == "a,k":
        found = fitted(run)["parameters"]
        assert list(map(float, ran.out.split())) == [found["a"], found["k"]]


def test_the_saved_model_is_used_everywhere(run):
    words = ["--data=decay.csv", "--target=y", "--save=m.json"]
    assert run("fit", FORMULA, *words).status == 0
    with open("m.json", encoding="utf-8") as file:
        saved = json.load(file)
    assert saved == fitted(run)
    sigma = json.loads(run("predict", "m.json", "--t=3", "--json").out)["sigma"]
    assert 0 < sigma < 0.05
    # The same by the other way: the parameters as measured values.
    ran = run(
        "uncertainty", FORMULA, "--vars=m.json", "--correlations=m.json", "--t=3",
        "--only=sigma",
    )  # fmt: skip
    assert float(ran.out) == pytest.approx(sigma, rel=1e-9)
    ran = run("uncertainty", "log(2)/k", "--vars=m.json", "--correlations=m.json")
    assert (ran.status, ran.err) == (0, "")
    ran = run("eval", "--model=m.json", "--t=3", "--only=value")
    assert float(ran.out) == pytest.approx(
        float(run("predict", "m.json", "--t=3").out), rel=1e-12
    )
    ran = run("predict", "m.json", "--data=decay.csv", "--interval=0.9")
    assert ran.out.startswith("t,y,err,prediction,sigma,lower,upper\n")


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_pictures(run, folder, kind):
    words = ["--data=decay.csv", "--target=y", "--sigma=err", f"--plot=fit.{kind}"]
    ran = run("fit", FORMULA, *words)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.endswith(f"drawn: fit.{kind}\n")
    assert (folder / f"fit.{kind}").stat().st_size > 5000


def drawn(run, folder, formula, *words):
    ran = run("fit", formula, "--target=y", "--plot=fit.svg", *words)
    assert (ran.status, ran.err) == (0, "")
    return (folder / "fit.svg").read_text()


def test_the_curve_and_its_band_are_drawn_over_the_data(run, folder):
    picture = drawn(run, folder, FORMULA, "--data=decay.csv")
    data, curve = "#1f5f99", "#c65a11"
    panel = picture.split('id="axes_2"')[0]
    assert 0 < panel.rfind(data) < panel.find(curve)
    assert picture.count("± 1 sigma") == 1


def test_what_is_not_known_is_not_drawn(run, folder):
    (folder / "two.csv").write_text("t,y\n1,2\n2,3.5\n")
    picture = drawn(run, folder, "a*t + b", "--data=two.csv")
    assert "± " not in picture
    assert "a = 1.5, b = 0.5" in picture


def test_a_wide_band_is_shown_whole(run, folder):
    (folder / "rows.csv").write_text("t,y\n0,0.5\n1,9\n2,1\n3,6\n")
    picture = drawn(run, folder, "a + b*t", "--data=rows.csv")
    # All rows, and all points of the curve, are above 0, which the axis has.
    assert "<!-- 0 -->" in picture.split('id="axes_2"')[0]


PAGES = {
    "no weights": (
        [], ["the standard errors are scaled by the residuals", "residuals scatter by"]
    ),
    "weights": (["--sigma=err"], ["reduced"]),
    "linear": (
        ["--fix=k=0.7"],
        ["solved in one step: the parameters enter linearly", "fixed"],
    ),
    "robust": (["--robust=cauchy"], ["robust", "cauchy: what is beyond"]),
    "digits": (["--precision=1"], ["formula: 5*exp(-0.7*t) + 1\n"]),
}  # fmt: skip


@pytest.mark.parametrize(("words", "parts"), PAGES.values(), ids=PAGES)
def test_pages(run, words, parts):
    page = run("fit", FORMULA, "--data=decay.csv", "--target=y", *words).out
    for part in parts:
        assert part in page
    if "--sigma=err" in words:
        assert "scaled by the residuals" not in page


def test_strong_correlations_are_named_the_strongest_first(run):
    page = run("fit", "a + b*(t + 1000)", "--data=decay.csv", "--target=y").out
    (told,) = [row for row in page.splitlines() if row.startswith("correlations")]
    assert told.split("  ")[-1].startswith("a, b: -0.99999")


def test_a_page_in_ascii(run, monkeypatch):
    monkeypatch.setattr("gradcalc.cli.consoles.can_show", lambda _: False)
    page = run("fit", FORMULA, "--data=decay.csv", "--target=y").out
    assert page.isascii()
    assert "chi^2" in page


def test_a_column_of_errors_beside_a_width_called_sigma(run, folder):
    rows = [(x / 4, 3 * math.exp(-(((x / 4 - 2) / 0.8) ** 2) / 2)) for x in range(20)]
    text = "x,y,err\n" + "".join(f"{x},{y},0.1\n" for x, y in rows)
    (folder / "peak.csv").write_text(text)
    formula = "h*exp(-((x - m)/sigma)^2/2)"
    words = ["--h=2", "--m=1.8", "--set=sigma=1", "--sigma=err"]
    content = fitted(run, *words, formula=formula, data="peak.csv")
    assert content["parameters"]["sigma"] == pytest.approx(0.8)
    ran = run("fit", formula, "--data=peak.csv", "--target=y", "--sigma=0.5")
    assert (ran.status, ran.out) == (2, "")
    assert "--set sigma=0.5" in ran.err


def test_a_fit_whose_model_cannot_be_saved_is_printed(run, monkeypatch):
    def fail(*_):
        from gradcalc.errors import FileError

        raise FileError("cannot write m.json: no space left")

    monkeypatch.setattr("gradcalc.cli.output_files.replace_file", fail)
    ran = run("fit", FORMULA, "--data=decay.csv", "--target=y", "--save=m.json")
    assert ran.status == 2
    assert "formula: " in ran.out
    assert "saved" not in ran.out
    assert ran.err == "error: cannot write m.json: no space left\n"


def test_the_extra_that_is_missing_is_named(run, monkeypatch):
    for name in [*sys.modules]:
        if name.partition(".")[0] == "scipy":
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "scipy", None)
    ran = run("fit", FORMULA, "--data=decay.csv", "--target=y")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.endswith("need scipy: pip install 'gradcalc[fit]'\n")
