"""A plan as text that a person can read."""

from __future__ import annotations

from autograd.compiler.plan.code import Instruction
from autograd.compiler.plan.planner import Plan
from autograd.compiler.record.tape import Tape
from autograd.ops import TABLE

__all__ = ["listing"]

SIGNS = {"addu": "{} + {}", "subu": "{} - {}", "rsubu": "{1} - {0}", "mulu": "{}*{}", "divu": "{}/{}"}


def listing(plan: Plan, tape: Tape) -> str:
    """Write a plan's instructions, one per line: slots as s0, uniform numbers by label or as u0.

    Examples
    --------
    >>> import autograd as ag
    >>> x, w = ag.Value(2.0, label="x"), ag.Value(3.0, label="w")
    >>> print(ag.compile((w * x).exp(), inputs=[x]))
    1 input, 1 parameter, 2 ops: 7 instructions, 3 slots
    per sample
      s0 = load x
      s1 = s0*w
      s1 = exp(s1)
      store output 0 = s1
      s2 = seed of output 0
      s1 = s2*s1
      gather on s0: d w += s1·s0
    """
    text = _Text(plan, tape)
    counts = [_count(tape.inputs, "input"), _count(tape.parameters, "parameter"), _count(len(tape.rows), "op")]
    lines = [f"{', '.join(counts)}: {len(plan)} instructions, {plan.slots} slots"]
    parts = (("once, forward", plan.before), ("per sample", plan.body), ("once, reverse", plan.after))
    for title, steps in parts:
        if steps:
            lines.append(title)
            lines += [f"  {text.line(step)}" for step in steps]
    return "\n".join(lines)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


class _Text:
    def __init__(self, plan: Plan, tape: Tape) -> None:
        self.tape = tape
        own = range(tape.inputs, tape.inputs + tape.parameters)
        self.names = {u: f"{number:.6g}" for u, number in plan.constants.items()}
        self.names |= {u: tape.name(entry) for entry, u in zip(own, plan.parameters, strict=True)}
        for entry, u in zip(own, plan.gradients, strict=True):
            if u >= 0:
                self.names.setdefault(u, f"d {tape.name(entry)}")
        self.fills = {slot: self.names.get(u, f"u{u}") for slot, u in plan.fills.items()}

    def name(self, x: int) -> str:
        if x < 0:
            return self.names.get(~x, f"u{~x}")
        return self.fills.get(x, f"s{x}")

    def line(self, step: Instruction) -> str:
        name, op = self.name, step.op
        reads = [name(x) for x in step.reads]
        outs = [name(x) if x != -1 else "_" for x in step.outs]
        left = ", ".join(outs)
        if op == "load":
            return f"{left} = load {self.tape.name(step.number)}"
        if op == "store":
            outputs = len(self.tape.outputs)
            what = f"output {step.number}" if step.number < outputs else f"guard {step.number - outputs}"
            return f"store {what} = {reads[0]}"
        if op == "seed":
            return f"{left} = seed of output {step.number}"
        if op == "store gradient":
            return f"store d {self.tape.name(step.number)} = {reads[0]}"
        if op in ("value", "both", "slopes"):
            row = TABLE[step.row]
            many = row.arity is None  # a function as one op
            operands = {row.parameters[0].lstrip("*"): ", ".join(reads)} if many else dict(zip(row.parameters, reads))
            written = row.text.format(**operands)
            return f"{left} = {written}{' and slopes' if op == 'both' else ''}" if op != "slopes" else (
                f"{left} = slopes of {written}"
            )  # fmt: skip
        if op in SIGNS:
            return f"{left} = {SIGNS[op].format(*reads)}"
        if op in ("dot", "dotu"):
            products = " + ".join(f"{name(x)}·{name(y)}" for x, y in step.terms)
            start = "" if reads[0] == "-0" else f"{reads[0]} + "
            return f"{left} = {start}{products}"
        if op == "gather":
            sums = ", ".join(f"{name(~total)} += {name(g)}·{reads[0]}" for g, _, total in step.terms)
            products = " + ".join(f"{name(g)}·{name(~u)}" for g, u, _ in step.terms)
            start = f"{reads[1]} + " if len(step.reads) > 1 + len(step.terms) else ""
            return f"gather on {reads[0]}: {'' if step.outs[0] == -1 else f'{left} = {start}{products}; '}{sums}"
        if op == "reduce":
            x, y = step.terms[0]
            return f"{left} += {name(x)}·{name(y)} over the samples"
        return f"{left} = {op}({', '.join(reads)})"
