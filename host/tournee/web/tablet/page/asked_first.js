// What a start asks the browser for before the page's other modules are here: the worker, Python's code, the release in
// use and the file that keeps its memory.

import { keptFile, releaseInUse } from "./memory_kept.js";

// The first time the site's files are brought before.
export const isKept = Boolean(navigator.serviceWorker?.controller);

export const newWorker = () => new Worker("./worker.js", { type: "module" });
export const firstWorker = isKept ? newWorker() : null;

// Python's code, compiled once for all workers; null where it is not to be had here.
let code = null;
export function compiled() {
  code ??= WebAssembly.compileStreaming(fetch("./pyodide/pyodide.asm.wasm")).catch(() => null);
  return code;
}

// The release whose files these are, and the file that keeps its memory; null: none yet.
let release = null;
export async function keptMemory() {
  release ??= releaseInUse().catch(() => undefined);
  const file = await keptFile(release);
  return { release: await release, file };
}

export const firstMemory = isKept ? keptMemory() : null;
if (isKept) compiled();
