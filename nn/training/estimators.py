"""Networks as scikit-learn estimators, for its pipelines, searches and scores (extra `sklearn`)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

import autograd as ag
from autograd._common.foreign import explained
from autograd.engine.backend import Value
from nn._common.checks import setting, size
from nn.modules.activations import Activation
from nn.modules.containers import MLP
from nn.optim import Adam
from nn.training.fitting import fit
from nn.training.predicting import predict

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.preprocessing import StandardScaler
    from sklearn.utils import check_random_state
    from sklearn.utils.class_weight import compute_sample_weight
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data
except ImportError as error:
    raise ImportError(
        f"nn.Classifier and nn.Regressor need scikit-learn 1.6 or newer, the extra `sklearn`: "
        f"pip install 'scalargrad[sklearn]' ({error})"
    ) from None

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[np.float64]

__all__ = ["Classifier", "Regressor"]


class _Network(BaseEstimator):  # type: ignore[misc]
    """Base of the estimators: settings, scaling of the features, training."""

    @explained("estimator")
    def __init__(
        self, hidden: int | Sequence[int] = (16,), *, activation: Activation = "tanh", alpha: float = 1e-4,
        learning_rate: float = 0.01, epochs: int = 200, batch_size: int | None = 32, random_state: Any = None,
    ) -> None:  # fmt: skip
        self.hidden, self.activation, self.alpha = hidden, activation, alpha
        self.learning_rate, self.epochs, self.batch_size = learning_rate, epochs, batch_size
        self.random_state = random_state

    def fit(self: Any, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Train on features of shape (samples, features) and a target for each sample; return self."""
        return self._learn(X, y, sample_weight, True, self.epochs)

    def _checked(self, X: Any, y: Any, sample_weight: Any, first: bool, **how: Any) -> tuple[Any, Any, Any]:
        """Validated samples and weights, without samples of weight 0."""
        _refuse("X", X)
        _refuse("sample_weight", sample_weight)
        _refuse("y", y, words="y_numeric" not in how)
        X, y = validate_data(self, X, y, reset=first, dtype="float64", **how)
        if sample_weight is None:
            return X, y, None
        weights = _check_sample_weight(sample_weight, X, dtype="float64", ensure_non_negative=True)
        counted = weights > 0.0
        if not counted.any():
            raise ValueError(f"{type(self).__name__}: all sample weights are 0")
        return X[counted], y[counted], weights[counted]

    def _train(self, X: Any, y: Any, loss: str, sample_weight: Any, outputs: int, first: bool, epochs: int) -> Any:
        """Train the network on scaled features; at first fit the scaling and make the network."""
        name: str = type(self).__name__
        given: Any = self.hidden
        alpha = setting(name, "alpha", self.alpha)
        if first:
            hidden: Any = given if np.ndim(given) else [given]
            sizes = [*(size(f"{name}: hidden", n) for n in hidden), outputs]
            scaler = self._scaler("X", X, sample_weight)
            self.mean_, self.scale_ = scaler.mean_, scaler.scale_
            self._source = check_random_state(self.random_state)
            self.model_ = MLP(X.shape[1], sizes, activation=self.activation, seed=self._seed())
            self._optimizer = Adam(self.model_, lr=self.learning_rate)
        self.history_ = fit(
            self.model_, self._scaled(X), y, loss=loss, optimizer=self._optimizer, epochs=epochs,
            batch_size=self.batch_size, seed=self._seed(), sample_weight=sample_weight,
            penalty=partial(_squares, alpha) if alpha else None, progress=False,
        )  # fmt: skip
        return self

    def _scaler(self, what: str, numbers: Any, sample_weight: Any) -> Any:
        """Fit mean and deviation of each column; scikit-learn recognises the rounding errors of a constant one."""
        with np.errstate(over="ignore", invalid="ignore"):
            scaler = StandardScaler().fit(numbers, sample_weight=sample_weight)
        for j in np.flatnonzero(~np.isfinite(scaler.scale_)).tolist():
            name, largest = type(self).__name__, float(np.abs(numbers[:, j]).max())
            column = f", column {j}," * (numbers.shape[1] > 1)
            raise ValueError(f"{name}: {what}{column} has numbers too large to standardise, up to {largest:.3g}")
        return scaler

    def _seed(self) -> int:
        return int(self._source.randint(2**31 - 1))

    def _scaled(self, X: Any) -> Any:
        return (X - self.mean_) / self.scale_

    def _outputs(self, X: Any) -> Array:
        check_is_fitted(self)
        _refuse("X", X)
        return predict(self.model_, self._scaled(validate_data(self, X, reset=False, dtype="float64")))


class Classifier(ClassifierMixin, _Network):  # type: ignore[misc]
    """A multilayer perceptron for classification, trained by `nn.fit` with Adam on the cross-entropy.

    Features are standardised. The network has one output, a logit, for two classes, and one for each of more classes.

    Parameters
    ----------
    hidden : int or sequence of int
        The sizes of the hidden layers; empty for logistic regression.
    activation : str or callable
        The activation of the hidden layers.
    alpha : float
        The weight of the sum of squares of all parameters in the loss.
    learning_rate, epochs, batch_size
        See `nn.Adam` and `nn.fit`.
    random_state : int, RandomState or None
        Source of the initial weights and of the order of samples.
    class_weight : dict, "balanced" or None
        Weights of the classes, as in scikit-learn.

    Attributes
    ----------
    model_ : MLP
        The network.
    history_ : History
        The history of the training.
    classes_ : array
        The classes, sorted.
    mean_, scale_ : array of shape (features,)
        Mean and standard deviation of the features.

    Examples
    --------
    >>> import nn
    >>> points, labels = nn.datasets.moons(100, noise=0.1)
    >>> bool(nn.Classifier(random_state=0).fit(points, labels).score(points, labels) > 0.9)
    True
    """

    @explained("estimator")
    def __init__(
        self, hidden: int | Sequence[int] = (16,), *, activation: Activation = "tanh", alpha: float = 1e-4,
        learning_rate: float = 0.01, epochs: int = 200, batch_size: int | None = 32, random_state: Any = None,
        class_weight: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(
            hidden, activation=activation, alpha=alpha, learning_rate=learning_rate, epochs=epochs,
            batch_size=batch_size, random_state=random_state,
        )  # fmt: skip
        self.class_weight = class_weight

    def partial_fit(self: Any, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> Any:
        """Train for one epoch on these samples; return self.

        The first call makes the network, for the given `classes`, and fits the scaling of the features.
        """
        return self._learn(X, y, sample_weight, not hasattr(self, "model_"), 1, classes)

    def _learn(self: Any, X: Any, y: Any, sample_weight: Any, first: bool, epochs: int, classes: Any = None) -> Any:
        X, y, weights = self._checked(X, y, sample_weight, first)
        check_classification_targets(y)
        if first:
            self.classes_ = np.unique(y if classes is None else classes)
        elif classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            raise ValueError(f"Classifier: classes must be those of the first call, {self.classes_!r}, got {classes!r}")
        if len(self.classes_) < 2:
            raise ValueError(f"Classifier: there must be at least 2 classes, got one class, {self.classes_[0]!r}")
        unknown = np.setdiff1d(y, self.classes_)
        if len(unknown):
            raise ValueError(f"Classifier: y has classes that aren't among {self.classes_!r}: {unknown!r}")
        if self.class_weight is not None:
            by_class = compute_sample_weight(self.class_weight, y)
            if by_class.min() < 0.0:
                raise ValueError(f"Classifier: class_weight must not be negative, got {self.class_weight!r}")
            weights = by_class if weights is None else weights * by_class
        two = len(self.classes_) == 2
        loss, outputs = ("bce_with_logits", 1) if two else ("cross_entropy_with_logits", len(self.classes_))
        return self._train(X, np.searchsorted(self.classes_, y), loss, weights, outputs, first, epochs)

    def decision_function(self, X: Any) -> Array:
        """Return logits: of the second class, (samples,), or of each of more than two, (samples, classes)."""
        return self._outputs(X)

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class, (samples, classes)."""
        found = self.decision_function(X)
        if found.ndim == 1:
            found = np.column_stack([-found / 2.0, found / 2.0])
        powers = np.exp(found - found.max(axis=1, keepdims=True))
        probabilities: Array = powers / powers.sum(axis=1, keepdims=True)
        return probabilities

    def predict(self: Any, X: Any) -> Any:
        """Return the most probable class of each sample."""
        found = self.decision_function(X)
        return self.classes_[(found > 0.0).astype(int) if found.ndim == 1 else found.argmax(axis=1)]


class Regressor(RegressorMixin, _Network):  # type: ignore[misc]
    """A multilayer perceptron for regression, trained by `nn.fit` with Adam on the squared error.

    Features and target are standardised. Parameters and attributes are those of `Classifier` that aren't of classes;
    without hidden layers it is linear regression.

    Attributes
    ----------
    target_mean_, target_scale_ : float
        Mean and standard deviation of the target.

    Examples
    --------
    >>> import nn
    >>> import numpy as np
    >>> x = np.linspace(-1.0, 1.0, 50)[:, None]
    >>> y = np.sin(np.pi * x[:, 0])
    >>> bool(nn.Regressor(random_state=0).fit(x, y).score(x, y) > 0.9)
    True
    """

    def partial_fit(self: Any, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Train for one epoch on these samples; return self.

        The first call makes the network and fits the scaling of features and target.
        """
        return self._learn(X, y, sample_weight, not hasattr(self, "model_"), 1)

    def _learn(self: Any, X: Any, y: Any, sample_weight: Any, first: bool, epochs: int) -> Any:
        X, y, weights = self._checked(X, y, sample_weight, first, y_numeric=True)
        if first:
            scaler = self._scaler("y", y[:, None], weights)
            self.target_mean_, self.target_scale_ = float(scaler.mean_[0]), float(scaler.scale_[0])
        return self._train(X, (y - self.target_mean_) / self.target_scale_, "mse", weights, 1, first, epochs)

    def predict(self, X: Any) -> Array:
        """Return a number for each sample."""
        return self._outputs(X) * self.target_scale_ + self.target_mean_


def _refuse(what: str, given: Any, words: bool = False) -> None:
    """Refuse what scikit-learn would take for numbers: masked entries, digits, dates; `words` are classes."""
    rows = given if isinstance(given, (list, tuple)) else [given]
    if any(np.ma.is_masked(row) for row in rows):
        raise ValueError(f"{what} must not have masked entries; fill them, or leave out their samples")
    found = given.to_numpy() if hasattr(given, "to_numpy") else np.asarray(given)
    mixed = found.dtype == object and not words
    odd = next((repr(x) for x in found.ravel() if isinstance(x, (str, bytes))), "") if mixed else ""
    if odd or found.dtype.kind in ("Mm" if words else "SUMm"):
        raise TypeError(f"{what} must be numbers, got {odd or found.dtype}")


def _squares(weight: float, parameters: list[Value]) -> Value:
    return weight * ag.dot(parameters, parameters)
