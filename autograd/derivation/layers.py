"""The matrix form of a layer's chain rule: δ, ∂C/∂W = δ·Aᵀ, ∂C/∂b, ∂C/∂A = Wᵀ·δ, with shapes and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol, runtime_checkable

from autograd.derivation.steps import total_derivatives
from autograd.derivation.write import Notation
from autograd.engine.backend import Value
from autograd.engine.graph import topological
from autograd.formula.printers import Printer
from autograd.ops import TABLE

__all__ = ["LayerDerivation", "Layered", "derive_layer"]

MOST_ROWS: Final = 8
Matrix = list[list[float]]


@runtime_checkable
class Layered(Protocol):
    """A layer with rows of weights and a bias for each row, such as `nn.Layer`; biases may be plain numbers."""

    weights: list[list[Value]]
    biases: list[Any]


@dataclass(frozen=True)
class LayerDerivation:
    """A layer's derivatives as matrices; columns are lists of one-element rows.

    Attributes
    ----------
    y : str
        The name of the result.
    activation : str
        The op of the activation, or the empty string if the net input is the output.
    inputs, weights : matrix
        A, n×1, and W, m×n.
    slope_out, slope : matrix
        ∂C/∂out and out′(Z), m×1, whose elementwise product is δ.
    delta : matrix
        δ = ∂C/∂Z, m×1.
    to_weights, to_biases, to_inputs : matrix
        ∂C/∂W, m×n; ∂C/∂b, m×1, or 1×1 if the bias is shared, or empty if there is none; ∂C/∂A, n×1, the gradient that
        the layer propagates.
    notation : Notation
        The notation used.
    """

    y: str
    activation: str
    inputs: Matrix
    weights: Matrix
    slope_out: Matrix
    slope: Matrix
    delta: Matrix
    to_weights: Matrix
    to_biases: Matrix
    to_inputs: Matrix
    notation: Notation

    def __str__(self) -> str:
        blocks = []
        for left, symbols, shapes, result in self._rows(self.notation.plain):
            blocks.append("\n".join([f"{left} = {symbols}   ({shapes})", *_grid(result, self.notation.plain)]))
        return "\n\n".join([self._head(), *blocks])

    __repr__ = __str__

    def _head(self) -> str:
        m, n = len(self.weights), len(self.inputs)
        if not self.to_biases:
            return f"W: {m}×{n}, A: {n}×1, Z = W·A: {m}×1"
        return f"W: {m}×{n}, A: {n}×1, b: {len(self.to_biases)}×1, Z = W·A + b: {m}×1"

    def _rows(self, printer: Printer) -> list[tuple[str, str, str, Matrix]]:
        """Return each equation: left side, symbols, shapes, the result."""
        tex = printer is self.notation.typeset
        delta, times, transposed = (r"\delta", r"\times ", "^{T}") if tex else ("δ", "×", "ᵀ")
        dot = printer.dot if tex else "·"
        m, n = len(self.weights), len(self.inputs)
        column = f"{m}{times}1"
        shared = len(self.to_biases) < m
        total = (r"\textstyle\sum_j \delta_j" if tex else "Σ δ_j") if shared else delta
        by = partial(self._partial, printer)
        rows = [
            (f"{delta} = {by('Z')}", by("out") + self._slope(tex), column, self.delta),
            (by("W"), f"{delta}{dot}A{transposed}", f"{column}{dot}1{times}{n} = {m}{times}{n}", self.to_weights),
            (by("b"), total, f"{len(self.to_biases)}{times}1", self.to_biases),
            (by("A"), f"W{transposed}{dot}{delta}", f"{n}{times}{m}{dot}{column} = {n}{times}1", self.to_inputs),
        ]
        return [row for row in rows if row[3]]

    def _partial(self, printer: Printer, x: str) -> str:
        return printer.partial(self.y, x)

    def _slope(self, tex: bool) -> str:
        """Return the activation's derivative, to be multiplied elementwise."""
        if not self.activation:
            return ""
        symbol = TABLE[self.activation].symbol
        if not tex:
            return f" ⊙ {symbol if symbol.isidentifier() else self.activation}′(Z)"
        written = r"\sigma" if symbol == "σ" else rf"\operatorname{{{self.activation.replace('_', ' ')}}}"
        return rf" \odot {written}'(Z)"

    def latex(self) -> str:
        """Return one `aligned` environment of matrices."""
        printer = self.notation.typeset
        rows = [
            rf"{left} &= {symbols} = {_bmatrix(result, printer)} && ({shapes})"
            for left, symbols, shapes, result in self._rows(printer)
        ]
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"

    def to_markdown(self) -> str:
        """Return a display between double dollars."""
        return f"$$\n{self.latex()}\n$$\n"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"


def _cut(row: Sequence[str], more: str) -> list[str]:
    return list(row) if len(row) <= MOST_ROWS else [*row[: MOST_ROWS - 2], more, row[-1]]


def _cells(matrix: Matrix, printer: Printer, more: str) -> list[list[str]]:
    written = [_cut([printer.number(x) for x in row], more) for row in matrix]
    if len(written) > MOST_ROWS:
        written = [*written[: MOST_ROWS - 2], [more] * len(written[0]), written[-1]]
    return written


def _grid(matrix: Matrix, printer: Printer) -> list[str]:
    cells = _cells(matrix, printer, "…")
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    return ["  [ " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths)) + " ]" for row in cells]


def _bmatrix(matrix: Matrix, printer: Printer) -> str:
    rows = r" \\ ".join(" & ".join(row) for row in _cells(matrix, printer, r"\cdots"))
    return rf"\begin{{bmatrix}} {rows} \end{{bmatrix}}"


def derive_layer(y: Value, layer: Layered, notation: Notation) -> LayerDerivation:
    """Write out a layer's chain rule in matrices.

    Raises
    ------
    ValueError
        When y does not depend on the layer, or the layer was applied more than once.
    """
    nets = _net_inputs(y, layer)
    totals = total_derivatives(y)
    n = len(layer.weights[0])
    inputs = nets[0].operands[n : 2 * n]
    users: dict[int, list[Value]] = {}
    for node in topological(y):
        for parent in node.parents:
            users.setdefault(id(parent), []).append(node)
    outs = [_output(net, users.get(id(net), [])) for net in nets]
    op = outs[0].op if all(out is not net and out.op == outs[0].op for out, net in zip(outs, nets)) else ""
    delta = [totals.get(id(net), 0.0) for net in nets]
    biases = [bias for bias in layer.biases if isinstance(bias, Value)]
    shared = len(set(map(id, biases))) == 1 < len(biases)
    return LayerDerivation(
        y=y.label or "C",
        activation=op,
        inputs=[[float(x)] for x in inputs],
        weights=[[w.data for w in row] for row in layer.weights],
        slope_out=[[totals.get(id(out), 0.0)] for out in outs] if op else [[each] for each in delta],
        slope=[[out.local_derivatives[0]] for out in outs] if op else [[1.0] for _ in outs],
        delta=[[each] for each in delta],
        to_weights=[[each * float(x) for x in inputs] for each in delta],
        to_biases=[[sum(delta)]] if shared else [[each] for each in delta] if biases else [],
        to_inputs=[[sum(each * row[k].data for each, row in zip(delta, layer.weights, strict=True))] for k in range(n)],
        notation=notation,
    )


def _net_inputs(y: Value, layer: Layered) -> list[Value]:
    """Find each neuron's net input: the `dot` of its weights."""
    places = {tuple(map(id, row)): j for j, row in enumerate(layer.weights)}
    found: dict[int, list[Value]] = {}
    for node in topological(y):
        if node.op and TABLE[node.op].form == "products":
            place = places.get(tuple(map(id, node.operands[: len(node.operands) // 2])))
            if place is not None:
                found.setdefault(place, []).append(node)
    if len(found) < len(places):
        raise ValueError(
            f"derive: y depends on {len(found)} of the layer's {len(places)} neurons; it must depend on all"
        )
    if any(len(each) > 1 for each in found.values()):
        times = max(map(len, found.values()))
        raise ValueError(
            f"derive: the layer was applied {times} times; it must be applied once, so that A is one column"
        )
    return [found[j][0] for j in range(len(places))]


def _output(net: Value, users: Sequence[Value]) -> Value:
    """Return the activation of a net input: its only user, with one operand."""
    return users[0] if len(users) == 1 and TABLE[users[0].op].arity == 1 else net
