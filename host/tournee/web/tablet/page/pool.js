// Files for Python on a pool of the browser's files (OPFS), each opened beforehand: so that create, write, flush,
// rename and unlink are done when they return. Nothing is written later, and nothing is kept in memory but `-shm`.
//
// A slot is one file: two headers of 512 bytes at 0 and 2048, of which the valid one of the highest generation
// holds, then the content from 4096 on. Of two slots of one name the newer one holds: so a rename is whole or not.

const HEADER = 512;
const SECOND = 2048;
const CONTENT = 4096;
const MAGIC = 0x544f5552;
const NAME_AT = 14;
const NAME_MAX = HEADER - NAME_AT - 4;
const FREE_AT_LEAST = 16;
const [HELD_MS, AGAIN_MS] = [5000, 50];

export const ENOENT = 44, EIO = 29, EINVAL = 28, ENOSPC = 51, ENAMETOOLONG = 37, ENOTEMPTY = 55, EPERM = 63;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

function readHeader(handle, at) {
  const bytes = new Uint8Array(HEADER);
  if (handle.read(bytes, { at }) < HEADER) return null;
  const view = new DataView(bytes.buffer);
  const size = view.getUint16(12);
  if (view.getUint32(0) !== MAGIC || size > NAME_MAX) return null;
  if (view.getUint32(HEADER - 4) !== crc32(bytes.subarray(0, HEADER - 4))) return null;
  return { generation: view.getUint32(4), mode: view.getUint32(8), name: decoder.decode(bytes.subarray(NAME_AT, NAME_AT + size)) };
}

// A page that was left holds its files for a moment more; the browser's lock says that it was the only other one.
async function opened(file) {
  for (const end = performance.now() + HELD_MS; ;) {
    try {
      return await file.createSyncAccessHandle();
    } catch (error) {
      if (error.name !== "NoModificationAllowedError" || performance.now() > end) throw error;
      await new Promise((done) => { setTimeout(done, AGAIN_MS); });
    }
  }
}

export class Pool {
  constructor() {
    this.slots = [];
    this.names = new Map();
    this.generation = 0;
    this.flushes = 0;
    this.growing = null;
  }

  // Open every file of the folder, and make new ones until enough are free. NoModificationAllowedError: another
  // page has them open, and keeps them.
  async open(folder) {
    const root = await navigator.storage.getDirectory();
    this.directory = await root.getDirectoryHandle(folder, { create: true });
    const files = [];
    for await (const [name, file] of this.directory) files[Number(name)] = file;
    await this.#add(files.length, files);
    for (const slot of this.slots) this.#take(slot);
    await this.grow();
    return this;
  }

  // Have so many files free: a new file is made within a call of Python's, where nothing can be waited for, so they
  // are made beforehand, between two works.
  async grow(least = FREE_AT_LEAST) {
    while (this.growing) await this.growing;
    const missing = least - (this.slots.length - this.names.size);
    if (missing <= 0) return;
    this.growing = this.#add(missing);
    try { await this.growing; } finally { this.growing = null; }
  }

  // `files`: those that are there, by their numbers.
  async #add(count, files = []) {
    const numbers = Array.from({ length: count }, (_, i) => this.slots.length + i);
    this.slots.push(...await Promise.all(numbers.map((number) => this.#opened(number, files[number]))));
  }

  async #opened(number, found) {
    const file = found ?? await this.directory.getFileHandle(String(number), { create: true });
    return { number, handle: await opened(file), name: "", mode: 0, generation: 0, second: false, opened: 0 };
  }

  #take(slot) {
    const [first, second] = [readHeader(slot.handle, 0), readHeader(slot.handle, SECOND)];
    const isSecond = Boolean(second) && (!first || second.generation > first.generation);
    const found = isSecond ? second : first;
    if (!found) return;
    this.generation = Math.max(this.generation, found.generation);
    slot.generation = found.generation;
    slot.second = isSecond;
    if (!found.name) return;
    const other = this.names.get(found.name);
    if (other && other.generation > found.generation) { this.free(slot); return; }
    if (other) this.free(other);
    Object.assign(slot, found);
    this.names.set(found.name, slot);
  }

  #writeHeader(slot) {
    const bytes = new Uint8Array(HEADER), view = new DataView(bytes.buffer), name = encoder.encode(slot.name);
    slot.generation = ++this.generation;
    slot.second = !slot.second; // the header that held stays as it is until this one is written
    view.setUint32(0, MAGIC);
    view.setUint32(4, slot.generation);
    view.setUint32(8, slot.mode);
    view.setUint16(12, name.length);
    bytes.set(name, NAME_AT);
    view.setUint32(HEADER - 4, crc32(bytes.subarray(0, HEADER - 4)));
    slot.handle.write(bytes, { at: slot.second ? SECOND : 0 });
    slot.handle.flush();
  }

  flush(slot) {
    slot.handle.flush();
    this.flushes++;
  }

  make(name, mode) {
    const slot = this.slots.find((one) => !one.name && !one.opened);
    if (!slot) return null;
    slot.handle.truncate(CONTENT);
    Object.assign(slot, { name, mode });
    this.#writeHeader(slot);
    this.names.set(name, slot);
    return slot;
  }

  rename(slot, name) {
    const other = this.names.get(name);
    this.names.delete(slot.name);
    slot.name = name;
    this.#writeHeader(slot);
    this.names.set(name, slot);
    if (other && other !== slot) this.free(other);
  }

  chmod(slot, mode) {
    if (slot.mode === mode) return;
    slot.mode = mode;
    this.#writeHeader(slot);
  }

  // Its content goes at once, unless it is open: then when it is closed.
  free(slot) {
    if (this.names.get(slot.name) === slot) this.names.delete(slot.name);
    slot.name = "";
    this.#writeHeader(slot);
    if (!slot.opened) slot.handle.truncate(CONTENT);
  }

  closed(slot) {
    slot.opened--;
    if (!slot.opened && !slot.name) slot.handle.truncate(CONTENT);
  }

  close() { for (const slot of this.slots) slot.handle.close(); }

  size(slot) { return Math.max(0, slot.handle.getSize() - CONTENT); }
  truncate(slot, size) { slot.handle.truncate(CONTENT + size); }
  read(slot, bytes, at) { return slot.handle.read(bytes, { at: CONTENT + at }); }
  write(slot, bytes, at) { return slot.handle.write(bytes, { at: CONTENT + at }); }
}

// The pool as a file system of Emscripten. Whatever fails is told as an ErrnoError: any other error would leave
// Python hanging.
export function fileSystem(FS, pool) {
  const memory = FS.filesystems.MEMFS;
  const fail = (number) => new FS.ErrnoError(number);
  const guarded = (table) => Object.fromEntries(Object.entries(table).map(([name, work]) => [name, (...given) => {
    try {
      return work(...given);
    } catch (error) {
      if (error instanceof FS.ErrnoError) throw error;
      throw fail(error?.name === "QuotaExceededError" ? ENOSPC : EIO);
    }
  }]));
  const path = (node) => {
    const parts = [];
    for (let one = node; one.parent !== one; one = one.parent) parts.unshift(one.name);
    return parts.join("/");
  };
  const below = (parent, name) => (path(parent) ? `${path(parent)}/${name}` : name);
  const within = (folder) => [...pool.names.keys()].filter((name) => !folder || name.startsWith(`${folder}/`));

  function node(parent, name, mode, slot) {
    const made = FS.createNode(parent, name, mode, 0);
    return Object.assign(made, { node_ops: nodeOps, stream_ops: streamOps, slot, contents: {}, changed: new Date() });
  }

  const nodeOps = guarded({
    getattr(one) {
      const size = one.slot ? pool.size(one.slot) : CONTENT;
      const times = { atime: one.changed, mtime: one.changed, ctime: one.changed };
      const ino = one.slot ? one.slot.number + 10 : one.id + 100_000;
      return { dev: 77, ino, mode: one.mode, nlink: 1, uid: 0, gid: 0, rdev: 0, size, ...times, blksize: CONTENT, blocks: Math.ceil(size / HEADER) };
    },
    setattr(one, told) {
      if (told.mode != null) {
        one.mode = (one.mode & 0o170000) | (told.mode & 0o7777);
        if (one.slot) pool.chmod(one.slot, one.mode);
      }
      if (told.size != null && one.slot) pool.truncate(one.slot, told.size);
    },
    lookup(parent, name) {
      const whole = below(parent, name), slot = pool.names.get(whole);
      if (slot) return node(parent, name, slot.mode, slot);
      if (within(whole).length) return node(parent, name, 0o40700, null);
      throw fail(ENOENT);
    },
    mknod(parent, name, mode, device) {
      if (name.endsWith("-shm")) return memory.createNode(parent, name, mode, device); // one process: it is no file
      if (FS.isDir(mode)) return node(parent, name, mode, null);
      const whole = below(parent, name);
      if (encoder.encode(whole).length > NAME_MAX) throw fail(ENAMETOOLONG);
      const slot = pool.make(whole, mode);
      if (!slot) throw fail(ENOSPC);
      return node(parent, name, mode, slot);
    },
    rename(one, parent, name) {
      if (!one.slot) throw fail(EINVAL); // a folder is its files' names
      const whole = below(parent, name);
      if (encoder.encode(whole).length > NAME_MAX) throw fail(ENAMETOOLONG);
      pool.rename(one.slot, whole);
      one.name = name;
    },
    unlink(parent, name) {
      const slot = pool.names.get(below(parent, name));
      if (slot) pool.free(slot);
      delete parent.contents[name];
    },
    rmdir(parent, name) {
      if (within(below(parent, name)).length) throw fail(ENOTEMPTY);
    },
    readdir(one) {
      const folder = path(one), start = folder ? folder.length + 1 : 0;
      const names = within(folder).map((name) => name.slice(start).split("/")[0]);
      return [...new Set([".", "..", ...names, ...Object.keys(one.contents)])];
    },
    symlink() { throw fail(EPERM); },
  });

  const streamOps = guarded({
    open(stream) { if (stream.node.slot) stream.node.slot.opened++; },
    close(stream) { if (stream.node.slot) pool.closed(stream.node.slot); },
    llseek(stream, offset, whence) {
      const from = whence === 1 ? stream.position : whence === 2 ? pool.size(stream.node.slot) : 0;
      if (from + offset < 0) throw fail(EINVAL);
      return from + offset;
    },
    read(stream, buffer, at, length, position) { return pool.read(stream.node.slot, buffer.subarray(at, at + length), position); },
    write(stream, buffer, at, length, position) {
      stream.node.changed = new Date();
      return pool.write(stream.node.slot, buffer.subarray(at, at + length), position);
    },
    fsync(stream) {
      if (stream.node.slot) pool.flush(stream.node.slot); // SQLite syncs the folder too
      return 0;
    },
    mmap(stream, length, position, protection, flags) {
      const contents = new Uint8Array(pool.size(stream.node.slot));
      pool.read(stream.node.slot, contents, 0);
      return memory.ops_table.file.stream.mmap({ node: { mode: stream.node.mode, contents } }, length, position, protection, flags);
    },
    msync() { return 0; },
  });

  return { mount: () => node(null, "/", 0o40700, null) };
}
