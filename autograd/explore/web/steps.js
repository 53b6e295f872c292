// The steps of a pass: 0 is the leaves alone, then one op forward at a time, then the seed, then one op backward at a time.
class Steps {
  constructor(graph) {
    this.graph = graph;
    this.forward = graph.computed.length;
    this.last = 2 * this.forward + 1;
    this.at = 0;
    this.rank = new Map(graph.computed.map((node, i) => [node, i]));
  }

  get phase() {
    return this.at <= this.forward ? "forward" : "backward";
  }

  // The state of the picture at this step.
  now() {
    const {graph, at, forward} = this;
    const count = at - forward - 1; // steps of the backward pass; below 0 before the seed
    const final = [...graph.backward()];
    const gradients = count >= 0 ? [...graph.backward(count)] : graph.nodes.map(() => 0);
    const reached = new Set(), sent = new Set(count > 0 ? graph.backwards.slice(0, count) : []);
    if (count >= 0) reached.add(graph.root);
    for (const node of sent) node.parents.forEach((parent) => reached.add(graph.nodes[parent]));
    const lit = count > 0 ? graph.backwards[count - 1] : count < 0 && at > 0 ? graph.computed[at - 1] : null;
    const current = lit || (count === 0 ? graph.root : null);
    const giving = new Set(lit ? lit.parents.map((parent) => graph.nodes[parent]) : []);
    const known = (node) => !node.op || count >= 0 || this.rank.get(node) < at;
    const complete = (node) => count >= 0 && node.users.every(({user}) => sent.has(user));
    return {complete, final, gradients, reached, sent, lit, current, giving, known, phase: this.phase, count};
  }
}

const MOST = 12; // operands of a step that are written out

// The text of a step, and the details of one node.
class Telling {
  constructor(writing, derivation) {
    this.writing = writing;
    this.derivation = derivation;
    this.graph = writing.graph;
  }

  op(node) {
    const doc = this.writing.data.ops[node.op] || "";
    return element("p", {class: "quiet"}, element("b", {}, node.op), doc ? ` — ${doc}` : "", node.frozen && !this.graph.collapsed ? ". A user-defined op: the page cannot compute it, so its value stays as recorded." : "");
  }

  step(now, at) {
    const {graph, writing} = this, root = graph.root;
    if (at === 0) return [this.heading("The leaves"), element("p", {}, "Only the leaves have numbers. Forward: each op computes its value from its operands.")];
    if (now.count === 0) {
      return [
        this.heading("The seed"),
        element("p", {}, "All values are known. Backward begins at the result, whose derivative by itself is 1."),
        writing.equation(writing.partial(root, root), "=", ["1"]),
      ];
    }
    return now.phase === "forward" ? this.forward(now.current) : this.backward(now);
  }

  heading(...words) {
    return element("h3", {}, words);
  }

  // A collapsed graph: its edges, and the gradients along them.
  group(node, what, written) {
    const {graph, writing} = this;
    const rows = node.parents.map((parent, place) => {
      const count = node.counts[place], operands = `${count.toLocaleString("en")} operand${count > 1 ? "s" : ""}`;
      return element("li", {}, what, " ", writing.name(graph.nodes[parent]), ": ", written(place, operands));
    });
    return element("ul", {class: "groups"}, rows);
  }

  forward(node) {
    const {graph, writing} = this;
    if (graph.collapsed) return [this.heading("Compute ", writing.name(node)), this.value(node), this.group(node, "from", (place, operands) => operands)];
    return [
      this.heading("Compute ", writing.name(node)),
      this.value(node),
      this.op(node),
      element("p", {class: "quiet"}, "Local derivatives, kept for the way back:"),
      element("div", {class: "several"}, node.parents.slice(0, MOST).map((parent, place) => writing.line(
        writing.partial(node, graph.nodes[parent]), ...this.slope(node, place), [writing.number(graph.slopes[node.index][place], "result")],
      ))),
      ...this.more(node),
    ];
  }

  // How many operands are not written out.
  more(node) {
    const left = node.parents.length - MOST;
    return left > 0 ? [element("p", {class: "quiet"}, `… and ${left.toLocaleString("en")} more like these`)] : [];
  }

  // A local derivative as a formula, with names and with numbers.
  slope(node, place) {
    const page = node.pages && node.pages[place];
    if (!page || page.includes("…")) return [];
    return [this.writing.formula(page), this.writing.formula(page, true)];
  }

  value(node) {
    const {writing, graph} = this, result = [writing.number(graph.values[node.index], "result")];
    if (node.shown) return element("p", {}, node.shown);
    if (!node.op || graph.collapsed) return writing.equation([writing.name(node)], "=", result);
    const cut = node.formula.includes("…");
    const left = node.text ? [this.writing.formula(node.formula)] : [writing.name(node)];
    const parts = cut ? [] : node.text ? [writing.formula(node.formula, true)] : [writing.formula(node.formula), writing.formula(node.formula, true)];
    return writing.equation(left, "=", ...parts, result);
  }

  backward(now) {
    const {graph, writing} = this, node = now.current, root = graph.root;
    const gradient = now.gradients[node.index];
    if (graph.collapsed) {
      return [this.heading("Send back from ", writing.name(node)), this.group(node, "to", (place, operands) => [writing.number(graph.flow(node, place)), ` over ${operands}`])];
    }
    const rows = node.parents.slice(0, MOST).map((index, place) => {
      const parent = graph.nodes[index], slope = graph.slopes[node.index][place], flow = graph.flow(node, place, now.gradients);
      const [page] = this.slope(node, place);
      const through = () => (node === root ? [] : [writing.partial(root, node), " · "]);
      const sent = parent.users.filter(({user}) => now.sent.has(user)).length, all = parent.users.length;
      const tail = all > 1 ? element("span", {class: "quiet tail"}, sent < all ? ` so far ${written(now.gradients[index])}, ${sent} of ${all}` : ` together ${written(now.gradients[index])}`) : "";
      return writing.equation(
        writing.partial(root, parent), all > 1 ? "+=" : "=",
        node === root && page ? null : [...through(), writing.partial(node, parent)],
        page ? [...through(), this.isSum(node, place) && node !== root ? ["(", page, ")"] : page] : null,
        node === root ? null : [...writing.factorNumber(gradient), " · ", ...writing.factorNumber(slope)],
        [writing.number(flow, "result"), tail],
      );
    });
    return [
      this.heading("Send back from ", writing.name(node)),
      node === root ? null : element("p", {}, writing.partial(root, node), " = ", writing.number(gradient, "result"), " is complete. Each operand gets its share:"),
      ...rows,
      ...this.more(node),
      this.op(node),
    ].filter(Boolean);
  }

  isSum(node, place) {
    const page = node.pages ? node.pages[place] : "";
    return page.startsWith("−") || (/ [+−] /.test(page) && !/^[^(]*\(.*\)$/.test(page));
  }

  // Everything about one node, with the gradients at this step.
  node(node, now, differences, rate) {
    const {graph, writing} = this, root = graph.root, gradient = now.final[node.index];
    const parts = [this.heading(writing.name(node), element("span", {class: "tag"}, node.op || node.kind || "leaf"))];
    parts.push(this.value(node));
    if (node.op && !node.shown) parts.push(this.op(node));
    if (node.held && !graph.collapsed) parts.push(element("p", {class: "quiet"}, "An op that the page cannot compute is above: this leaf stays as it is."));
    parts.push(element("h4", {}, "Gradient"), ...this.gradient(node, now));
    if (!node.op && now.complete(node) && !graph.collapsed) {
      const difference = differences.get(node);
      if (difference !== undefined) parts.push(element("p", {class: "quiet"}, "Finite difference: ", writing.number(difference), agree(difference, gradient) ? " — agrees" : " — differs, as at a kink or where numbers are too large or too small"));
      const derivation = this.derivation.of(node, gradient);
      if (derivation) parts.push(element("h4", {}, "The chain rule"), derivation);
      if (node.trained) parts.push(element("h4", {}, "One step of descent"), this.update(node, gradient, rate));
    }
    return parts;
  }

  // The gradient of a node at this point of the backward pass.
  gradient(node, now) {
    const {graph, writing} = this;
    if (now.count < 0) return [element("p", {class: "quiet"}, "Gradients come with the backward pass.")];
    if (!now.reached.has(node)) return [element("p", {class: "quiet"}, "The backward pass has not come here yet.")];
    if (!graph.collapsed) return [this.sum(node, now)];
    return [element("p", {}, writing.number(now.gradients[node.index], "result"), node.shown ? ", the root mean square over its values" : "")];
  }

  // The update of a leaf by gradient descent: w − α · ∂E/∂w.
  update(node, gradient, rate) {
    const {writing} = this, x = this.graph.values[node.index];
    return writing.equation(
      [writing.name(node)], "←",
      [writing.name(node), " − α · ", writing.partial(this.graph.root, node)],
      [writing.number(x), " − ", writing.number(rate), " · ", writing.factorNumber(gradient)],
      [writing.number(x - rate * gradient, "result")],
    );
  }

  // The gradient as the full sum over the node's users.
  sum(node, now) {
    const {graph, writing} = this, root = graph.root, total = now.complete(node) ? [writing.number(now.final[node.index], "result")] : [writing.number(now.gradients[node.index], "result"), element("span", {class: "quiet"}, " so far")];
    const left = writing.partial(root, node);
    if (node === root) return writing.equation(left, "=", ["1"]);
    const most = 8, users = node.users.slice(0, most), more = node.users.length > most ? [" + …"] : [];
    const terms = (write) => [...writing.joined(users.map(write), " + "), ...more];
    const share = (text, user) => element("span", {class: now.sent.has(user) ? "" : "waiting"}, text);
    return writing.equation(
      left, "=",
      users.every(({user}) => user === root) ? null : terms(({user}) => share(user === root ? [writing.partial(root, node)] : [writing.partial(root, user), " · ", writing.partial(user, node)], user)),
      terms(({user, place}) => {
        const slope = writing.factorNumber(graph.slopes[user.index][place]);
        return share(user === root ? slope : [...writing.factorNumber(now.final[user.index]), " · ", ...slope], user);
      }),
      users.length > 1 ? terms(({user, place}) => share(writing.factorNumber(graph.flow(user, place, now.final)), user)) : null,
      total,
    );
  }
}

function agree(difference, gradient) {
  return Math.abs(difference - gradient) <= 1e-6 * Math.max(Math.abs(difference), Math.abs(gradient)) + 1e-9;
}
