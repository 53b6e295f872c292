"""Every public name, in one list: none comes or goes unnoticed, each is documented and shown at work."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from autograd.engine import value
from autograd.ops import TABLE
from tests import needs

needs.package("sklearn")  # nn.Classifier and nn.Regressor are made of its classes
PUBLIC: dict[str, str] = {
    "autograd": """
        AnomalyError AutogradError BranchChanged CORE DrawError GradientError Value Worksheet WorksheetError abs
        acos acosh add asin asinh assign atan atan2 atanh cbrt check_derivation check_graph checkpoint checks clip
        compile compiler cos cosh custom_gradient derivation derivative derivatives derive detect_anomaly digamma div
        dot draw elu erf erfc erfinv exp exp2 explore expm1 floor_divide fmod gelu grad gradcheck gradients graph
        group hard_tanh hessian hvp hypot i0e i1e jacobian jvp label leaky_relu lgamma load_ipython_extension log log10
        log1p log2 logaddexp logsumexp max mean min mul neg no_grad normal_cdf op pow prod read_note reciprocal
        recording relu remainder rounding_error selu sensitivity sigmoid sign silu sin sinc sinh softplus softsign
        sqrt std stop_gradient strategies strict sub sum tan tanh value_and_grad values var vjp where worksheet
    """,
    "autograd.checks.gradcheck": "check_graph gradcheck",
    "autograd.derivation": """
        Derivation Factor LayerDerivation Line Term Update derive
    """,
    "autograd.claims": "Verdict check_derivation",
    "autograd.notes": "Equation Note STATUSES read_note",
    "autograd.draw": "draw",
    "autograd.errors": "AnomalyError AutogradError BranchChanged DrawError GradientError WorksheetError",
    "autograd.explore": "explore",
    "autograd.derivatives.custom": "checkpoint custom_gradient op remove stop_gradient",
    "autograd.engine.graph": "evaluate leaves topological",
    "autograd.derivatives.rounding": "Contribution RoundingBound rounding_error",
    "autograd.derivatives.sensitivity": "Influence Sensitivity sensitivity",
    "autograd.prompt": "Reply Session",
    "autograd.compiler": "BranchChanged Function Gradients Program compile recording",
    "autograd.checks.strategies": "Expression Program expressions inputs_for programs",
    "autograd.derivatives.transforms": "derivative grad gradients hessian hvp jacobian jvp value_and_grad vjp",
    "autograd.worksheet": "Evaluation Worksheet",
    "nn": """
        ACTIVATIONS Adam AdamW Attention Checkpoint CheckpointError Classifier Dropout EarlyStopping Elementwise
        Embedding Epoch History LBFGS LOSSES Layer LayerNorm Linear MLP Module Neuron Optimizer RMSNorm RMSprop
        Regressor SGD Sequential WeightsError clip_grad_norm_ clip_grad_value_ datasets estimators fit init
        load log_softmax losses optim plots predict save saving schedules seed softmax training
    """,
    "nn.data.datasets": "circles moons spirals xor",
    "nn.training.estimators": "Classifier Regressor",
    "nn.modules.init": """
        INITIALISERS constant_ gain he_normal_ he_uniform_ kaiming_normal_ kaiming_uniform_ normal_ ones_
        uniform_ xavier_normal_ xavier_uniform_ zeros_
    """,
    "nn.losses": """
        LOSSES bce bce_with_logits cross_entropy cross_entropy_with_logits half_squared_error hinge huber l1
        mse squared_error
    """,
    "nn.optim": "Adam AdamW LBFGS Optimizer RMSprop SGD clip_grad_norm_ clip_grad_value_",
    "nn.training.plots": "curves decision_regions",
    "nn.modules.saving": "WeightsError load save",
    "nn.optim.schedules": """
        ChainedScheduler ConstantLR CosineAnnealingLR CosineAnnealingWarmRestarts ExponentialLR LambdaLR LinearLR
        MultiStepLR OneCycleLR PolynomialLR ReduceLROnPlateau Schedule SequentialLR StepLR
    """,
    "nn.training": "Checkpoint CheckpointError EarlyStopping Epoch History fit predict",
}

# What functions return: met in the examples of what makes them. And what IPython calls at `%load_ext autograd`.
MADE = {
    "Contribution", "Epoch", "Factor", "Gradients", "Influence", "LayerDerivation", "Line", "Reply",
    "RoundingBound", "Sensitivity", "Term",
    "Update", "Verdict", "load_ipython_extension",
}  # fmt: skip
DOCS = Path(__file__).parents[1] / "docs" / "reference"


@pytest.mark.parametrize("module", PUBLIC)
def test_the_public_names_are_these(module: str) -> None:
    assert sorted(import_module(module).__all__) == PUBLIC[module].split()


@pytest.mark.parametrize("module", PUBLIC)
def test_every_public_name_can_be_had(module: str) -> None:
    found = import_module(module)
    assert [name for name in PUBLIC[module].split() if not hasattr(found, name)] == []
    assert set(PUBLIC[module].split()) <= set(dir(found))


def things() -> Iterator[tuple[str, object]]:
    """Yield every public class and function."""
    for module, names in PUBLIC.items():
        for name in names.split():
            thing = getattr(import_module(module), name)
            if callable(thing) and not isinstance(thing, ModuleType):
                yield f"{module}.{name}", value.Value if name == "Value" else thing


def shown_at_work(thing: object) -> bool:
    members = vars(thing).values() if inspect.isclass(thing) else ()
    return any(">>>" in (inspect.getdoc(each) or "") for each in (thing, *members))


def test_each_is_documented_and_shown_at_work() -> None:
    silent = [name for name, thing in things() if not inspect.getdoc(thing)]
    unseen = [
        name
        for name, thing in things()
        if not shown_at_work(thing)
        and name.rpartition(".")[2] not in MADE | TABLE.keys()
        and not (inspect.isclass(thing) and issubclass(thing, Exception))
    ]
    assert (silent, unseen) == ([], [])


def test_each_stands_in_the_reference() -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in DOCS.glob("*.md"))
    entries = {line.removeprefix("::: ") for line in pages.splitlines() if line.startswith("::: ")}
    known = {entry.rpartition(".")[2] for entry in entries} | MADE | TABLE.keys()
    assert [
        name for name, _ in things() if name.rpartition(".")[2] not in known and not {package(name)} & entries
    ] == []


def package(name: str) -> str:
    """Return the module whose page shows a thing with all else in it."""
    own = name.rpartition(".")[2]
    return next((module for module in PUBLIC if module.count(".") and own in PUBLIC[module].split()), "")
