"""Constructs of notes, with the expected verdict on each equation, in words and symbols of our own."""

from __future__ import annotations

import pytest

from autograd.notes import read_note

R, J, F, W, D, G, U, N, M = (
    "right (checked)", "right (joins)", "right in form", "WRONG", "defined", "given", "doubtful", "not read", "remark",
)  # fmt: skip

DEFINITIONS = [
    pytest.param(
        r"$$v_1 p_1 + v_2 p_2 + c = r$$ $$\frac{\partial r}{\partial v_2} = p_2$$",
        [D, R],
        id="the name on the right",
    ),
    pytest.param(
        r"$$p\,v + c = r$$ $$p_1 v_1 + p_2 v_2 + c = r$$ $$\frac{\partial r}{\partial v_1} = p_1$$",
        [D, D, R],
        id="the more explicit one holds",
    ),
    pytest.param(
        r"$$\begin{bmatrix} r_1 & r_2 \end{bmatrix} = \begin{bmatrix} p_1 & p_2 \end{bmatrix}"
        r"\begin{bmatrix} v_{11} & v_{12} \\ v_{21} & v_{22} \end{bmatrix}$$"
        r"$$\frac{\partial r_2}{\partial v_{12}} = p_1$$ $$\frac{\partial r_1}{\partial p_2} = v_{12}$$",
        [D, R, W],
        id="a matrix of names",
    ),
    pytest.param(
        r"$Q = cost(r, t) = (r - t)^2$ and $\frac{\partial Q}{\partial r} = 2 (r - t)$",
        [D, R],
        id="by way of a function",
    ),
    pytest.param(
        r"$$Q = cost = \sum (r_i - t_i)^2 = (r_1 - t_1)^2 + (r_2 - t_2)^2$$"
        r"$$\frac{\partial Q}{\partial r_1} = 2 (r_1 - t_1)$$",
        [R, R],
        id="as many terms as are written out",
    ),
]
MATRICES = [
    pytest.param(
        r"$$r = \begin{bmatrix} r_1 & r_2 \end{bmatrix}, \quad h = f(r)$$ $f(u) = \frac{1}{1 + e^{-u}}$"
        r"$$\begin{bmatrix} h_1 & h_2 \end{bmatrix} = f(\begin{bmatrix} r_1 & r_2 \end{bmatrix})$$"
        r"$\frac{\partial h_1}{\partial r_1} = f'(r_1)$",
        [D, D, D, D, R],
        id="a function entry by entry",
    ),
    pytest.param(
        r"$$\begin{bmatrix} p_1 & p_2 \end{bmatrix} .* \begin{bmatrix} v_1 & v_2 \end{bmatrix} ="
        r"\begin{bmatrix} p_1 v_1 & p_2 v_2 \end{bmatrix}$$",
        [R],
        id="dot star",
    ),
    pytest.param(
        r"$$\begin{bmatrix} r_1 & r_2 \end{bmatrix} = \\ \begin{bmatrix} \begin{matrix} p_1 v_1 + \\ p_2 v_2 + c"
        r"\end{matrix} & \begin{matrix} p_2 v_1 + \\ p_3 v_2 + c \end{matrix} \end{bmatrix}$$"
        r"$$\delta_i = \frac{\partial Q}{\partial r_i}$$"
        r"$$\frac{\partial Q}{\partial p_2} = \delta_1 v_2 + \delta_2 v_1$$"
        r"$$\begin{bmatrix} \frac{\partial Q}{\partial v_1} & \frac{\partial Q}{\partial v_2} \end{bmatrix} ="
        r"\begin{bmatrix} p_1 & p_2 & p_3 \end{bmatrix} \; conv \; \begin{bmatrix} \delta_1 & \delta_2 \end{bmatrix}$$",
        [D, D, J, J],
        id="a convolution written out",
    ),
    pytest.param(
        r"$$r = v_{11} p_1 + v_{12} p_2, \quad s = v_{21} p_1 + v_{22} p_2, \quad Q = r s$$"
        r"$$\frac{\partial Q}{\partial v} = \begin{bmatrix} s p_1 & s p_2 \\ r p_1 & r p_2 \end{bmatrix}$$",
        [D, D, D, R],
        id="a bare name for all members",
    ),
]
SUMS = [
    pytest.param(
        r"$$Q = \sum \frac12 (t - h)^2, \quad h = v p$$ $$\frac{\partial Q}{\partial v} = -(t - h) p$$",
        [D, D, R],
        id="one term of a sum",
    ),
    pytest.param(
        r"$$Q = \sum \frac12 (t - h)^2, \quad h = v p$$ $$\frac{\partial Q}{\partial v} = (t - h) p$$",
        [D, D, W],
        id="one term of a sum, with a slip",
    ),
]
STEPS = [
    pytest.param(r"$$v(k+1) = v(k) - \Delta v(k)$$", [D], id="a step in brackets"),
    pytest.param(
        r"$$h(t) = \tanh(u\, h(t-1) + x(t))$$ $$\frac{\partial h(t)}{\partial h(t-1)} = u (1 - h(t)^2)$$"
        r"$$\frac{\partial h(t)}{\partial h(t-1)} = u (1 + h(t)^2)$$",
        [D, R, W],
        id="a recurrence with its step in brackets",
    ),
]
NEW_NAMES = [
    pytest.param(r"$L(t, f(x)) = |t - f(x)|$", [D], id="a function of functions"),
    pytest.param(r"$$\psi = \{ \psi_1, \psi_2, \ldots, \psi_n \}$$", [D], id="a set"),
    pytest.param(r"$Q^* = \arg\min_v Q(v)$", [D], id="a minimum"),
    pytest.param(r"$$h = v p, \quad \frac{\partial h}{\partial p} = v \in (0, 1)$$", [D, R], id="a bound after it"),
    pytest.param(r"$$\frac{\partial Q}{\partial z} \ne \frac{\partial Q}{\partial h} \odot$$", [M], id="no equality"),
]
LAYOUT = [
    pytest.param(
        r"\begin{align} r &= v h & s &= u r \\ \frac{dr}{dh} &= v && \frac{ds}{dr} = u\end{align}",
        [D, D, R, R],
        id="equations side by side",
    ),
    pytest.param(
        r"$$ p = q^2 \begin{array}[c]{l}\text{where the square is taken} \\ \text{of every entry } q\end{array}$$",
        [D],
        id="a comment of several lines",
    ),
    pytest.param("$$ u \\colon= 2\\epsilon*v % a remark = 1\n$$", [D], id="a comment of LaTeX"),
    pytest.param(r"$r = 3 \cdot 10{,}000$", [G], id="thousands"),
]
SHAPES = [
    pytest.param(
        r"$$Z = X V$$ $$X = \begin{bmatrix} x_{11} & x_{12} \\ x_{21} & x_{22} \end{bmatrix}$$"
        r"$$V = \begin{bmatrix} v_{11} & v_{12} \\ v_{21} & v_{22} \end{bmatrix}$$"
        r"$$Z = \begin{bmatrix} z_{11} & z_{12} \\ z_{21} & z_{22} \end{bmatrix}$$"
        r"$$\frac{\partial z_{12}}{\partial v_{12}} = x_{11}$$"
        r"$$\frac{\partial Q}{\partial X} = \frac{\partial Q}{\partial Z} V^\top$$",
        [D, D, D, D, R, J],
        id="names for the entries of a product",
    ),
    pytest.param(
        r"$X \in \mathbb{R}^{B \times m}$, $V \in \mathbb{R}^{m \times n}$, $c \in \mathbb{R}^{n}$, $Z = X V + c$"
        r"$$Z_{ij} = \sum_{k=1}^{m} X_{ik} V_{kj} + c_j$$ $$G = \frac{\partial Q}{\partial Z}$$"
        r"$$\frac{\partial Q}{\partial X_{ik}} = \sum_{j=1}^{n} G_{ij} V_{kj}$$"
        r"$$\frac{\partial Q}{\partial V} = X^\top G$$",
        [M, M, M, D, R, D, J, J],
        id="sizes with names",
    ),
]


@pytest.mark.parametrize("text, expected", [*DEFINITIONS, *MATRICES, *SUMS, *STEPS, *NEW_NAMES, *LAYOUT, *SHAPES])
def test_constructs(text: str, expected: list[str]) -> None:
    assert [each.status for each in read_note(text).equations] == expected


VECTORS = r"""
$z = [z_1, z_2, \ldots, z_C]^\top$, $h = [h_1, \dots, h_C]^\top$, $h_i = \frac{e^{z_i}}{\sum_{j=1}^C e^{z_j}}$
$$\sum_{j=1}^C t_j = 1, \quad Q = -\sum_{j=1}^C t_j \log h_j$$
"""


@pytest.mark.parametrize(
    "text, last",
    [
        (r"$$\frac{\partial Q}{\partial z} = h - t$$", R),
        (r"$$\frac{\partial Q}{\partial z} = t - h$$", W),
        (r"$$\frac{\partial Q}{\partial z_i} = h_i - t_i$$", R),
        (r"$$\frac{\partial Q}{\partial z_i} = h_i + t_i$$", W),
    ],
)
def test_vectors_of_which_entries_are_left_out(text: str, last: str) -> None:
    assert read_note(VECTORS + text).equations[-1].status == last


def test_a_size_is_no_free_index_though_another_sum_runs_over_its_letter() -> None:
    text = (
        r"$$Q = \sum_{t=1}^n Q_t, \quad r = \sum_n p_n$$"
        r"$$\frac{\partial Q}{\partial v} = \sum_{t=1}^n \frac{\partial Q_t}{\partial v}$$"
    )
    assert read_note(text).equations[-1].status == J


LOGISTIC = r"""
$z = \sum_j v_j p_j + c$, $h = \sigma(z)$
$$Q = -\frac1n \sum [tlnh + (1-t) ln(1-h)]$$
"""


@pytest.mark.parametrize(
    "text, last",
    [
        (r"$$\frac{\partial Q}{\partial v_j} = \frac1n \sum p_j (\sigma(z) - t)$$", R),
        (r"$$\frac{\partial Q}{\partial c} = \frac1n \sum (\sigma(z) - t)$$", R),
        (r"$$\frac{\partial Q}{\partial c} = \frac1n \sum (\sigma(z) + t)$$", W),
    ],
)
def test_logarithms_without_spaces_and_sums_whose_index_is_not_that_of_the_left_side(text: str, last: str) -> None:
    assert read_note(LOGISTIC + text).equations[-1].status == last


@pytest.mark.parametrize(
    "text",
    [
        r"$$z_1 = v p, \quad z_2 = u p, \quad Q = z_1^2 + z_2^2$$"
        r"$$\frac{\partial Q}{\partial p} = \frac{\partial Q}{\partial z_1} \frac{\partial z_1}{\partial p}$$"
        r"$$\frac{\partial Q}{\partial p} = \frac{\partial Q}{\partial z_2} \frac{\partial z_2}{\partial p}$$",
        r"$$Q = \frac1n \sum_i Q_i$$ $$Q = \sum_i Q_i$$"
        r"$$\frac{\partial Q}{\partial v} = \frac1n \sum_i \frac{\partial Q_i}{\partial v}$$",
    ],
)
def test_paths_one_by_one_and_costs_with_two_definitions_are_not_accused(text: str) -> None:
    assert W not in [each.status for each in read_note(text).equations]


@pytest.mark.parametrize(
    "text",
    [
        r"$u = [u_1, \ldots, u_0]$ and $r = 2 u$, $r = u + u$",
        r"$u = \begin{bmatrix} u_{11} & \dots & u_{10} \\ \dots \\ u_{01} & \dots & u_{00} \end{bmatrix}$ and "
        r"$r = 2 u$, $r = u + u$",
    ],
)
def test_vectors_without_entries_do_no_harm(text: str) -> None:
    assert W not in [each.status for each in read_note(text).equations]


def test_bounds_of_sums_are_computed_from_sizes() -> None:
    text = (
        r"$$Q = \sum_{t=1}^{T-1} (v p_t - r_t)^2$$"
        r"$$\frac{\partial Q}{\partial v} = \sum_{t=1}^{T-1} 2 p_t (v p_t - r_t)$$"
    )
    assert read_note(text).equations[-1].status == R


@pytest.mark.parametrize(
    "text",
    [
        r"$\frac{d}{d\mathbf{x}}(\mathbf{x}^\top A \mathbf{x}) = (\mathbf{A} + \mathbf{A}^\top)\mathbf{x}$",
        r"$h_i = \sum_{i=1}^m v_{ij} p_i$, $\frac{\partial h_i}{\partial p_i} = "
        r"\frac{\partial \sum_{i=1}^m v_{ij} p_i}{\partial p_i} = v_{ji}$",
        r"$du = \frac{\partial Q}{\partial u} = \frac{\partial Q}{\partial out}\frac{\partial out}{\partial u} = "
        r"\frac{\partial Q}{\partial out} \frac{\partial f_2}{\partial u}$",
        r"$z = v_1 p_1 + v_2 p_2$ with tied $v_1 = v_2 = v_{tied}$: $\frac{\partial z}{\partial v_2} = p_2$",
        r"$$h_i = \frac{e^{u_i}}{\sum_i e^{u_i}}$$ $$Q = -\sum_i t_i \log h_i, \quad \sum_i t_i = 1$$"
        r"$$\frac{\partial Q}{\partial u_k} = -\frac{t_k}{h_k} h_k (1 - h_k) + "
        r"\sum_{i \neq k} \frac{t_i}{h_i} h_k h_i$$",
        r"$f(x) = 2 g(x)$ and $g(x) = 3 f(x) + x$, $u = f(v)$, $\frac{\partial u}{\partial v} = 2 g'(v)$",
    ],
)
def test_letters_with_two_meanings_are_not_accused(text: str) -> None:
    found = [each.status for each in read_note(text).equations]
    assert W not in found
    assert N not in found


@pytest.mark.parametrize("name", ["conv", "inner", "total", "diag", "tr"])
@pytest.mark.parametrize(
    "operands, operator",
    [("x", ""), ("x", "'"), ("x, w", ""), ("x, w", "'"), ("x, w, v", "")],
)
def test_functions_of_matrices_take_any_operands(name: str, operands: str, operator: str) -> None:
    function = rf"\operatorname{{{name}}}{operator}({operands})"
    found = read_note(rf"$y = {function} u$ and $\frac{{\partial y}}{{\partial u}} = {function}$").equations
    assert W not in [each.status for each in found]
