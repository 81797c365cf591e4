// Files that lie in one file of this device, for Python to read when it asks for them: none is in memory before.

const [ENOENT, EROFS] = [44, 69];
const [FOLDER_MODE, FILE_MODE] = [0o40555, 0o100444];

// Those of `kept` as a file system of Emscripten.
export function packedFiles(FS, kept) {
  const fail = (number) => new FS.ErrnoError(number);
  const root = new Map(), time = new Date(0);
  for (const [path, size, at] of kept.files) {
    const parts = path.split("/"), name = parts.pop();
    let folder = root;
    for (const part of parts) {
      if (!folder.has(part)) folder.set(part, new Map());
      folder = folder.get(part);
    }
    if (name) folder.set(name, { size, at });
  }

  function node(parent, name, held) {
    const made = FS.createNode(parent, name, held instanceof Map ? FOLDER_MODE : FILE_MODE, 0);
    return Object.assign(made, { node_ops: nodeOps, stream_ops: streamOps, held });
  }

  const refused = () => { throw fail(EROFS); };
  const nodeOps = {
    getattr({ id, mode, held }) {
      const size = held instanceof Map ? 0 : held.size;
      return { dev: 78, ino: id, mode, nlink: 1, uid: 0, gid: 0, rdev: 0, size, atime: time, mtime: time, ctime: time, blksize: 4096, blocks: 0 };
    },
    lookup(parent, name) {
      const held = parent.held.get(name);
      if (!held) throw fail(ENOENT);
      return node(parent, name, held);
    },
    readdir: ({ held }) => [".", "..", ...held.keys()],
    setattr: refused, mknod: refused, rename: refused, unlink: refused, rmdir: refused, symlink: refused,
  };
  const streamOps = {
    llseek(stream, offset, whence) {
      return offset + (whence === 1 ? stream.position : whence === 2 ? stream.node.held.size : 0);
    },
    read(stream, buffer, into, length, position) {
      const { size, at } = stream.node.held, count = Math.max(0, Math.min(length, size - position));
      return count && kept.read(buffer.subarray(into, into + count), at + position);
    },
  };
  return { mount: () => node(null, "/", root) };
}
