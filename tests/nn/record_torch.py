"""Records what torch's optimisers, schedules and clipping do, as `torch.json`: python tests/nn/record_torch.py.

It needs torch. Gradients are a formula of parameter and step, so that nothing but the optimiser is compared.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

START = [1.5, -0.7, 3.0]
STEPS = 100
FILE = Path(__file__).with_name("torch.json")

OPTIMISERS: dict[str, tuple[str, dict[str, Any]]] = {
    "sgd": ("SGD", {"lr": 0.05}),
    "sgd decay": ("SGD", {"lr": 0.05, "weight_decay": 0.1}),
    "sgd momentum": ("SGD", {"lr": 0.02, "momentum": 0.9}),
    "sgd dampening": ("SGD", {"lr": 0.02, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01}),
    "sgd nesterov": ("SGD", {"lr": 0.02, "momentum": 0.8, "nesterov": True, "weight_decay": 0.01}),
    "adam": ("Adam", {"lr": 0.05}),
    "adam decay": ("Adam", {"lr": 0.05, "betas": [0.8, 0.99], "eps": 1e-4, "weight_decay": 0.1}),
    "adam amsgrad": ("Adam", {"lr": 0.05, "amsgrad": True, "weight_decay": 0.01}),
    "adamw": ("AdamW", {"lr": 0.05}),
    "adamw amsgrad": ("AdamW", {"lr": 0.05, "weight_decay": 0.1, "amsgrad": True}),
    "rmsprop": ("RMSprop", {"lr": 0.02}),
    "rmsprop centered": ("RMSprop", {"lr": 0.01, "alpha": 0.9, "eps": 1e-6, "centered": True}),
    "rmsprop momentum": ("RMSprop", {"lr": 0.01, "momentum": 0.9, "weight_decay": 0.1}),
    "rmsprop all": ("RMSprop", {"lr": 0.01, "alpha": 0.95, "momentum": 0.5, "centered": True, "weight_decay": 0.01}),
}

SCHEDULES: dict[str, tuple[str, dict[str, Any]]] = {
    "step": ("StepLR", {"step_size": 7, "gamma": 0.7}),
    "multi": ("MultiStepLR", {"milestones": [3, 20, 21, 60], "gamma": 0.3}),
    "exponential": ("ExponentialLR", {"gamma": 0.95}),
    "constant": ("ConstantLR", {"factor": 0.25, "total_iters": 12}),
    "linear": ("LinearLR", {"start_factor": 0.1, "end_factor": 0.9, "total_iters": 17}),
    "cosine": ("CosineAnnealingLR", {"T_max": 30, "eta_min": 0.01}),
    "one cycle": ("OneCycleLR", {"max_lr": 0.9, "total_steps": 101}),
    "one cycle linear": (
        "OneCycleLR",
        {"max_lr": 0.9, "total_steps": 101, "pct_start": 0.5, "anneal_strategy": "linear", "div_factor": 4.0},
    ),
}

GRADIENTS = [[3.0, -4.0, 0.5], [0.01, 0.0, -0.02], [1e200, -1e200, 1.0], [-7.0, 7.0, 7.0]]
NORMS = [2.0, 1.0, 3.5, math.inf]


def gradient(x: float, i: int, step: int) -> float:
    """Of parameter i at a step: of a bowl that is shaken."""
    return (0.5 + i) * (x - 0.3 * i) + 0.5 * math.cos(0.7 * step + i)


def plateau_measure(step: int) -> float:
    """Falls in stairs."""
    return 1.0 / (1 + step // 13)


def record() -> dict[str, Any]:
    """Everything, as JSON holds it."""
    import torch

    torch.set_default_dtype(torch.float64)

    def parameters() -> list[Any]:
        return [torch.nn.Parameter(torch.tensor(x)) for x in START]

    found: dict[str, Any] = {"torch": torch.__version__, "optimisers": {}, "schedules": {}, "plateau": [], "norms": []}
    for name, (kind, settings) in OPTIMISERS.items():
        given = {key: tuple(x) if isinstance(x, list) else x for key, x in settings.items()}
        ps = parameters()
        optimiser = getattr(torch.optim, kind)(ps, foreach=False, **given)
        rows = []
        for step in range(STEPS):
            for i, p in enumerate(ps):
                p.grad = torch.tensor(gradient(p.item(), i, step))
            optimiser.step()
            rows.append([p.item() for p in ps])
        found["optimisers"][name] = rows
    for name, (kind, settings) in SCHEDULES.items():
        optimiser = torch.optim.SGD(parameters(), lr=0.4)
        extra = {"cycle_momentum": False} if kind == "OneCycleLR" else {}
        schedule = getattr(torch.optim.lr_scheduler, kind)(optimiser, **settings, **extra)
        rates = []
        for _ in range(STEPS):
            rates.append(optimiser.param_groups[0]["lr"])
            optimiser.step()
            schedule.step()
        found["schedules"][name] = rates
    optimiser = torch.optim.SGD(parameters(), lr=0.4)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimiser, factor=0.5, patience=4, cooldown=2)
    for step in range(STEPS):
        plateau.step(plateau_measure(step))
        found["plateau"].append(optimiser.param_groups[0]["lr"])
    for gradients in GRADIENTS:
        for power in NORMS:
            if max(map(abs, gradients)) > 1e100 and power != math.inf:
                continue  # torch's norm overflows there
            ps = parameters()
            for p, g in zip(ps, gradients, strict=True):
                p.grad = torch.tensor(g)
            norm = torch.nn.utils.clip_grad_norm_(ps, 1.5, norm_type=power)
            found["norms"].append([gradients, str(power), norm.item(), [p.grad.item() for p in ps]])
    return found


if __name__ == "__main__":
    FILE.write_text(json.dumps(record(), separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"wrote {FILE}")
