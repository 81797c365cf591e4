// A block of registers as the bus of an RP2040 sees one: plain writes, and those that exchange, set or clear bits.

const CHANGED = [(_, value) => value, (old, value) => old ^ value, (old, value) => old | value, (old, value) => old & ~value];

export class Registers {
  constructor() {
    this.kept = new Map();
    this.written = 0; // as the program wrote it: registers whose ones clear bits look at this
  }

  readUint32(offset) {
    return this.kept.get(offset) ?? 0;
  }

  writeUint32(offset, value) {
    this.kept.set(offset, value >>> 0);
  }

  // What rp2040js calls: the kind of write is in two bits of the address (datasheet 2.1.2).
  writeUint32Atomic(offset, value, kind) {
    this.written = value;
    this.writeUint32(offset, CHANGED[kind](kind ? this.readUint32(offset) : 0, value) >>> 0);
  }
}
