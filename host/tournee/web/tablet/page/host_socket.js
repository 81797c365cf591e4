// Stands for the WebSocket of a desk's host where the host is this page's worker: `link.js` knows no difference.
//
// What is raw is the reader's; words are JSON: the page says linked (link, name, segment), gone, sent; the host
// says wanted (whether its reader comes by this page) and segment (bytes of one write at most).

let tell = null; // the host
let open = null;
let linked = null; // the link that the page has, for a worker that starts while it is there

export class HostSocket extends EventTarget {
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSING = 2;
  static CLOSED = 3;

  readyState = HostSocket.CONNECTING;
  bufferedAmount = 0;
  binaryType = "arraybuffer";
  onopen = null;
  onmessage = null;
  onclose = null;

  constructor() {
    super();
    open = this;
    queueMicrotask(() => {
      this.readyState = HostSocket.OPEN;
      this.onopen?.({});
      this.say(JSON.stringify({ t: "wanted", wanted: true, name: "" }));
    });
  }

  send(data) {
    if (typeof data !== "string") {
      const bytes = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
      tell({ kind: "come", data: bytes.slice() });
      return;
    }
    const told = JSON.parse(data);
    if (told.t === "linked") this.#link({ kind: "link", there: true, link: told.link, segment: told.segment ?? 0 });
    else if (told.t === "gone") this.#link(null, ["range", "write"].includes(told.why));
    else if (told.t === "sent") tell({ kind: "sent", well: true });
  }

  #link(told, lookedFor = false) {
    linked = told;
    tell(told ?? { kind: "link", there: false, lookedFor });
  }

  say(data) { this.onmessage?.({ data }); }

  close() {
    this.readyState = HostSocket.CLOSED;
    this.#link(null);
    this.onclose?.({ code: 1000 });
  }
}

// What the host sends to the reader, in segments of so many bytes; false where the page has no wire.
export function toReader(bytes, segment) {
  if (open?.readyState !== HostSocket.OPEN) return false;
  if (segment) open.say(JSON.stringify({ t: "segment", n: segment }));
  open.say(bytes.buffer);
  return true;
}

// From here on the page's sockets are the host's, which is told by `heard`.
export function stand(heard) {
  tell = heard;
  if (linked) tell(linked);
  globalThis.WebSocket = HostSocket;
}
