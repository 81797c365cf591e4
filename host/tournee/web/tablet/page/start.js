// Starts the host in this page: one page at a time, the site kept, Python begun, then the shell over it.

import { stand, toReader } from "./host_socket.js";

const START_MS = 60_000;
const TEXTS = {
  second: ["Tournée est déjà ouverte sur cet appareil.", "Revenez à l’autre onglet, ou fermez-le puis rechargez cette page."],
  browser: ["Ce navigateur ne peut pas faire marcher Tournée.", "Il faut Chrome, ou un navigateur fait comme lui, à jour."],
  slow: ["Tournée ne démarre pas.", "Fermez l’onglet et rouvrez-le ; rien n’est perdu."],
};

let worker, number = 0;
const waiting = new Map();

function ask(kind, given = {}) {
  return new Promise((done, failed) => {
    waiting.set(++number, { done, failed });
    worker.postMessage({ kind, number, ...given });
  });
}

function heard({ data }) {
  if (data.kind === "write") {
    if (!toReader(data.data, data.segment)) worker.postMessage({ kind: "sent", well: false });
    return;
  }
  const { done, failed } = waiting.get(data.number);
  waiting.delete(data.number);
  if (data.error) failed(new Error(data.error)); else done(data.value);
}

// --- what is said before the shell can speak ---

const board = document.getElementById("demarrage");

function tell(title, text, next = "") {
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

function alone() {
  return new Promise((done) => {
    navigator.locks.request("tournee", { ifAvailable: true }, (lock) => {
      done(Boolean(lock));
      return lock ? new Promise(() => {}) : undefined; // held as long as this page lives
    });
  });
}

async function keepSite() {
  const kept = await navigator.serviceWorker.register("./service_worker.js", { type: "classic" });
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) {
    await new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
  }
  navigator.serviceWorker.addEventListener("message", ({ data, ports }) => { if (data.kind === "request") worker.postMessage(data, ports); });
  navigator.serviceWorker.startMessages();
  const offer = () => { if (kept.waiting) document.getElementById("mise-a-jour").hidden = false; };
  kept.addEventListener("updatefound", () => kept.installing?.addEventListener("statechange", offer));
  offer();
  document.getElementById("mise-a-jour").addEventListener("click", () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    kept.waiting?.postMessage("replace");
  });
}

async function installed() {
  const form = document.getElementById("installation");
  form.hidden = false;
  board.hidden = true;
  document.documentElement.dataset.tournee = "installation";
  for (;;) {
    await new Promise((done) => form.addEventListener("submit", (event) => { event.preventDefault(); done(); }, { once: true }));
    const files = {};
    for (const file of form.querySelector("input").files) files[file.name] = new Uint8Array(await file.arrayBuffer());
    const told = await ask("install", { files });
    if (told === "") { form.hidden = true; return ""; }
    form.querySelector("output").textContent = told === "absent" ? "Il manque le fichier tournee.toml." : JSON.parse(told).message;
  }
}

async function start() {
  if (!("Suspending" in WebAssembly) || !navigator.serviceWorker || !navigator.storage?.getDirectory) { tell(...TEXTS.browser); return; }
  if (!(await alone())) { tell(...TEXTS.second); return; }
  navigator.storage.persist?.();
  await keepSite();
  worker = new Worker("./worker.js", { type: "module" });
  worker.onmessage = heard;
  stand(worker);
  let told;
  try {
    told = await within(ask("open"), START_MS);
    if (told === "absent") told = await installed();
  } catch (error) {
    console.error(error);
    tell(...(String(error.message).includes("NoModificationAllowed") ? TEXTS.second : TEXTS.slow));
    return;
  }
  if (told) {
    const why = JSON.parse(told);
    tell(why.message, why.cause && `Pourquoi : ${why.cause}.`, why.nextStep && `À faire : ${why.nextStep}.`);
    return;
  }
  board.hidden = true;
  document.documentElement.dataset.tournee = "ouverte";
  await import("./static/shell.js");
}

start();
