"""`Classifier` and `Regressor`: networks as scikit-learn's estimators, for its pipelines, searches and scores.

The extra `sklearn` has what they need; this module is imported when one of them is first asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import autograd as ag
from autograd.engine.backend import Value
from nn.modules.activations import Activation
from nn.modules.containers import MLP
from nn.optim import Adam
from nn.training.fitting import fit
from nn.training.predicting import predict

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.utils import check_random_state
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, validate_data
except ImportError as error:
    raise ImportError(
        f"nn.Classifier and nn.Regressor need scikit-learn 1.6 or newer, the extra `sklearn`: "
        f"pip install 'scalargrad[sklearn]' ({error})"
    ) from None

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[np.float64]

__all__ = ["Classifier", "Regressor"]

Self = TypeVar("Self", bound="_Network")


class _Network(BaseEstimator):  # type: ignore[misc]
    """What both have: settings, scaling of the features, training."""

    def __init__(
        self,
        hidden: Sequence[int] = (16,),
        *,
        activation: Activation = "tanh",
        alpha: float = 1e-4,
        learning_rate: float = 0.01,
        epochs: int = 200,
        batch_size: int | None = 32,
        random_state: Any = None,
    ) -> None:
        self.hidden = hidden
        self.activation = activation
        self.alpha = alpha
        self.learning_rate = learning_rate
        self.epochs = epochs
        self.batch_size = batch_size
        self.random_state = random_state

    def _train(self, X: Any, y: Any, outputs: int, loss: str) -> None:
        """Build a network and fit it on scaled features."""
        self.mean_ = X.mean(axis=0)
        spread = X.std(axis=0)
        spread[~(spread > 0.0)] = 1.0
        self.scale_ = spread
        source = check_random_state(self.random_state)
        self.model_ = MLP(
            X.shape[1],
            [*self.hidden, outputs],
            activation=self.activation,
            seed=int(source.randint(2**31 - 1)),
        )
        self.history_ = fit(
            self.model_,
            self._scaled(X),
            y,
            loss=loss,
            optimizer=partial(Adam, lr=self.learning_rate),
            epochs=self.epochs,
            batch_size=self.batch_size,
            seed=int(source.randint(2**31 - 1)),
            penalty=partial(_squares, self.alpha) if self.alpha else None,
            progress=False,
        )

    def _scaled(self, X: Any) -> Any:
        return (X - self.mean_) / self.scale_

    def _outputs(self, X: Any) -> Array:
        check_is_fitted(self)
        return predict(self.model_, self._scaled(validate_data(self, X, reset=False, dtype="float64")))


class Classifier(ClassifierMixin, _Network):  # type: ignore[misc]
    """A multilayer perceptron that tells classes apart, trained by `nn.fit` with Adam on cross-entropy.

    Features are scaled to mean 0 and standard deviation 1. Two classes make one output, its logit; more make one each.

    Parameters
    ----------
    hidden : sequence of int
        Sizes of the hidden layers; empty for logistic regression.
    activation : str or callable
        Of the hidden layers.
    alpha : float
        Weight of the sum of squares of all parameters in the loss.
    learning_rate, epochs, batch_size
        As of `nn.Adam` and `nn.fit`.
    random_state : int, RandomState or None
        Where weights and orders come from.

    Attributes
    ----------
    model_ : MLP
        The network.
    history_ : History
        How training went.
    classes_ : array
        The classes, sorted.
    mean_, scale_ : array of shape (features,)
        What the features are scaled by.

    Examples
    --------
    >>> import nn
    >>> points, labels = nn.datasets.moons(100, noise=0.1)
    >>> bool(nn.Classifier(random_state=0).fit(points, labels).score(points, labels) > 0.9)
    True
    """

    def fit(self: Any, X: Any, y: Any) -> Any:
        """Train on features of shape (samples, features) and a class for each sample; return self."""
        import numpy as np

        X, y = validate_data(self, X, y, dtype="float64")
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"Classifier: there must be at least 2 classes, got one class, {self.classes_[0]!r}")
        two = len(self.classes_) == 2
        self._train(X, codes, *((1, "bce_with_logits") if two else (len(self.classes_), "cross_entropy_with_logits")))
        return self

    def decision_function(self, X: Any) -> Array:
        """Return logits: of the second class, (samples,), or of each of more than two, (samples, classes)."""
        return self._outputs(X)

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class, (samples, classes)."""
        import numpy as np

        found = self.decision_function(X)
        if found.ndim == 1:
            found = np.column_stack([-found / 2.0, found / 2.0])
        powers = np.exp(found - found.max(axis=1, keepdims=True))
        probabilities: Array = powers / powers.sum(axis=1, keepdims=True)
        return probabilities

    def predict(self: Any, X: Any) -> Any:
        """Return the likeliest class of each sample."""
        found = self.decision_function(X)
        return self.classes_[(found > 0.0).astype(int) if found.ndim == 1 else found.argmax(axis=1)]


class Regressor(RegressorMixin, _Network):  # type: ignore[misc]
    """A multilayer perceptron that gives a number, trained by `nn.fit` with Adam on the squared error.

    Features and target are scaled to mean 0 and standard deviation 1.

    Parameters
    ----------
    hidden, activation, alpha, learning_rate, epochs, batch_size, random_state
        As of `Classifier`; without hidden layers it is linear regression.

    Attributes
    ----------
    model_, history_, mean_, scale_
        As of `Classifier`.
    target_mean_, target_scale_ : float
        What the target is scaled by.

    Examples
    --------
    >>> import nn
    >>> import numpy as np
    >>> x = np.linspace(-1.0, 1.0, 50)[:, None]
    >>> y = np.sin(np.pi * x[:, 0])
    >>> bool(nn.Regressor(random_state=0).fit(x, y).score(x, y) > 0.9)
    True
    """

    def fit(self: Any, X: Any, y: Any) -> Any:
        """Train on features of shape (samples, features) and a number for each sample; return self."""
        X, y = validate_data(self, X, y, dtype="float64", y_numeric=True)
        self.target_mean_ = float(y.mean())
        self.target_scale_ = float(y.std()) or 1.0
        self._train(X, (y - self.target_mean_) / self.target_scale_, 1, "mse")
        return self

    def predict(self, X: Any) -> Array:
        """Return a number for each sample."""
        return self._outputs(X) * self.target_scale_ + self.target_mean_


def _squares(weight: float, parameters: list[Value]) -> Value:
    return weight * ag.dot(parameters, parameters)
