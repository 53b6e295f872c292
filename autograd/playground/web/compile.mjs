// Compiles the archive's modules with the Python that will run them, and keeps the memory of that Python once it has
// imported them and has answered, so that no browser has to do either: node compile.mjs ARCHIVE SNAPSHOT
import { readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { loadPyodide } from "pyodide";

const [archive, snapshot] = process.argv.slice(2);
const python = await loadPyodide({ _makeSnapshot: true });
python.unpackArchive(new Uint8Array(readFileSync(archive)), "zip", { extractDir: "/made" });
python.runPython(`
import compileall, os, py_compile, zipfile
fine = compileall.compile_dir(
    "/made", stripdir="/made", prependdir="/lib/scalargrad.zip", quiet=1, legacy=True,
    invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
)
assert fine, "a module could not be compiled"
with zipfile.ZipFile("/lib/scalargrad.zip", "w", zipfile.ZIP_DEFLATED) as made:
    for folder, folders, names in os.walk("/made"):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                made.writestr(zipfile.ZipInfo(os.path.relpath(path, "/made")), file.read(), zipfile.ZIP_DEFLATED)
`);
writeFileSync(archive, python.FS.readFile("/lib/scalargrad.zip"));
python.runPython(`
import gc, json, sys
sys.path.insert(0, "/lib/scalargrad.zip")
from autograd.playground.respond import respond

def ask(**request):
    return json.loads(respond(json.dumps(request)))

groups = ask(action="start")["examples"]
sheets = ["w = 3\\nE = w^2\\ncheck d(E)/d(w) == 2*w\\n"]
for group in groups:
    for example in group["examples"]:
        if group["kind"] == "sheet":
            sheets.append(example["text"])
        else:
            assert "error" not in ask(action="note", text=example["text"]), example["title"]
for text in sheets:
    for action in ("sheet", "picture", "claims", "page", "script", "notebook"):
        assert "error" not in ask(action=action, text=text), (action, text)
assert ask(action="chain", text=sheets[0], picked="w")["text"]
assert "error" in ask(action="sheet", text="E = 2*w")
del ask, groups, group, example, action, sheets, text
gc.collect()
gc.freeze()
`);
writeFileSync(snapshot, gzipSync(python.makeMemorySnapshot(), { level: 9 }));
