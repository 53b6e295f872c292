// Runs Python in Pyodide, away from the page: a request in, its answer out. The page ends this worker to stop a computation.
import { loadPyodide } from "./pyodide/pyodide.mjs";

async function start() {
  const python = await loadPyodide({ indexURL: new URL("pyodide/", self.location.href).href });
  const archive = await fetch("scalargrad.zip");
  if (!archive.ok) throw new Error(`scalargrad.zip: ${archive.status}`);
  python.unpackArchive(await archive.arrayBuffer(), "zip", { extractDir: "/lib/scalargrad" });
  python.runPython("import sys; sys.path.insert(0, '/lib/scalargrad')");
  return python.pyimport("autograd.playground.respond").respond;
}

const started = start();
started.then(
  () => self.postMessage({ ready: true }),
  (error) => self.postMessage({ failed: String(error.message ?? error).slice(-500) }),
);

self.onmessage = async ({ data: { id, request } }) => {
  const respond = await started;
  try {
    self.postMessage({ id, answer: respond(JSON.stringify(request)) });
  } catch (error) {
    self.postMessage({ id, crashed: String(error.message ?? error).trim().split("\n").pop() });
  }
};
