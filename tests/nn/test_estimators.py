"""`Classifier` and `Regressor` under scikit-learn's own checks, and in its tools."""

from __future__ import annotations

import subprocess
import sys
import warnings
from typing import Any

import numpy as np
import pytest

import nn
from tests import needs

needs.package("sklearn")
checks = needs.package("sklearn.utils.estimator_checks")

ESTIMATORS = [
    nn.Classifier(hidden=(8,), epochs=40, learning_rate=0.05, random_state=0),
    nn.Classifier(hidden=(), epochs=40, learning_rate=0.05, random_state=0),
    nn.Regressor(hidden=(8,), epochs=40, learning_rate=0.05, random_state=0),
]


@checks.parametrize_with_checks(ESTIMATORS)  # type: ignore[untyped-decorator]
def test_scikit_learns_own_checks(estimator: Any, check: Any) -> None:
    with warnings.catch_warnings():
        # Checks make data on purpose of which scikit-learn itself warns.
        warnings.simplefilter("ignore")
        check(estimator)


def test_in_a_pipeline_and_a_search() -> None:
    selection = needs.package("sklearn.model_selection")
    pipeline = needs.package("sklearn.pipeline")
    preprocessing = needs.package("sklearn.preprocessing")
    points, labels = nn.datasets.circles(120, noise=0.05, factor=0.5, seed=1)
    words = np.array(["outer", "inner"])[labels]
    steps = pipeline.make_pipeline(
        preprocessing.StandardScaler(), nn.Classifier(epochs=60, learning_rate=0.05, random_state=0)
    )
    search = selection.GridSearchCV(steps, {"classifier__hidden": [(), (8,)]}, cv=3).fit(points, words)
    assert search.best_params_ == {"classifier__hidden": (8,)}
    assert search.score(points, words) > 0.95
    assert set(search.predict(points)) == {"outer", "inner"}


def test_probabilities_are_those_of_the_logits() -> None:
    points, labels = nn.datasets.moons(60, noise=0.2, seed=1)
    found = nn.Classifier(epochs=20, random_state=0).fit(points, labels)
    logits = found.decision_function(points)
    assert found.predict_proba(points)[:, 1] == pytest.approx(1.0 / (1.0 + np.exp(-logits)), rel=1e-12)
    assert isinstance(found.history_, nn.History)
    assert len(found.model_.parameters()) == 2 * 16 + 16 + 16 + 1
    arms, three = nn.datasets.spirals(60, classes=3, seed=1)
    several = nn.Classifier(epochs=20, random_state=0).fit(arms, three)
    assert several.decision_function(arms).shape == (60, 3)
    assert several.predict_proba(arms).sum(axis=1) == pytest.approx(np.ones(60))


def test_a_line_is_found_by_linear_regression() -> None:
    x = np.linspace(-3.0, 5.0, 40)[:, None]
    y = 2.0 * x[:, 0] - 0.5
    found = nn.Regressor(hidden=(), alpha=0.0, epochs=300, learning_rate=0.05, random_state=0).fit(x, 100.0 * y + 7.0)
    assert found.predict([[10.0]])[0] == pytest.approx(100.0 * (2.0 * 10.0 - 0.5) + 7.0, rel=1e-3)


def test_without_scikit_learn_the_extra_is_named() -> None:
    script = "import sys; sys.modules['sklearn'] = None; import nn; nn.MLP\n"
    script += "try: nn.Classifier\nexcept ImportError as e: print(e)"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "pip install 'scalargrad[sklearn]'" in ended.stdout


def test_hidden_may_be_one_size() -> None:
    points, labels = nn.datasets.moons(30, seed=1)
    one = nn.Classifier(hidden=4, epochs=5, random_state=0).fit(points, labels)
    assert np.array_equal(
        one.decision_function(points),
        nn.Classifier(hidden=(4,), epochs=5, random_state=0).fit(points, labels).decision_function(points),
    )
    assert nn.Regressor(hidden=np.int64(4), epochs=2).fit(points, labels).model_.layers[0].outputs == 4


def test_a_constant_column_is_left_alone_however_its_mean_rounds() -> None:
    points, labels = nn.datasets.moons(40, noise=0.1, seed=1)
    for constant in (0.1, 1e-9, 12345.678, 0.0):
        train = np.column_stack([points, np.full(40, constant)])
        found = nn.Classifier(epochs=20, random_state=0).fit(train, labels)
        assert found.scale_[2] == 1.0
        again = train + np.array([0.0, 0.0, 1e-9])
        assert found.score(again, labels) == found.score(train, labels)
    flat = nn.Regressor(epochs=2, random_state=0).fit(points, np.full(40, 0.1))
    assert flat.target_scale_ == 1.0


def test_numbers_too_large_to_standardise_are_named() -> None:
    points, labels = nn.datasets.moons(20, seed=1)
    large = points * np.array([1.0, 1e200])
    with pytest.raises(
        ValueError, match=r"Classifier: X, column 1, has numbers too large to standardise, up to \d\.\d+e"
    ):
        nn.Classifier(epochs=1).fit(large, labels)
    with pytest.raises(ValueError, match="Regressor: y has numbers too large to standardise"):
        nn.Regressor(epochs=1).fit(points, large[:, 1])


def test_partial_fits_go_on() -> None:
    points, labels = nn.datasets.moons(60, noise=0.1, seed=1)
    found = nn.Classifier(random_state=0, learning_rate=0.05)
    losses = []
    for _ in range(20):
        found.partial_fit(points[:30], labels[:30], classes=[0, 1])
        found.partial_fit(points[30:], labels[30:])
        losses.append(found.history_.loss[-1])
    assert losses[-1] < 0.5 * losses[0]
    assert found.score(points, labels) > 0.8
    with pytest.raises(ValueError, match="classes that aren't among"):
        found.partial_fit(points, labels + 5)
    line = nn.Regressor(hidden=(), random_state=0, learning_rate=0.1)
    for _ in range(60):
        line.partial_fit(points, points[:, 0])
    assert line.score(points, points[:, 0]) > 0.9


def test_weights_of_classes_move_the_border() -> None:
    points, labels = nn.datasets.moons(60, noise=0.5, seed=1)
    shares = [
        nn.Classifier(hidden=(), epochs=60, random_state=0, class_weight=given)
        .fit(points, labels)
        .predict(points)
        .mean()
        for given in ({0: 20.0, 1: 1.0}, "balanced", {0: 1.0, 1: 20.0})
    ]
    assert shares[0] < shares[1] < shares[2]


@pytest.mark.parametrize("hidden", ["4", 4.0, None, 0, True, [3, None]])
def test_sizes_that_are_no_counts_are_refused(hidden: Any) -> None:
    with pytest.raises(ValueError, match="must be a whole number of at least 1"):
        nn.Classifier(hidden=hidden, epochs=1).fit(*nn.datasets.moons(10))


def test_masked_entries_are_refused() -> None:
    points, labels = nn.datasets.moons(10)
    masked = np.ma.array(points, mask=points > 1.0)
    weights = np.ma.array(np.ones(10), mask=[True] + [False] * 9)
    fitted: Any = nn.Classifier(epochs=1)
    fitted.fit(np.ma.array(points), labels)
    attempts: list[Any] = [
        lambda: nn.Classifier(epochs=1).fit(masked, labels),
        lambda: nn.Classifier(epochs=1).fit(points, np.ma.array(labels, mask=[True] + [False] * 9)),
        lambda: nn.Regressor(epochs=1).fit(points, labels, sample_weight=weights),
        lambda: fitted.predict(masked),
    ]
    for attempt in attempts:
        with pytest.raises(ValueError, match="masked entries"):
            attempt()


@pytest.mark.parametrize("kind", [str, "S", "datetime64[D]", "timedelta64[s]", lambda x: x.astype(str).astype(object)])
def test_what_scikit_learn_would_read_as_numbers_is_refused(kind: Any) -> None:
    points, labels = nn.datasets.moons(8, seed=1)

    def written(numbers: Any) -> Any:
        made: Any = kind if kind is not str and callable(kind) else lambda x: x.astype(int).astype(kind)
        return made(numbers)

    regressor = nn.Regressor(hidden=2, epochs=1, random_state=0).fit(points, labels)
    calls: list[Any] = [
        lambda: nn.Classifier(hidden=2, epochs=1).fit(written(points), labels),
        lambda: nn.Classifier(hidden=2, epochs=1).fit(written(points).tolist(), labels),
        lambda: nn.Classifier(hidden=2, epochs=1).fit(points, labels, sample_weight=written(np.ones(8))),
        lambda: nn.Regressor(hidden=2, epochs=1).fit(points, written(labels)),
        lambda: regressor.predict(written(points)),
    ]
    for call in calls:
        with pytest.raises((TypeError, ValueError)):
            call()


def test_masked_rows_of_a_list_are_refused() -> None:
    row: Any = np.ma.array([1.0, 2.0], mask=[False, True])
    rows = [row] * 2
    with pytest.raises(ValueError, match="X must not have masked entries"):
        nn.Classifier().fit(rows, [0, 1])


@pytest.mark.parametrize("hidden", [np.array(3), np.int64(3), range(3, 4), [3], (np.int32(3),)])
def test_sizes_of_hidden_layers(hidden: Any) -> None:
    points, labels = nn.datasets.moons(8, seed=1)
    found = nn.Classifier(hidden, epochs=1).fit(points, labels)
    assert [layer.outputs for layer in found.model_.layers] == [3, 1]


@pytest.mark.parametrize(
    "call, text",
    [
        (
            lambda c, X, y: c.set_params(hidden=None).fit(X, y),
            "Classifier: hidden must be a whole number of at least 1",
        ),
        (lambda c, X, y: c.set_params(alpha=-1.0).fit(X, y), "alpha must be finite and at least 0, got -1"),
        (lambda c, X, y: c.set_params(class_weight={0: -1, 1: 1}).fit(X, y), "class_weight must not be negative"),
        (
            lambda c, X, y: c.partial_fit(X, y, classes=[0, 1]).partial_fit(X, y, classes=[0, 1, 2]),
            "classes must be those of the first call",
        ),
    ],
)
def test_settings_of_estimators(call: Any, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        call(nn.Classifier(hidden=2, epochs=1), *nn.datasets.moons(8, seed=1))
