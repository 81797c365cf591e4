// Runs the host: Python, on the pool's files, with the reader's bytes from the page. One message each way a thing.

import { loadPyodide } from "./pyodide/pyodide.mjs";
import { stretched } from "./device_key.js";
import { carry, is_own } from "./own_server.js";
import { Pool, fileSystem } from "./pool.js";
import { unpacked } from "./unpacked.js";

const HOME = "/cabinet";
const PACKAGES = "/lib/python3.14/site-packages";

const VAULT = "coffre.json";
const AWAY_MS = 20_000; // a reader out of range is waited for so long
const FILES_OF_A_PRACTICE = 40; // that come at once, with each insurer's certificate

let python, host, pool, poolOpened, begun;
let isOpen = false; // the carer's code was given
let isLeaving = false; // it is locked, and another worker takes its place
const pending = new Set(); // where answers go that are not given yet

// --- the reader's bytes: they come as messages, and Python waits for them ---

const link = { there: false, kind: "", segment: 0, until: 0, come: [], waiting: null, sending: [] };

function wake() {
  link.waiting?.();
  link.waiting = null;
}

const woken = (milliseconds) => new Promise((done) => { link.waiting = done; setTimeout(done, milliseconds); });

const forPython = {
  // The link, waited for while the page looks for a reader that went out of range: "far" where it stays away.
  async linked() {
    const isLookedFor = link.until > 0;
    for (let left; !link.there && (left = link.until - performance.now()) > 0;) await woken(left);
    if (link.there) return link.kind;
    return isLookedFor && link.until ? "far" : "";
  },
  pause: (milliseconds) => (isLeaving ? Promise.resolve() : new Promise((done) => { setTimeout(done, milliseconds); })),
  segment: () => link.segment,
  flushes: () => pool.flushes,
  carry,
  is_own,
  origin: () => location.origin,
  stretched: (code, salt, rounds) => stretched(code, salt, rounds, !pool.names.has(VAULT)),
  shut: () => { isOpen = false; isLeaving = true; link.until = 0; wake(); },
  locked: () => self.postMessage({ kind: "locked" }),
  async read(timeout) {
    if (!link.come.length && link.there && timeout > 0) await woken(timeout);
    if (!link.come.length) return link.there ? new Uint8Array(0) : undefined;
    const size = link.come.reduce((sum, one) => sum + one.length, 0), all = new Uint8Array(size);
    let at = 0;
    for (const one of link.come.splice(0)) { all.set(one, at); at += one.length; }
    return all;
  },
  write(data, segment) {
    if (!link.there) return Promise.resolve(false);
    return new Promise((done) => { link.sending.push(done); self.postMessage({ kind: "write", data, segment }); });
  },
};

// --- what the page asks ---

function files() {
  poolOpened ??= new Pool().open("cabinet").then((opened) => { pool = opened; });
  return poolOpened;
}

async function archive(name) {
  const answer = await fetch(`./${name}`);
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer.arrayBuffer();
}

async function begin() {
  const door = import("./door.js"), archives = ["libraries.zip", "tournee.zip"].map(archive); // while Python starts
  await files(); // the carer's pad asks for them
  python = await loadPyodide({ indexURL: new URL("./pyodide/", import.meta.url).href, env: { HOME, TZ: "Europe/Paris" } });
  python.registerJsModule("tournee_door", await door);
  python.registerJsModule("tournee_page", forPython);
  const names = [];
  for (const content of archives) names.push(...unpacked(python.FS, await content, PACKAGES));
  python.FS.mkdirTree(HOME);
  python.FS.mount(fileSystem(python.FS, pool), {}, HOME);
  self.tournee = { python, pool }; // for who looks into it by the browser's tools
  const prepared = python.pyimport("tournee.web.tablet.prepared");
  prepared.begin_imports(PACKAGES, names.join("\n"));
  host = python.pyimport("tournee.web.tablet.host");
  prepared.end_imports();
  return host.begin.callPromising(HOME);
}

async function told(work, ...given) {
  await begun;
  const found = await host[work].callPromising(...given);
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
  begin: () => (begun ??= begin()),
  choose: ({ code }) => told("choose", code),
  unlock: ({ code }) => told("unlock", code),
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
  },
};

async function answer({ method, target, headers, body }, port) {
  pending.add(port);
  try {
    await pool.grow();
    const found = await host.answer.callPromising(method, target, python.toPy(headers), new Uint8Array(body ?? 0));
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
  if (data.kind === "come") { link.come.push(data.data); wake(); return; }
  if (data.kind === "sent") { link.sending.shift()?.(data.well); return; }
  if (data.kind === "link") {
    Object.assign(link, { there: data.there, kind: data.link ?? "", segment: data.segment ?? 0 });
    link.until = data.lookedFor && !isLeaving ? performance.now() + AWAY_MS : 0;
    if (!link.there) { link.come = []; for (const done of link.sending.splice(0)) done(false); }
    wake();
    return;
  }
  if (data.kind === "request") {
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
