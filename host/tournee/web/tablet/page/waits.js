// How Python waits for the page where the browser cannot suspend it (JavaScript Promise Integration): the worker stands
// still on shared memory (Atomics.wait), and the page does what it asked and writes the answer there. Names and answers
// are the same; but all that the worker does stands still too, so the carer's screens wait meanwhile.

import { carry } from "./own_server.js";
import { Wire } from "./wire.js";

const [TURN, SIZE, LEFT, STOP, SHOWN] = [0, 1, 2, 3, 4]; // parts given so far; of this one, bytes in it and after it; a stop is wanted; screens painted
const HEAD = 20;
const ROOM = 1 << 18;
const LENGTH = 4;
const [SENDING_STOP, LOCK, BY_ITSELF] = ["/ecran/envoi/arreter", "/ecran/verrouillage/maintenant", "x-tournee-seul"];
const COPIES = "/v1/journals/";
const [GRACE_MS, LET_IN_MS, SHOWN_MAX_MS, LOOK_MS] = [2000, 50, 2000, 5];

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const suspends = "Suspending" in WebAssembly;
export const sharedMemory = () => new SharedArrayBuffer(HEAD + ROOM);
export const stops = ({ target }) => target === SENDING_STOP || target === LOCK;
export const pause = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });

// An answer as bytes: a text, then the one array of bytes that it may have.
function encoded(value) {
  let content = new Uint8Array(0);
  const text = encoder.encode(JSON.stringify(value ?? null, (_, one) => {
    if (!(one instanceof Uint8Array)) return one;
    content = one;
    return { bytes: one.length };
  }));
  const made = new Uint8Array(LENGTH + text.length + content.length);
  new DataView(made.buffer).setUint32(0, text.length);
  made.set(text, LENGTH);
  made.set(content, LENGTH + text.length);
  return made;
}

function decoded(made) {
  const size = LENGTH + new DataView(made.buffer).getUint32(0), content = made.slice(size);
  const text = decoder.decode(made.subarray(LENGTH, size));
  return JSON.parse(text, (_, one) => (one?.bytes === undefined ? one : content)) ?? undefined;
}

// In the worker: asks the page, and stands still until it has the answer.
export class Asker {
  #words;
  #room;

  constructor(memory) {
    this.#words = new Int32Array(memory, 0, HEAD / 4);
    this.#room = new Uint8Array(memory, HEAD);
  }

  ask(what, ...given) {
    let part = this.#next({ what, given });
    const made = new Uint8Array(part.length + this.#words[LEFT]);
    made.set(part);
    for (let at = part.length; at < made.length; at += part.length) {
      part = this.#next({ what: "" });
      made.set(part, at);
    }
    const { value, error } = decoded(made);
    if (error) throw new Error(error);
    return value;
  }

  #next(question) {
    const before = Atomics.load(this.#words, TURN);
    self.postMessage({ kind: "wait", ...question });
    while (Atomics.load(this.#words, TURN) === before) Atomics.wait(this.#words, TURN, before);
    return this.#room.slice(0, this.#words[SIZE]);
  }

  // What the worker asks for by the same names where it is suspended.
  get forPython() {
    const asked = (what) => (...given) => this.ask(what, ...given);
    return {
      ...Object.fromEntries(["linked", "segment", "read", "write", "carry", "pause"].map((what) => [what, asked(what)])),
      stopping: () => Atomics.load(this.#words, STOP) === 1,
      letIn: () => pause(LET_IN_MS), // what the carer touched is answered before the worker stands still
      painted: () => this.#painted(), // and so is the screen on which she stops it
    };
  }

  async #painted() {
    const before = Atomics.load(this.#words, SHOWN);
    self.postMessage({ kind: "wait", what: "painted" });
    while (Atomics.load(this.#words, SHOWN) === before) await pause(LOOK_MS);
  }

  // The worker comes to what was to stop it.
  stopped() { Atomics.store(this.#words, STOP, 0); }
}

// In the page: does what the worker asks, and ends it where the carer cannot wait.
export class Answerer {
  #words;
  #room;
  #rest = new Uint8Array(0); // of the answer that is being given
  #ended = new AbortController(); // of what waits, once it is locked
  #copying = null; // ends the copy's part that is under way

  constructor(memory, send) {
    this.#words = new Int32Array(memory, 0, HEAD / 4);
    this.#room = new Uint8Array(memory, HEAD);
    this.wire = new Wire(send);
  }

  async heard({ what, given }) {
    if (what === "painted") { this.#painted(); return; }
    if (what) this.#rest = encoded(await this.#answer(what, given).then((value) => ({ value }), (error) => ({ error: String(error) })));
    const part = this.#rest.subarray(0, ROOM);
    this.#rest = this.#rest.subarray(ROOM);
    this.#room.set(part);
    this.#words[SIZE] = part.length;
    this.#words[LEFT] = this.#rest.length;
    Atomics.add(this.#words, TURN, 1);
    Atomics.notify(this.#words, TURN);
  }

  async #painted() {
    const { settled } = await import("./static/screens.js");
    await Promise.race([settled(), pause(SHOWN_MAX_MS)]); // one that is hidden paints nothing
    Atomics.add(this.#words, SHOWN, 1);
  }

  async #answer(what, given) {
    switch (what) {
      case "linked": return this.wire.linked();
      case "segment": return this.wire.segment;
      case "read": return this.wire.read(...given);
      case "write": return this.wire.write(...given);
      case "carry": return this.#carry(...given);
      case "pause": return Promise.race([pause(...given), this.#ending()]);
      default: throw new Error(what);
    }
  }

  async #carry(...given) {
    const [method, path] = given;
    this.#copying = method === "PUT" && path.startsWith(COPIES) ? new AbortController() : null;
    const ends = [this.#ended, this.#copying].filter(Boolean).map(({ signal }) => signal);
    try {
      return await carry(...given, AbortSignal.any(ends));
    } finally {
      this.#copying = null;
    }
  }

  #ending() {
    const { signal } = this.#ended;
    return new Promise((done) => { if (signal.aborted) done(); else signal.addEventListener("abort", done, { once: true }); });
  }

  // The carer, or the page by itself, asks the host something: what goes on is asked to stop where it cuts nothing, a
  // copy that keeps her waiting is cut (it goes on from there the next time), and so is all that keeps her from locking.
  asked(request) {
    if (stops(request)) Atomics.store(this.#words, STOP, 1);
    if (request.target === LOCK) this.#end();
    else if (!request.headers.some(([name]) => name === BY_ITSELF) && !request.target.startsWith("/nouvelles")) {
      const mine = this.#copying;
      setTimeout(() => { if (mine && mine === this.#copying) mine.abort(new Error("laissé pour l’écran")); }, GRACE_MS);
    }
  }

  // A reader that answers is let finish, so that the lock closes its session; a silent one is given up.
  #end() {
    const look = setInterval(() => {
      if (Atomics.load(this.#words, STOP) === 0) { clearInterval(look); return; }
      this.#ended.abort(new Error("verrouillé"));
      this.wire.end();
      if (performance.now() - this.wire.heardAt > GRACE_MS) this.wire.heard({ kind: "link", there: false });
    }, GRACE_MS);
  }
}
