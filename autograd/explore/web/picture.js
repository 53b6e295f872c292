// The drawn graph, updated with the current numbers: its texts, tints, flows, highlights, and navigation.
const DECADES = 4; // as in Python's pictures: the smallest coloured gradient is 10⁻⁴ of the largest

function strength(x, largest) {
  if (x === 0 || x !== x) return 0;
  return Math.abs(x) === Infinity ? 1 : Math.min(1, Math.max(0.08, 1 + Math.log10(Math.abs(x) / largest) / DECADES));
}

function textWidth(text, size) {
  let units = 0;
  for (const c of text) units += c === "." ? 0.32 : "−∞".includes(c) ? 0.84 : 0.64; // as in Python's pictures
  return Math.max(units, 0.603 * text.length) * size;
}

class Picture {
  constructor(svg, graph, chosen) {
    this.svg = svg;
    this.graph = graph;
    const title = svg.querySelector(":scope > title"), description = svg.querySelector(":scope > desc");
    svg.setAttribute("role", "group");
    svg.setAttribute("aria-label", `${title ? title.textContent : "Graph"}. Arrow keys move from value to value, Enter picks one.`);
    for (const old of svg.querySelectorAll("title, desc")) old.remove();
    this.boxes = graph.nodes.map((node) => this.box(node));
    this.byKey = new Map(graph.nodes.map((node) => [node.key, node]));
    this.edges = new Map([...svg.querySelectorAll(".edge")].map((group) => [group.id, this.edge(group)]));
    this.chosen = chosen;
    this.focused = graph.root;
    this.listen();
  }

  box(node) {
    const group = this.svg.querySelector(`#${node.key}`);
    group.setAttribute("role", "button");
    group.setAttribute("tabindex", node === this.graph.root ? "0" : "-1");
    const texts = ["data", "grad"].map((name) => group.querySelector(`text.${name}`));
    const rooms = texts.map((text) => Math.max(38, textWidth(text.textContent, 11)) + 1);
    const {x, y, width, height} = group.getBBox();
    const place = group.transform.baseVal.consolidate();
    const corner = place ? [place.matrix.e, place.matrix.f] : [0, 0];
    return {group, texts, rooms, tint: group.querySelector("path.tint"), middle: [corner[0] + x + width / 2, corner[1] + y + height / 2]};
  }

  edge(group) {
    const label = this.svg.querySelector(`.label[data-edge="${group.id}"]`);
    const text = label && label.querySelector("text"), plate = label && label.querySelector("rect");
    const room = text ? textWidth(text.textContent, 9) + 24 : 0; // the layout leaves 13 on either side
    return {group, path: group.querySelector("path"), tip: group.querySelector("polygon"), text, plate, label, room};
  }

  listen() {
    const nodeOf = (event) => {
      const group = event.target.closest && event.target.closest(".node");
      return group ? this.byKey.get(group.id) : null;
    };
    this.svg.addEventListener("pointerover", (event) => event.pointerType !== "touch" && this.chosen("hover", nodeOf(event)));
    this.svg.addEventListener("pointerleave", () => this.chosen("hover", null));
    this.svg.addEventListener("focusin", (event) => this.chosen("focus", nodeOf(event)));
    this.svg.addEventListener("focusout", () => this.chosen("focus", null));
    this.svg.addEventListener("click", (event) => this.chosen("pick", nodeOf(event)));
    this.svg.addEventListener("keydown", (event) => {
      const node = nodeOf(event);
      if (!node || event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key === "Enter" || event.key === " ") this.chosen("pick", node);
      else if (event.key.startsWith("Arrow")) this.go(this.nearest(node, event.key));
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  // The nearest box in a direction, not far to the side.
  nearest(from, key) {
    const [dx, dy] = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[key];
    const [x, y] = this.boxes[from.index].middle;
    let best = from, least = Infinity;
    for (const node of this.graph.nodes) {
      const [u, v] = this.boxes[node.index].middle;
      const along = (u - x) * dx + (v - y) * dy, beside = Math.abs((u - x) * dy) + Math.abs((v - y) * dx);
      if (along > 1 && along + 2 * beside < least) [best, least] = [node, along + 2 * beside];
    }
    return best;
  }

  go(node) {
    this.boxes[this.focused.index].group.setAttribute("tabindex", "-1");
    this.focused = node;
    const {group} = this.boxes[node.index];
    group.setAttribute("tabindex", "0");
    group.focus();
  }

  // `now`: position of the step, gradients so far, the nodes reached, the sender, the current node, the selection.
  paint(now) {
    let largest = 1;
    for (const x of now.final) if (Number.isFinite(x)) largest = Math.max(largest, Math.abs(x));
    for (const node of this.graph.nodes) this.paintNode(node, now, largest);
    for (const node of this.graph.computed) {
      node.parents.forEach((parent, place) => this.paintEdge(node, place, now, largest));
    }
    this.svg.classList.toggle("picking", Boolean(now.path));
  }

  paintNode(node, now, largest) {
    const box = this.boxes[node.index], value = this.graph.values[node.index], gradient = now.gradients[node.index];
    const known = now.known(node), reached = now.reached.has(node);
    if (node.shown) {
      box.texts[0].textContent = known ? node.shown : "·";
      box.texts[1].textContent = reached ? `rms ${short(gradient)}` : "·";
    } else {
      this.put(box, 0, known ? value : null);
      this.put(box, 1, reached ? gradient : null);
    }
    if (box.tint) {
      box.tint.setAttribute("fill-opacity", reached ? (0.55 * strength(gradient, largest)).toFixed(2) : "0");
      box.tint.classList.toggle("plus", !node.shown && gradient > 0);
      box.tint.classList.toggle("minus", !node.shown && !(gradient > 0));
    }
    if (!node.op && !this.graph.collapsed) for (const kind of ["weight", "input", "target", "leaf"]) box.group.classList.toggle(kind, kind === (node.trained ? "weight" : node.kind || "leaf"));
    const flags = {
      unknown: !known, current: now.current === node, giving: now.giving.has(node), picked: now.picked === node,
      away: Boolean(now.path) && !now.path.nodes.has(node), frozen: node.frozen && !this.graph.collapsed,
    };
    for (const [name, on] of Object.entries(flags)) box.group.classList.toggle(name, on);
    const words = [node.title, known ? node.shown || `value ${short(value)}` : "not yet computed"];
    if (reached) words.push(`gradient ${short(gradient)}`);
    box.group.setAttribute("aria-label", words.join(", "));
    box.group.setAttribute("aria-pressed", String(now.picked === node));
  }

  put(box, which, x) {
    const text = box.texts[which], shown = x === null ? "·" : this.fitting(x, 11, box.rooms[which]);
    if (text.textContent !== shown) text.textContent = shown;
  }

  // A number in as many digits, of at most four, as there is room for.
  fitting(x, size, room) {
    let shown = short(x);
    for (let digits = 3; digits > 0 && textWidth(shown, size) > room; digits--) shown = short(x, digits);
    return shown;
  }

  paintEdge(node, place, now, largest) {
    const key = this.graph.edgeKey(node, place), edge = this.edges.get(key);
    const sent = now.sent.has(node), flow = sent ? this.graph.flow(node, place, now.gradients) : 0;
    const power = strength(flow, largest), known = now.known(node);
    edge.path.setAttribute("stroke-width", (1 + 1.8 * power).toFixed(2));
    for (const part of [edge.path, edge.tip]) part.setAttribute("opacity", power ? (0.35 + 0.65 * power).toFixed(2) : "1");
    const lit = now.lit === node, classes = edge.group.classList;
    classes.toggle("up", power > 0 && flow > 0);
    classes.toggle("down", power > 0 && flow < 0);
    classes.toggle("lit", lit);
    classes.toggle("backwards", lit && now.phase === "backward");
    classes.toggle("unknown", !known);
    const away = Boolean(now.path) && !now.path.edges.has(key);
    classes.toggle("away", away);
    if (!edge.text) return;
    edge.label.classList.toggle("unknown", !known);
    edge.label.classList.toggle("away", away);
    edge.label.classList.toggle("lit", lit);
    if (node.edges) return;
    const shown = this.fitting(this.graph.slopes[node.index][place], 9, edge.room);
    if (edge.text.textContent === shown) return;
    edge.text.textContent = shown;
    const wide = textWidth(shown, 9) + 3;
    edge.plate.setAttribute("width", wide.toFixed(1));
    edge.plate.setAttribute("x", (Number(edge.text.getAttribute("x")) - wide / 2).toFixed(1));
  }

  // Scroll a box into view, if the picture is larger than its container.
  show(node, stage, smooth) {
    const box = this.boxes[node.index].group.getBoundingClientRect(), frame = stage.getBoundingClientRect();
    const margin = 40;
    if (box.left < frame.left + margin || box.right > frame.right - margin || box.top < frame.top || box.bottom > frame.bottom) {
      stage.scrollTo({
        left: stage.scrollLeft + box.left + box.width / 2 - frame.left - frame.width / 2,
        top: stage.scrollTop + box.top + box.height / 2 - frame.top - frame.height / 2,
        behavior: smooth ? "smooth" : "auto",
      });
    }
  }
}
