// Python's memory as it is once all is imported, kept on this device: a later start of the same release reads it and
// imports nothing. It is made before the vault, the journal or a code is touched, so it holds nothing of a practice.
// What does not fit (another release, browser or time zone, a damaged file, a start that did not end well) is dropped,
// and the start goes the ordinary way.

const FOLDER = "depart";
const HEADER = 4096;
const MAGIC = 0x544f4d45;
const [MAGIC_AT, HEAD_AT, HEAD_SIZE, TRIES, HEAD_SUM] = [0, 1, 2, 3, 4]; // words of the header
const TRIES_MAX = 2; // starts by it that did not end: a tab may be closed meanwhile
const LIBRARY = "/lib";
const BLOCK = 65_536; // of the memory; one of zeros is not kept
const ROOM = 4; // so many times its size has to be free
const [BEGIN, PRIME] = [0x811c9dc5, 0x01000193]; // FNV-1a, of the head

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function isZero(words) {
  for (let at = 0; at < words.length; at++) if (words[at] !== 0) return false;
  return true;
}

function summed(bytes) {
  let sum = BEGIN;
  for (let at = 0; at < bytes.length; at++) sum = Math.imul(sum ^ bytes[at], PRIME);
  return sum >>> 0;
}

// Of memory where it lies: Python's own code does it (XXH64 of its zstd), many times as fast as a script that just
// started. It takes address 0 for no memory at all; before address 8 there is nothing.
const summedBy = (module) => ({ byteOffset, byteLength }, sum) => {
  const from = Math.max(byteOffset, 8);
  return module._ZSTD_XXH64(from, byteOffset + byteLength - from, sum);
};

const blocksOf = (memory, first, count = 1) => memory.subarray(first * BLOCK / 4, (first + count) * BLOCK / 4);

// What of memory is not zero: [first block, how many], one after another.
function runsOf(memory) {
  const runs = [], end = memory.byteLength / BLOCK;
  for (let block = 0; block < end; block++) {
    if (isZero(blocksOf(memory, block))) continue;
    const last = runs.at(-1);
    if (last && last[0] + last[1] === block) last[1]++; else runs.push([block, 1]);
  }
  return runs;
}

// The release in use; nothing where none is. Asked by the page too, which has the time.
export const releaseInUse = async () => (await fetch("./ici")).json().catch(() => undefined);

// What a memory has to fit: a release, and what of the browser Python has noted.
export function fits(release, suspends) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { name: release, made: [release, navigator.userAgent, zone, suspends].join("\n") };
}

// The file that keeps the memory of a release (a promise of its name); null: none yet. Asked by the page too.
export async function keptFile(release) {
  const [place, name] = await Promise.all([folder(), release]);
  return name ? place.getFileHandle(name).catch(() => null) : null;
}

async function folder() {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
}

export class KeptMemory {
  #handle;
  #head;

  constructor(handle, head) {
    this.#handle = handle;
    this.#head = head;
  }

  // The one in the file that is being opened if it fits, else null. One that is no good goes.
  static async found(wanted, opening) {
    const handle = await opening.catch(() => null); // another page may hold it
    if (!handle) return null;
    const head = readHead(handle, wanted.made);
    if (head) return new KeptMemory(handle, head);
    handle.close();
    await (await folder()).removeEntry(wanted.name);
    return null;
  }

  // Has Python begin by it: options of loadPyodide, whose module `create` makes; `modules` are the page's, by name.
  options(create, modules) {
    const restored = (module) => () => {
      const made = module.HEAP32.byteLength;
      module.growMemory(this.#head.size);
      this.#read(module.HEAP32, summedBy(module), made / BLOCK);
      return this.#head.state;
    };
    return {
      lockFileContents: this.#head.lock,
      _loadSnapshot: new Uint8Array(0), // it is read into its place below, and is nowhere twice
      _snapshotDeserializer: (name) => modules[name],
      async createPyodideModule(settings) {
        settings.preRun[0] = ({ FS }) => FS.mkdirTree(LIBRARY); // instead of waiting for the library, which is in it
        const module = await create(settings);
        module.API.restoreSnapshot = restored(module);
        return module;
      },
    };
  }

  // Into memory that was just made: what it holds already lies in its first `made` blocks, all after them is zero.
  #read(memory, sum, made) {
    let at = HEADER, found = 0n, next = 0;
    const clear = (end) => {
      for (; next < Math.min(end, made); next++) {
        const part = blocksOf(memory, next);
        if (!isZero(part)) part.fill(0);
      }
    };
    for (const [first, count] of this.#head.runs) {
      clear(first);
      const part = blocksOf(memory, first, count);
      at += this.#handle.read(part, { at });
      found = sum(part, found);
      next = first + count;
    }
    clear(made);
    if (String(found) !== this.#head.sum) throw new Error("damaged");
  }

  // The files that were there: [path, size, place], and how to read them.
  get files() { return this.#head.files; }
  read(bytes, at) { return this.#handle.read(bytes, { at }); }

  // The start that began by it ended well.
  wentWell() { writeHeader(this.#handle, this.#head.header, 0); }

  close() { this.#handle.close(); }

  async drop() {
    this.close();
    await (await folder()).removeEntry(this.#head.name);
  }
}

// Those of other releases go.
export async function tidy(wanted) {
  const place = await folder();
  for await (const name of place.keys()) if (name !== wanted.name) await place.removeEntry(name).catch(() => {});
}

function readHead(handle, made) {
  const header = new Uint32Array(HEADER / 4);
  handle.read(header, { at: 0 });
  if (header[MAGIC_AT] !== MAGIC || header[TRIES] >= TRIES_MAX || header[HEAD_AT] + header[HEAD_SIZE] !== handle.getSize()) return null;
  const bytes = new Uint8Array(header[HEAD_SIZE]);
  handle.read(bytes, { at: header[HEAD_AT] });
  if (summed(bytes) !== header[HEAD_SUM]) return null;
  const head = JSON.parse(decoder.decode(bytes));
  if (head.made !== made) return null;
  writeHeader(handle, header, header[TRIES] + 1);
  return { ...head, header };
}

function writeHeader(handle, header, tries) {
  header[TRIES] = tries;
  handle.write(header, { at: 0 });
}

// Keep Python's memory as it is, with the files that it may read later: archives as [bytes, folder, entries]. `named`
// gives the names of the page's own modules, `lock` what Pyodide reads of itself. A device that is short of room keeps none.
export async function keepMemory(python, wanted, lock, named, archives) {
  const memory = python._module.HEAP32, sum = summedBy(python._module), { quota = 0, usage = 0 } = await navigator.storage.estimate();
  if (quota - usage < ROOM * memory.byteLength || await releaseInUse() !== wanted.name) return;
  if (Object.keys(python._module.LDSO.loadedLibsByName).length > 1) throw new Error("a library is not in the memory alone");
  const state = python._api.serializeHiwireState((one) => {
    if (!named.has(one)) throw new Error("what is the page's would be kept");
    return named.get(one);
  });
  const handle = await (await (await folder()).getFileHandle(wanted.name, { create: true })).createSyncAccessHandle();
  try {
    write(handle, { ...wanted, lock, state, size: memory.byteLength }, memory, sum, archives);
  } catch (error) {
    handle.truncate(0);
    throw error;
  } finally {
    handle.close();
  }
}

function write(handle, head, memory, sum, archives) {
  const runs = runsOf(memory), files = [];
  let at = HEADER, made = 0n;
  const put = (bytes) => {
    if (handle.write(bytes, { at }) !== bytes.byteLength) throw new Error("no room");
    at += bytes.byteLength;
  };
  handle.truncate(0);
  for (const [first, count] of runs) {
    const part = blocksOf(memory, first, count);
    made = sum(part, made);
    put(part);
  }
  for (const [bytes, within, entries] of archives) {
    files.push(...entries.map(([path, size, place]) => [within + path, size, at + place]));
    put(bytes);
  }
  const bytes = encoder.encode(JSON.stringify({ ...head, runs, sum: String(made), files }));
  const header = new Uint32Array(HEADER / 4);
  header.set([MAGIC, at, bytes.length, 0, summed(bytes)]);
  put(bytes);
  handle.flush();
  handle.write(header, { at: 0 });
  handle.flush();
}
