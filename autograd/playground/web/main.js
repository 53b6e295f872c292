// The page: an editor on the left, results on the right. Python runs in a worker; this file shows its answers.
import { autocompletion } from "@codemirror/autocomplete";
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { EditorView, basicSetup } from "codemirror";
import { classHighlighter, tags } from "@lezer/highlight";
import katex from "katex";

const PATIENCE = 400; // milliseconds before a computation can be stopped
const OUTDATED = 2000; // milliseconds after which a computation is given up once its text has changed
const LONGEST = 2_000_000; // bytes of a text that is opened
const LONGEST_LINK = 1_000_000; // characters that every current browser accepts in an address
const FIRST = "# Change a number, and see what follows.\nx = 0.5\nw, b = 0.8, 0.1\nnet = w*x + b\nout = sigmoid(net)\nE = (1 - out)^2 / 2\n";
const find = (id) => document.getElementById(id);

function say(message) {
  find("status").textContent = message;
}

function unsay(message) {
  if (find("status").textContent === message) say("");
}

// Python, in a worker that can be terminated and restarted

class Python {
  constructor() {
    this.waiting = new Map();
    this.next = 0;
    this.begin();
  }

  begin() {
    this.ready = new Promise((resolve, reject) => {
      this.worker = new Worker("worker.js", { type: "module" });
      this.worker.onerror = (event) => reject(new Error(event.message || "the worker could not be started"));
      this.worker.onmessage = ({ data }) => {
        if (data.ready) return resolve();
        if (data.share) return loaded(0.9 * data.share);
        if (data.failed) return reject(new Error(data.failed));
        const request = this.waiting.get(data.id);
        this.waiting.delete(data.id);
        if (data.crashed) {
          request?.reject(new Error(`Python was ended by this input and starts again: ${data.crashed}`));
          this.stop(); // its state can't be trusted any more
        }
        if (data.answer) request?.resolve(JSON.parse(data.answer));
      };
    });
  }

  ask(request) {
    const id = ++this.next;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, request });
    });
  }

  stop() {
    this.worker.terminate();
    for (const { reject } of this.waiting.values()) reject(new Stopped("it was stopped"));
    this.waiting.clear();
    this.begin();
    return this.ready;
  }
}

class Stopped extends Error {}

// Files are cached for offline use. Where a page may not do so (plain http, a private window), it works without.

async function keepFiles() {
  if (!("serviceWorker" in navigator) || !window.isSecureContext) return;
  try {
    await navigator.serviceWorker.register("service-worker.js");
    await navigator.serviceWorker.ready;
  } catch (error) {
    console.warn(`Files are not kept: ${error.message}`);
  }
}

let most = 0;

function loaded(share) {
  if (share < most) return; // a restarted Python doesn't show the loading progress again
  most = share;
  const percent = Math.round(100 * share);
  find("loading").setAttribute("aria-valuenow", percent);
  find("loading").firstElementChild.style.width = `${percent}%`;
  find("loading").classList.toggle("done", share >= 1);
}

// The editor

let words = { ops: new Map(), directives: [] };
let names = [];

const language = StreamLanguage.define({
  name: "worksheet",
  token(stream) {
    if (stream.match(/#.*/)) return "comment";
    if (stream.sol() && stream.match(/(title|inputs|targets|fixed|rate|of)(?=\s*:)|check(?=\s)/)) return "keyword";
    if (stream.match(/(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/)) return "number";
    const name = stream.match(/[\p{L}_][\p{L}\p{N}_]*/u);
    if (name) return words.ops.has(name[0]) ? "function" : "variableName";
    stream.next();
    return null;
  },
  tokenTable: { function: tags.function(tags.variableName) },
});

const colours = HighlightStyle.define([
  { tag: tags.number, class: "tok-number" },
  { tag: tags.comment, class: "tok-comment" },
  { tag: tags.keyword, class: "tok-keyword" },
  { tag: tags.function(tags.variableName), class: "tok-function" },
]);

function complete(context) {
  const word = context.matchBefore(/[\p{L}_][\p{L}\p{N}_]*/u);
  if (!word) return null;
  const options = [
    ...names.map((label) => ({ label, type: "variable" })),
    ...[...words.ops.values()].map((op) => ({ ...op, type: "function", apply: `${op.label}(` })),
    ...(context.state.doc.lineAt(word.from).from === word.from
      ? words.directives.map((label) => ({ label, type: "keyword", apply: label === "check" ? "check " : `${label}: ` }))
      : []),
  ];
  return { from: word.from, options };
}

function editor(parent, label, extensions, changed) {
  return new EditorView({
    parent,
    extensions: [
      basicSetup,
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
      EditorView.updateListener.of((update) => update.docChanged && changed()),
      ...extensions,
    ],
  });
}

const sheet = editor(
  find("sheet"),
  "Worksheet",
  [language, syntaxHighlighting(colours), syntaxHighlighting(classHighlighter), autocompletion({ override: [complete] })],
  () => later(),
);
const note = editor(find("note"), "Note in Markdown or LaTeX", [], () => later());

const editors = { sheet, note };
const checking = () => find("tab-note").getAttribute("aria-selected") === "true";
const current = () => (checking() ? "note" : "sheet");
const text = (kind) => editors[kind].state.doc.toString();

function write(kind, content) {
  const view = editors[kind];
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: content } });
  select(find(`tab-${kind}`));
}

function mark(error) {
  const marks = [];
  if (error?.line && error.line <= sheet.state.doc.lines) {
    const line = sheet.state.doc.line(error.line);
    const before = [...line.text].slice(0, Math.max(error.column - 1, 0)).join(""); // columns count code points
    const from = line.from + before.length;
    const to = Math.max(from + (/^[\p{L}\p{N}_.]+/u.exec(line.text.slice(from - line.from))?.[0].length ?? 1), from);
    marks.push({ from, to: Math.min(to, line.to), severity: "error", message: error.message });
  }
  sheet.dispatch(setDiagnostics(sheet.state, marks));
}

// Computing: only the latest text; one that takes long is given up when its text changes

const COMPUTING = "Computing …";
const STOPPED = "Stopped. Change the text to compute again.";
let python;
let picked = "";
let timer;
let busy = false;
let again = false;
let long = false;

function later() {
  clearTimeout(timer);
  timer = setTimeout(compute);
}

async function compute() {
  if (!python) return;
  if (busy) {
    again = true;
    if (long) python.stop();
    return;
  }
  busy = true;
  const timers = [];
  try {
    await python.ready;
    unsay(STOPPED);
    timers.push(setTimeout(offerStop, PATIENCE), setTimeout(outdated, OUTDATED));
    await (checking() ? checkNote() : runSheet());
  } catch (error) {
    if (!(error instanceof Stopped)) showErrors([{ message: error.message }]);
  } finally {
    timers.forEach(clearTimeout);
    long = false;
    find("stop").hidden = true;
    unsay(COMPUTING);
    busy = false;
    if (again) {
      again = false;
      later();
    }
  }
}

function offerStop() {
  say(COMPUTING);
  find("stop").hidden = false;
}

function outdated() {
  long = true;
  if (again) python.stop();
}

async function stop() {
  say("Stopped; starting Python again …");
  again = false;
  await python.stop();
  say(STOPPED);
}

// Parts are requested all at once and shown as they arrive: while one is drawn, Python computes the next.
async function runSheet() {
  const exploring = find("tab-explorer").getAttribute("aria-selected") === "true";
  const parts = exploring
    ? { sheet: showSheet, page: showPage }
    : { sheet: showSheet, picture: showPicture, chain: showChain, claims: showClaims };
  const content = text("sheet");
  const errors = new Map(); // by message: an error in a sheet is the answer of each part
  const ask = async ([action, show]) => {
    const given = await python.ask({ action, text: content, ...(action === "chain" ? { picked } : {}) });
    if (action === "sheet") find("table").classList.toggle("stale", "error" in given);
    if (!given.error) return renew(show, given);
    errors.set(given.error.message, given.error);
    showErrors([...errors.values()]);
  };
  await Promise.all(Object.entries(parts).map(ask));
  showErrors([...errors.values()]);
}

const shown = new Map();

// Keeps unchanged content: the scroll position in a page, the selection in a picture.
function renew(show, given) {
  const key = JSON.stringify([given, picked]);
  if (shown.get(show) === key) return;
  shown.set(show, key);
  show(given);
}

// Display: text is inserted as text; markup comes only from scalargrad, which escapes its input

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const where = (error) => (error.line ? `line ${error.line}: ` : "") + error.message;

function showErrors(errors) {
  mark(errors.find((error) => error.line));
  const said = errors.map(where).join("\n");
  if (find("error").textContent !== said) find("error").textContent = said;
}

function showSheet(given) {
  names = given.names;
  find("outcome").replaceChildren(...outcome(given));
  find("gradients").replaceChildren(...gradients(given));
}

function showPicture(given) {
  find("picture").innerHTML = given.text;
  find("size").hidden = !given.text;
}

function showChain(given) {
  find("derivation").replaceChildren(...(given.text ? [typeset(given.text)] : []));
}

function showClaims(given) {
  find("claims").replaceChildren(...claims(given.claims));
}

function outcome(given) {
  if (!given.output) return [element("p", { class: "quiet" }, "Nothing is computed yet.")];
  const after = given.value_after ? ` → ${given.value_after} after one step at rate ${given.rate}` : "";
  return [element("code", {}, `${given.output} = ${given.value}${after}`)];
}

function gradients(given) {
  if (!given.rows.length) return [];
  const after = given.rows.some((row) => row.updated);
  const heads = ["name", "value", `∂${given.output}/∂name`, ...(after ? ["after a step"] : []), "role"];
  const rows = given.rows.map((row) => {
    const name = element("button", { type: "button", title: "Write out its chain rule" }, row.name);
    name.addEventListener("click", () => pick(row.name));
    const sign = row.gradient.startsWith("-") ? "minus" : "plus";
    return element(
      "tr",
      { "aria-current": String(row.name === picked) },
      element("td", {}, name),
      element("td", {}, row.value),
      element("td", { class: row.gradient === "0" ? "" : sign }, row.gradient),
      ...(after ? [element("td", {}, row.updated)] : []),
      element("td", { class: "role" }, row.role === "trained" ? "" : row.role),
    );
  });
  const head = element("tr", {}, ...heads.map((each) => element("th", { scope: "col" }, each)));
  return [element("table", { "aria-label": "Values and gradients" }, element("thead", {}, head), element("tbody", {}, ...rows))];
}

async function pick(name) {
  picked = picked === name ? "" : name;
  await compute();
  const button = [...find("gradients").querySelectorAll("button")].find((each) => each.textContent === name);
  button?.focus({ preventScroll: true });
  find("derivation").scrollIntoView({ block: "nearest" });
}

function claims(found) {
  if (!found.length) return [];
  const items = found.map((each) =>
    element(
      "li",
      {},
      element("span", { class: each.right ? "right" : "wrong" }, each.right ? "✓ right " : "✗ WRONG "),
      element("code", {}, each.text),
      ...(each.right ? [] : [element("div", { class: "wrong" }, each.message)]),
    ),
  );
  const wrong = found.filter((each) => !each.right).length;
  const many = `${found.length} claim${found.length === 1 ? "" : "s"}`;
  const head = wrong ? `${wrong} of ${many} WRONG` : `${many}, all right`;
  return [element("details", wrong || found.length < 6 ? { open: "" } : {}, element("summary", {}, head), element("ul", {}, ...items))];
}

function typeset(latex, displayMode = true) {
  const made = element("div", { class: "math" });
  katex.render(latex, made, { displayMode, throwOnError: false, trust: false, maxExpand: 1000, output: "htmlAndMathml" });
  return made;
}

function showPage(given) {
  const frame = element("iframe", { sandbox: "allow-scripts", title: "The passes, step by step" });
  frame.srcdoc = given.text;
  find("explorer").replaceChildren(frame);
}

// Notes

const COLOURS = { WRONG: "wrong", doubtful: "doubtful" };

async function checkNote() {
  const given = await python.ask({ action: "note", text: text("note") });
  const shown = find("verdicts");
  if (given.error) {
    shown.replaceChildren(element("p", { class: "wrong", role: "alert" }, given.error.message));
    return;
  }
  const items = given.equations.map((each) => {
    const colour = COLOURS[each.status] ?? (each.status.startsWith("right") ? "right" : "quiet");
    const place = element("button", { type: "button", class: "place", title: "Go to this line" }, `line ${each.line}`);
    place.addEventListener("click", () => goTo(note, each.line));
    return element(
      "li",
      { class: colour },
      place,
      element("strong", { class: colour }, each.status),
      typeset(each.latex),
      ...(each.message ? [element("div", { class: COLOURS[each.status] ?? "quiet" }, each.message)] : []),
    );
  });
  const make = element("button", { type: "button" }, "Make a worksheet of it");
  make.disabled = !given.worksheet;
  make.addEventListener("click", () => write("sheet", given.worksheet));
  shown.replaceChildren(element("p", {}, given.summary), make, element("ol", {}, ...items));
  reachable();
}

// The keyboard scrolls what has focus: an equation that is cut off can have it.
function reachable() {
  for (const each of find("verdicts").querySelectorAll(".math")) {
    if (each.scrollWidth > each.clientWidth) each.tabIndex = 0;
    else each.removeAttribute("tabindex");
  }
}

new ResizeObserver(reachable).observe(find("verdicts"));

function goTo(view, line) {
  const { from } = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
  view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
  view.focus();
}

async function readFile(file) {
  try {
    if (file.size > LONGEST) throw new Error("it is too long");
    write(/\.(md|markdown|tex)$/i.test(file.name) ? "note" : current(), await file.text());
    say("");
  } catch (error) {
    say(`${file.name} was not opened: ${error.message}`);
  }
}

// Tabs, as the ARIA practices describe them

function select(tab) {
  for (const each of tab.parentElement.children) {
    const on = each === tab;
    each.setAttribute("aria-selected", String(on));
    each.tabIndex = on ? 0 : -1;
    find(each.getAttribute("aria-controls")).hidden = !on;
  }
  const notes = checking();
  find("results").hidden = notes;
  find("verdicts").hidden = !notes;
  find("hint-note").hidden = !notes;
  find("hint-sheet").hidden = notes;
  const chosen = find("tab-explorer").getAttribute("aria-selected") === "true";
  find("table").hidden = notes || chosen;
  find("explorer").hidden = notes || !chosen;
  later();
}

for (const list of document.querySelectorAll("[role=tablist]")) {
  list.addEventListener("click", (event) => event.target.role === "tab" && select(event.target));
  list.addEventListener("keydown", (event) => {
    const tabs = [...list.children];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
    next.focus();
    select(next);
  });
}

// Sharing: the sheet is in the address, compressed

async function through(stream, bytes, most = Infinity) {
  let size = 0;
  const limited = new TransformStream({
    transform(chunk, controller) {
      size += chunk.length;
      if (size > most) throw new RangeError("too long"); // a short link may unpack to gigabytes
      controller.enqueue(chunk);
    },
  });
  const whole = new Blob([bytes]).stream().pipeThrough(stream).pipeThrough(limited);
  return new Uint8Array(await new Response(whole).arrayBuffer());
}

async function packed(content) {
  const bytes = await through(new CompressionStream("deflate-raw"), new TextEncoder().encode(content));
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function unpacked(code) {
  const binary = atob(code.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = await through(new DecompressionStream("deflate-raw"), Uint8Array.from(binary, (c) => c.charCodeAt(0)), LONGEST);
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

async function share() {
  const kind = current();
  const code = await packed(text(kind));
  if (code.length > LONGEST_LINK) {
    say("The text is too long for a link; download it instead.");
    return;
  }
  history.replaceState(null, "", `#${kind}=${code}`);
  try {
    await navigator.clipboard.writeText(location.href);
    say("The link is copied.");
  } catch {
    say("The link is in the address bar.");
  }
}

async function opened() {
  const [, kind, code] = /^#(sheet|note)=([\w-]+)$/.exec(location.hash) ?? [];
  if (!kind) return "";
  try {
    write(kind, await unpacked(code));
    return "";
  } catch {
    return "The link is damaged: its sheet could not be read.";
  }
}

// Downloads

async function download(kind) {
  const makers = {
    txt: () => text("sheet"),
    svg: () => made("picture"),
    py: () => made("script"),
    ipynb: () => made("notebook"),
  };
  try {
    const content = await makers[kind]();
    if (!content) throw new Error("there is no picture yet");
    const link = element("a", { download: `worksheet.${kind}`, href: URL.createObjectURL(new Blob([content])) });
    link.click();
    URL.revokeObjectURL(link.href);
  } catch (error) {
    say(`Not downloaded: ${error.message}`);
  }
}

async function made(action) {
  if (!python) throw new Error("Python is still loading");
  const given = await python.ask({ action, text: text("sheet") });
  if (given.error) throw new Error(given.error.message);
  return given.text;
}

// Start

function offer(groups) {
  for (const { group, kind, examples } of groups) {
    const list = element("optgroup", { label: group });
    for (const { title, text: content } of examples) {
      const option = element("option", {}, title);
      option.chosen = () => {
        history.replaceState(null, "", location.pathname + location.search); // the address no longer matches the content
        write(kind, content);
      };
      list.append(option);
    }
    find("example").append(list);
  }
}

async function begin() {
  find("share").addEventListener("click", share);
  find("stop").addEventListener("click", stop);
  find("size").addEventListener("click", ({ target }) => {
    target.setAttribute("aria-pressed", String(target.getAttribute("aria-pressed") !== "true"));
  });
  find("download").addEventListener("change", async ({ target }) => {
    const kind = target.value;
    target.value = "";
    if (kind) await download(kind);
  });
  find("example").addEventListener("change", ({ target }) => {
    const { chosen } = target.selectedOptions[0];
    target.value = "";
    chosen?.();
  });
  // Anywhere in the page: a browser would otherwise leave it and show the file.
  const dragging = (event) => event.dataTransfer?.types.includes("Files") ?? false;
  const aimed = (on) => document.querySelector(".write").classList.toggle("drop", on);
  document.addEventListener("dragover", (event) => dragging(event) && (event.preventDefault(), aimed(true)));
  document.addEventListener("dragleave", (event) => event.relatedTarget === null && aimed(false));
  document.addEventListener("drop", (event) => {
    aimed(false);
    if (!dragging(event)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.dataTransfer.files.length) readFile(event.dataTransfer.files[0]);
  }, { capture: true });
  const fault = await opened();
  if (!text("sheet") && !text("note")) write("sheet", FIRST);
  window.addEventListener("hashchange", async () => say(await opened()));
  say("Loading Python …");
  const starting = new Python();
  try {
    await starting.ready;
    const given = await starting.ask({ action: "start" });
    words = { ops: new Map(given.words.map((op) => [op.label, op])), directives: given.directives };
    offer(given.examples);
  } catch (error) {
    say(`Python could not be started: ${error.message}`);
    return;
  }
  python = starting;
  loaded(1);
  say(fault);
  document.body.dataset.ready = "true";
  await compute();
  await keepFiles(); // last, as it would slow down Python
  document.body.dataset.kept = "true";
}

begin();
