// Compiles the archive's modules with the Python that will run them, so that no browser has to: node compile.mjs ARCHIVE
import { readFileSync, writeFileSync } from "node:fs";
import { loadPyodide } from "pyodide";

const archive = process.argv[2];
const python = await loadPyodide();
python.unpackArchive(new Uint8Array(readFileSync(archive)), "zip", { extractDir: "/made" });
python.runPython(`
import compileall, os, py_compile, zipfile
fine = compileall.compile_dir(
    "/made", stripdir="/made", prependdir="/lib/scalargrad", quiet=1,
    invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
)
assert fine, "a module could not be compiled"
with zipfile.ZipFile("/made.zip", "w", zipfile.ZIP_DEFLATED) as made:
    for folder, folders, names in os.walk("/made"):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                made.writestr(zipfile.ZipInfo(os.path.relpath(path, "/made")), file.read(), zipfile.ZIP_DEFLATED)
`);
writeFileSync(archive, python.FS.readFile("/made.zip"));
