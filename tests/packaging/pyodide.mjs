// Runs the Python text of standard input in Pyodide, with the wheel that the first argument names on its path.
import { readFileSync } from "node:fs";
import { loadPyodide } from "pyodide";

const python = await loadPyodide();
try {
  python.unpackArchive(new Uint8Array(readFileSync(process.argv[2])), "wheel", { extractDir: "/lib/wheel" });
  python.runPython("import sys; sys.path.insert(0, '/lib/wheel')");
  python.runPython(readFileSync(0, "utf8"));
} catch (error) {
  // Left alone, node prints Pyodide's one line of a million characters before it.
  console.error(error.message);
  process.exit(1);
}
