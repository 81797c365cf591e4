// The reader by this page's own Bluetooth or cable: its bytes go raw through one WebSocket to the host.
//
// Buttons `data-relier="ble|serial"` begin; with `data-puis="/path"` the reader's name and link are posted there once
// it is linked. `data-lien` shows how the link stands; `tournee:link` tells it (state, link, name, why).

import { session } from "./host.js";
import { act, say } from "./screens.js";

const ID = (rank) => `7a0e000${rank}-5e5a-4d56-9a1e-746f75726e65`;
const [SERVICE, WRITE, NOTIFY] = [1, 2, 3].map(ID);
const SMALLEST = 20;
const SEGMENTS = { least: 20, most: 512 };
const PAUSES_MS = [250, 500, 1000, 2000, 4000];
const SOCKET_AGAIN_MS = 1000;
const KEPT_MAX = 262_144; // bytes that wait for the socket
const LOCKED = 4401;
const ENDED = [1007, 1008, 1009, 4409]; // closed by a host that does not want this page's wire any more
const WORDS = {
  none: () => "Aucun lecteur relié",
  linking: (name) => `Liaison avec ${name || "le lecteur"}`,
  linked: (name) => `${name || "Lecteur"} relié`,
  far: (name) => `${name || "Lecteur"} hors de portée`,
  elsewhere: () => "La page est ouverte ailleurs",
};
const REFUSALS = {
  none: "Aucun lecteur choisi.",
  pair: "Le lecteur n’accepte que les appareils jumelés avec lui.",
  link: "Le lecteur ne se relie pas : rapprochez-le, ou rebranchez-le.",
};

let socket = null;
let stream = null; // { link, name, segment, write(bytes), close() }
let known = { state: "none", name: "", link: "", why: "" };
let awake = null;

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

function tell(state, why = "") {
  known = { state, link: stream?.link ?? known.link, name: stream?.name ?? known.name, why };
  document.dispatchEvent(new CustomEvent("tournee:link", { detail: known }));
  paint();
}

function paint() {
  const words = REFUSALS[known.why] ?? WORDS[known.state](known.name);
  for (const place of document.querySelectorAll("[data-lien]")) place.textContent = words;
  for (const button of document.querySelectorAll("[data-relier]")) button.hidden = !(button.dataset.relier === "ble" ? navigator.bluetooth : navigator.serial);
}

// --- the wire

const send = (told) => { if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(told)); };
const linked = () => send({ t: "linked", link: stream.link, name: stream.name, ...(stream.segment ? { segment: stream.segment } : {}) });

function up(bytes) {
  if (socket?.readyState !== WebSocket.OPEN) return;
  if (socket.bufferedAmount > KEPT_MAX) gone("write");
  else socket.send(bytes);
}

// The host's wire; what it wants is told once it is open.
function wired() {
  if (socket && socket.readyState <= WebSocket.OPEN) return socket.wanted;
  const mine = new WebSocket(`ws${location.protocol.slice(4)}//${location.host}/fil`, ["tournee.1", session.token]);
  mine.binaryType = "arraybuffer";
  let segment = SMALLEST;
  mine.wanted = new Promise((told) => { mine.told = told; });
  mine.onmessage = ({ data }) => {
    if (typeof data !== "string") {
      const [to, size, bytes] = [stream, segment, new Uint8Array(data)];
      const written = (to?.turn ?? Promise.resolve()).then(() => to?.write(bytes, size));
      if (to) to.turn = written; // a link that takes nothing any more holds up no other
      written.then(() => send({ t: "sent" })).catch(() => { if (to === stream) gone("write"); });
      return;
    }
    const said = JSON.parse(data);
    if (said.t === "segment") segment = Math.min(SEGMENTS.most, Math.max(SEGMENTS.least, said.n));
    if (said.t === "wanted") mine.told(said);
  };
  mine.onopen = () => { if (stream) linked(); };
  mine.onclose = async ({ code }) => {
    mine.told({ wanted: false, name: "" });
    if (socket !== mine) return;
    socket = null;
    if (code === LOCKED) return; // the radio's link stays; the wire comes back with the page
    if (ENDED.includes(code)) { drop(); tell(code === 4409 ? "elsewhere" : "none"); return; }
    await pause(SOCKET_AGAIN_MS);
    if (stream && !socket) wired();
  };
  socket = mine;
  return mine.wanted;
}

function begin(made) {
  stream = made;
  if (socket?.readyState === WebSocket.OPEN) linked();
  else wired();
  tell("linked");
  stayAwake();
}

function gone(why) {
  const lost = stream;
  stream = null;
  send({ t: "gone", why });
  if (!lost) return;
  known = { ...known, link: lost.link, name: lost.name };
  lost.ended(why);
}

function drop() {
  const lost = stream;
  stream = null;
  lost?.close();
  awake?.release();
  awake = null;
}

async function stayAwake() {
  if (document.hidden || !stream || (awake && !awake.released)) return;
  awake = await navigator.wakeLock?.request("screen").catch(() => null) ?? null;
}

// --- Bluetooth

async function ble(wanted) {
  const filter = { services: [SERVICE], ...(wanted ? { name: wanted } : {}) };
  const device = await navigator.bluetooth.requestDevice({ filters: [filter] });
  drop();
  let left = false;
  let mine = null;
  known = { ...known, name: device.name ?? "", link: "ble" };
  const meet = async () => {
    const service = await (await device.gatt.connect()).getPrimaryService(SERVICE);
    const [writing, notifying] = [await service.getCharacteristic(WRITE), await service.getCharacteristic(NOTIFY)];
    try { await writing.writeValueWithResponse(new Uint8Array(1)); } catch { throw new Refused("pair"); }
    notifying.addEventListener("characteristicvaluechanged", ({ target }) => up(target.value));
    await notifying.startNotifications();
    begin({
      link: "ble",
      name: device.name ?? "",
      segment: Math.min(SEGMENTS.most, writing.maxWriteWithoutResponseSize ?? 0),
      kept: [writing, notifying],
      async write(bytes, size) {
        for (let at = 0; at < bytes.length; at += size) await writing.writeValueWithoutResponse(bytes.subarray(at, at + size));
      },
      close() { left = true; device.gatt.disconnect(); },
      ended() { if (device.gatt.connected) device.gatt.disconnect(); else again(); },
    });
    mine = stream;
  };
  let looking = false;
  const again = async () => {
    if (looking || left) return;
    looking = true;
    tell("far");
    for (let turn = 0; !left && !stream; turn += 1) {
      try { await meet(); } catch { await pause(PAUSES_MS[Math.min(turn, PAUSES_MS.length - 1)]); }
    }
    looking = false;
  };
  device.addEventListener("gattserverdisconnected", () => {
    if (stream && stream === mine) gone("range");
    else again();
  });
  tell("linking");
  await meet();
}

// --- cable

async function serial(port) {
  drop();
  known = { ...known, name: "", link: "serial" };
  tell("linking");
  await port.open({ baudRate: 115_200, bufferSize: 4096 });
  const [writer, reader] = [port.writable.getWriter(), port.readable.getReader()];
  const leave = async () => { await reader.cancel().catch(() => {}); writer.releaseLock(); await port.close().catch(() => {}); };
  begin({ link: "serial", name: "", segment: 0, write: (bytes) => writer.write(bytes), close: leave, ended: () => { leave(); tell("far"); } });
  const mine = stream;
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      up(value);
    }
  } catch { /* unplugged */ }
  if (stream === mine) gone("range");
}

// A port that was granted before is opened without a touch, where the host's reader comes by this page.
async function granted() {
  const [port] = (await navigator.serial?.getPorts()) ?? [];
  if (!port || stream || !session.token) return;
  const { wanted } = await wired();
  if (wanted && !stream) serial(port).catch(() => tell("none", "link"));
}

class Refused extends Error {}

async function relier(button) {
  const { relier: how, puis } = button.dataset;
  try {
    const told = wired(); // the chooser has to be asked for within the touch
    if (how === "ble") await ble(button.dataset.nom ?? "");
    else {
      const [port] = await navigator.serial.getPorts();
      const chosen = port ?? await navigator.serial.requestPort();
      serial(chosen).catch(() => tell("none", "link"));
      await new Promise((done) => { document.addEventListener("tournee:link", done, { once: true }); });
    }
    await told;
    if (puis && stream) act(puis, { nom: stream.name, liaison: stream.link });
  } catch (error) {
    const why = error instanceof Refused ? error.message : (error.name === "NotFoundError" ? "none" : "link");
    tell(stream ? known.state : "none", why);
    say(REFUSALS[why]);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-relier]");
  if (button) relier(button);
  if (event.target.closest("[data-delier]")) { send({ t: "gone", why: "user" }); drop(); tell("none"); }
});
document.addEventListener("tournee:open", () => { if (stream && !socket) wired(); });
document.addEventListener("tournee:shown", paint);
document.addEventListener("tournee:shown", granted, { once: true }); // the page is in
document.addEventListener("visibilitychange", stayAwake);
navigator.serial?.addEventListener("connect", granted);
