// Starts the host in this page: one page at a time, the site kept, Python begun, then the shell over it.

import { compiled, firstMemory, firstWorker, isKept, keptMemory, newWorker } from "./asked_first.js";
import { stand, toReader } from "./host_socket.js";
import { answersBy, keepSite } from "./site_kept.js";
import { Answerer, sharedMemory, suspends } from "./waits.js";

const START_MS = 60_000;
const LEFT_MS = 4000;
const TEXTS = {
  second: ["Tournée est déjà ouverte sur cet appareil.", "Revenez à l’autre onglet, ou fermez-le puis rechargez cette page."],
  browser: ["Ce navigateur ne peut pas faire marcher Tournée.", "Il faut Chrome, ou un navigateur fait comme lui, à jour."],
  slow: ["Tournée ne démarre pas.", "Fermez l’onglet et rouvrez-le ; rien n’est perdu."],
};

let worker, number = 0;
let answerer = null; // does what the worker waits for where Python cannot be suspended
const waiting = new Map();

export function ask(kind, given = {}) {
  return new Promise((done, failed) => {
    const message = { kind, number: ++number, ...given };
    waiting.set(number, { done, failed, message });
    worker.postMessage(message);
  });
}

function written(bytes, segment, tell) {
  if (!toReader(bytes, segment)) tell({ kind: "sent", well: false });
}

function heard({ data }) {
  if (data.kind === "locked") { locked(); return; }
  if (data.kind === "write") { written(data.data, data.segment, (told) => worker.postMessage(told)); return; }
  if (data.kind === "wait") { answerer.heard(data); return; }
  const { done, failed } = waiting.get(data.number);
  waiting.delete(data.number);
  if (data.error) failed(new Error(data.error)); else done(data.value);
}

// --- what is said before the shell can speak ---

const board = document.getElementById("demarrage");
const installation = document.getElementById("installation");

// Where the page stands, for its style and for who watches it; the board goes once a screen takes its place.
export function stands(state) {
  board.hidden = true;
  installation.hidden = state !== "installation";
  document.documentElement.dataset.tournee = state;
}

export function tell(title, text, next = "") {
  board.hidden = false;
  board.querySelector("h1").textContent = title;
  board.querySelector("[data-cause]").textContent = text;
  board.querySelector("[data-suite]").textContent = next;
  document.documentElement.dataset.tournee = "arret";
}

function within(promise, milliseconds) {
  return Promise.race([promise, new Promise((_, failed) => { setTimeout(() => failed(new Error("slow")), milliseconds); })]);
}

// --- the steps ---

// The only page, for as long as it lives. One that just died or was left keeps its place for a moment: it is waited for.
function alone() {
  return new Promise((done) => {
    const held = () => { done(true); return new Promise(() => {}); };
    navigator.locks.request("tournee", { signal: AbortSignal.timeout(LEFT_MS) }, held).catch(() => done(false));
  });
}

// The link of the QR code by which this page was opened, once: it is in no address afterwards.
const CODE = /^#[A-Z2-7]{16}(\.[0-9a-f]{64})?$/;
let link = "";

export function linkOnce() {
  const given = link;
  link = "";
  return given;
}

function takeLink() {
  if (!CODE.test(location.hash)) return;
  link = `${location.origin}/${location.hash}`;
  history.replaceState(null, "", "/#/cabinet/relier");
}

// A tablet without a practice: the files that one prepared for it, or a server that it is joined to.
export async function installed() {
  if (link) { await ask("beginNew"); return; }
  stands("installation");
  for (;;) {
    const way = await new Promise((done) => {
      installation.addEventListener("submit", (event) => { event.preventDefault(); done("files"); }, { once: true });
      installation.querySelector("a").addEventListener("click", () => done("join"), { once: true });
    });
    if (way === "join") { await ask("beginNew"); return; }
    const files = {};
    for (const file of installation.querySelector("input").files) files[file.name] = new Uint8Array(await file.arrayBuffer());
    const { etat, message } = JSON.parse(await ask("install", { files }));
    if (etat === "ouverte") return;
    installation.querySelector("output").textContent = message ?? "Il manque le fichier tournee.toml.";
  }
}

export function tellWhy({ message, cause, nextStep }) {
  tell(message, cause && `Pourquoi : ${cause}.`, nextStep && `À faire : ${nextStep}.`);
}

// --- the worker: one after another, for what it knows is forgotten only with it ---

function standBy(made) {
  worker = made;
  worker.onmessage = heard;
}

async function begin(kept) {
  compiled().then((module) => ask("compiled", { module }));
  const memory = suspends ? null : sharedMemory();
  if (memory) {
    const mine = answerer = new Answerer(memory, (bytes, segment) => written(bytes, segment, (told) => mine.wire.heard(told)));
  }
  const mine = worker;
  stand(answerer ? (told) => answerer.wire.heard(told) : (told) => mine.postMessage(told));
  try {
    const why = await within(kept.then((kept) => ask("begin", { memory, ...kept })), START_MS);
    if (why) tellWhy(JSON.parse(why));
  } catch (error) {
    console.error(error);
    tell(...(String(error.message).includes("NoModificationAllowed") ? TEXTS.second : TEXTS.slow));
  }
}

async function locked() {
  const old = worker;
  await ask("close");
  old.terminate();
  standBy(newWorker());
  const left = [...waiting.values()]; // what the carer asked meanwhile is the next one's
  begin(keptMemory());
  for (const { message } of left) worker.postMessage(message);
  document.dispatchEvent(new CustomEvent("tournee:closed"));
}

function handed(request, ports) {
  worker.postMessage(request, ports);
  answerer?.asked(request);
}

// Where Python cannot be suspended its worker stands still on shared memory, which a browser gives only to an isolated
// page: one that came with its headers (COOP, COEP). The service worker gives them, so a page that came before it did
// is loaded once more.
const AGAIN = "tournee-isolement";
function isolated() {
  if (suspends || crossOriginIsolated) { sessionStorage.removeItem(AGAIN); return true; }
  if (sessionStorage.getItem(AGAIN)) { tell(...TEXTS.browser); return false; }
  sessionStorage.setItem(AGAIN, "1");
  location.reload();
  return false;
}

async function start() {
  if (firstWorker) standBy(firstWorker);
  if (!navigator.serviceWorker || !navigator.storage?.getDirectory) { tell(...TEXTS.browser); return; }
  if (!(await alone())) { worker?.terminate(); tell(...TEXTS.second); return; }
  navigator.storage.persist?.();
  const goesOn = suspends || crossOriginIsolated;
  if (goesOn) takeLink();
  if (goesOn && worker) begin(firstMemory);
  answersBy(handed);
  const keeping = keepSite();
  if (!isKept) await keeping;
  if (!isolated()) return;
  if (!worker) { standBy(newWorker()); begin(keptMemory()); }
  await import("./static/shell.js");
}

start();
