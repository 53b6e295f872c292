"""Names of PyTorch, micrograd and NumPy and their equivalents here, for error messages."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial, wraps
from typing import Any, Final, ParamSpec, TypeVar

__all__ = [
    "HINTS", "KEYWORDS", "ForeignName", "explained", "hint", "install", "missing", "refuse_arguments",
    "refuse_keywords", "without_arguments",
]  # fmt: skip

_Self = TypeVar("_Self")
_Result = TypeVar("_Result")
_P = ParamSpec("_P")

_NO_TENSORS: Final = "a Value is one number; use lists of Values instead of tensors"


def _each(names: str, said: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), said)


HINTS: Final[dict[str, dict[str, str]]] = {
    "Value": {
        "item": "the number is `x.data`, or `float(x)`",
        "numpy": "the number is `x.data`; `ag.compile` runs a function over arrays",
        "tolist": "the number is `x.data`",
        "value": "the number is `x.data`",
        "requires_grad": "every leaf has a gradient; `ag.no_grad()` records nothing, and an optimiser updates only "
        "the parameters it is given",
        "requires_grad_": "every leaf has a gradient; an optimiser updates only the parameters it is given",
        "retain_grad": "`ag.gradients(y, [x])` gives the gradient of any node; after `backward()` every node has one",
        "retain_graph": "a graph is kept as long as its Values are; `backward()` may be called again",
        "is_leaf": "a leaf has no operands: `not x.parents`",
        "grad_fn": "the operation is `x.op`, its operands are `x.parents`",
        "zero_": "set `x.data = 0.0`",
        "zero_grad_": "set `x.grad = 0.0`, or call `x.zero_grad()`",
        "clamp": "`ag.clip(x, low, high)`",
        "square": "`x**2`",
        "sum": "`ag.sum(values)` adds a list of Values",
        "mean": "`ag.mean(values)` averages a list of Values",
        "dot": "`ag.dot(xs, ys)` multiplies and adds lists of Values",
        "softmax": "`nn.softmax(values)` takes a list of Values",
        "log_softmax": "`nn.log_softmax(values)` takes a list of Values",
        **_each("prod std var", "`ag.prod`, `ag.std` and `ag.var` take a list of Values"),
        "norm": "`ag.sqrt(ag.dot(xs, xs))`, or `ag.hypot(x, y)`",
        **_each(
            "shape size ndim dim numel nelement stride T reshape view flatten ravel squeeze unsqueeze "
            "transpose permute expand repeat contiguous argmax argmin sort topk cumsum mm matmul any all",
            _NO_TENSORS,
        ),
        **_each(
            "add_ sub_ mul_ div_ clamp_ fill_ copy_ normal_ uniform_",
            "operations make new Values; the number of a leaf is set by `x.data = ...`",
        ),
        **_each("eq ne gt ge lt le", "`x > y`: comparisons are Python's"),
        **_each("isnan isinf isfinite", "functions of `math`, such as `math.isnan(x.data)`"),
        "allclose": "`math.isclose(x.data, y.data)`",
        "true_divide": "`x / y`",
        "clone": "operations make new Values; `x.detach()` is a copy outside the graph",
        "data_ptr": "the number is `x.data`",
        **_each("dtype type half long int bool", "a Value is one double"),
        **_each("to cuda cpu device float double is_cuda", "a Value is one double on the processor"),
        "name": "`x.label`",
        **_each("register_backward_hook register_post_accumulate_grad_hook", "`x.register_hook(hook)`"),
        **_each("_children children prev", "the operands are `x.parents`"),
    },
    "autograd": {
        **_each(
            "tensor Tensor FloatTensor as_tensor from_numpy array",
            "a number is `ag.Value(2.0)`; use lists of Values instead of tensors",
        ),
        **_each("Variable Parameter constant", "a number is `ag.Value(2.0)`"),
        "softmax": "`nn.softmax(values)`",
        "log_softmax": "`nn.log_softmax(values)`",
        "cross_entropy": "`nn.losses.cross_entropy_with_logits`",
        "manual_seed": "`nn.seed(0)`",
        "square": "`x**2`",
        "clamp": "`ag.clip(x, low, high)`",
        "maximum": "`ag.max(x, y)`",
        "minimum": "`ag.min(x, y)`",
        "norm": "`ag.sqrt(ag.dot(xs, xs))`, or `ag.hypot(x, y)`",
        "jit": "`ag.compile`",
        **_each("jacrev jacfwd", "`ag.jacobian(f)`"),
        **_each(
            "stack cat concat hstack zeros ones full empty eye zeros_like ones_like rand randn arange linspace outer",
            "use lists of numbers and Values",
        ),
        **_each("matmul einsum mm bmm", "`ag.dot(xs, ys)` of two lists, once for each entry"),
        **_each("vmap pmap elementwise_grad", "`ag.compile(f)` called with arrays"),
        **_each("functional func autograd", "`ag.grad(f)`, `ag.hessian(f)`, `ag.jacobian(f)` and others"),
        **_each("Function custom_vjp custom_jvp", "`ag.custom_gradient` and `ag.op`"),
        "make_vjp": "`ag.vjp(f, x)`",
        "make_jvp": "`ag.jvp(f, x, tangent)`",
        "F": "functions are in `ag`, such as `ag.relu`; losses in `nn.losses`",
        "mish": "`x * ag.tanh(ag.softplus(x))`",
        "relu6": "`ag.clip(x, 0.0, 6.0)`",
        "hardtanh": "`ag.hard_tanh(x)`",
        **_each("isnan isinf isfinite", "functions of `math`, such as `math.isnan(x.data)`"),
        "allclose": "`math.isclose(x.data, y.data)`",
        "argmax": "`max(range(len(xs)), key=xs.__getitem__)`",
        "argmin": "`min(range(len(xs)), key=xs.__getitem__)`",
        "cumsum": "`list(itertools.accumulate(xs))`",
        **_each("save load", "`nn.save(model, path)` and `nn.load(model, path)`; a Value can be pickled"),
        **_each("device cuda float32 float64", "a Value is one double on the processor"),
        "backward": "`y.backward()`",
        "set_detect_anomaly": "`with ag.detect_anomaly():`",
        **_each(
            "enable_grad set_grad_enabled is_grad_enabled GradientTape",
            "recording is on by default; `ag.no_grad()` switches it off inside its block",
        ),
        "inference_mode": "`with ag.no_grad():`",
        "draw_dot": "`ag.draw(y)`, which a notebook shows; `.save('graph.svg')` writes it",
        "nn": "a separate package: `import nn`",
        "optim": "`import nn`; `nn.SGD`, `nn.Adam` and others",
    },
    "nn": {
        **{
            name: f"`'{act}'` where a layer takes an activation, `nn.Elementwise('{act}')` as a module"
            for name, act in {
                "ReLU": "relu",
                "Tanh": "tanh",
                "Sigmoid": "sigmoid",
                "GELU": "gelu",
                "SiLU": "silu",
                "LeakyReLU": "leaky_relu",
                "Softplus": "softplus",
                "Identity": "linear",
                "ELU": "elu",
                "SELU": "selu",
                "Hardtanh": "hard_tanh",
                "Softsign": "softsign",
            }.items()
        },
        **_each(
            "ReLU6 PReLU CELU Mish LogSigmoid Hardsigmoid Hardswish Tanhshrink Threshold GLU",
            "any function of one Value is an activation",
        ),
        **{
            name: f"`nn.losses.{loss}`, or `loss='{loss}'` in `nn.fit`"
            for name, loss in {
                "MSELoss": "mse",
                "L1Loss": "l1",
                "SmoothL1Loss": "huber",
                "HuberLoss": "huber",
                "BCELoss": "bce",
                "BCEWithLogitsLoss": "bce_with_logits",
                "CrossEntropyLoss": "cross_entropy_with_logits",
            }.items()
        },
        "NLLLoss": "`nn.losses.cross_entropy` takes probabilities, not their logarithms",
        **_each(
            "KLDivLoss PoissonNLLLoss GaussianNLLLoss CosineEmbeddingLoss MarginRankingLoss "
            "TripletMarginLoss SoftMarginLoss MultiMarginLoss CTCLoss",
            "`nn.fit` takes any function of outputs and targets as its loss",
        ),
        "HingeEmbeddingLoss": "of a distance d: `d` for the target 1, `ag.relu(margin - d)` for the target -1",
        "Softmax": "the function `nn.softmax(values)`",
        "LogSoftmax": "the function `nn.log_softmax(values)`",
        **_each("functional F", "`ag.relu` and other functions of numbers, `nn.softmax`, `nn.losses`"),
        "Parameter": "a leaf is a parameter: `self.w = ag.Value(0.0)`",
        "ParameterList": "a list of Values needs no wrapper",
        "ParameterDict": "a dict of Values needs no wrapper",
        "ModuleList": "a list of modules needs no wrapper",
        "ModuleDict": "a dict of modules needs no wrapper",
        "MultiheadAttention": "`nn.Attention(width, heads)`",
        **_each(
            "BatchNorm1d BatchNorm2d GroupNorm InstanceNorm1d", "`nn.LayerNorm`: a model computes one sample at a time"
        ),
        **_each("Dropout1d Dropout2d AlphaDropout", "`nn.Dropout(p)`"),
        **_each(
            "Adagrad Adadelta Adamax NAdam RAdam Rprop SparseAdam",
            "`nn.SGD`, `nn.Adam`, `nn.AdamW`, `nn.RMSprop` and `nn.LBFGS`",
        ),
        "DataLoader": "`nn.fit(model, X, y, batch_size=32, shuffle=True)` makes the batches",
        "Dataset": "`nn.fit` takes arrays; `nn.datasets` has toy data",
        "TensorDataset": "`nn.fit` takes arrays",
        "manual_seed": "`nn.seed(0)`",
        **{
            name: f"`nn.schedules.{name}`"
            for name in (
                "StepLR",
                "MultiStepLR",
                "LinearLR",
                "ExponentialLR",
                "PolynomialLR",
                "LambdaLR",
                "OneCycleLR",
                "CosineAnnealingLR",
                "CosineAnnealingWarmRestarts",
                "ReduceLROnPlateau",
                "ChainedScheduler",
            )
        },
        **_each(
            "Conv1d Conv2d Conv3d ConvTranspose2d MaxPool1d MaxPool2d AvgPool1d AvgPool2d AdaptiveAvgPool2d "
            "Upsample RNN LSTM GRU RNNCell LSTMCell GRUCell Transformer TransformerEncoder "
            "TransformerEncoderLayer Bilinear EmbeddingBag",
            "write it as an `nn.Module`; there are `nn.Linear`, `nn.Attention`, `nn.Embedding` and others",
        ),
        "Flatten": "layers take lists: `[x for row in rows for x in row]`",
        "utils": "`nn.clip_grad_norm_` and `nn.clip_grad_value_`",
        "lr_scheduler": "`nn.schedules`",
        **_each(
            "mse_loss l1_loss smooth_l1_loss huber_loss cross_entropy binary_cross_entropy "
            "binary_cross_entropy_with_logits nll_loss",
            "`nn.losses` has `mse`, `bce`, `bce_with_logits`, `cross_entropy`, `cross_entropy_with_logits`",
        ),
        **{
            name: f"`ag.{name}` of a number, `'{name}'` as an activation"
            for name in ("relu", "sigmoid", "tanh", "gelu", "leaky_relu")
        },
        **_each("tensor Tensor", "a number is `ag.Value(2.0)`; use lists of Values instead of tensors"),
        "no_grad": "`ag.no_grad`",
        "Dense": "`nn.Layer(inputs, outputs, activation)`",
        "Model": "`nn.Module`, `nn.MLP` and `nn.Sequential`",
        "optimizers": "`nn.SGD`, `nn.Adam` and others",
        "one_hot": "pass the class as an int to `nn.losses.cross_entropy_with_logits`",
        "to_categorical": "pass the class as an int to `nn.losses.cross_entropy_with_logits`",
        **_each("train Trainer", "`nn.fit(model, X, y, ...)`"),
        "ModelCheckpoint": "`nn.Checkpoint(path)`, given to `nn.fit`",
        "DataParallel": "`nn.fit(model, X, y, ..., threads=4)`",
        "summary": "`repr(model)`; a notebook shows a table of the parameters",
        **_each("random_split train_test_split", "`sklearn.model_selection.train_test_split`"),
        "compile": "`nn.fit(model, X, y, loss=..., optimizer=...)`; `ag.compile` compiles a function",
    },
    "Module": {
        "weight": "a layer's rows of weights are `weights`",
        "bias": "a layer's list of biases is `biases`",
        "w": "the weights are `weights`",
        "b": "a neuron's bias is `bias`, those of a layer `biases`",
        "neurons": "row j of `weights` and entry j of `biases` belong to neuron j",
        "in_features": "`inputs`",
        "out_features": "`outputs`",
        "children": "`modules()` gives this module and all below it",
        "register_parameter": "assign it: `self.name = ag.Value(0.0)`",
        "register_buffer": "name the attribute in the class's `buffers`",
        "add_module": "assign it: `self.name = module`",
        "requires_grad_": "give an optimiser only the parameters that it should update",
        "apply": "`for module in model.modules():`",
        **_each("to cuda cpu float double half", "numbers are doubles on the processor"),
        **_each("named_children get_submodule", "`named_modules()` gives paths and modules"),
        "get_parameter": "`named_parameters()` gives paths and parameters",
        "trainable_variables": "`parameters()`",
        "forward": "call the module: `module(xs)`",
        "reset_parameters": "make a new module, or use the functions in `nn.init`",
        **_each("register_forward_hook register_full_backward_hook", "a Value has `register_hook(hook)`"),
        "compile": "`ag.compile(module)`",
        "num_parameters": "`len(module.parameters())`",
        "summary": "`repr(module)`; a notebook shows a table of the parameters",
        "get_weights": "`state_dict()`",
        "set_weights": "`load_state_dict(numbers)`; a layer has `set(weights, bias)`",
        "fit": "`nn.fit(model, X, y, loss=..., optimizer=...)`",
        "predict": "`nn.predict(model, X)`",
        "save": "`nn.save(model, path)`",
        "load": "`nn.load(model, path)`",
    },
    "Schedule": {
        "get_last_lr": "`optimizer.lr`, or `schedule(schedule.last_step)`",
        "last_epoch": "`last_step`",
        "base_lrs": "`base_lr`",
    },
    "Optimizer": {
        "param_groups": "set `optimizer.lr`; groups are given as `[{'params': …, 'lr': …}, …]`",
        "learning_rate": "`lr`",
        "state": "`state_dict()`",
        **_each("minimize apply_gradients", "`loss.backward()`, then `step()`"),
        "defaults": "settings are attributes, such as `optimizer.lr`",
        "add_param_group": "give all groups when the optimiser is made: `[{'params': …, 'lr': …}, …]`",
    },
}
"""For each kind of object, the foreign names and their equivalents here."""

_DOUBLES: Final = dict.fromkeys(("device", "dtype"), "a Value is one double on the processor")

KEYWORDS: Final[dict[str, dict[str, str]]] = {
    "Value": {
        **_DOUBLES,
        "requires_grad": HINTS["Value"]["requires_grad"],
        "_children": "operands are recorded by operations: `x.parents`",
        "_op": "operations are recorded as they are computed; `ag.op` adds one",
        "name": "`label=`",
    },
    "layer": {
        **_DOUBLES,
        "in_features": "`inputs`, the first argument",
        "out_features": "`outputs`, the second argument",
        "nin": "`inputs`, the first argument",
        "nout": "`outputs`, the second argument",
        "nouts": "`sizes`, the second argument",
        "nonlin": "`activation='linear'` for none",
        "activation": "`nn.Layer(inputs, outputs, activation)`",
        "units": "`outputs`, the second argument",
        "use_bias": "`bias='none'`",
        "num_embeddings": "`count`, the first argument",
        "embedding_dim": "`width`, the second argument",
        "padding_idx": "leave out the positions that don't count",
        "normalized_shape": "`width`, the first argument",
        "elementwise_affine": "`nn.RMSNorm(width, gain=False)` has no parameters",
        "embed_dim": "`width`, the first argument",
        "num_heads": "`heads`, the second argument",
        "dropout": "`nn.Dropout(p)` is a separate module",
        "inplace": "Values don't change in place",
        "rate": "`p`",
        "kernel_initializer": "`init`",
    },
    "optimizer": {
        **dict.fromkeys(("foreach", "fused", "capturable", "differentiable"), "a step is one loop in C already"),
        "params": "`parameters`, the first argument",
        "learning_rate": "`lr`",
        "beta_1": "`betas=(0.9, 0.999)`",
        "beta_2": "`betas=(0.9, 0.999)`",
        "epsilon": "`eps`",
    },
    "loss": {
        "size_average": "`reduction='mean'` or `'sum'`",
        "reduce": "`reduction='mean'` or `'sum'`",
        "input": "`outputs`, the first argument",
        "target": "`targets`, the second argument",
        "y_pred": "`outputs`, the first argument",
        "y_true": "`targets`, the second argument",
        "weight": "`nn.fit(..., class_weight=...)`, or multiply the loss of each sample",
        "pos_weight": "`nn.fit(..., class_weight=...)`, or multiply the loss of each sample",
        "ignore_index": "leave out the samples that don't count",
        "label_smoothing": "give a probability for each class as the target",
        "from_logits": "`bce_with_logits` and `cross_entropy_with_logits`",
        "beta": "`delta`",
    },
    "schedule": {
        "last_epoch": "set `schedule.last_step`, or load a `state_dict()`",
        "verbose": "`print(optimizer.lr)`",
        "cycle_momentum": "momentum is not changed",
        "threshold_mode": "`threshold` is relative to the best measure",
        "eps": "a rate that would fall by less than 1e-8 stays",
        "epochs": "`total_steps`, epochs times batches",
        "steps_per_epoch": "`total_steps`, epochs times batches",
    },
    "predict": {
        "batch_size": "samples are always computed in blocks",
        "verbose": "there is nothing to show",
    },
    "stopping": {
        "monitor": "the validation loss is monitored, or the training loss if there is no validation",
        "mode": "a loss falls",
        "restore_best_weights": "`restore`",
        "verbose": "`print` in a callback",
    },
    "estimator": {
        "hidden_layer_sizes": "`hidden`",
        "learning_rate_init": "`learning_rate`",
        "max_iter": "`epochs`",
        "solver": "Adam is used",
        "early_stopping": "`nn.fit` with `nn.EarlyStopping`",
        "verbose": "`history_` has the losses",
    },
    "dataset": {"n_samples": "`samples`", "random_state": "`seed`", "centers": "`classes`, of `spirals`"},
    "state": {"strict": "a state must have exactly the entries of the model; a missing one is an error"},
    "fit": {
        "criterion": "`loss`",
        "lr": "`optimizer=nn.Adam(model, lr=...)`",
        "verbose": "`progress=True` or `False`",
        "validation_data": "`validation=(X, y)`",
        "validation_split": "`validation=(X, y)`; `sklearn.model_selection.train_test_split` splits",
        "metrics": "a callback can compute them after each epoch",
        "max_epochs": "`epochs`",
    },
    "backward": {
        "gradient": "`ag.gradients(y, inputs, gradient)`",
        "retain_graph": HINTS["Value"]["retain_graph"],
        "create_graph": "`ag.gradients(y, inputs, create_graph=True)`",
        "inputs": "`ag.gradients(y, inputs)`",
    },
    "zero_grad": {"set_to_none": "`zero_grad()` sets gradients to 0.0; a gradient is always a number"},
}
"""For each kind of call, the arguments of other libraries, and their equivalents here.

Those of `backward` and `zero_grad`, which take none, are in PyTorch's order.
"""


def hint(owner: str, name: str, kind: str) -> str:
    """Return the text of an AttributeError.

    Examples
    --------
    >>> hint("module 'nn'", "manual_seed", "nn")
    "module 'nn' has no attribute 'manual_seed'; here: `nn.seed(0)`"
    >>> hint("module 'nn'", "Liner", "nn")
    "module 'nn' has no attribute 'Liner'"
    """
    said = HINTS[kind].get(name)
    return f"{owner} has no attribute {name!r}{'' if said is None else f'; here: {said}'}"


def missing(module: str, name: str) -> AttributeError:
    """Return the error for a name that a module doesn't have; Python adds the nearest name that it has."""
    text = hint(f"module {module!r}", name, module.partition(".")[0])
    return AttributeError(text, name=name, obj=sys.modules[module])


def refuse_arguments(method: str, given: Sequence[object], keywords: Sequence[str] = ()) -> None:
    """Raise the TypeError of a method called with arguments that only PyTorch's version has.

    Examples
    --------
    >>> refuse_arguments("zero_grad", [], ["set_to_none"])
    Traceback (most recent call last):
    ...
    TypeError: zero_grad() takes no argument 'set_to_none'; here: `zero_grad()` sets gradients to 0.0; a gradient is \
always a number
    """
    known = [*KEYWORDS[method]]
    if len(given) > len(known):
        raise TypeError(f"{method}() takes no arguments, got {len(given)}")
    refuse_keywords(method, method, known if given else keywords)
    raise TypeError(f"{method}() takes no argument {keywords[0]!r}")


def refuse_keywords(name: str, kind: str, keywords: Iterable[str]) -> None:
    """Raise a TypeError for a keyword argument that only another library's version has.

    Examples
    --------
    >>> refuse_keywords("SGD", "optimizer", ["learning_rate"])
    Traceback (most recent call last):
    ...
    TypeError: SGD() takes no argument 'learning_rate'; here: `lr`
    """
    for keyword in keywords:
        if keyword in KEYWORDS[kind]:
            raise TypeError(f"{name}() takes no argument {keyword!r}; here: {KEYWORDS[kind][keyword]}")


def explained(kind: str) -> Callable[[Callable[_P, _Result]], Callable[_P, _Result]]:
    """Decorate a function or constructor: the error for another library's keyword names the equivalent here."""

    def decorate(function: Callable[_P, _Result]) -> Callable[_P, _Result]:
        name = function.__qualname__.removesuffix(".__init__")
        foreign = KEYWORDS[kind].keys() - inspect.signature(function).parameters.keys()

        @wraps(function)
        def called(*args: _P.args, **kwargs: _P.kwargs) -> _Result:
            if not foreign.isdisjoint(kwargs):
                refuse_keywords(name, kind, [keyword for keyword in kwargs if keyword in foreign])
            return function(*args, **kwargs)

        return called

    return decorate


def without_arguments(method: Callable[[_Self], _Result]) -> Callable[[_Self], _Result]:
    """Decorate a method without arguments: the error for one of PyTorch's arguments names the equivalent here."""

    @wraps(method)
    def checked(self: _Self, *given: object, **keywords: object) -> _Result:
        if given or keywords:
            refuse_arguments(method.__name__, given, [*keywords])
        return method(self)

    return checked


def _backward(value: Any) -> None:
    for parent, slope in zip(value.parents, value.local_derivatives, strict=True):
        parent.grad += slope * value.grad


_MICROGRAD: Final[dict[str, Callable[[Any], Any]]] = {
    "_prev": lambda value: set(value.parents),
    "_op": lambda value: value.op,
    "_backward": lambda value: partial(_backward, value),
}


class ForeignName:
    """A class attribute that raises an AttributeError with a hint; an instance attribute takes precedence."""

    def __init__(self, name: str, kind: str) -> None:
        self.name, self.kind = name, kind

    def __get__(self, instance: Any, owner: type) -> Any:
        """Return the instance's own attribute, if any."""
        own = getattr(instance, "__dict__", {})
        if self.name in own:
            return own[self.name]
        raise AttributeError(hint(f"{owner.__name__!r}", self.name, self.kind))

    def __set__(self, instance: Any, value: object) -> None:
        """Set an attribute on the instance, if it can have one."""
        if not hasattr(instance, "__dict__"):
            raise AttributeError(hint(f"{type(instance).__name__!r}", self.name, self.kind))
        instance.__dict__[self.name] = value


def _clip(value: Any, low: Any, high: Any, out: None = None) -> Any:
    """Implement `np.clip` for Values; numpy's fallback compares and detaches the result from the graph."""
    if out is not None:
        raise TypeError("clip: out is not supported")
    above = value if low is None else value.max(low)
    return above if high is None else above.min(high)


def install(owner: type, kind: str) -> None:
    """Add the foreign names of its kind to a class; unlike `__getattr__`, they slow down no other attribute."""
    for name in HINTS[kind]:
        if not hasattr(owner, name):
            setattr(owner, name, ForeignName(name, kind))
    for name, shim in _MICROGRAD.items() if kind == "Value" else ():
        setattr(owner, name, property(shim))
    if kind == "Value":
        owner.clip = _clip  # type: ignore[attr-defined]
