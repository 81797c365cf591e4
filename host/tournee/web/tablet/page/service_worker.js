// Keeps the site: an exact list of files, each by its SHA-256, so that it starts without network and stays what it is
// until the carer takes an update. Requests for the host's screens go to the page, which hands them to the worker.

const { release, files } = /* the build puts the list here */ {};
const CACHE = `tournee-${release}`;
const POLICY = [
  "default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "worker-src 'self'", "connect-src 'self'", "style-src 'self'",
  "img-src 'self' blob: data:", "manifest-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
].join("; ");

async function checked(name) {
  const answer = await fetch(name, { cache: "no-store" });
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  const content = await answer.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  const found = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (found !== files[name]) throw new Error(`${name}: not of this release`);
  const headers = { "Content-Type": answer.headers.get("Content-Type") ?? "", "Content-Security-Policy": POLICY };
  return new Response(content, { headers: { ...headers, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer" } });
}

self.addEventListener("install", (event) => event.waitUntil((async () => {
  const cache = await caches.open(CACHE);
  for (const name of Object.keys(files)) await cache.put(name, await checked(name));
  if (!self.registration.active) await self.skipWaiting(); // the first: nothing is replaced
})()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("tournee-") && name !== CACHE) await caches.delete(name);
  await self.clients.claim();
})()));

self.addEventListener("message", ({ data }) => { if (data === "replace") self.skipWaiting(); });

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

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== location.origin || url.pathname.startsWith("/v1/")) return; // the practice's server
  const name = url.pathname === "/" ? "./" : `.${url.pathname}`;
  if (name in files) {
    event.respondWith(caches.open(CACHE).then((cache) => cache.match(name)).then((found) => found ?? fetch(event.request)));
  } else {
    event.respondWith(fromHost(event, url.pathname + url.search));
  }
});
