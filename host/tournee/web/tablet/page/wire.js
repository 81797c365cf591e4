// The reader's bytes that came, and those that are on their way to it, for who waits for them: the worker, or the page
// in its place (waits.js).

const AWAY_MS = 20_000; // a reader out of range is waited for so long
const WRITE_MS = 10_000; // a link that took nothing in that time carries nothing any more

export class Wire {
  segment = 0;
  heardAt = 0; // when the reader said something last
  #there = false;
  #kind = "";
  #until = 0; // it is looked for so long
  #isEnded = false;
  #come = [];
  #waiting = null;
  #sending = [];
  #send;

  // `send` takes bytes for the reader, to go in segments of so many.
  constructor(send) { this.#send = send; }

  // What the page's end of it tells; false for what is not the wire's.
  heard({ kind, data, well, there, link, segment, lookedFor }) {
    if (kind === "come") {
      this.#come.push(data);
      this.heardAt = performance.now();
    } else if (kind === "sent") this.#sending.shift()?.(well);
    else if (kind === "link") this.#link(there, link, segment, lookedFor);
    else return false;
    if (kind !== "sent") this.#wake();
    return true;
  }

  #link(there, kind = "", segment = 0, lookedFor = false) {
    [this.#there, this.#kind, this.segment] = [there, kind, segment];
    this.#until = lookedFor && !this.#isEnded ? performance.now() + AWAY_MS : 0;
    for (const done of this.#sending.splice(0)) done(false); // of the link before
    if (!there) this.#come = [];
  }

  #wake() {
    this.#waiting?.();
    this.#waiting = null;
  }

  async #woken(milliseconds) {
    let late;
    await new Promise((done) => { this.#waiting = done; late = setTimeout(done, milliseconds); });
    clearTimeout(late);
  }

  // The link, waited for while the page looks for a reader that went out of range: "far" where it stays away.
  async linked() {
    const isLookedFor = this.#until > 0;
    for (let left; !this.#there && (left = this.#until - performance.now()) > 0;) await this.#woken(left);
    if (this.#there) return this.#kind;
    return isLookedFor && this.#until ? "far" : "";
  }

  // A reader that is not there is waited for no longer.
  end() {
    this.#isEnded = true;
    this.#until = 0;
    this.#wake();
  }

  // What came, nothing yet after so many milliseconds; undefined where there is no link any more.
  async read(timeout) {
    if (!this.#come.length && this.#there && timeout > 0) await this.#woken(timeout);
    if (!this.#come.length) return this.#there ? new Uint8Array(0) : undefined;
    const size = this.#come.reduce((sum, one) => sum + one.length, 0), all = new Uint8Array(size);
    let at = 0;
    for (const one of this.#come.splice(0)) { all.set(one, at); at += one.length; }
    return all;
  }

  // Whether it went to the reader, once that is known; false too where it is not known in time.
  async write(data, segment) {
    if (!this.#there) return false;
    let late;
    const well = await new Promise((done) => {
      late = setTimeout(done, WRITE_MS, false);
      this.#sending.push(done);
      this.#send(data, segment);
    });
    clearTimeout(late);
    return well;
  }
}
