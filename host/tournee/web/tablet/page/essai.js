// The self-test of a tablet: six things that decide whether it will do, tried on the device itself, told in a report.
// It needs no practice and reads none; what it found is kept over a reload, for two of them end with one.

const KEPT = "essai";
const AWAY_S = 100; // of the two minutes asked for
const [SERVICE, WRITE] = [1, 2].map((rank) => `7a0e000${rank}-5e5a-4d56-9a1e-746f75726e65`);
const WORDS = { bien: "Bon", mal: "Ne va pas", doute: "À voir", cours: "En cours…", non: "Pas essayé" };
const LOOKS = { bien: "state ok", mal: "state bad", doute: "state warn", cours: "state", non: "state" };
const TRIALS = { moteur: "1. Navigateur", demarrage: "2. Démarrage", disque: "3. Disque", lecteur: "4. Lecteur", ecran: "5. Écran éteint", coupure: "6. Coupure" };

const worker = new Worker("./essai_worker.js", { type: "module" });
const waiting = new Map();
let number = 0;
let device = null;

worker.onmessage = ({ data }) => {
  if (data.kind === "count") { counted(data.n); return; }
  const { done, failed } = waiting.get(data.number);
  waiting.delete(data.number);
  if (data.error) failed(new Error(data.error)); else done(data.value);
};

function ask(kind) {
  return new Promise((done, failed) => {
    waiting.set(++number, { done, failed });
    worker.postMessage({ kind, number });
  });
}

// --- what was found

const found = JSON.parse(localStorage.getItem(KEPT) ?? "{}");

function tell(name, state, ...lines) {
  if (state === "cours") delete found[name];
  else found[name] = { state, lines, at: new Date().toISOString().slice(0, 16).replace("T", " ") };
  localStorage.setItem(KEPT, JSON.stringify(found));
  show(name, state, lines);
  report();
}

function show(name, state, lines) {
  const row = document.getElementById(name), place = row.querySelector("[data-etat]");
  place.className = LOOKS[state];
  place.textContent = WORDS[state];
  row.querySelector("output").textContent = lines.join("\n");
}

function report() {
  const lines = ["Essai d’une tablette pour Tournée", `Appareil : ${navigator.userAgent}`, `Écran : ${screen.width} × ${screen.height}, densité ${devicePixelRatio}`];
  for (const [name, title] of Object.entries(TRIALS)) {
    const { state, lines: told, at } = found[name] ?? { state: "non", lines: [], at: "" };
    lines.push("", `${title} : ${WORDS[state]}${at ? ` (${at}, UTC)` : ""}`, ...told.map((one) => `  ${one}`));
  }
  document.getElementById("rapport").textContent = lines.join("\n");
}

async function during(name, work) {
  tell(name, "cours", "…");
  try {
    await work();
  } catch (error) {
    tell(name, "mal", String(error?.message ?? error).trim());
  }
}

const yes = (one) => (one ? "oui" : "non");

// --- 1 to 3, by itself

async function engine() {
  const jspi = "Suspending" in WebAssembly, atomics = await ask("waits");
  const must = {
    "service de fond": Boolean(navigator.serviceWorker), "fichiers du navigateur": Boolean(navigator.storage?.getDirectory),
    "verrous": Boolean(navigator.locks), "Bluetooth": Boolean(navigator.bluetooth), "chiffrement": Boolean(crypto.subtle),
  };
  const begun = performance.now();
  const key = await crypto.subtle.importKey("raw", new Uint8Array(8), "PBKDF2", false, ["deriveBits"]);
  await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: new Uint8Array(16), iterations: 600_000 }, key, 256);
  const code = Math.round(performance.now() - begun);
  const radio = await navigator.bluetooth?.getAvailability?.();
  const lacking = Object.entries(must).filter(([, there]) => !there).map(([name]) => name);
  const state = lacking.length || !(jspi || atomics) ? "mal" : jspi ? "bien" : "doute";
  tell("moteur", state, `attend le lecteur sans bloquer (JSPI) : ${yes(jspi)} ; sinon par Atomics : ${yes(atomics)}`,
    `manque : ${lacking.join(", ") || "rien"} ; radio allumée : ${radio === undefined ? "inconnu" : yes(radio)}`, `un code se vérifie en ${code} ms`);
}

async function starting() {
  const { milliseconds, heap, flushed, suspends } = await ask("start");
  const device = navigator.deviceMemory ? `${navigator.deviceMemory} Gio` : "inconnue";
  const used = performance.memory ? `${Math.round(performance.memory.usedJSHeapSize / 2 ** 20)} Mio` : "inconnue";
  const kept = Boolean(navigator.serviceWorker?.controller);
  const how = kept ? "" : ", téléchargement compris : ouvrez Tournée une fois, puis refaites l’essai";
  tell("demarrage", milliseconds < 6000 ? "bien" : kept && milliseconds > 15_000 ? "mal" : "doute", `prêt en ${milliseconds} ms${how} ; Python tient dans ${heap} Mio`,
    `mémoire de l’appareil : ${device} ; de la page : ${used}`, `Python attend sans bloquer : ${yes(suspends)}`);
  return flushed;
}

async function storing(flushed) {
  const { median, worst } = await ask("disk");
  const [asked, estimate] = [await navigator.storage.persist?.(), await navigator.storage.estimate?.()];
  const installed = matchMedia("(display-mode: standalone)").matches;
  const state = flushed ? "mal" : asked ? "bien" : "doute";
  tell("disque", state, flushed ? `une écriture du journal n’atteint pas le disque : ${flushed}` : "chaque écriture du journal atteint le disque (comptée)",
    `une écriture : ${median.toFixed(1)} ms, la plus longue ${worst.toFixed(1)} ms`,
    `garde promise par le navigateur : ${yes(asked)}${asked ? "" : ` ; ${installed ? "" : "ajoutez la page à l’écran d’accueil, puis refaites l’essai"}`}`,
    `ouverte depuis l’écran d’accueil : ${yes(installed)} ; place : ${Math.round((estimate?.quota ?? 0) / 2 ** 20)} Mio`);
}

async function alone() {
  let flushed = "pas essayé";
  await during("moteur", engine);
  await during("demarrage", async () => { flushed = await starting(); });
  await during("disque", () => storing(flushed));
}

// --- 4: the reader

async function reader() {
  if (!navigator.bluetooth) throw new Error("ce navigateur n’a pas le Bluetooth des pages (un iPad ne l’a pas)");
  try {
    device = await navigator.bluetooth.requestDevice({ filters: [{ services: [SERVICE] }] });
  } catch {
    tell("lecteur", "non", "aucun lecteur choisi");
    return;
  }
  const begun = performance.now();
  const service = await (await device.gatt.connect()).getPrimaryService(SERVICE);
  const writing = await service.getCharacteristic(WRITE);
  const linked = Math.round(performance.now() - begun);
  let written = "";
  try { await writing.writeValueWithResponse(new Uint8Array(1)); } catch (error) { written = String(error.message); }
  const paired = Math.round(performance.now() - begun) - linked;
  tell("lecteur", written ? "mal" : "bien", `${device.name ?? "lecteur"} relié en ${linked} ms`,
    written ? `première écriture refusée : ${written}` : `première écriture acceptée après ${paired} ms${paired > 1000 ? " (la tablette a demandé le jumelage)" : ""}`,
    `octets par écriture : ${writing.maxWriteWithoutResponseSize ?? "inconnu"}`);
}

// --- 5: away

let left = 0;

async function away() {
  left = Date.now();
  localStorage.setItem(`${KEPT}-absence`, String(left));
  await ask("watch");
  show("ecran", "cours", ["Éteignez l’écran, attendez deux minutes, rallumez-le."]);
}

document.addEventListener("visibilitychange", async () => {
  if (document.hidden || !left) return;
  const seconds = Math.round((Date.now() - left) / 1000);
  const { longest } = await ask("watched");
  if (seconds < AWAY_S) { show("ecran", "cours", [`Revenue après ${seconds} s : il en faut cent vingt. Recommencez.`]); return; }
  localStorage.removeItem(`${KEPT}-absence`);
  left = 0;
  const link = device ? ` ; lecteur encore relié : ${yes(device.gatt.connected)}` : " ; sans lecteur relié";
  tell("ecran", "bien", `revenue après ${seconds} s, la page est restée ouverte${link}`, `le plus long arrêt du travail : ${Math.round(longest / 1000)} s`);
});

function comeBack() {
  const told = Number(localStorage.getItem(`${KEPT}-absence`));
  if (!told) return;
  localStorage.removeItem(`${KEPT}-absence`);
  tell("ecran", "doute", `la page a été fermée par la tablette, puis rouverte après ${Math.round((Date.now() - told) / 1000)} s`, "la visite en cours serait reprise, et le code redemandé");
}

// --- 6: the power cut

function counted(n) { show("coupure", "cours", [`Notez ce nombre, puis coupez : ${n}`]); }

async function cut() {
  localStorage.setItem(`${KEPT}-coupure`, "1");
  document.getElementById("note").hidden = true;
  await ask("cut");
}

async function comeBackFromCut() {
  if (!localStorage.getItem(`${KEPT}-coupure`)) return;
  const n = await ask("after");
  const form = document.getElementById("note");
  form.hidden = false;
  show("coupure", "cours", [n < 0 ? "Aucun nombre n’est gardé." : `Dernier nombre gardé : ${n}. Quel nombre aviez-vous noté ?`]);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const noted = Number(form.querySelector("input").value);
    localStorage.removeItem(`${KEPT}-coupure`);
    form.hidden = true;
    await ask("forget");
    tell("coupure", n >= noted ? "bien" : "mal", `noté ${noted}, gardé ${n < 0 ? "aucun" : n}${n >= noted ? "" : " : ce qui était écrit est perdu"}`);
  }, { once: true });
}

// --- what is touched

const WORK = {
  seuls: alone,
  lecteur: () => during("lecteur", reader),
  ecran: () => during("ecran", away),
  coupure: () => during("coupure", cut),
};

const REPORT = {
  async copier(text) { await navigator.clipboard.writeText(text); return "Rapport copié."; },
  async garder(text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${text}\n`], { type: "text/plain;charset=utf-8" }));
    link.download = `essai-tablette-${new Date().toISOString().slice(0, 10)}.txt`;
    link.click();
    return "Rapport gardé dans les téléchargements.";
  },
  async effacer() {
    await ask("forget");
    for (const key of [KEPT, `${KEPT}-absence`, `${KEPT}-coupure`]) localStorage.removeItem(key);
    location.reload();
    return "";
  },
};

document.addEventListener("click", async ({ target }) => {
  const trial = target.closest("[data-essai]"), told = target.closest("[data-rapport]");
  if (trial) {
    trial.disabled = true;
    await WORK[trial.dataset.essai]();
    trial.disabled = trial.dataset.essai === "coupure";
  }
  if (told) {
    const said = await REPORT[told.dataset.rapport](document.getElementById("rapport").textContent).catch(() => "Cela n’a pas marché ; sélectionnez le texte.");
    document.getElementById("fait").textContent = said;
  }
});

for (const [name, { state, lines }] of Object.entries(found)) show(name, state, lines);
report();
comeBack();
comeBackFromCut();
document.documentElement.dataset.pret = "";
