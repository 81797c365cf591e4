// Runs Python by Pyodide under node: in_node.mjs PYODIDE_FOLDER DOOR.js CODE.py MOUNT=FOLDER… ; the code reads and
// writes the mounted folders, and imports what lies in those that it puts on sys.path.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [pyodide, door, code, ...mounts] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`));
// What it compiles tells the lines, but not the columns: a fifth less to bring, to keep and to read.
const python = await loadPyodide({ indexURL: `${pyodide}/`, env: { PYTHONNODEBUGRANGES: "1" } });
if (door !== "-") python.registerJsModule("tournee_door", await import(pathToFileURL(door)));
for (const mount of mounts) {
  const at = mount.indexOf("=");
  python.FS.mkdirTree(mount.slice(0, at));
  python.FS.mount(python.FS.filesystems.NODEFS, { root: mount.slice(at + 1) }, mount.slice(0, at));
}
python.runPython(readFileSync(code, "utf8"));
