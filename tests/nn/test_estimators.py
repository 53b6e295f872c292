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
