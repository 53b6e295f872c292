// Mathematical notation: names with subscripts, derivatives as fractions, formulas with names or with numbers.
// Labels may contain anything: they only become text nodes.
const PLANE = 0xf0000;

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") made.className = value;
    else if (name.startsWith("on")) made[name] = value;
    else if (value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(9).filter((child) => child !== null && child !== ""));
  return made;
}

const SUPERSCRIPTS = {"-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹"};

// As in the notes: nine decimals, or a given number of significant digits; powers of ten where a reader would count zeros.
function written(x, digits = 0) {
  if (x !== x) return "nan";
  if (Math.abs(x) === Infinity) return x > 0 ? "∞" : "−∞";
  if (x === 0) return "0";
  const size = Math.abs(x);
  if (size >= 1e-4 && size < 1e9) return String(Number(digits ? x.toPrecision(digits) : x.toFixed(9))).replace("-", "−");
  const [mantissa, exponent] = x.toExponential((digits || 9) - 1).split("e");
  const power = [...exponent.replace("+", "")].map((c) => SUPERSCRIPTS[c]).join("");
  return `${Number(mantissa)}·10${power}`.replace("-", "−");
}

// As in Python's pictures: four digits, e-notation.
function short(x, digits = 4) {
  if (!Number.isFinite(x) || x === 0) return written(x);
  const exponent = Number(x.toExponential(digits - 1).split("e")[1]);
  const text = exponent < -4 || exponent >= digits ? x.toExponential(digits - 1) : x.toPrecision(digits);
  const [mantissa, power] = text.split("e");
  const trimmed = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  return (power ? `${trimmed}e${Number(power)}` : trimmed).replaceAll("-", "−");
}

class Writing {
  constructor(graph, data) {
    this.graph = graph;
    this.data = data;
  }

  name(node) {
    if (node.text) return element("span", {class: "name whole"}, this.formula(node.text));
    const [base, subscript] = node.label;
    return element("bdi", {class: "name", title: `${base}${subscript || ""}`.includes("…") && node.title}, base, subscript ? element("sub", {}, subscript) : "");
  }

  // A name within a formula or after ∂, in brackets if it is more than a name.
  inner(node) {
    const loose = node.text && / /.test(node.text);
    return loose ? ["(", this.name(node), ")"] : [this.name(node)];
  }

  fraction(above, below) {
    const bar = element("span", {class: "hidden"}, "/");
    return element("span", {class: "fraction"}, element("span", {}, above), bar, element("span", {}, below));
  }

  partial(y, x, total = false) {
    const d = total ? "d" : "∂";
    return this.fraction([d, ...this.inner(y)], [d, ...this.inner(x)]);
  }

  // Text in which a private-use character stands for a node: its name, or its current number.
  formula(text, numbers = false) {
    const parts = [];
    for (const c of text) {
      const index = c.codePointAt(0) - PLANE;
      if (index < 0) {
        if (typeof parts.at(-1) === "string") parts[parts.length - 1] += c;
        else parts.push(c);
      } else {
        parts.push(numbers ? this.substituted(index, parts) : this.name(this.graph.nodes[index]));
      }
    }
    return parts;
  }

  // A number in place of a name: a negative one is in brackets unless it comes first or after a bracket.
  substituted(index, before) {
    const text = written(this.graph.values[index]);
    const alone = !before.length || /[(,=] ?$/.test(typeof before.at(-1) === "string" ? before.at(-1) : "x");
    return element("span", {class: "number"}, text.startsWith("−") && !alone ? `(${text})` : text);
  }

  number(x, kind = "") {
    return element("span", {class: `number ${kind}`.trim()}, written(x));
  }

  factorNumber(x) {
    return this.number(x).textContent.startsWith("−") ? ["(", this.number(x), ")"] : [this.number(x)];
  }

  // Rows of an equation with aligned signs: left = first, = second …; repetitions of the previous row are omitted.
  equation(left, sign, ...right) {
    const box = element("div", {class: "equation", role: "group"});
    let before = null;
    right.filter((part) => part !== null).forEach((part) => {
      const cell = element("span", {class: "right"}, part);
      if (cell.textContent === before) return;
      const first = before === null;
      box.append(element("span", {class: "left"}, first ? left : ""), element("span", {class: "sign"}, first ? sign : "="), cell);
      before = cell.textContent;
    });
    return box;
  }

  // The same on one line.
  line(left, ...right) {
    const texts = right.filter((part) => part !== null).map((part) => element("span", {}, part));
    const kept = texts.filter((part, i) => !i || part.textContent !== texts[i - 1].textContent);
    const signs = kept.flatMap((part) => [element("span", {class: "sign"}, "="), part]);
    return element("div", {class: "equation flat"}, element("span", {}, left), signs);
  }

  joined(parts, between) {
    return parts.flatMap((part, i) => (i ? [between, part] : [part]));
  }
}

// The chain rule of one leaf, as on paper: in derivatives, in formulas, in current numbers.
class Derivation {
  constructor(writing) {
    this.writing = writing;
    this.graph = writing.graph;
    ({lines: this.lines, factors: this.factors} = writing.data);
    this.leftOut = this.graph.unselectedEdges();
    this.byLeaf = new Map(this.graph.leaves.map((leaf) => [leaf, this.lines.findIndex((line) => this.graph.nodes[line.of[1]] === leaf)]));
  }

  // Whether an operand that was omitted, since an op didn't select it, receives something at the current numbers.
  get stale() {
    const now = new Set(this.graph.unselectedEdges());
    return this.leftOut.some((edge) => !now.has(edge));
  }

  lineValue(line, memo = new Map()) {
    if (!memo.has(line)) {
      const term = (factors) => factors.reduce((x, i) => x * this.factorValue(this.factors[i], memo), 1);
      memo.set(line, line.terms.reduce((x, factors) => x + term(factors), 0));
    }
    return memo.get(line);
  }

  factorValue(factor, memo) {
    return "line" in factor ? this.lineValue(this.lines[factor.line], memo) : this.graph.evaluate(factor.tree);
  }

  of(leaf, gradient) {
    const index = this.byLeaf.get(leaf);
    if (index === undefined || index < 0) return null;
    const memo = new Map();
    if (this.stale) {
      return element("p", {class: "quiet"}, "With these numbers another branch is taken than when this page was made; the derivation was written for that one.");
    }
    // The gradient itself: a formula for readers, such as 1 − out², may lose digits.
    const shown = new Set([index]), blocks = [this.line(this.lines[index], memo, gradient)];
    const waiting = [index], factors = new Set();
    while (waiting.length && shown.size < 40) {
      for (const i of this.lines[waiting.shift()].terms.flat()) {
        const factor = this.factors[i];
        if (!("line" in factor)) factors.add(factor);
        else if (!shown.has(factor.line)) {
          shown.add(factor.line);
          waiting.push(factor.line);
          blocks.push(this.line(this.lines[factor.line], memo));
        }
      }
    }
    const whole = this.lines[index].terms.length === 1 && this.lines[index].terms[0].length === 1;
    for (const factor of whole ? [] : [...factors].slice(0, 40)) blocks.push(this.factor(factor, memo));
    return element("div", {class: "derivation"}, blocks);
  }

  symbol(factor) {
    const [y, x] = factor.of.map((i) => this.graph.nodes[i]);
    return this.writing.partial(y, x, "line" in factor && this.lines[factor.line].total);
  }

  line(line, memo, known = this.lineValue(line, memo)) {
    const {writing} = this, [y, x] = line.of.map((i) => this.graph.nodes[i]);
    const left = writing.partial(y, x, line.total);
    if (!line.terms.length) return writing.equation(left, "=", [writing.number(0)]);
    const sum = (write) => writing.joined(line.terms.map((term) => (term.length ? writing.joined(term.map(write), " · ") : ["1"])), " + ");
    const all = line.terms.flat().map((i) => this.factors[i]);
    const short = all.length <= 12;
    const formulas = short && all.every((factor) => "formula" in factor && factor.formula !== "…");
    const value = this.lineValue(line, memo), cut = all.some((i) => i.formula === "…") || value !== value;
    const opened = all.some((factor) => this.opened(factor));
    const alone = line.terms.length === 1 && all.length === 1;
    return writing.equation(
      left,
      "=",
      sum((i) => this.symbol(this.factors[i])),
      opened && !alone ? sum((i) => this.open(this.factors[i])) : null,
      formulas ? writing.joined(line.terms.map((term) => writing.joined(term.map((i, place) => this.bracketed(this.factors[i], alone || !place)), " · ")), " + ") : null,
      formulas && alone ? writing.formula(all[0].formula, true) : null,
      short && !alone && !cut ? sum((i) => writing.factorNumber(this.factorValue(this.factors[i], memo))) : null,
      line.terms.length > 1 && short && !cut ? writing.joined(line.terms.map((term) => writing.factorNumber(term.reduce((v, i) => v * this.factorValue(this.factors[i], memo), 1))), " + ") : null,
      cut && known !== known ? ["…"] : [writing.number(known, "result")],
    );
  }

  bracketed(factor, first) {
    const formula = this.writing.formula(factor.formula), sum = factor.tree[0] === "+";
    return factor.loose && (sum || !first) ? ["(", formula, ")"] : [formula];
  }

  // The line of a factor that is a short sum of single derivatives, which may replace the factor.
  opened(factor) {
    const line = "line" in factor ? this.lines[factor.line] : null;
    return line && line.terms.length > 1 && line.terms.length < 4 && line.terms.every((term) => term.length === 1) ? line : null;
  }

  open(factor) {
    const line = this.opened(factor);
    return line ? [element("span", {class: "tall"}, "("), this.writing.joined(line.terms.map(([i]) => [this.symbol(this.factors[i])]), " + "), element("span", {class: "tall"}, ")")] : [this.symbol(factor)];
  }

  factor(factor, memo) {
    const {writing} = this, cut = factor.formula === "…";
    return writing.line(
      this.symbol(factor), cut ? null : writing.formula(factor.formula), cut ? null : writing.formula(factor.formula, true),
      cut ? ["…"] : [writing.number(this.factorValue(factor, memo), "result")],
    );
  }
}
