// Keeps the site: an exact list of files, each by its SHA-256, so that it starts without network and stays what it is
// until the carer takes an update. The list is signed; the key of the first one is kept, and every later list has to be
// of that key or of one that it handed over to, and of a higher version. Requests for the host's screens go to the page,
// which hands them to the worker.

const [STATE, RELEASE, GUARDIAN] = ["tournee-etat", "./release.json", "./service_worker.js"];
const PASSAGES_MAX = 32;
const LIST_MAX = 1 << 20;
const IN_USE = "./ici"; // asked by the page: which release these files are of
const ALSO = { "/": "./", "/essai": "./essai.html" }; // addresses that are not the name of a file
const POLICY = [
  "default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "worker-src 'self'", "connect-src 'self'", "style-src 'self'",
  "img-src 'self' blob: data:", "manifest-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
].join("; ");
const HEADERS = {
  "Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp", "Cross-Origin-Resource-Policy": "same-origin",
};

const encoder = new TextEncoder();
const filesOf = ({ release }) => `tournee-site-${release}`;
const opened = new Map(); // caches of files, by their names

function cacheOf(list) {
  const name = filesOf(list);
  if (!opened.has(name)) opened.set(name, caches.open(name));
  return opened.get(name);
}

class Refused extends Error {} // its message says why, in one word: the page has the sentence

// --- what is kept: {key, version, release, guardian, files}, and the next one once it is whole

let here = null; // what is in use, once it was read

async function kept() {
  here ??= await read("ici");
  return here;
}

async function read(which) {
  return (await (await caches.open(STATE)).match(`./${which}`))?.json();
}

async function keep(which, told) {
  if (which === "ici") here = told;
  await (await caches.open(STATE)).put(`./${which}`, new Response(JSON.stringify(told)));
}

// --- what is believed

const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));

async function isSigned(key, signature, text) {
  try {
    const algorithm = { name: "ECDSA", namedCurve: "P-256" };
    const point = await crypto.subtle.importKey("raw", bytes(key), algorithm, false, ["verify"]);
    return await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, point, bytes(signature), encoder.encode(text));
  } catch {
    return false; // no key, or no signature
  }
}

// Whether one key handed over to another, over as many in between as there were.
async function leads(from, to, passages) {
  let key = from;
  for (const one of passages.slice(0, PASSAGES_MAX)) {
    if (key === to) break;
    if (one.from === key && await isSigned(key, one.signature, `tournee key 1\n${one.from}\n${one.to}`)) key = one.to;
  }
  return key === to;
}

async function fetched(name) {
  const answer = await fetch(name, { cache: "no-store", redirect: "error" });
  if (answer.status >= 500) throw new Error(`${answer.status}`); // for a while
  if (!answer.ok) throw new Refused(name === RELEASE ? "liste" : "fichier");
  return answer;
}

async function digest(content) {
  const made = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return [...made].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The list that the site offers, believed: by the key that is kept, where there is one.
async function offered(pinned) {
  const text = await (await fetched(RELEASE)).text();
  let told;
  let list;
  try {
    if (text.length > LIST_MAX) throw new Error("long");
    told = JSON.parse(text);
    list = JSON.parse(told.list);
  } catch {
    throw new Refused("liste");
  }
  if (pinned && !(await leads(pinned, told.key, told.passages ?? []))) throw new Refused("cle");
  if (!(await isSigned(told.key, told.signature, `tournee release 1\n${told.list}`))) throw new Refused("signature");
  return { ...list, key: told.key };
}

async function checked(name, wanted) {
  const answer = await fetched(name);
  const content = await answer.arrayBuffer();
  if (await digest(content) !== wanted) throw new Refused("fichier");
  return new Response(content, { headers: { ...HEADERS, "Content-Type": answer.headers.get("Content-Type") ?? "" } });
}

// Every file of a list, those that are there already from where they are.
async function bring(list, older) {
  const cache = await cacheOf(list);
  for (const [name, wanted] of Object.entries(list.files)) {
    const same = older && older.files[name] === wanted && await (await cacheOf(older)).match(name);
    await cache.put(name, same || await checked(name, wanted));
  }
}

async function tidy(...lists) {
  const wanted = [STATE, ...lists.filter(Boolean).map(filesOf)];
  for (const name of await caches.keys()) {
    if (!name.startsWith("tournee-") || wanted.includes(name)) continue;
    opened.delete(name);
    await caches.delete(name);
  }
}

// --- what the page asks

// Look whether the site offers another version: `same`, `ready` once it is whole here, `refused`, `away`.
async function look() {
  const now = await kept();
  let list;
  try {
    list = await offered(now.key);
    const guardian = await digest(await (await fetched(GUARDIAN)).arrayBuffer());
    if (guardian !== list.guardian) throw new Refused("gardien");
    if (list.version < now.version || (list.version === now.version && list.release !== now.release)) throw new Refused("version");
    if (list.version === now.version) { await tidy(now); return { state: "same" }; }
    await bring(list, now);
  } catch (error) {
    await tidy(now);
    return error instanceof Refused ? { state: "refused", why: error.message } : { state: "away" };
  }
  await keep("suite", list);
  await tidy(now, list);
  return { state: "ready" };
}

// Put the version that is ready in the place of the one that is here.
async function take() {
  const next = await read("suite");
  if (next && next.version > (await kept()).version) await keep("ici", next);
  return { state: "taken" };
}

let turn = Promise.resolve(); // one at a time

self.addEventListener("message", (event) => {
  const { data, ports } = event;
  if (data === "replace") { self.skipWaiting(); return; }
  turn = turn.then(data === "take" ? take : look).catch(() => ({ state: "away" })).then((told) => ports[0].postMessage(told));
  event.waitUntil(turn);
});

// --- life

self.addEventListener("install", (event) => event.waitUntil((async () => {
  if (await read("ici")) return; // another guardian: what is kept stays, and may be another once it watches
  const first = await offered("");
  await bring(first, null);
  await keep("ici", first);
  await self.skipWaiting();
})()));

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function fromHost(event, target) {
  const page = event.clientId ? await self.clients.get(event.clientId) : undefined;
  if (!page) return new Response("", { status: 503 });
  const body = event.request.method === "GET" ? undefined : await event.request.arrayBuffer();
  const channel = new MessageChannel();
  const answer = new Promise((done) => { channel.port1.onmessage = ({ data }) => done(data); });
  page.postMessage({ kind: "request", method: event.request.method, target, headers: [...event.request.headers], body }, [channel.port2]);
  const { status, headers, body: content } = await answer;
  return new Response([204, 304].includes(status) ? null : content, { status, headers });
}

// The scripts and styles of a page that is opening, looked up before it asks for them: each once.
const SOON = /\.(m?js|css)$/;
let soon = { release: "", found: new Map() };

async function lookUpSoon({ release, files }, cache) {
  soon = { release, found: new Map() };
  for (const name of Object.keys(files)) if (SOON.test(name)) soon.found.set(name, cache.match(name));
}

async function answered(event, url) {
  const now = await kept();
  const name = ALSO[url.pathname] ?? `.${url.pathname}`;
  if (name === IN_USE && now) return new Response(JSON.stringify(now.release), { headers: HEADERS });
  if (!now || !Object.hasOwn(now.files, name)) return fromHost(event, url.pathname + url.search);
  const cache = await cacheOf(now), found = soon.release === now.release && soon.found.get(name);
  if (found) soon.found.delete(name);
  const answer = found ? found.catch(() => null) : cache.match(name);
  if (event.request.mode === "navigate") lookUpSoon(now, cache);
  return await answer ?? checked(name, now.files[name]);
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== location.origin || url.pathname.startsWith("/v1/")) return; // the practice's server
  event.respondWith(answered(event, url));
});
