// Runs the host: Python, on the pool's files, with the reader's bytes from the page. One message each way a thing.

import { askAhead, stretched } from "./device_key.js";
import { carry, is_own } from "./own_server.js";
import { Pool, fileSystem } from "./pool.js";
import { started } from "./started.js";
import { Asker, pause, stops, suspends } from "./waits.js";
import { Wire } from "./wire.js";

const HOME = "/cabinet";

const VAULT = "coffre.json";
const FILES_OF_A_PRACTICE = 40; // that come at once, with each insurer's certificate

let python, host, pool, poolOpened, begun;
let kept = null; // the memory that Python began by
let takeCode;
const code = new Promise((done) => { takeCode = done; }); // Python's, which the page compiles
let isOpen = false; // the carer's code was given
let isLeaving = false; // it is locked, and another worker takes its place
const pending = new Set(); // where answers go that are not given yet

// --- what Python waits for: suspended meanwhile, or by the page while it stands still

let asker; // where Python cannot be suspended
const wire = new Wire((data, segment) => self.postMessage({ kind: "write", data, segment }));
const waits = {
  linked: () => wire.linked(),
  segment: () => wire.segment,
  read: (timeout) => wire.read(timeout),
  write: (data, segment) => wire.write(data, segment),
  carry,
  pause: (milliseconds) => (isLeaving ? Promise.resolve() : pause(milliseconds)),
  stopping: () => false, // what asks to stop is heard meanwhile
  letIn: async () => {},
  painted: async () => {},
};

// A function of Python's, which may wait.
const called = (work, ...given) => (suspends ? work.callPromising(...given) : work(...given));

const forPython = {
  suspends,
  flushes: () => pool.flushes,
  is_own,
  origin: () => location.origin,
  stretched: (code, salt, rounds) => takenEarly(code, salt, rounds) ?? stretched(code, salt, rounds, !pool.names.has(VAULT)),
  shut: () => { isOpen = false; isLeaving = true; wire.end(); },
  locked: () => self.postMessage({ kind: "locked" }),
};

// What a code gives, made while Python starts: the vault counts the code as ever, and then finds it done.
const ROUNDS_MAX = 1_000_000;
let early = null;

async function stretchEarly(code) {
  await files();
  const slot = pool.names.get(VAULT), bytes = new Uint8Array(slot ? pool.size(slot) : 0);
  if (slot) pool.read(slot, bytes, 0);
  try {
    const { salt, rounds } = JSON.parse(new TextDecoder().decode(bytes));
    if (rounds > ROUNDS_MAX) return;
    early = { code, salt, rounds, made: stretched(code, Uint8Array.from(salt.match(/../g), (one) => parseInt(one, 16)), rounds, false) };
    early.made.catch(() => {});
  } catch { // no vault, or none that can be read: Python says so
  }
}

function takenEarly(code, salt, rounds) {
  const found = early;
  early = null;
  const hex = [...salt].map((one) => one.toString(16).padStart(2, "0")).join("");
  return found?.code === code && found.salt === hex && found.rounds === rounds ? found.made : null;
}

// --- what the page asks ---

function files() {
  poolOpened ??= new Pool().open("cabinet").then((opened) => { pool = opened; });
  return poolOpened;
}

async function begin(memory, found) {
  askAhead();
  if (!suspends) asker = new Asker(memory);
  const page = { ...(asker?.forPython ?? waits), ...forPython };
  const modules = import("./door.js").then((door) => ({ tournee_door: door, tournee_page: page }));
  [{ python, host, kept }] = await Promise.all([started(modules, { HOME, TZ: "Europe/Paris" }, suspends, { ...found, compiled: code }), files()]);
  python._api.on_fatal = broken;
  python.FS.mkdirTree(HOME);
  python.FS.mount(fileSystem(python.FS, pool), {}, HOME);
  const why = await called(host.begin, HOME);
  kept?.wentWell();
  self.tournee = { python, pool, isTakenUp: Boolean(kept) }; // for who looks into it by the browser's tools
  return why;
}

// Python itself broke, and does nothing more: the next worker goes on from what is in the files, once the code is given.
function broken() {
  isOpen = false;
  isLeaving = true;
  self.postMessage({ kind: "locked" });
}

async function told(work, ...given) {
  await begun;
  const found = await called(host[work], ...given);
  if (found && JSON.parse(found).etat === "ouverte") isOpen = true;
  return found;
}

const asked = {
  // How it stands, known before Python is: `neuve` without a code yet, `verrou`, `ouverte`.
  async state() {
    await files();
    if (isOpen) return "ouverte";
    return pool.names.has(VAULT) ? "verrou" : "neuve";
  },
  begin: ({ memory, release, file }) => (begun ??= begin(memory, { release, file })),
  compiled: ({ module }) => takeCode(module),
  choose: ({ code }) => told("choose", code),
  async unlock({ code }) {
    stretchEarly(code);
    try { return await told("unlock", code); } finally { early = null; }
  },
  async beginNew() {
    await pool.grow(FILES_OF_A_PRACTICE);
    return told("begin_new");
  },
  async scanned({ link }) { await begun; host.scanned(link); },
  install: ({ files: given }) => told("install", python.toPy(given)),
  // The end of this worker: what is not answered yet never will be, and another worker takes the files.
  close() {
    for (const port of pending) port.postMessage({ status: 401, headers: [], body: "" });
    pool.close();
    kept?.close();
  },
};

async function answer({ method, target, headers, body }, port) {
  pending.add(port);
  try {
    await pool.grow();
    const found = await called(host.answer, method, target, python.toPy(headers), new Uint8Array(body ?? 0));
    const [status, told, content] = found.toJs();
    found.destroy();
    port.postMessage({ status, headers: told, body: content });
  } catch (error) {
    console.error(String(error?.message ?? error));
    port.postMessage({ status: 500, headers: [["content-type", "text/plain; charset=utf-8"]], body: "" });
  } finally {
    pending.delete(port);
  }
}

self.onmessage = async ({ data, ports }) => {
  if (wire.heard(data)) return;
  if (data.kind === "request") {
    if (stops(data)) asker?.stopped();
    if (isOpen) answer(data, ports[0]);
    else ports[0].postMessage({ status: 401, headers: [], body: "" });
    return;
  }
  if (isLeaving && !["state", "close"].includes(data.kind)) return; // the next worker is asked it again
  try {
    self.postMessage({ kind: "done", number: data.number, value: await asked[data.kind](data) });
  } catch (error) {
    self.postMessage({ kind: "done", number: data.number, error: `${error?.name ?? ""} ${error?.message ?? error}` });
  }
};
