"""Spellings of notes found in the wild, in words and symbols of our own: what is read, and what is not accused."""

from __future__ import annotations

import pytest

from autograd.notes import read_note

R, J, F, W, D, G, U = (
    "right (checked)", "right (joins)", "right in form", "WRONG", "defined", "given", "doubtful",
)  # fmt: skip


def statuses(text: str) -> list[str]:
    return [each.status for each in read_note(text).equations]


LAYERS = r"""
$$r^l = v^l h^{l-1} + c^l$$
$$h^l = \sigma(r^l)$$
$$Q = \frac12\|t - h^L\|^2$$
$$\delta^l_j = \frac{\partial Q}{\partial r^l_j}$$
"""

NOT_ACCUSED = [
    r"$E = \frac12 \sum_n (t^n - y^n)^2$ and $\frac{\partial E}{\partial w_i} = \sum \frac{\partial y^n}{\partial w_i}"
    r"\frac{\partial E}{\partial y^n}$",
    r"$\sum_{i=1}^n p_i f_k(i) = c_k$, $\log p_i = c_k - 1$ and $\frac{d}{dp}[p \log p] = \log p + 1$",
    r"$\log\frac{4}{3} \approx 0.124939$ and $\log(8) = 3$",
    r"$r(A) = r(A^{-1}) = 3$",
    r"$\theta := \theta + \alpha \frac{\partial J}{\partial \theta}$, $w := w - \alpha \frac{\partial Q}{\partial w}$",
    r"$A^l = \phi_l(Z^l)$, $\frac{\partial A^l_k}{\partial V} = "
    r"\frac{\partial \phi_l}{\partial Z^l_k} \frac{\partial Z^l_k}{\partial V}$",
    r"$\frac{\partial Q(V, c)}{\partial V} = \frac{\partial Q}{\partial r} \frac{\partial r}{\partial V}$",
    r"$q = \sin(p^2)$, then $q = f(s)$, $s = g(p)$: $\frac{\partial q}{\partial p} = "
    r"\frac{\partial s_1}{\partial p} \frac{\partial q}{\partial s_1}$",
    r"$\frac{\partial Q}{\partial r_1} = \frac{\partial (u + d v)}{\partial r_1} = \frac{\partial u}{\partial r_1} + "
    r"\frac{\partial v}{\partial r_1}$",
    r"$g_\theta(x) = \sigma(\theta^T x)$, $\frac{\partial}{\partial \theta_k} (-\kappa \theta_j + "
    r"\sum_i (y_i - g_\theta(x_i)) x_{ij}) = "
    r"-\kappa 1\{j = k\} - \sum_i g_\theta(x_i) (1 - g_\theta(x_i)) x_{ij} x_{ik}$",
    r"$Q = \frac12 \sum_{j=1}^n (t_j - y_j)^2$, $o_m = y_m$, $net_h = \sum_{i=1}^H v_{ih} p_i$, $\delta_h = "
    r"-\frac{\partial Q}{\partial net_h} = -\frac{\partial Q}{\partial o_h} \cdot \frac{\partial o_h}{\partial net_h}$",
    r"$\|u_1\| = u_1' u_1 = 1$ and $p(x) = u_1'(x)$",
    r"$\frac{\partial Q}{\partial V_{1 new}} = \frac{\partial Q}{\partial o_2} "
    r"\frac{\partial o_2}{\partial V_{1 old}}$",
    r"For $\lambda = -1$: $x = y = -0.7$, for $\lambda = 1$: $x = y = 0.7$",
    r"The first component gives $1 = 0$",
    r"$y_i = \sum_{i=1}^m v_{ij} x_i$, $\frac{\partial y_i}{\partial x_i} = \frac{\partial \sum_{i=1}^m v_{ij} x_i}"
    r"{\partial x_i} = v_{ji}$",
    r"$\sigma(Z) = \frac{1}{1 + e^{-z}}$ and $h = \sigma(z)$",
    r"$$P(A=u)=\frac{8}{17}=0.471 \newline P(A=v)=\frac{9}{17}=0.529$$",
    r"$q = \frac12 (v p - t)^2$, $\delta_3 = (1 - f_3^2) v_4 \delta_4$",
    r"$z = k_1 p + k_2 q$ with tied weights $k_1 = k_2 = k_{tied}$",
    r"$\mathbf{A}\mathbf{r} = \mu \mathbf{r}$ and $\mathbf{B} = \mathbf{J}\mathbf{A}\mathbf{J}^{-1}$",
    r"$z = \sum_i v_i p_i$, $h_j = \sigma(z) = \frac{1}{1 + e^{-z_j}}$",
    r"$\frac{\partial Q}{\partial b_j} = \frac{\partial Q}{\partial a_j} \cdot \frac{\partial a_j}{\partial z_j}$",
    r"$\frac{\partial Q}{\partial l_1} = \frac{\partial Q}{\partial out} \frac{\partial out}{\partial l_1} = "
    r"\frac{\partial Q}{\partial out} \frac{\partial f_2}{\partial l_1}$",
    r"$p_n = c$ and $q_n = |p_n| = c$",
    r"$\Phi_i = \sum_{i=1}^n z_i \frac{1}{u_i} \delta_{ij} = \frac{z_i}{u_i}$",
    r"$g_{ij} = g_{ij}(u) := 2 u$",
    r"$\nabla_{\mathbf{x}} \mathbf{x}^\top \mathbf{A} \mathbf{x} = (\mathbf{A} + \mathbf{A}^\top)\mathbf{x}$",
    r"At the optimum $\mathbf{x} = \mathbf{0}$, so $\nabla_{\mathbf{x}} \|\mathbf{x}\|^2 = 2\mathbf{x}$",
    r"$h'(1) = 2$",
    r"$s_k = \frac{e^{u_k}}{S}$ with the sum $S$, $\frac{\partial s_k}{\partial u_k} = "
    r"\frac{e^{u_k} S - e^{u_k} e^{u_k}}{S^2}$",
    r"$A_d(p) = A_d\, p^{d-1}$",
    r"$\bar{p} \sum_i p_i = \frac1m \sum_i p_i \sum_i p_i = \frac1m (\sum_i p_i)^2$",
    r"$Q = \|\mathbf{V}\mathbf{h} - \mathbf{t}\|^2$, $\frac{\partial Q}{\partial \mathbf{h}} = "
    r"2 \mathbf{V}^\top (\mathbf{V}\mathbf{h} - \mathbf{t}) = \boldsymbol{0}$",
    r"$r = \text{ReLU}(z)$, $z = k p$ and for $z < 0$: $\frac{\partial r}{\partial k} = "
    r"\frac{\partial \text{ReLU}(z)}{\partial z} \frac{\partial z}{\partial k} = 0 \cdot p = 0$",
    r"$\frac{\partial Q}{\partial V_h} = \frac{\partial Q}{\partial r} \frac{\partial r}{\partial V_{hidden}}$",
    r"$e = h - t = 7 - 5 = 2$ and $Q = e^2 = 2^2 = 4$",
    r"$\mathbf{h} = \sigma(\mathbf{z})$, $\mathbf{z} = \mathbf{V}\mathbf{x}$, $\sigma'(\mathbf{z}) = "
    r"\mathbf{h} (1 - \mathbf{h})$",
    r"$L(p + \epsilon) \approx L(p) + \epsilon \frac{\partial L}{\partial p}$",
    r"$\frac{\partial Q}{\partial v^l} = \frac{\partial Q}{\partial r}\frac{\partial r}{\partial v_l}$",
    r"$\frac{\partial Q}{\partial k} = \frac{\partial Q}{\partial u_{o1}}\frac{\partial u_{O1}}{\partial k}$",
    r"$G(v^k) = \frac12 v^T A v$ and $G(v^k + s) = \frac12 (v + s)^T A (v + s) = G(v^k) + v^T A s + \frac12 s^T A s$",
    r"$\mathbf{z} = \mathbf{V}\mathbf{p}$, $\frac{\partial Q}{\partial \mathbf{V}} = "
    r"[(\mathbf{K}^\top \frac{\partial Q}{\partial \mathbf{h}}) \odot \phi'(\mathbf{z})] \mathbf{p}^\top$",
    r"$r_i = \frac{p_i - u}{v}$, $h_i = k r_i + c$, $\frac{\partial Q}{\partial p_i} = \frac{k}{v}"
    r"(\frac{\partial Q}{\partial h_i} - \sum_{j=1}^m \frac{\partial Q}{\partial h_j} r_j)$",
    r"$v = v - \eta \frac{\partial Q}{\partial v}$ and $v = v + \eta \frac{\partial Q}{\partial v}$",
    r"$k = k - \eta \frac{\partial Q}{\partial k}$. Gradient ascent: $v = v + \eta \frac{\partial Q}{\partial v}$",
    r"$r = -8 + 4.5 + 2.2 + 0.5 + 0.8 = 0$",
    r"$\frac{d}{du} \frac{1}{1 + e^{-u}} = \frac{d}{d(1 + e^{-u})} \frac{1}{1 + e^{-u}} \frac{d}{du}(1 + e^{-u})"
    r" = -\frac{1}{(1 + e^{-u})^2} \cdot (-e^{-u})$",
    r"$Var(r) = m \cdot Var(V) \cdot Var(p)$ and with such units $Var(w) = \frac{2}{m}$",
    r"$r = u^2$" + "\n# Later\n" + r"$u = 3 s$" + "\n# Before\n" + r"$\frac{\partial r}{\partial s} = 2 u$",
]


@pytest.mark.parametrize("text", NOT_ACCUSED)
def test_what_may_be_meant_well_is_not_accused(text: str) -> None:
    assert W not in statuses(text)


SHARES = r"$s_i = \frac{e^{u_i}}{\sum_k e^{u_k}}$, $\frac{\partial s_i}{\partial u_j} = "
CLASS = (
    r"$Q = -\sum_i t_i \log s_i$, $s_i = \frac{e^{u_i}}{\sum_k e^{u_k}}$, $t_c = 1$, $Q = -\log s_c$, "
    r"$\frac{\partial Q}{\partial u_"
)
ELEMENTWISE = (
    r"$\mathbf{r} = \mathbf{V} \mathbf{p}$, $\mathbf{h} = \tanh(\mathbf{r})$, $Q = \|\mathbf{h} - \mathbf{t}\|^2$, "
    r"$\frac{\partial Q}{\partial \mathbf{r}} = \frac{\partial Q}{\partial \mathbf{h}} \odot "
)
DESCENT = (
    r"$h = \sigma(v p + c)$, $Q = -(t \log h + (1 - t) \log(1 - h))$, $v = v - \eta \frac{\partial Q}{\partial v}$, "
    r"$c = c - \eta \frac{\partial Q}{\partial c}$, "
)
ENTRIES = r"$r = V h + c$ with $h_j$, $V_{ij}$, $c_i$ and $r_i$ as entries, $"
DIFFERENTIALS = (
    r"$r^{[1]} = V^{[1]} p + c^{[1]}$, $h^{[1]} = g(r^{[1]})$, $r^{[2]} = V^{[2]} h^{[1]} + c^{[2]}$, "
    r"$h^{[2]} = \sigma(r^{[2]})$, $L = -(t \log h^{[2]} + (1 - t) \log(1 - h^{[2]}))$, "
)
RECURRENCE = (
    r"$h_t = \tanh(V h_{t-1} + U p_t)$, $o_t = K h_t$, $\frac{\partial Q_t}{\partial V} = \sum_{k=1}^{t} "
    r"\frac{\partial Q_t}{\partial o_t} \frac{\partial o_t}{\partial h_t} "
)
PATHS = r"$r_k = \sum_j V_{kj} h_j$, $Q = \sum_k r_k^2$, $\frac{\partial Q}{\partial h_j} = "
MEAN = (
    r"$Q(v, c) = \frac{1}{2n} \sum_{i=1}^n (g_{v,c}(p^{(i)}) - t^{(i)})^2$, $g_{v,c}(p^{(i)}) = v p^{(i)} + c$, "
    r"$\frac{\partial Q(v, c)}{\partial v} = "
)
COST = (
    r"$r_i = \sum_j V_{ij} h_j + c_i$, $g(x) = h_2 = f(r)$, $\frac{\partial q(g(x), t)}{\partial c_i} = "
    r"\frac{\partial q(g(x), t)}{\partial r_i}$, $\frac{\partial q(g(x), t)}{\partial V_{ij}} = "
)

JUDGED = [
    (LAYERS + r"$$\delta^L_j = \frac{\partial Q}{\partial h^L_j} \sigma'(r^L_j)$$", [R]),
    (LAYERS + r"$$\delta^L = (h^L - t) \odot \sigma'(r^L)$$", [R]),
    (LAYERS + r"$$\delta^L = (h^L + t) \odot \sigma'(r^L)$$", [W]),
    (LAYERS + r"$$\delta^l = ((v^{l+1})^T \delta^{l+1}) \odot \sigma'(r^l)$$", [R]),
    (LAYERS + r"$$\delta^l = (v^{l+1} \delta^{l+1}) \odot \sigma'(r^l)$$", [W]),
    (LAYERS + r"$$\frac{\partial Q}{\partial c^l_j} = \delta^l_j$$", [R]),
    (LAYERS + r"$$\frac{\partial Q}{\partial v^l_{jk}} = h^{l-1}_k \delta^l_j$$", [R]),
    (LAYERS + r"$$\frac{\partial Q}{\partial v^l_{jk}} = h^{l-1}_j \delta^l_k$$", [W]),
    (LAYERS + r"$$r^l_j = \sum_k v^l_{jk} h^{l-1}_k + c^l_j$$", [R]),
    (r"$$s_i = \frac{e^{u_i}}{\sum_{j=1}^m e^{u_j}}$$ $$Q = -\sum_j^m t^*_j \log(s_j)$$"
     r"$$\frac{\partial Q}{\partial u_i} = -\sum_{j \neq i}^m t^*_j \frac{\partial}{\partial u_i}\mbox{log}(s_j)"
     r" - t^*_i \frac{\partial}{\partial u_i}\log(s_i) = s_i - t^*_i$$", [R]),
    (r"$z = f(u) g(u)$ $$\frac{d}{du}\frac{f(u)}{g(u)} = \frac{g(u) f'(u) - f(u) g'(u)}{g^2(u)}$$", [R]),
    (r"$Q = \frac1n \sum (h - t)^2$, $h = v p$, $\frac{\partial Q}{\partial v} = \frac1n \sum 2 (h - t) p$", [R]),
    (r"$Q = \frac1n \sum (h - t)^2$, $h = v p$, $\frac{\partial Q}{\partial v} = \frac1n \sum (h - t) p$", [W]),
    (r"$h = \frac{1}{1 + exp^{(-z)}}$ and ${\partial h}/{\partial z} = h (1 - h)$", [R]),
    (r"$r = p + \Delta U$ and $\frac{\partial r}{\partial \Delta U} = 1$", [R]),
    (r"$v = \mathbf{0.5}$", [G]),
    (r"$Q = \text{Loss}(r, t)$, $r = v h$, $\frac{\partial Q}{\partial h} = v \frac{\partial Q}{\partial r}$", [R]),
    (r"$\mathbf{A} \in \mathbb{R}^{m \times n}$: $\nabla_{\mathbf{x}} \mathbf{A} \mathbf{x} = \mathbf{A}^\top$", [R]),
    (r"$D(p\,||\,q) = \sum_i p_i \log\frac{p_i}{q_i}$", [D]),
    (r"$\alpha = u^T A u$ and $\frac{\partial \alpha}{\partial u} = 2 u A$", [F]),
    (r"$p = 0.8$, $q = 0.721$, $Q = \frac12 (p - q)^2 = \frac12 (0.8 + 0.721)^2$", [W]),
    (r"$p = 0.8$, $q = 0.721$, $Q = \frac12 (p - q)^2 = \frac12 (0.8 - 0.621)^2$", [U]),
    (r"$Q = f(r)$, $r = g(v)$, $\frac{dQ}{dv} = -\frac{dQ}{dr} \frac{dr}{dv}$", [W]),
    (r"$Q = -\frac1N \sum_n t{_n} \log s{_n}$", [D]),
    (r"Case $i=j$: $r_i = p_i^2$, $\frac{\partial r_i}{\partial p_i} = 2 p_i$", [R]),
    (r"$e = 3$ and $out = \frac{1}{1 + e^{-k}} = \frac{1}{1 + e^{1.105905967}} = 0.75136079$", [W]),
    (r"$Q = \boldsymbol{t}^{\mathrm{T}}\boldsymbol{t} - 2\boldsymbol{t}^{\mathrm{T}}\mathbf{V}\boldsymbol{u}$, "
     r"$\frac{\partial Q}{\partial \boldsymbol{u}} = -2 \mathbf{V}^{\mathrm{T}} \boldsymbol{t}$", [R]),
    (r"$Q = \boldsymbol{t}^{\mathrm{T}}\boldsymbol{t} - 2\boldsymbol{t}^{\mathrm{T}}\mathbf{V}\boldsymbol{u}$, "
     r"$\frac{\partial Q}{\partial \boldsymbol{u}} = 2 \mathbf{V}^{\mathrm{T}} \boldsymbol{t}$", [W]),
    (r"$$Q = h^2 =\\ = (v p)^2$$ $h = v p$ $$\frac{\partial Q}{\partial v} =\\ = 2 h p$$", [R]),
    (r"$\sqrt[3]{p} = p^{1/3}$ and $\frac{d}{dp}\sqrt[3]{p} = \frac13 p^{-2/3}$", [R]),
    (r"$Q = \frac12||\mathbf{h} - \mathbf{t}||^2$, $\nabla_{\mathbf{h}} Q = \mathbf{h} - \mathbf{t}$", [R]),
    (r"$Q = \frac12\left|\left|\mathbf{h} - \mathbf{t}\right|\right|_2^2$, "
     r"$\nabla_{\mathbf{h}} Q = \mathbf{t} - \mathbf{h}$", [W]),
    (r"$\mathbf{r} = \mathbf{V}^{(1)\top}\mathbf{p}$, $Q = \mathbf{k}^\mathrm T \mathbf{r}$, "
     r"$\nabla_{\mathbf{p}} Q = \mathbf{V}^{(1)} \mathbf{k}$", [R]),
    (r"$net = k p + c$, $Q = net^2$, $n = 3$, $e = 2$, $t = 1$, $\frac{\partial Q}{\partial net} = 2 net$", [R]),
    (r"$v = \frac{d^T d}{d^T A d}$", [D]),
    (r"$(\mathbf{V})_{ij} = v_i u_j$ and $\frac{\partial V_{ij}}{\partial v_i} = u_j$", [R]),
    (r"$r(p) = \left\{\begin{aligned} 0 & \quad p < 0 \\ p^2 & \quad p \ge 0 \end{aligned}\right.$", [D]),
    (r"$R(A, B) = \frac{|A \cap B|}{|A \cup B|}$", [D]),
    (r"$S = \{u_j \mid j \in N(i)\}$", [D]),
    (r"$Q(A \cup B) = c$", [D]),
    (r"$h = v{}'p{} + c$", [D]),
    (r"$h = \sigma(r) = \sigma(k p + c)$ and $\frac{\partial r}{\partial k} = p$", [R]),
    (r"$h = \sigma(r) = \sigma(k p + c)$", [D]),
    (r"$\frac{d}{dp} f(g(p)) = f'(g(p)) f(g'(p))$", [W]),
    (r"$\frac{\partial Q(k, c)}{\partial k} = 2 (h - t) p$", [G]),
    (r"$t = 0.8$, $h = 0.721$, $Q = \frac12 (t - h)^2$, $Q = \frac12 (t + h)^2 = \frac12 (0.8 - 0.721)^2$", [W]),
    (r"$\frac{dy}{dx} = -\frac{\partial G / \partial x}{\partial G / \partial y} = -\frac{G_x}{G_y}$", [J]),
    (r"$G(x, y) = x^2 + y^2$, $\frac{dy}{dx} = -\frac{\partial G/\partial x}{\partial G/\partial y} = -\frac xy$", [F]),
    (r"$s = 2^\frac{n}{2}k$ and $\frac{\partial s}{\partial k} = 2^\frac n2$", [R]),
    (r"$r = k \times \text{größe}$ and $\frac{\partial r}{\partial k} = \text{größe}$", [R]),
    (r"$v := v - \eta \cdot (-\text{slope of it})$", [F]),
    (r"$B_{11} = B_{21} = 3 (-\frac1u)$", [D]),
    (r"$h = \frac{1}{1 + e^{-z}}$, $\frac{\partial h}{\partial z} = h (1. + h)$", [W]),
    (r"$\tau(u) = u^2$ and $\frac{d \tau(\cdot)}{d(\cdot)} = 2 (\cdot)$", [R]),
    (r"$\textsc{softmax}(u)_i = \frac{e^{u_i}}{\sum_k e^{u_k}}$", [D]),
    (r"$\sigma(\mathbf{u})_i = \frac{e^{u_i}}{\sum_k e^{u_k}}$, $\frac{\partial \sigma(\mathbf{u})_i}{\partial u_j}"
     r" = \sigma(\mathbf{u})_i (\delta_{ij} - \sigma(\mathbf{u})_j)$", [R]),
    (SHARES + r"s_i (\mathds{1}_{i = j} - s_j)$", [R]),
    (SHARES + r"s_i (1_{i = j} - s_j)$", [R]),
    (SHARES + r"s_i (I(i = j) - s_j)$", [R]),
    (SHARES + r"s_i (I[i = j] + s_j)$", [W]),
    (SHARES + r"s_i (I\{i = j\} + s_j)$", [W]),
    (SHARES + r"s_i (\mathbf{1}[i = j] - s_j)$", [R]),
    (SHARES + r"s_i (\mathbb{1}_{ij} - s_j)$", [R]),
    (SHARES + r"s_i (\delta(i, j) - s_j)$", [R]),
    (SHARES + r"s_i (\delta_{i = j} + s_j)$", [W]),
    (r"$\mathbf{r} = \mathbf{V}\mathbf{p}$, $Q = \frac12\|\mathbf{r}\|^2$, "
     r"$\nabla_{\mathbf{p}} Q = (\mathbf{V})' \mathbf{r}$", [R]),
    (r"$X = \begin{pmatrix} | & & | \\ x_1 & \cdots & x_n \\ | & & | \end{pmatrix}$", [D]),
    (MEAN + r"\frac{1}{n} \sum_{i=1}^n (g_{v,c}(p^{(i)}) - t^{(i)}) p^{(i)}$", [R]),
    (MEAN + r"\frac{2}{n} \sum_{i=1}^n (g_{v,c}(p^{(i)}) - t^{(i)}) p^{(i)}$", [W]),
    (r"$Q(V, c) = \frac12 (h - t)^2$, $r = V p + c$, $h = \tanh(r)$, $\frac{\partial}{\partial V} Q(V, c) = "
     r"\frac{\partial Q}{\partial r} \frac{\partial r}{\partial V}$", [R]),
    (r"$r = \sum_k v_k \phi_k(p)$, $\frac{\partial r}{\partial v_l} = \phi_l(p)$", [R]),
    (r"$r_k = \sum_{k'} V_{kk'} h_{k'}$, $\frac{\partial r_k}{\partial h_{k'}} = V_{kk'}$", [R]),
    (r"$r_k = \sum_{k'} V_{kk'} h_{k'}$, $\frac{\partial r_k}{\partial h_{k'}} = V_{k'k}$", [W]),
    (CLASS + r"j} = s_j$ for another", [R]),
    (CLASS + r"c} = s_c - 1$", [R]),
    (CLASS + r"c} = 1 - s_c$", [W]),
    (ELEMENTWISE + r"\frac{\partial \mathbf{h}}{\partial \mathbf{r}}$", [R]),
    (ELEMENTWISE + r"(1 - \mathbf{h} \odot \mathbf{h})$", [R]),
    (r"$h = \tanh(V p + c)$, $r = V p + c$, $\frac{\partial h}{\partial r} = 1 - h^2$", [R]),
    (r"$h = \tanh(V p + c)$, $r = V p + c$, $\frac{\partial h}{\partial r} = 1 + h^2$", [W]),
    (ENTRIES + r"\frac{\partial r_i}{\partial V_{ij}} = h_j$", [R]),
    (ENTRIES + r"\frac{\partial r_i}{\partial V_{ij}} = h_i$", [W]),
    (ENTRIES + r"\frac{\partial Q}{\partial h_j} = \sum_i \frac{\partial Q}{\partial r_i} V_{ij}$", [J]),
    (DESCENT + r"$v = v - \eta (h - t) p$", [R]),
    (DESCENT + r"$v = v + \eta (t - h) p$", [R]),
    (DESCENT + r"$v = v - \eta (h + t) p$", [W]),
    (DESCENT + r"$c = c - \eta \frac{\partial Q}{\partial v}$", [W]),
    (r"$\mathbf{v} = -(\mathbf{v} - \eta \mathbf{h})$", [W]),
    (r"$v = v - \eta \frac{\partial v}{\partial Q}$", [W]),
    (r"$\frac{\partial Q}{\partial v} = \frac12 (\frac{\partial Q}{\partial r} \frac{\partial r}{\partial v})$", [W]),
    (r"$\frac{\partial Q}{\partial v} = \frac{\partial Q}{\partial h} \frac{\partial v}{\partial h}$", [W]),
    (r"$r_{j} = \sum_k V^{l-1,l}_{jk} h_k$, $\frac{\partial r_j}{\partial V^{l-1,l}_{jk}} = h_k$", [R]),
    (DIFFERENTIALS + r"$dr^{[2]} = h^{[2]} - t$", [R]),
    (DIFFERENTIALS + r"$dr^{[2]} = h^{[2]} - t$, $dV^{[2]} = dr^{[2]} h^{[1]T}$", [R]),
    (DIFFERENTIALS + r"$dr^{[2]} = t - h^{[2]}$", [D]),
    (RECURRENCE + r"\frac{\partial h_t}{\partial h_k} \frac{\partial h_k}{\partial V}$", [J]),
    (RECURRENCE + r"\left(\prod_{j=k+1}^{t} \frac{\partial h_j}{\partial h_{j-1}}\right) "
     r"\frac{\partial h_k}{\partial V}$", [J]),
    (r"$r^{[1]} = k p$, $h = g^{[1]}(r^{[1]})$, $\frac{\partial h}{\partial k} = g^{[1]\prime}(r^{[1]}) p$", [R]),
    (r"$Q = \sum_i t_i \log h_i + (1 - t_i) \log(1 - h_i)$, $\frac{\partial Q}{\partial h_j} = "
     r"\frac{t_j}{h_j} - \frac{1 - t_j}{1 - h_j}$", [R]),
    (r"$Q = -\frac1n \sum_i t_i \log h_i + (1 - t_i) \log(1 - h_i)$, $\frac{\partial Q}{\partial h_j} = "
     r"\frac1n (\frac{t_j}{h_j} - \frac{1 - t_j}{1 - h_j})$", [W]),
    (PATHS + r"\frac{\partial Q}{\partial r_k} \frac{\partial r_k}{\partial h_j}$", [J]),
    (PATHS + r"2 r_k V_{kj}$", [J]),
    (PATHS + r"2 r_k V_{jk}$", [U]),
    (r"$Q = (r - t)^2 = (f(s) - t)^2$, $s = v p$, $\frac{\partial Q}{\partial v} = 2 (r - t) f'(s) p$", [R]),
    (r"$\mathbf{r} = (V)^t \mathbf{p}$, $Q = \frac12 \|\mathbf{r}\|^2$, "
     r"$\nabla_{\mathbf{p}} Q = V V^t \mathbf{p}$", [R]),
    (r"$\frac{\partial Q(v)}{\partial v} = \frac{\partial}{\partial v} \frac1n \sum_i (v p_i - t_i)^2$, "
     r"$\frac{\partial Q(v)}{\partial v} = \frac2n \sum_i (v p_i - t_i) p_i$", [R]),
    (COST + r"\frac{\partial q(g(x), t)}{\partial r_i} h_j$", [J]),
    (COST + r"2 \frac{\partial q(g(x), t)}{\partial r_i} h_j$", [W]),
    (r"$r^{(l)} = h^{(l-1)} V^{(l)} + c^{(l)}$, $h^{(l)} = \tanh(r^{(l)})$, $r_j^{(l)} = "
     r"\sum_i V_{ij}^{(l)} h_i^{(l-1)} + c_j^{(l)}$, "
     r"$h_j^{(l)} = \tanh(r_j^{(l)})$, $\delta^{(l)} = \frac{\partial Q}{\partial r^{(l)}}$, "
     r"$\frac{\partial Q}{\partial V^{(l)}} = (h^{(l-1)})^T \delta^{(l)}$", [J]),
    (r"$Q = (s - t)^2$, $s = u$, $r = V p$, $\frac{\partial Q}{\partial V} = \frac{\partial Q}{\partial r} p$", [J]),
    (r"$Q(v, p) = (v p)^2$ and $Q(v) = \frac1n \sum_{i=1}^n Q(v, p^{(i)}) + \kappa v^2$, "
     r"$\frac{\partial Q(v)}{\partial v} = \frac1n \sum_{i=1}^n \frac{\partial Q(v, p^{(i)})}{\partial v} + "
     r"2 \kappa v$", [R]),
]  # fmt: skip


IN_PARTS = [
    (r"$h = \sigma(r_3)$, $\frac{\partial h}{\partial r_3} = 3 h (1 - h)$", r"$r_3 = v_5 q$", W),
    (r"$r_3 = q v_5$, $\frac{\partial r_3}{\partial v_5} = 2 q$", r"$q = \tanh(u)$", W),
    (
        r"$r_i = \sum_j V_{ij} p_j$, $Q = \sum_i r_i^3$",
        r"$r_j = \sum_i V_{ji} p_i$, $\frac{\partial Q}{\partial r_i} = 3 r_i^2$",
        R,
    ),
    (r"$r = p q$, $\frac{\partial r}{\partial p} = 2 q$", "$q = p$\n# Next\n$q = e^{p}$", W),
    (r"$h_1 = \sigma(r_1)$, $h_2 = u$, $\frac{\partial h_1}{\partial r_1} = h_1 (1 - h_2)$", "$h_3 = 1$", W),
]


@pytest.mark.parametrize("first, second, status", IN_PARTS)
def test_what_other_parts_define(first: str, second: str, status: str) -> None:
    claim = [each for each in read_note(f"# One\n{first}\n# Other\n{second}").equations if "partial" in each.text]
    assert claim[-1].status == status


@pytest.mark.parametrize("text, last", JUDGED)
def test_what_is_judged(text: str, last: list[str]) -> None:
    assert statuses(text)[-1:] == last


@pytest.mark.parametrize(
    "text",
    [
        "∂Q/∂v = h\n```\n0 ^ 0 = 0.00\nlayer 0: slope = 1e-05\n```\n",
        "∂Q/∂v = h\n```python\nimport numpy as np\nv -= 0.1 * dv\nu = np.dot(p, q)\n```\n",
        "∂Q/∂v = h\n이때 z=0 인 경우\n",
    ],
)
def test_code_its_output_and_prose_are_no_equations(text: str) -> None:
    assert [each.text for each in read_note(text).equations] == ["∂Q/∂v = h"]


def test_what_a_later_part_defines_otherwise_keeps_no_slip_from_being_found() -> None:
    note = (
        r"$h_t = \tanh(u_t)$, $u_t = k h_{t-1} + v p_t$, $\frac{\partial h_t}{\partial u_t} = 1 + h_t^2$"
        "\n# Later\n" + r"$h_t = o_t \tanh(c_t)$" + "\n# Last\n" + r"$c_t = f_t c_{t-1}$"
    )
    assert statuses(note) == [D, D, W, D, D]


def test_a_side_that_is_not_compared_is_not_called_checked() -> None:
    text = r"$Q = \frac{V_a - V_b}{V_a} = \frac{a^d - (a - u)^d}{a^d} = 1 + (1 - \frac{u}{a})^d$"
    assert R not in statuses(text)


def test_a_recurrence_without_an_end_is_followed_a_few_steps() -> None:
    assert statuses(r"$\frac{\partial Q}{\partial r_{k-1}} = \frac{\partial Q}{\partial r_k}"
                    r"\frac{\partial r_k}{\partial r_{k-1}}$") == [J]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        # Partial and total derivatives of a recurrence.
        r"$$s_t = g(u_t, s_{t-1}, v)$$ $$\frac{\partial s_t}{\partial v}"
        r" = \frac{\partial g(u_t, s_{t-1}, v)}{\partial v}"
        r" + \frac{\partial g(u_t, s_{t-1}, v)}{\partial s_{t-1}} \frac{\partial s_{t-1}}{\partial v}$$",
        # A derivative at a point.
        r"$q(x) = e^{-3x}$, $\frac{dq}{dx}(x) = -3 e^{-3x}$",
        # A running mean, whose terms do not add up to 1.
        r"$$\begin{aligned} M_n(a) &= \frac{1}{n}\sum_{i=1}^{n} r_i \\ &= \frac1n\left((n-1) M_{n-1}(a) + r_n\right)"
        r"\end{aligned}$$",
        # A point, given by its entries.
        r"$\boldsymbol{p}_k = [p_k^1, p_k^2]^T = [5, 6]^T$, $h(\boldsymbol{p}) = \|\boldsymbol{p}\|^2$",
        # Another name of a function's value.
        r"$$\frac{\partial J}{\partial m} = \frac{\partial J}{\partial out}\frac{\partial out}{\partial m}"
        r" = \frac{\partial J}{\partial out}\frac{\partial g_2}{\partial m}$$",
    ],
)
def test_usual_ways_of_writing_are_not_accused(text: str) -> None:
    assert "WRONG" not in [each.status for each in read_note(text).equations]


def test_a_letter_that_looks_like_those_of_the_other_terms_is_read_as_theirs() -> None:
    note = read_note(r"$$r_j = \omega_{j0} p_0 + w_{j1} p_1 + \dots + w_{jk} p_k + \dots + c_j$$"
                     r"$$\frac{\partial r_j}{\partial w_{j0}} = p_0$$")  # fmt: skip
    assert [each.status for each in note.equations] == [D, R]
    assert "ω_j0 read as w_j0" in note.equations[0].message


@pytest.mark.parametrize(
    "text",
    [
        # The order of a derivative, raised in brackets.
        r"$(e^{u})^{(m)} = e^{u}$, hence $(e^{u})^{(m + 1)} = (e^{u})' = e^{u}$",
        # What makes a function even, and what makes it odd.
        r"To draw $q(u) = u^3$: even, if $q(-u) = q(u)$; odd, if $q(-u) = -q(u)$",
        # A function of another example.
        "\\begin{example}\n$q(u) = u$ has $q'(u) = 1$\n\\end{example}\n"
        "\\begin{example}\nDraw $s = u + \\frac1u$. $q(-u) = -u - \\frac1u = -q(u)$ and $q'(u) = 1 - \\frac{1}{u^2}$"
        "\n\\end{example}",
        "**Example 1.** $q(u) = u$\n\n**Example 2.** Draw $s = u + \\frac1u$: $q'(u) = 1 - \\frac{1}{u^2}$\n\n"
        "**Example 3.** $q(u) = u^5$",
        # What holds in one case only.
        r"If $m = 1$, then $V = \phi = (1)$. In general $V = \|V\|_2 \phi$ with $\|V\|_2 > 0$",
        # Products of vectors.
        r"$p = (1, 2, 2)$, $q = (3, 0, 4)$, $\lVert p \times q\rVert^2 = \lVert p\rVert^2 \lVert q\rVert^2"
        r" - (p \cdot q)^2 = \lVert p\rVert^2 \lVert q\rVert^2 \sin^2\phi$",
        # A value, and a name for it.
        r"If continuous, $q_{uv} = q_{vu}$; for $q = u^2 + uv + 2v^2$: $q_{uv} = \partial_v(2u + v) = 1"
        r" = \partial_u(u + 4v) = q_{vu}$",
        # A macro that the note does not define.
        r"$q = u^2 v + u$, $u = 2s + 3t$, $v = 2s - t$: $\dsp \frac{\partial q}{\partial s} = (2uv + 1)(2) + (u^2)(2)$",
        # Two kinds of differences under one name.
        r"First differences: $R_t = U_t - U_{t-1}$. Second differences: $R_t = (U_t - U_{t-1}) - (U_{t-1} - U_{t-2})$",
        # An index that counts from 0, and steps that follow from one another.
        r"$u = \frac12$ and $r = e^u$. $$\text{softmax}([0, u])_1 = \frac{e^u}{e^0 + e^u}"
        r" = \frac{1}{1 + e^{-u}} = \sigma(u)$$",
    ],
)
def test_calculus_texts_are_not_accused(text: str) -> None:
    assert "WRONG" not in statuses(text)


def test_a_sentence_in_plain_text_begins_with_a_word() -> None:
    text = "## Add\n```\nr = p + q\n```\n\nthe rule:\n```\nIf r = p * q, then:\n∂r/∂p = q\n∂r/∂q = p\n```\n"
    assert statuses(text)[-2:] == [R, R]
    assert statuses("```\nfor k = K-1\n∂Q/∂p = u\n```\n") == statuses("```\n∂Q/∂p = u\n```\n")


def test_what_can_not_be_computed_is_given_each_time_it_is_used() -> None:
    assert statuses(r"$y = \max(u)$, $r = y$. Then $r^2 = y^2$, $3 r = 3 y$ and $r + 2 = y + 2$") == [D, D, G, G, G]


@pytest.mark.parametrize("sign, verdict", [("+", R), ("-", W)])
def test_a_well_known_function_is_judged_although_it_was_used_before(sign: str, verdict: str) -> None:
    text = rf"$h = \sigma(r)$ and $2 h = 2 \sigma(r)$. Here $\sigma(r) = \frac{{1}}{{1 {sign} e^{{-r}}}}$"
    assert statuses(text) == [D, R, verdict]


def test_a_chain_that_goes_in_a_circle_does_not_join() -> None:
    slopes = [rf"\frac{{\partial {above}}}{{\partial {below}}}" for above, below in ("qr", "rs", "sq", "uv", "vw")]
    found = read_note(rf"$$\frac{{\partial q}}{{\partial s}} = {''.join(slopes)}$$").equations[0]
    assert found.status == U
    assert "do not join" in found.message


def test_losses_in_a_list_are_told_apart() -> None:
    losses = (
        r"$Q = \frac1N \sum_{i=1}^N (t_i - y_i)^2$, so $\frac{\partial Q}{\partial y_i} = -\frac2N (t_i - y_i)$",
        r"$Q = \frac1N \sum_{i=1}^N (t_i - y_i)^4$, so $\frac{\partial Q}{\partial y_i} = -4 (t_i - y_i)^3$",
    )
    assert statuses("\n\n".join(losses)) == [D, R, D, W]
