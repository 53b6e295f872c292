// Reads a JSON list of LaTeX displays from standard input; prints a JSON list of {mathjax, katex}: "" or the complaint.
"use strict";
const katex = require("katex");
const { mathjax } = require("mathjax-full/js/mathjax.js");
const { TeX } = require("mathjax-full/js/input/tex.js");
const { SVG } = require("mathjax-full/js/output/svg.js");
const { liteAdaptor } = require("mathjax-full/js/adaptors/liteAdaptor.js");
const { RegisterHTMLHandler } = require("mathjax-full/js/handlers/html.js");
const { AllPackages } = require("mathjax-full/js/input/tex/AllPackages.js");

const adaptor = liteAdaptor();
RegisterHTMLHandler(adaptor);
// Without these two MathJax would show an error in red instead of saying it.
const packages = AllPackages.filter((name) => name !== "noerrors" && name !== "noundefined");
const input = new TeX({ packages, formatError: (_, error) => { throw error; } });
const page = mathjax.document("", { InputJax: input, OutputJax: new SVG({ fontCache: "none" }) });

const complaint = (render) => {
  try {
    const out = render();
    return out.includes("merror") ? "merror" : "";
  } catch (error) {
    return String(error.message);
  }
};

const displays = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(displays.map((latex) => ({
  mathjax: complaint(() => adaptor.innerHTML(page.convert(latex, { display: true }))),
  katex: complaint(() => katex.renderToString(latex, { displayMode: true, throwOnError: true, strict: "ignore" })),
}))));
