// A zip whose files are not compressed, put into Python's file system without a copy: each file is a view of it.

const [END, ENTRY] = [0x06054b50, 0x02014b50];
const END_SIZE = 22;
const decoder = new TextDecoder();

// Every file of the archive, below `folder`: [name, size, place in the archive]. An Error for what is no such archive.
export function unpacked(FS, archive, folder) {
  const bytes = new Uint8Array(archive), view = new DataView(archive);
  const end = bytes.length - END_SIZE; // ours have no comment
  if (end < 0 || view.getUint32(end, true) !== END) throw new Error("no archive");
  const made = new Set(), entries = [];
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    const size = view.getUint32(at + 24, true);
    const [named, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    if (view.getUint32(at, true) !== ENTRY || view.getUint16(at + 10, true) !== 0) throw new Error("a compressed entry");
    const name = decoder.decode(bytes.subarray(at + 46, at + 46 + named));
    const local = view.getUint32(at + 42, true);
    const content = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const path = `${folder}/${name}`, parent = path.slice(0, path.lastIndexOf("/"));
    if (!made.has(parent)) { FS.mkdirTree(parent); made.add(parent); }
    FS.writeFile(path, bytes.subarray(content, content + size), { canOwn: true });
    entries.push([name, size, content]);
    at += 46 + named + extra + comment;
  }
  return entries;
}
