// The parts of the self-test that need a worker: files that are flushed, waits, Python. Its files are its own.

import * as door from "./door.js";
import { Pool, fileSystem } from "./pool.js";
import { unpacked } from "./unpacked.js";

const [POOL, CUT, HOME, PACKAGES] = ["essai", "essai-coupure", "/essai", "/lib/python3.14/site-packages"];
const PROBE = `
import asyncio, time
from pathlib import Path
import tournee_essai
from tournee.web.tablet.flushed import check_flushed
check_flushed(Path("/essai"), tournee_essai.flushes)
`;
const WAITED = "from pyodide.ffi import run_sync\nimport tournee_essai\nrun_sync(tournee_essai.pause(20))\nTrue";

const median = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];

function waits() {
  if (!self.crossOriginIsolated) return false;
  return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20) === "timed-out";
}

// Python started, one commit whose flush is counted, one wait inside Python.
async function start() {
  const begun = performance.now();
  const { loadPyodide } = await import("./pyodide/pyodide.mjs");
  const archives = await Promise.all(["libraries.zip", "tournee.zip"].map(async (name) => (await fetch(`./${name}`)).arrayBuffer()));
  const python = await loadPyodide({ indexURL: new URL("./pyodide/", import.meta.url).href });
  python.registerJsModule("tournee_door", door);
  for (const archive of archives) unpacked(python.FS, archive, PACKAGES);
  python.runPython("import tournee.web.application");
  const milliseconds = Math.round(performance.now() - begun);
  const pool = await new Pool().open(POOL);
  python.registerJsModule("tournee_essai", {
    flushes: () => pool.flushes,
    pause: (ms) => new Promise((done) => { setTimeout(done, ms); }),
  });
  python.FS.mkdirTree(HOME);
  python.FS.mount(fileSystem(python.FS, pool), {}, HOME);
  let flushed = "";
  try { python.runPython(PROBE); } catch (error) { flushed = String(error.message).trim().split("\n").at(-1); }
  let suspends = false;
  try { suspends = await python.runPythonAsync(WAITED); } catch { suspends = false; }
  const heap = Math.round(python._module.HEAPU8.length / 2 ** 20);
  pool.close();
  await (await navigator.storage.getDirectory()).removeEntry(POOL, { recursive: true });
  return { milliseconds, heap, flushed, suspends };
}

async function handle(name) {
  const root = await navigator.storage.getDirectory();
  return (await root.getFileHandle(name, { create: true })).createSyncAccessHandle();
}

// How long a flushed write takes.
async function disk() {
  const file = await handle("essai-disque"), times = [];
  for (let n = 0; n < 50; n++) {
    const begun = performance.now();
    file.write(new Uint8Array(4096).fill(n), { at: n * 4096 });
    file.flush();
    times.push(performance.now() - begun);
  }
  file.close();
  await (await navigator.storage.getDirectory()).removeEntry("essai-disque");
  return { median: median(times), worst: Math.max(...times) };
}

// Numbers written and flushed one after another: a number is told once it is on the disk.
let counting = null;
async function cut() {
  const file = await handle(CUT);
  let n = 0;
  counting = setInterval(() => {
    file.write(new TextEncoder().encode(String(++n).padStart(9, "0")), { at: 0 });
    file.flush();
    self.postMessage({ kind: "count", n });
  }, 200);
}

// The last of them that is there; -1 where there is none.
async function after() {
  const file = await handle(CUT), bytes = new Uint8Array(9);
  const size = file.read(bytes, { at: 0 });
  file.close();
  return size === 9 ? Number(new TextDecoder().decode(bytes)) : -1;
}

async function forget() {
  clearInterval(counting);
  await (await navigator.storage.getDirectory()).removeEntry(CUT).catch(() => {});
}

let ticks = 0, longest = 0, last = 0;
function tick() {
  const now = Date.now();
  if (last) longest = Math.max(longest, now - last);
  last = now;
  ticks++;
}

const asked = {
  start, disk, cut, after, forget,
  waits: async () => waits(),
  watch: async () => { last = 0; longest = 0; ticks = 0; setInterval(tick, 500); },
  watched: async () => { tick(); return { ticks, longest }; },
};

self.onmessage = async ({ data: { kind, number } }) => {
  try {
    self.postMessage({ kind: "done", number, value: await asked[kind]() });
  } catch (error) {
    self.postMessage({ kind: "done", number, error: `${error?.name ?? ""} ${error?.message ?? error}` });
  }
};
