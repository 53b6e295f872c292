// Gradient descent: one step, or continuously with a curve of the result, until stopped or a number isn't finite.
class Descent {
  constructor(graph, changed) {
    this.graph = graph;
    this.changed = changed;
    this.box = document.getElementById("descent");
    this.curve = this.box.querySelector("svg");
    this.rate = document.getElementById("rate");
    this.running = false;
    this.clear();
    this.on("one", () => this.go(1));
    this.on("train", () => (this.running ? this.stop() : this.start()));
    this.on("reset", () => {
      this.stop();
      graph.reset();
      this.clear();
      this.changed();
      this.say("As recorded.");
    });
    if (!graph.leaves.some((leaf) => leaf.trained)) this.say("No leaf is trained: tick one in the list of leaves.");
  }

  on(id, action) {
    document.getElementById(id).addEventListener("click", action);
  }

  clear() {
    this.steps = 0;
    this.stride = 1;
    this.history = [this.graph.values[this.graph.root.index]];
    this.draw();
  }

  say(text) {
    document.getElementById("descent-says").textContent = text;
  }

  // The rate, or NaN with a message.
  rateNow() {
    const rate = Number(this.rate.value);
    const good = this.rate.value.trim() !== "" && Number.isFinite(rate) && rate > 0;
    this.rate.setAttribute("aria-invalid", String(!good));
    if (!good) this.say("The learning rate must be a number above 0.");
    return good ? rate : NaN;
  }

  // Take a number of steps, or as many as fit into the time; false if it can't continue.
  go(count, milliseconds = Infinity) {
    const rate = this.rateNow(), {graph} = this;
    if (rate !== rate) return false;
    if (!graph.leaves.some((leaf) => leaf.trained)) {
      this.say("No leaf is trained: tick one in the list of leaves.");
      return false;
    }
    const start = performance.now();
    let good = true;
    for (let i = 0; i < count && good && performance.now() - start < milliseconds; i++) {
      good = graph.descend(rate);
      this.steps += 1;
      if (this.steps % this.stride === 0) this.remember(graph.values[graph.root.index]);
    }
    this.say(good ? `${this.steps.toLocaleString("en")} step${this.steps === 1 ? "" : "s"}: ${graph.root.title} = ${written(graph.values[graph.root.index], 9)}` : "Stopped: the numbers left the range of doubles. Take a smaller rate, and reset.");
    this.draw();
    this.changed();
    return good;
  }

  remember(y) {
    this.history.push(y);
    if (this.history.length > 600) {
      this.history = this.history.filter((_, i) => i % 2 === 0);
      this.stride *= 2;
    }
  }

  start() {
    if (this.rateNow() !== this.rateNow()) return;
    this.running = true;
    this.button();
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const frame = () => {
      if (!this.running) return;
      const pace = Number(document.getElementById("pace").value);
      if (!this.go(calm ? pace * 30 : pace, 12)) this.stop();
      else if (calm) setTimeout(frame, 500);
      else requestAnimationFrame(frame);
    };
    frame();
  }

  stop() {
    this.running = false;
    this.button();
  }

  button() {
    const button = document.getElementById("train");
    button.textContent = this.running ? "Stop" : "Train";
    button.classList.toggle("on", this.running);
    for (const id of ["result", "descent-says"]) document.getElementById(id).setAttribute("aria-live", this.running ? "off" : "polite");
  }

  // The curve over the steps; logarithmic if it falls over decades.
  draw() {
    const ys = this.history.filter(Number.isFinite), low = Math.min(...ys), high = Math.max(...ys);
    const logarithmic = low > 0 && high / low > 20, scale = logarithmic ? Math.log : (y) => y;
    const span = scale(high) - scale(low) || 1, last = Math.max(1, this.history.length - 1);
    const points = this.history.map((y, i) => [i / last * 300, Number.isFinite(y) ? 96 - (scale(y) - scale(low)) / span * 92 : 2]);
    const line = points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
    this.curve.querySelector(".line").setAttribute("d", points.length > 1 ? `M${line}` : "M0 50H300");
    this.curve.querySelector(".area").setAttribute("d", points.length > 1 ? `M${line}L300 100L0 100Z` : "");
    this.box.querySelector(".high").textContent = written(high, 4);
    this.box.querySelector(".low").textContent = ys.length > 1 ? written(low, 4) : "";
    this.box.querySelector(".end").textContent = this.steps ? `${this.steps.toLocaleString("en")} step${this.steps === 1 ? "" : "s"}` : "";
    this.box.querySelector(".kind").textContent = logarithmic ? "logarithmic" : "";
    this.curve.setAttribute("aria-label", `${this.graph.root.title} over ${this.steps} steps, from ${written(this.history[0], 4)} to ${written(this.history.at(-1), 4)}`);
  }
}
