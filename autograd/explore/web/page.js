// The page: buttons, keys, leaves and cards, and the updates between them.
class Page {
  constructor(data) {
    this.graph = new Graph(data);
    this.writing = new Writing(this.graph, data);
    this.telling = new Telling(this.writing, new Derivation(this.writing));
    this.steps = new Steps(this.graph);
    this.stage = document.getElementById("stage");
    this.picked = this.hovered = this.focused = null;
    this.differences = new Map();
    this.playing = null;
    this.picture = new Picture(this.stage.querySelector("svg"), this.graph, (how, node) => this.chosen(how, node));
    this.rows = this.graph.leaves.map((leaf) => this.row(leaf));
    const longest = Math.max(...this.graph.leaves.map(({label: [base, below = ""]}) => 8.5 * base.length + 6.5 * below.length));
    document.querySelector(".card.leaves").style.setProperty("--names", `${Math.max(56, Math.min(150, 22 + longest))}px`);
    document.getElementById("leaf-rows").append(...this.rows.map((row) => row.box));
    const frozen = this.graph.nodes.filter((node) => node.frozen);
    if (frozen.length) this.warn(frozen);
    document.body.classList.toggle("collapsed", this.graph.collapsed > 0);
    this.descent = new Descent(this.graph, () => {
      this.steps.at = this.steps.last;
      this.changed();
    });
    this.wire();
    this.zoom("start");
    this.changed();
  }

  warn(frozen) {
    const box = document.getElementById("frozen");
    box.hidden = false;
    if (this.graph.collapsed) {
      box.textContent = `${this.graph.collapsed.toLocaleString("en")} values in ${this.graph.size} boxes, with their numbers as recorded. A part of the graph, such as one neuron’s output, can be changed and trained here.`;
      return;
    }
    const names = frozen.slice(0, 6).map((node) => `${node.title} (${node.op})`).join(", ");
    box.textContent = `The page cannot compute ${names}${frozen.length > 6 ? ` and ${frozen.length - 6} more` : ""}: user-defined ops have no JavaScript. They stay as recorded, and so do the leaves below them.`;
  }

  // Stepping

  wire() {
    const click = (id, action) => document.getElementById(id).addEventListener("click", action);
    this.scrub = document.getElementById("scrub");
    this.scrub.max = this.steps.last;
    this.scrub.style.setProperty("--turn", `${100 * (this.steps.forward + 0.5) / this.steps.last}%`);
    this.scrub.addEventListener("input", () => this.to(Number(this.scrub.value)));
    click("first", () => this.to(0));
    click("back", () => this.to(this.steps.at - 1));
    click("forward", () => this.to(this.steps.at + 1));
    click("last", () => this.to(this.steps.last));
    click("play", () => (this.playing ? this.pause() : this.play()));
    click("closer", () => this.zoom(1));
    click("farther", () => this.zoom(-1));
    click("fit", () => this.zoom("fit"));
    document.getElementById("unpick").addEventListener("click", () => this.pick(null));
    document.addEventListener("keydown", (event) => this.key(event));
    document.getElementById("rate").addEventListener("input", () => this.renderNode());
    addEventListener("resize", () => this.zoom(null));
  }

  key(event) {
    const act = {
      ArrowRight: () => this.to(this.steps.at + 1), ArrowLeft: () => this.to(this.steps.at - 1),
      Home: () => this.to(0), End: () => this.to(this.steps.last),
      " ": () => (this.playing ? this.pause() : this.play()), Escape: () => this.pick(null),
    }[event.key];
    if (!act || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key !== "Escape" && this.isTaken(event)) return;
    event.preventDefault();
    act();
  }

  // Whether the focused element handles a key itself.
  isTaken({key, target}) {
    if (target.closest("input, select, #stage .node") || (key === " " && target.closest("button"))) return true;
    const pane = target.closest(".scrolls");
    if (!pane) return false;
    return key.startsWith("Arrow") ? pane.scrollWidth > pane.clientWidth : pane.scrollHeight > pane.clientHeight;
  }

  to(at) {
    this.pause();
    this.step(at);
  }

  step(at) {
    this.steps.at = Math.max(0, Math.min(this.steps.last, at));
    this.say(this.playing === null);
    this.render();
    const {current} = this.now;
    if (current) this.picture.show(current, this.stage, !matchMedia("(prefers-reduced-motion: reduce)").matches);
  }

  play() {
    if (this.steps.at === this.steps.last) this.step(0);
    const next = () => {
      this.step(this.steps.at + 1);
      if (this.steps.at === this.steps.last) this.pause();
      else this.playing = setTimeout(next, 1000 / Number(document.getElementById("speed").value));
    };
    this.playing = setTimeout(next, 1000 / Number(document.getElementById("speed").value));
    this.playButton();
  }

  pause() {
    if (this.playing === null) return;
    clearTimeout(this.playing);
    this.playing = null;
    this.playButton();
  }

  playButton() {
    const button = document.getElementById("play");
    button.setAttribute("aria-label", this.playing === null ? "Play" : "Pause");
    button.classList.toggle("on", this.playing !== null);
    this.say(this.playing === null);
  }

  // Whether a screen reader announces the step: while stepping, not while playing or changing numbers.
  say(aloud) {
    document.getElementById("telling").setAttribute("aria-live", aloud ? "polite" : "off");
  }

  // The zoom: "start" is legible, "fit" shows everything, 1 zooms in, −1 out; null keeps it.
  zoom(way) {
    const svg = this.picture.svg, {width, height} = svg.viewBox.baseVal;
    const room = this.stage.clientWidth || width;
    const least = room < 700 ? 0.75 : 0.55;
    const wide = room / width, whole = Math.min(wide, Math.max(0.54 * innerHeight, 320) / height);
    const readable = Math.min(1.25, Math.max(least, room < 700 ? wide : whole));
    if (way === "start") this.factor = 1;
    else if (way === "fit") this.factor = Math.min(1.25, whole) / readable;
    else if (way !== null) this.factor = Math.max(0.05, Math.min(6, this.factor * (way > 0 ? 1.3 : 1 / 1.3)));
    const scale = readable * this.factor;
    svg.style.width = `${Math.floor(width * scale)}px`;
    svg.style.height = `${Math.floor(height * scale)}px`;
  }

  // Selected nodes

  chosen(how, node) {
    if (how === "pick") return this.pick(this.picked === node ? null : node);
    if (how === "hover") this.hovered = node;
    else this.focused = node;
    if (!this.picked) this.renderNode();
  }

  pick(node) {
    this.picked = node;
    this.render();
  }

  // Leaves

  row(leaf) {
    const {index, title} = leaf, value = this.graph.values[index], held = Boolean(leaf.held);
    const reach = Number.isFinite(value) ? Math.max(1, 2 * Math.abs(value)) : 1, middle = Number.isFinite(value) ? value : 0;
    const name = element("button", {class: "leaf-name", type: "button", title: "Show its gradient and the chain rule", onclick: () => this.chosen("pick", leaf)}, this.writing.name(leaf));
    const slider = element("input", {type: "range", min: bounded(middle - reach), max: bounded(middle + reach), step: "any", "aria-label": title, disabled: held});
    const field = element("input", {type: "number", step: "any", "aria-label": `${title} as a number`, disabled: held});
    const trained = element("input", {type: "checkbox", "aria-label": `train ${title}`, disabled: held});
    const gradient = element("span", {class: "number"}), difference = element("span", {class: "number difference"});
    trained.checked = Boolean(leaf.trained);
    trained.addEventListener("change", () => { leaf.trained = trained.checked; this.render(); });
    slider.addEventListener("input", () => this.set(leaf, Number(slider.value)));
    field.addEventListener("input", () => {
      const x = Number(field.value), good = field.value.trim() !== "" && Number.isFinite(x);
      field.setAttribute("aria-invalid", String(!good));
      if (good) this.set(leaf, x, field);
    });
    field.addEventListener("change", () => this.renderLeaves());
    const box = element("li", {class: `leaf ${leaf.kind || "leaf"}`}, name, slider, field, gradient, difference, element("label", {class: "tick"}, trained));
    return {leaf, box, slider, field, gradient, difference, name};
  }

  set(leaf, x, from) {
    this.descent.stop();
    this.say(false);
    this.graph.values[leaf.index] = x;
    this.descent.clear();
    this.descent.say("");
    this.changed(from);
  }

  // Updates after leaves have changed

  changed(from) {
    this.graph.forward();
    this.differences.clear();
    clearTimeout(this.later);
    const measure = () => {
      this.graph.leaves.filter((leaf) => !leaf.held).forEach((leaf) => this.differences.set(leaf, this.graph.difference(leaf)));
    };
    if (this.graph.leaves.length * this.graph.size < 3000 && !(this.descent && this.descent.running)) measure();
    else this.later = setTimeout(() => { measure(); this.renderLeaves(from); this.renderNode(); }, 200);
    this.render(from);
  }

  render(from) {
    this.now = this.steps.now();
    this.now.picked = this.picked;
    this.now.path = this.picked ? this.graph.above(this.picked) : null;
    this.picture.paint(this.now);
    this.renderStep();
    this.renderNode();
    this.renderLeaves(from);
  }

  renderStep() {
    const {at, last, forward} = this.steps, {graph} = this;
    const where = at <= forward ? `Forward ${at} of ${forward}` : `Backward ${at - forward - 1} of ${forward}`;
    document.getElementById("position").textContent = where;
    this.scrub.value = at;
    this.scrub.setAttribute("aria-valuetext", where);
    this.scrub.style.setProperty("--done", `${100 * at / last}%`);
    const ends = [["first", at === 0], ["back", at === 0], ["forward", at === last], ["last", at === last]];
    for (const [id, end] of ends) document.getElementById(id).setAttribute("aria-disabled", String(end));
    document.getElementById("result").replaceChildren(this.writing.name(graph.root), " = ", this.writing.number(graph.values[graph.root.index]));
    document.getElementById("telling").replaceChildren(...this.telling.step(this.now, at));
  }

  renderNode() {
    const node = this.picked || this.hovered || this.focused || this.now.current || this.graph.root;
    document.getElementById("unpick").hidden = !this.picked;
    const parts = this.telling.node(node, this.now, this.differences, Number(document.getElementById("rate").value));
    document.body.classList.toggle("picking", Boolean(this.picked));
    document.getElementById("about").replaceChildren(...parts);
  }

  renderLeaves(from) {
    for (const {leaf, box, slider, field, gradient, difference, name} of this.rows) {
      const x = this.graph.values[leaf.index], slope = this.now.final[leaf.index];
      if (Number.isFinite(x)) {
        if (x < Number(slider.min)) slider.min = bounded(x - Math.abs(x));
        if (x > Number(slider.max)) slider.max = bounded(x + Math.abs(x));
        slider.value = x;
      }
      if (field !== from) {
        field.value = Number.isFinite(x) ? String(Number(x.toPrecision(6))) : "";
        field.placeholder = Number.isFinite(x) ? "" : written(x);
        field.removeAttribute("aria-invalid");
      }
      const complete = this.now.complete(leaf), measured = this.differences.get(leaf);
      gradient.textContent = complete ? written(slope, 4) : "·";
      gradient.classList.toggle("plus", complete && slope > 0);
      gradient.classList.toggle("minus", complete && slope < 0);
      difference.textContent = !complete || leaf.held ? "·" : measured === undefined ? "…" : `${agree(measured, slope) ? "≈" : "≠"} ${written(measured, 4)}`;
      box.classList.toggle("picked", this.picked === leaf);
      name.setAttribute("aria-pressed", String(this.picked === leaf));
    }
  }
}

// An end of a slider: the distance between both ends must be a finite double.
function bounded(x) {
  return Math.max(-Number.MAX_VALUE / 2, Math.min(Number.MAX_VALUE / 2, x));
}

// The theme of the notebook around the page, if it has one: otherwise the system's.
addEventListener("message", ({data}) => {
  if (!data || typeof data.dark !== "boolean") return;
  document.documentElement.style.colorScheme = data.dark ? "dark" : "light";
  for (const rule of [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])) {
    if (!rule.media || !(rule.themed || rule.conditionText.includes("prefers-color-scheme"))) continue;
    rule.themed = true;
    rule.media.mediaText = data.dark ? "all" : "not all";
  }
});

const page = new Page(JSON.parse(document.getElementById("data").textContent));
globalThis.explorer = page;
