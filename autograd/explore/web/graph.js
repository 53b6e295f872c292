// The graph, computed as in Python: values forward, gradients backward up to a step, descent.
const readNumber = (x) => Number(x); // "Infinity" and "NaN" are strings in JSON

class Graph {
  constructor(data) {
    this.collapsed = data.collapsed || 0; // the number of values in the boxes: numbers are as recorded
    this.nodes = data.nodes.map((node, index) => ({key: `n${index}`, ...node, index, ...Graph.operands(node)}));
    this.size = this.nodes.length;
    this.root = this.nodes[this.size - 1];
    this.computed = this.nodes.filter((node) => node.op);
    this.backwards = [...this.computed].reverse();
    this.leaves = data.leaves.map((index) => this.nodes[index]);
    this.values = this.nodes.map((node) => ("value" in node ? readNumber(node.value) : 0));
    this.slopes = this.nodes.map((node) => (node.slopes || []).map(readNumber));
    this.gradients = Array(this.size).fill(0);
    for (const node of this.nodes) node.users = [];
    for (const node of this.computed) {
      node.parents.forEach((parent, place) => this.nodes[parent].users.push({user: node, place}));
    }
    this.recorded = this.leaves.map((leaf) => this.values[leaf.index]);
    this.forward();
  }

  // The operands: parents by number, and for each its position among the operands.
  static operands(node) {
    const operands = (node.operands || []).map((x) => (Array.isArray(x) ? readNumber(x[0]) : x));
    const places = (node.operands || []).flatMap((x, place) => (Array.isArray(x) ? [] : [place]));
    return {operands, places, parents: places.map((place) => operands[place]), frozen: Boolean(node.op) && ("value" in node || "shown" in node)};
  }

  compute(node) {
    if (node.frozen) return;
    const operands = [...node.operands];
    for (const place of node.places) operands[place] = this.values[operands[place]];
    const [value, ...slopes] = OPS[node.op](...operands);
    this.values[node.index] = value;
    this.slopes[node.index] = node.places.map((place) => slopes[place]);
  }

  forward() {
    for (const node of this.computed) this.compute(node);
  }

  // The gradient that a node passes to one of its parents. An op that selects passes nothing to an operand not selected,
  // even if that is inf or nan, and a node that received nothing passes nothing on.
  flow(node, place, gradients = this.gradients) {
    if (node.flows) return readNumber(node.flows[place]);
    const slope = this.slopes[node.index][place];
    return this.unselected(node, place) || !this.reached.has(node.index) ? 0 : slope * gradients[node.index];
  }

  static selects(node) {
    return node.frozen ? node.selects : SELECTS.has(node.op);
  }

  edgeKey(node, place) {
    return node.edges ? node.edges[place] : `e${node.index}_${place}`;
  }

  // The first `count` steps of the backward pass.
  backward(count = this.backwards.length) {
    const gradients = this.gradients.fill(0);
    this.reached = new Set([this.root.index]);
    gradients[this.root.index] = 1;
    for (let step = 0; step < count; step++) {
      const node = this.backwards[step];
      node.parents.forEach((parent, place) => {
        if (this.collapsed) gradients[parent] = readNumber(this.nodes[parent].gradient);
        else gradients[parent] += this.flow(node, place);
        if (this.reached.has(node.index) && !this.unselected(node, place)) this.reached.add(parent);
      });
    }
    return gradients;
  }

  valueAt(leaf, x) {
    const before = this.values[leaf.index];
    this.values[leaf.index] = x;
    this.forward();
    this.values[leaf.index] = before;
    return this.values[this.root.index];
  }

  // Central differences of fourth order; of several steps, the most stable one. Restores the values.
  difference(leaf) {
    if (leaf === this.root) return 1;
    const x = this.values[leaf.index];
    let best = NaN, least = Infinity, before = NaN;
    for (const size of [1e-2, 1e-3, 1e-4, 1e-5]) {
      const step = size * Math.max(Math.abs(x), 0.1);
      const [a, b, c, d] = [2, 1, -1, -2].map((i) => this.valueAt(leaf, x + i * step));
      const slope = (d - a + 8 * (b - c)) / (12 * step), change = Math.abs(slope - before);
      if (change < least || best !== best) [best, least] = [slope, change === change ? change : Infinity];
      before = slope;
    }
    this.forward();
    return best;
  }

  // One step of gradient descent on the trained leaves; false if a gradient is not a number.
  descend(rate) {
    this.forward();
    this.backward();
    const moved = this.leaves.filter((leaf) => leaf.trained).map((leaf) => [leaf.index, this.values[leaf.index] - rate * this.gradients[leaf.index]]);
    if (moved.some(([, x]) => !Number.isFinite(x))) return false;
    for (const [index, x] of moved) this.values[index] = x;
    this.forward();
    return Number.isFinite(this.values[this.root.index]);
  }

  reset() {
    this.leaves.forEach((leaf, i) => {
      this.values[leaf.index] = this.recorded[i];
    });
    this.forward();
  }

  // Whether an op doesn't select this operand, which then receives nothing.
  unselected(node, place) {
    return Graph.selects(node) && this.slopes[node.index][place] === 0;
  }

  // The edges of operands that aren't selected at the current numbers: a derivation omits them.
  unselectedEdges() {
    return this.computed.flatMap((node) => node.parents.map((_, place) => place).filter((place) => this.unselected(node, place)).map((place) => this.edgeKey(node, place)));
  }

  operand(node, place) {
    return node.places.includes(place) ? this.values[node.operands[place]] : node.operands[place];
  }

  // All nodes and edges on paths from a node to the result.
  above(start) {
    const nodes = new Set([start]), edges = new Set();
    for (const node of this.nodes) {
      node.parents.forEach((parent, place) => {
        if (!nodes.has(this.nodes[parent])) return;
        nodes.add(node);
        edges.add(this.edgeKey(node, place));
      });
    }
    return {nodes, edges};
  }

  // The number of a formula's tree: a node, ["number", x], or [head, operand, …].
  evaluate(tree) {
    if (typeof tree === "number") return this.values[tree];
    const [head, ...operands] = tree;
    if (head === "number") return readNumber(operands[0]);
    if (head === "cut") return NaN;
    const xs = operands.map((each) => this.evaluate(each));
    const arithmetic = {
      "+": () => xs.reduce((x, y) => x + y, 0), "*": () => xs.reduce((x, y) => x * y, 1), "/": () => xs[0] / xs[1],
      "^": () => ieee.pow(xs[0], xs[1]), neg: () => -xs[0],
      "<": () => Number(xs[0] < xs[1]), "<=": () => Number(xs[0] <= xs[1]), ">": () => Number(xs[0] > xs[1]),
      ">=": () => Number(xs[0] >= xs[1]), "==": () => Number(xs[0] === xs[1]), "!=": () => Number(xs[0] !== xs[1]),
    }[head];
    return arithmetic ? arithmetic() : head in OPS ? OPS[head](...xs)[0] : NaN;
  }
}
