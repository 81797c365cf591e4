// Starts Python: by its memory as this device kept it, else by importing all; that memory is then kept.

import { loadPyodide } from "./pyodide/pyodide.mjs";
import { KeptMemory, fits, keepMemory, tidy } from "./memory_kept.js";
import { packedFiles } from "./packed_files.js";
import { unpacked } from "./unpacked.js";

const [LIBRARY, STANDARD, PACKAGES] = ["/lib/", "python314.zip", "python3.14/site-packages"];
const OTHER_FOLDERS = ["python3.14/lib-dynload/"];
const [PREPARED, HOST] = ["tournee.web.tablet.prepared", "tournee.web.tablet.host"];
const TIDY_MS = 10_000; // the carer first
const REHEARSAL = "/tmp/repetition";
const loading = import("./pyodide/pyodide.asm.mjs"); // a megabyte, while the worker opens its files
const here = (path) => new URL(path, import.meta.url).href;
const LOCK = here("./pyodide/pyodide-lock.json");

async function archive(name) {
  const answer = await fetch(here(`./${name}`));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer.arrayBuffer();
}

// Python's own code, compiled by the page; here where that came to nothing (null).
const instantiated = (compiled) => (errors) => (imports, done) => {
  (async () => {
    Object.assign(imports.env, await errors);
    const module = await compiled ?? await WebAssembly.compileStreaming(fetch(here("./pyodide/pyodide.asm.wasm")));
    done(await WebAssembly.instantiate(module, imports), module);
  })();
  return {};
};

// Python, its module `host`, and the memory that it began by (null: none). `modules` are the page's own, by their
// names in Python; `environment` is Python's, `compiled` the promise of its code; `release` is the one in use, `file`
// keeps its memory.
export async function started(modules, environment, suspends, { release, file, compiled }) {
  const opening = file?.createSyncAccessHandle();
  const wanted = release ? fits(release, suspends) : null, kept = opening ? await KeptMemory.found(wanted, opening) : null;
  const { default: createPyodide } = await loading;
  modules = await modules;
  const options = { indexURL: here("./pyodide/"), env: environment, createPyodideModule: createPyodide, instantiateWasm: instantiated(compiled) };
  if (!kept) return imported(options, modules, wanted);
  try {
    const python = await loadPyodide({ ...options, ...kept.options(createPyodide, modules), stdLibURL: LOCK }); // small: it asks for one
    python.FS.mount(packedFiles(python.FS, kept), {}, LIBRARY);
    python.pyimport(PREPARED).taken_up();
    setTimeout(() => tidy(wanted), TIDY_MS);
    return { python, host: python.pyimport(HOST), kept };
  } catch (error) {
    console.warn(String(error?.message ?? error));
    await kept.drop();
    return imported(options, modules, wanted);
  }
}

async function imported(options, modules, wanted) {
  const archives = ["libraries.zip", "tournee.zip"].map(archive); // while Python starts
  const python = await loadPyodide(options);
  for (const [name, module] of Object.entries(modules)) python.registerJsModule(name, module);
  const held = [[python.FS.lookupPath(LIBRARY + STANDARD).node.contents, "", OTHER_FOLDERS.map((name) => [name, 0, 0])]];
  held[0][2].push([STANDARD, held[0][0].length, 0]);
  for (const content of archives) {
    held.push([new Uint8Array(await content), `${PACKAGES}/`, unpacked(python.FS, await content, LIBRARY + PACKAGES)]);
  }
  const prepared = python.pyimport(PREPARED), names = held.slice(1).flatMap(([,, entries]) => entries.map(([name]) => name));
  prepared.begin_imports(LIBRARY + PACKAGES, names.join("\n"));
  const host = python.pyimport(HOST);
  if (wanted) {
    const wrong = await host.rehearse(REHEARSAL);
    if (wrong) console.warn(wrong);
  }
  prepared.end_imports();
  if (wanted) {
    const named = new Map(Object.entries(modules).map(([name, module]) => [module, name]));
    const keeping = tidy(wanted).then(() => fetch(LOCK)).then((lock) => lock.json());
    await keeping.then((lock) => keepMemory(python, wanted, lock, named, held)).catch((error) => console.warn(String(error?.message ?? error)));
  }
  return { python, host, kept: null };
}
