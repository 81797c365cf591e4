// The PWM of an RP2040 (datasheet 4.5) as what makes clocks: no edge is emulated, for two cards' would take half of the
// machine. A slice has its frequency, and a level where it stands still.
import { Registers } from "./registers.mjs";

const SLICE = 0x14, SLICES = 8, CSR = 0, DIV = 4, COMPARE = 0xc, TOP = 0x10, ENABLES = 0xa0;

export class Pwm extends Registers {
  // `chip` has `clkSys` in Hz; `onChange` is called after each write.
  constructor(chip, clock, onChange) {
    super();
    Object.assign(this, { chip, clock, onChange });
    this.began = new Array(SLICES).fill(0); // ns, when the slice was started
    this.stood = new Array(SLICES).fill(0); // its counter, where it was stopped
  }

  reset() {
    this.kept.clear();
  }

  readUint32(offset) {
    if (offset === ENABLES) return [...this.stood.keys()].reduce((all, slice) => all | (this.runs(slice) << slice), 0);
    const register = offset % SLICE;
    if (offset < ENABLES && !this.kept.has(offset)) return register === DIV ? 16 : register === TOP ? 0xffff : 0;
    return super.readUint32(offset);
  }

  writeUint32(offset, value) {
    if (offset === ENABLES) for (let slice = 0; slice < SLICES; slice++) this.enable(slice, (value >> slice) & 1);
    else if (offset < ENABLES && offset % SLICE === CSR) {
      const slice = offset / SLICE;
      const on = value & 1;
      super.writeUint32(offset, (value & ~1) | this.runs(slice));
      this.enable(slice, on);
    } else super.writeUint32(offset, value);
    this.onChange();
  }

  runs(slice) {
    return (this.kept.get(slice * SLICE + CSR) ?? 0) & 1;
  }

  enable(slice, on) {
    if (on === this.runs(slice)) return;
    if (on) this.began[slice] = this.clock.nanos;
    else this.stood[slice] = Math.floor(((this.clock.nanos - this.began[slice]) / 1e9) * this.countedHz(slice)) % this.cycle(slice);
    super.writeUint32(slice * SLICE + CSR, (this.readUint32(slice * SLICE + CSR) & ~1) | on);
  }

  countedHz(slice) {
    return this.chip.clkSys / ((this.readUint32(slice * SLICE + DIV) || 4096) / 16);
  }

  cycle(slice) {
    return this.readUint32(slice * SLICE + TOP) + 1;
  }

  // What a pin with this function shows: its clock in kHz, 0 for low, 1 for high.
  output(pin) {
    const slice = (pin >> 1) & 7;
    const compare = (this.readUint32(slice * SLICE + COMPARE) >>> (pin & 1 ? 16 : 0)) & 0xffff;
    const cycle = this.cycle(slice);
    if (!this.runs(slice)) return this.stood[slice] < compare ? 1 : 0;
    if (compare === 0 || compare >= cycle) return compare ? 1 : 0;
    return this.countedHz(slice) / cycle / 1000;
  }
}
