// How the page comes in: a one-time link enrols this browser; later each side proves that it holds the device's key,
// the host first, for another program may hold its port. The key cannot be read out of the browser's store.

import { HostGone, random, session, setToken } from "./host.js";
import { own } from "./screens.js";

const STORE = "appareil";
const WAIT_MS = 20_000;
const text = new TextEncoder();
let device = null; // {id, key}

function store(mode, work) {
  return new Promise((done, failed) => {
    const opening = indexedDB.open("tournee", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => failed(opening.error);
    opening.onsuccess = () => {
      const asked = work(opening.result.transaction(STORE, mode).objectStore(STORE));
      asked.onerror = () => failed(asked.error);
      asked.onsuccess = () => { opening.result.close(); done(asked.result); };
    };
  });
}

async function known() {
  device ??= await store("readonly", (kept) => kept.get("ici")).catch(() => null) ?? null;
  return device;
}

async function enrolled({ appareil, cle }) {
  const bytes = Uint8Array.from(atob(cle), (one) => one.charCodeAt(0));
  device = { id: appareil, key: await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]) };
  bytes.fill(0);
  await store("readwrite", (kept) => kept.put(device, "ici")).catch(() => null); // a private window keeps none
}

async function forget() {
  device = null;
  await store("readwrite", (kept) => kept.delete("ici")).catch(() => null);
}

function proof(side, asked, answered) {
  return shown(["tournee 1", side, location.port, device.id, asked, answered]);
}

async function shown(parts) {
  const told = parts.join("\n");
  const made = new Uint8Array(await crypto.subtle.sign("HMAC", device.key, text.encode(told)));
  return [...made].map((one) => one.toString(16).padStart(2, "0")).join("");
}

async function question(path, values) {
  try {
    const answer = await fetch(`/entree/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(values),
      cache: "no-store",
      signal: AbortSignal.timeout(WAIT_MS),
    });
    return { status: answer.status, values: answer.status === 403 ? {} : await answer.json() };
  } catch (error) {
    throw new HostGone(String(error));
  }
}

const answered = (token, asked) => shown(["tournee 1", "reponse", location.port, device.id, token, asked]);

function opened(told) {
  setToken(told.jeton);
  session.verify = answered;
  if (told.aller) location.hash = told.aller;
  return true;
}

function locked({ code, essais }) {
  own(code ? "verrou" : "verrou-sans-code");
  const now = new Date();
  for (const clock of document.querySelectorAll(".clock")) clock.textContent = `${String(now.getHours()).padStart(2, "0")}:${String(now.getMinutes()).padStart(2, "0")}`;
  for (const left of document.querySelectorAll("[data-essais]")) left.textContent = `${essais} ${essais > 1 ? "essais" : "essai"}`;
  return false;
}

function closed(name) {
  own(name);
  return false;
}

// Prove both sides; `more` brings the code, or the touch that opens a lock without one.
async function prove(more = {}) {
  if (!(await known())) return closed("ferme");
  const asked = random();
  const told = await question("defi", { appareil: device.id, alea: asked });
  if (told.status === 403) { await forget(); return closed("ferme"); }
  if (told.status !== 200 || told.values.preuve !== await proof("hote", asked, told.values.alea)) return closed("imposteur");
  const { alea } = told.values;
  const answer = await question("reponse", { appareil: device.id, alea, preuve: await proof("page", asked, alea), ...more });
  if (answer.status === 200) return opened(answer.values);
  if (answer.status === 423) return locked(answer.values);
  if (answer.status === 410) { await forget(); return closed("oublie"); }
  return closed("ferme");
}

// Whether the page is in. It is with a session kept over a reload, which the first question judges.
export async function enter() {
  const link = /^#lien=([\w-]{20,})$/.exec(location.hash)?.[1];
  if (link) {
    setToken("");
    history.replaceState(null, "", "/#/tournee");
    const told = await question("lien", { lien: link });
    if (told.status === 200) {
      await enrolled(told.values);
      if (told.values.jeton) return opened(told.values);
    }
  }
  if (!session.token || !(await known())) return prove();
  session.verify = answered;
  return true;
}

export async function tryCode(code) {
  return prove({ code });
}

export async function reopen() {
  return prove({ ouvrir: "oui" });
}
