// The UART of an RP2040 (Arm PL011; datasheet 4.2) with time: a character takes as long as its bits, its FIFOs have
// their levels, their time-out and their overrun. The line's other end is `onSent`, `receive` and `breakSeen`.
import { Registers } from "./registers.mjs";

const DR = 0x00, FR = 0x18, IBRD = 0x24, FBRD = 0x28, LCR = 0x2c, CR = 0x30;
const IFLS = 0x34, IMSC = 0x38, RIS = 0x3c, MIS = 0x40, ICR = 0x44;
const ENABLED = 1, TRANSMITS = 1 << 8, RECEIVES = 1 << 9;
const RX = 1 << 4, TX = 1 << 5, LATE = 1 << 6, BROKEN = 1 << 9; // interrupts
const BREAK = 1 << 10, LOST = 1 << 11; // beside a byte read
const DEPTH = 32;
const LEVELS = [4, 8, 16, 24, 28]; // of 32: an eighth, a quarter, a half, …
const SILENCE = 32; // bit times without a byte, after which what lies in the FIFO is told

export class Uart extends Registers {
  // `chip` has `clkPeri` in Hz and `setInterrupt(number, level)`; `clock` makes alarms and has `nanos`.
  constructor(chip, clock, interrupt) {
    super();
    Object.assign(this, { chip, clock, interrupt });
    this.onSent = () => {}; // (byte, when in ns its start bit began)
    this.shifting = clock.createAlarm(() => {
      this.shifting.scheduled = false;
      this.busy = false;
      this.shift();
    });
    this.silent = clock.createAlarm(() => {
      this.silent.scheduled = false;
      if (this.received.length) this.raise(LATE);
    });
    this.reset();
  }

  reset() {
    this.kept = new Map([[CR, TRANSMITS | RECEIVES], [IFLS, 0x12]]);
    this.waiting = []; // to be sent
    this.received = [];
    this.raised = 0;
    this.busy = false;
    this.overrun = false;
    this.shifting.cancel();
    this.silent.cancel();
    this.check();
  }

  get baud() {
    const divisor = this.readUint32(IBRD) + this.readUint32(FBRD) / 64;
    return divisor ? this.chip.clkPeri / 16 / divisor : 0;
  }

  // Start, data, parity and stop bits of a character, and how they are written: "8E2".
  get bits() {
    const lcr = this.kept.get(LCR) ?? 0;
    return 1 + 5 + ((lcr >> 5) & 3) + ((lcr >> 1) & 1) + 1 + ((lcr >> 3) & 1);
  }

  get format() {
    const lcr = this.kept.get(LCR) ?? 0;
    return `${5 + ((lcr >> 5) & 3)}${lcr & 2 ? (lcr & 4 ? "E" : "O") : "N"}${lcr & 8 ? 2 : 1}`;
  }

  get bitNs() {
    return 1e9 / this.baud;
  }

  get depth() {
    return (this.kept.get(LCR) ?? 0) & (1 << 4) ? DEPTH : 1;
  }

  level(shift) {
    return this.depth === 1 ? 1 : (LEVELS[(this.kept.get(IFLS) >> shift) & 7] ?? DEPTH);
  }

  on(what) {
    const wanted = ENABLED | what;
    return (this.kept.get(CR) & wanted) === wanted && this.baud > 0;
  }

  // A whole character has come; its last stop bit need not be over.
  receive(byte) {
    if (!this.on(RECEIVES)) return;
    if (this.received.length >= this.depth) {
      this.overrun = true;
      return;
    }
    this.received.push(byte | (this.overrun ? LOST : 0));
    this.overrun = false;
    this.silent.schedule(SILENCE * this.bitNs);
    if (this.received.length >= this.level(3)) this.raised |= RX;
    this.check();
  }

  // The line has been low for longer than a character.
  breakSeen() {
    this.receive(BREAK);
    if (this.on(RECEIVES)) this.raise(BROKEN);
  }

  readUint32(offset) {
    if (offset === DR) return this.take();
    if (offset === FR) return this.flags();
    if (offset === RIS) return this.raised;
    if (offset === MIS) return this.raised & this.readUint32(IMSC);
    return super.readUint32(offset);
  }

  writeUint32(offset, value) {
    if (offset === DR) {
      if (this.waiting.length < this.depth) this.waiting.push(value & 0xff);
      this.shift();
      this.lowerTx();
      this.check();
    } else if (offset === ICR) {
      this.raised &= ~this.written;
      this.check();
    } else {
      super.writeUint32(offset, value);
      if (offset === CR || offset === LCR) this.shift();
      this.check();
    }
  }

  take() {
    const byte = this.received.shift() ?? 0;
    if (this.received.length < this.level(3)) this.raised &= ~RX;
    if (!this.received.length) this.raised &= ~LATE;
    this.check();
    return byte;
  }

  flags() {
    const { waiting, received, depth } = this;
    let flags = this.busy || waiting.length ? 1 << 3 : 0;
    if (!received.length) flags |= 1 << 4;
    if (waiting.length >= depth) flags |= 1 << 5;
    if (received.length >= depth) flags |= 1 << 6;
    if (!waiting.length) flags |= 1 << 7;
    return flags;
  }

  // The next character goes onto the line, if it is free. As the FIFO falls to its level, that is told, once.
  shift() {
    if (this.busy || !this.waiting.length || !this.on(TRANSMITS)) return;
    const level = this.depth === 1 ? 0 : this.level(0);
    const before = this.waiting.length;
    const byte = this.waiting.shift();
    this.busy = true;
    this.shifting.schedule(this.bits * this.bitNs);
    if (before > level && this.waiting.length <= level) this.raise(TX);
    this.onSent(byte, this.clock.nanos);
  }

  lowerTx() {
    if (this.waiting.length > (this.depth === 1 ? 0 : this.level(0))) this.raised &= ~TX;
  }

  raise(what) {
    this.raised |= what;
    this.check();
  }

  check() {
    this.chip.setInterrupt(this.interrupt, (this.raised & (this.kept.get(IMSC) ?? 0)) !== 0);
  }
}
