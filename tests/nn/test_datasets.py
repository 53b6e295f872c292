"""Data sets against scikit-learn's and their formulas; tables with everything that can be wrong in one."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.data import datasets, tables
from tests import needs

CLASSES: dict[str, Any] = {
    "moons": datasets.moons,
    "circles": datasets.circles,
    "spirals": datasets.spirals,
    "blobs": datasets.blobs,
    "xor": datasets.xor,
}


@pytest.mark.parametrize("samples", [1, 2, 5, 100, 101])
@pytest.mark.parametrize("noise", [0.0, 0.1])
@pytest.mark.parametrize("shuffle", [False, True])
def test_moons_and_circles_are_those_of_scikit_learn(samples: int, noise: float, shuffle: bool) -> None:
    peer = needs.package("sklearn.datasets")
    for ours, theirs in ((datasets.moons, peer.make_moons), (datasets.circles, peer.make_circles)):
        points, labels = ours(samples, noise=noise, shuffle=shuffle, seed=3)
        expected, expected_labels = theirs(samples, noise=noise or None, shuffle=shuffle, random_state=3)
        assert np.array_equal(points, expected)
        assert np.array_equal(labels, expected_labels)


@pytest.mark.parametrize("shuffle", [False, True])
@pytest.mark.parametrize("centers", [1, 4, [[0.0, 1.0, 2.0], [5.0, 5.0, 5.0]]])
def test_blobs_are_those_of_scikit_learn(shuffle: bool, centers: Any) -> None:
    peer = needs.package("sklearn.datasets")
    points, labels = datasets.blobs(11, features=3, centers=centers, spread=0.5, shuffle=shuffle, seed=7)
    expected, expected_labels = peer.make_blobs(
        11, n_features=3, centers=centers, cluster_std=0.5, shuffle=shuffle, random_state=7
    )
    assert np.array_equal(points, expected)
    assert np.array_equal(labels, expected_labels)


def test_moons_by_their_formula() -> None:
    points, labels = datasets.moons(10, shuffle=False)
    for i in range(5):
        t = math.pi * i / 4
        assert points[i] == pytest.approx([math.cos(t), math.sin(t)], abs=1e-15)
        assert points[5 + i] == pytest.approx([1 - math.cos(t), 0.5 - math.sin(t)], abs=1e-15)
    assert labels.tolist() == [0] * 5 + [1] * 5


def test_spirals_lie_on_their_arms() -> None:
    points, labels = datasets.spirals(31, classes=3, turns=1.5, seed=2)
    radius = np.hypot(*points.T)
    angle = 2 * np.pi * (1.5 * radius + labels / 3)
    assert np.allclose(points, np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), atol=1e-14)
    assert np.bincount(labels).tolist() == [11, 10, 10]


def test_xor_is_exclusive_or_of_its_corner() -> None:
    points, labels = datasets.xor(10, shuffle=True, seed=5)
    assert np.array_equal(labels, (points[:, 0] != points[:, 1]).astype(int))


@pytest.mark.parametrize("kind", list(datasets.CURVES))
def test_a_curve_without_noise_is_its_function(kind: str) -> None:
    x, y = datasets.curve(7, kind, low=-0.5, high=1.0)
    assert (x[0, 0], x[-1, 0]) == (-0.5, 1.0)
    assert y.tolist() == [datasets.CURVES[kind](number) for number in x[:, 0].tolist()]
    noisy = datasets.curve(7, kind, low=-0.5, high=1.0, noise=0.1, seed=1)[1]
    assert 0.0 < np.abs(noisy - y).max() < 1.0


@given(st.sampled_from(sorted(CLASSES)), st.integers(1, 40), st.floats(0.0, 2.0), st.booleans(), st.integers(0, 99))
def test_shapes_types_and_seeds(kind: str, samples: int, noise: float, shuffle: bool, seed: int) -> None:
    how = {"spread" if kind == "blobs" else "noise": noise}
    points, labels = CLASSES[kind](samples, shuffle=shuffle, seed=seed, **how)
    assert points.shape == (samples, 2)
    assert labels.shape == (samples,)
    assert points.dtype == np.float64
    assert labels.dtype == np.intp
    again = CLASSES[kind](samples, shuffle=shuffle, seed=seed, **how)
    assert np.array_equal(again[0], points)
    assert np.array_equal(again[1], labels)


@pytest.mark.parametrize(
    "call, text",
    [
        (lambda: datasets.moons(0), "moons: samples must be a whole number of at least 1, got 0 (int)"),
        (lambda: datasets.moons("9"), "moons: samples must be a whole number of at least 1, got '9' (str)"),  # type: ignore[arg-type]
        (lambda: datasets.xor(4, noise=-1.0), "xor: noise must be at least 0 and finite, got -1.0"),
        (lambda: datasets.circles(factor=1.0), "circles: factor must be at least 0 and less than 1, got 1.0"),
        (lambda: datasets.blobs(centers=0), "blobs: centers and features must be at least 1, got 0 and 2"),
        (lambda: datasets.blobs(centers=[1.0]), "blobs: centers must be points of one dimension, got shape (1,)"),  # type: ignore[list-item]
        (lambda: datasets.spirals(classes=0), "spirals: classes must be at least 1, got 0"),
        (lambda: datasets.curve(kind="wave"), "curve: unknown kind, got 'wave'; allowed line, parabola, cubic, sine, "),
        (lambda: datasets.curve(low=1.0), "curve: high must be above low and both finite, got low=1.0, high=1.0"),
    ],
)
def test_what_a_data_set_refuses(call: Any, text: str) -> None:
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value).startswith(text)


def test_a_file_with_names_and_classes(tmp_path: Path) -> None:
    path = tmp_path / "flowers.csv"
    path.write_text('\ufefflength,"width, cm",kind\n1, 2,setosa\n\n3,4e0,virginica\n-5,6,setosa\n', encoding="utf-8")
    table = datasets.read_csv(path, target="kind")
    assert table.X.tolist() == [[1.0, 2.0], [3.0, 4.0], [-5.0, 6.0]]
    assert table.y.tolist() == [0, 1, 0]
    assert (table.features, table.target, table.classes) == (("length", "width, cm"), "kind", ("setosa", "virginica"))
    chosen = datasets.read_csv(path, features=["width, cm"])
    assert chosen.X.tolist() == [[2.0], [4.0], [6.0]]
    assert chosen.y is None


def test_a_file_of_numbers_only() -> None:
    table = datasets.read_csv(["1;2;3", "4;5;6"], target=-1, delimiter=";")
    assert table.features == ("x1", "x2")
    assert table.X.tolist() == [[1.0, 2.0], [4.0, 5.0]]
    assert table.y.tolist() == [3.0, 6.0]
    assert datasets.read_csv(["1,2", "3,4"], header=True).features == ("1", "2")


def test_a_data_frame() -> None:
    pandas = needs.package("pandas")
    frame = pandas.DataFrame({"a": [1, 2], "b": [0.5, None], "kind": ["x", "y"]})
    table = datasets.read_csv(frame, target="kind", features=["a"])
    assert table.X.tolist() == [[1.0], [2.0]]
    assert table.y.tolist() == [0, 1]
    with pytest.raises(tables.TableError, match=r"read_csv: data frame: row 1, column 2 \(b\): must be a finite"):
        datasets.read_csv(frame, target="kind")
    with pytest.raises(tables.TableError, match=r"row 1, column 2 \(kind\): must be a class, got nan"):
        datasets.read_csv(pandas.DataFrame({"a": [1, 2], "kind": ["x", math.nan]}), target="kind")


@pytest.mark.parametrize(
    "lines, options, text, line, column",
    [
        ([], {}, "read_csv: there must be lines, got none", 0, 0),
        (["a,b"], {}, "read_csv: there must be samples, got none", 0, 0),
        (["a,b", "1,2", "3"], {}, "read_csv: line 3: must have 2 fields as the first line has, got 1", 3, 0),
        (["a,b", "1,2", "3,x"], {}, "read_csv: line 3, column 2 (b): must be a finite number, got 'x'", 3, 2),
        (["a,b", "1,", ""], {}, "read_csv: line 2, column 2 (b): must be a finite number, got ''", 2, 2),
        (["a,b", "1,nan"], {}, "read_csv: line 2, column 2 (b): must be a finite number, got 'nan'", 2, 2),
        (["a,b", "inf,1"], {}, "read_csv: line 2, column 1 (a): must be a finite number, got 'inf'", 2, 1),
        (["a,b", "1_0,1"], {}, "read_csv: line 2, column 1 (a): must be a finite number, got '1_0'", 2, 1),
        (["a,b", "1,cat", "2,"], {"target": "b"}, "read_csv: line 3, column 2 (b): must be a class, got ''", 3, 2),
        (["a,a", "1,2"], {}, "read_csv: line 1: names must differ, got 'a' twice", 1, 0),
        (["a,b", "1,2"], {"target": "c"}, "read_csv: no such column, got 'c'; allowed 'a', 'b', or a position", 0, 0),
        (["a,b", "1,2"], {"target": 2}, "read_csv: no such column, got 2; allowed 'a', 'b', or a position", 0, 0),
        (["a,b", '1,"2'], {}, "read_csv: line 2: not CSV: ", 2, 0),
    ],
)
def test_what_a_table_refuses(lines: list[str], options: Any, text: str, line: int, column: int) -> None:
    with pytest.raises(tables.TableError) as caught:
        datasets.read_csv(lines, **options)
    assert str(caught.value).startswith(text)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"a,b\n\xff\xfe\x00,1\n")
    with pytest.raises(tables.TableError, match="not a text in UTF-8"):
        datasets.read_csv(path)
    with pytest.raises(ValueError, match="delimiter must be one character, got ', '"):
        datasets.read_csv(["1, 2"], delimiter=", ")


@given(st.lists(st.tuples(st.floats(allow_nan=False, allow_infinity=False), st.integers(-9, 9)), min_size=1))
def test_what_is_written_is_read(rows: list[tuple[float, int]]) -> None:
    table = datasets.read_csv(["x,y", *(f"{x!r},{y}" for x, y in rows)], target="y")
    assert table.X[:, 0].tolist() == [x for x, _ in rows]
    assert table.y.tolist() == [y for _, y in rows]
