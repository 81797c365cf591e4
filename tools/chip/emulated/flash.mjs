// The serial flash of a board behind the RP2040's SSI (datasheet 4.10), as its boot ROM and its second stage drive it:
// pages are programmed and sectors erased in their time, bits only fall but by an erasure, and power fails where it
// is told to. What is executed in place is the chip's own copy; each operation reaches `store` at once.
import { Registers } from "./registers.mjs";

const STATUS = 0x28, TX_WAITING = 0x20, RX_WAITING = 0x24, RAW = 0x34, MASKED = 0x30, IDENTITY = 0x58, VERSION = 0x5c, DATA = 0x60;
const READY = 0b110, HAS_DATA = 0b1000;
const PAGE = 256;
const ERASED = new Map([[0x20, 4096], [0x52, 32768], [0xd8, 65536]]);
const PROGRAM_NS = 400_000; // typical of a W25Q16JV
const ERASE_NS = new Map([[0x20, 45e6], [0x52, 120e6], [0xd8, 150e6]]);
const JEDEC = [0xef, 0x40, 0x15]; // 2 MiB
const LOW = 2; // an output overridden: low

export class Flash extends Registers {
  // `memory` is what the chip reads; `store(at, bytes, what)` keeps a part of it for good, after an operation `what`.
  // They are counted from `done`; in the middle of number `cut` power fails: `onCut` is called then. `onHalf(number)` is
  // called in the middle of each, while `memory` is as a failing power would leave it.
  constructor({ memory, clock, store, done = 0, cut = -1, onCut, onHalf }) {
    super();
    Object.assign(this, { memory, clock, store, done, cut, onCut, onHalf });
    this.sent = [];
    this.answers = [];
    this.selected = 0;
    this.writable = false;
    this.busyUntil = 0; // ns
  }

  // The chip select, as IO_QSPI overrides it: a command begins as it falls and ends as it rises.
  select(override) {
    if (override === this.selected) return;
    if (this.selected === LOW) this.obey();
    this.selected = override;
    this.sent = [];
    if (override === LOW) this.answers = [];
  }

  readUint32(offset) {
    if (offset === STATUS) return READY | (this.answers.length ? HAS_DATA : 0);
    if (offset === RX_WAITING) return this.answers.length;
    if (offset === DATA) return this.answers.shift() ?? 0;
    if (offset === TX_WAITING || offset === RAW || offset === MASKED) return 0;
    if (offset === IDENTITY) return 0x51535049;
    if (offset === VERSION) return 0x3430312a;
    return super.readUint32(offset);
  }

  writeUint32(offset, value) {
    if (offset !== DATA) {
      super.writeUint32(offset, value);
      return;
    }
    if (this.selected !== LOW && !this.answers.length) this.sent = []; // the SSI selects by itself
    this.sent.push(value & 0xff);
    this.answers.push(this.answer(this.sent.length));
  }

  answer(n) {
    const command = this.sent[0];
    if (n === 1) return 0;
    if (command === 0x05) return (this.writable ? 2 : 0) | (this.clock.nanos < this.busyUntil ? 1 : 0);
    if (command === 0x35) return 2; // quad
    if (command === 0x9f) return JEDEC[n - 2] ?? 0;
    if (command === 0x4b) return 0xd0 + n; // the flash's own number, which is the board's
    if (command === 0x03 && n > 4) return this.memory[(this.address() + n - 5) % this.memory.length];
    return 0;
  }

  address() {
    return (this.sent[1] << 16) | (this.sent[2] << 8) | this.sent[3];
  }

  obey() {
    const command = this.sent[0];
    if (command === 0x06) this.writable = true;
    else if (command === 0x04) this.writable = false;
    else if (this.writable && this.sent.length >= 4 && (command === 0x02 || ERASED.has(command))) this.change(command);
  }

  change(command) {
    const programs = command === 0x02;
    const size = programs ? PAGE : ERASED.get(command);
    const from = this.address() & ~(size - 1);
    const fails = this.done === this.cut;
    const turn = (half) => (programs ? this.program(from, half) : this.memory.fill(0xff, from, from + (half ? size / 2 : size)));
    if (this.onHalf) {
      const before = this.memory.slice(from, from + size);
      turn(true);
      this.onHalf(this.done);
      this.memory.set(before, from);
    }
    turn(fails);
    this.store(from, this.memory.subarray(from, from + size), { event: programs ? "program" : "erase", from, size, number: this.done });
    this.done++;
    this.writable = false;
    this.busyUntil = this.clock.nanos + (programs ? PROGRAM_NS : ERASE_NS.get(command));
    if (fails) this.onCut();
  }

  program(from, half) {
    const data = this.sent.slice(4);
    const first = this.address() - from;
    for (let i = 0; i < (half ? data.length >> 1 : data.length); i++) this.memory[from + ((first + i) % PAGE)] &= data[i];
  }
}

// The pads of the flash: registers, and the override of its chip select.
export class FlashPads extends Registers {
  constructor(flash) {
    super();
    this.flash = flash;
  }

  readUint32(offset) {
    return this.kept.get(offset) ?? (offset % 8 ? 0x1f : 0);
  }

  writeUint32(offset, value) {
    super.writeUint32(offset, value);
    if (offset === 0x0c) this.flash.select((value >> 8) & 3);
  }
}
