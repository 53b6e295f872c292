// Runs Python in Pyodide, away from the page: a request in, its answer out. The page ends this worker to stop a computation.
import { loadPyodide } from "./pyodide/pyodide.mjs";
import createPyodideModule from "./pyodide/pyodide.asm.mjs";

async function fetched(name) {
  const response = await fetch(name);
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return response;
}

// The memory of an interpreter that has imported everything, see compile.mjs; reports the download progress.
async function snapshot() {
  const response = await fetched("scalargrad.snapshot");
  const total = Number(response.headers.get("Content-Length"));
  let come = 0;
  const counted = new TransformStream({
    transform(chunk, controller) {
      come += chunk.length;
      if (total) self.postMessage({ share: Math.min(1, come / total) });
      controller.enqueue(chunk);
    },
  });
  const whole = response.body.pipeThrough(counted).pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(whole).arrayBuffer());
}

async function restored(settings) {
  const memory = snapshot();
  return loadPyodide({
    ...settings,
    _loadSnapshot: memory,
    async createPyodideModule(given) {
      const module = await createPyodideModule(given);
      module._malloc((await memory).length); // grows the memory; its content is then replaced
      return module;
    },
  });
}

// Without a readable snapshot, Python starts from scratch, which takes longer.
async function start() {
  const settings = { indexURL: new URL("pyodide/", self.location.href).href };
  const [python, archive] = await Promise.all([
    restored(settings).catch((error) => {
      console.warn(`Python starts without its snapshot: ${error.message ?? error}`);
      return loadPyodide(settings);
    }),
    fetched("scalargrad.zip").then((response) => response.arrayBuffer()),
  ]);
  python.FS.writeFile("/lib/scalargrad.zip", new Uint8Array(archive));
  python.runPython("import sys; '/lib/scalargrad.zip' in sys.path or sys.path.insert(0, '/lib/scalargrad.zip')");
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
