// A card slot of the board: what its pins and its UART do to a card's contacts, when, and what the card's end of the
// slot line (`host/tournee/emulation/slots.py`) answers. Every level and every character is told to `trace`.

const DATA = 0, ACTIVATE = 1, DEACTIVATE = 2, PRESENCE = 3, SPEED = 4; // frames of the slot line
const F = { 1: 372, 2: 558, 3: 744, 4: 1116, 5: 1488, 6: 1860, 9: 512, 10: 768, 11: 1024, 12: 1536, 13: 2048 };
const D = { 1: 1, 2: 2, 3: 4, 4: 8, 5: 16, 6: 32, 7: 64, 8: 12, 9: 20 };
const DEFAULT = 0x11;
const CHARACTER = 12; // etu
const SEEN = 10.5; // etu after its leading edge a receiver has a character
const TURN = 22; // etu from our leading edge to the card's (ISO 7816-3 11.4.3; T=0 wants less)
const BREAK = 11; // etu that a line is low for, and no character
const OF_UART = 2, OF_PWM = 4, OF_SIO = 5; // functions of a pin

// F/D of a TA1 value: cycles of the card's clock in an etu.
export function cyclesOf(ta1) {
  return F[ta1 >> 4] / D[ta1 & 15];
}

// The TA1 value whose speed comes nearest to `baud`, at this clock.
export function nearest(baud, clockKhz) {
  let best = DEFAULT;
  for (const f of Object.keys(F)) {
    for (const d of Object.keys(D)) {
      const ta1 = (f << 4) | d;
      const away = (one) => Math.abs(Math.log((clockKhz * 1000) / cyclesOf(one) / baud));
      if (away(ta1) < away(best)) best = ta1;
    }
  }
  return best;
}

export class Contacts {
  // `pins` as `board.toml` has them; `line` is the socket of the slot line; `trace(what)` takes one thing that happened.
  constructor(pins, line, trace) {
    Object.assign(this, { pins, line, trace });
    this.came = Buffer.alloc(0);
    this.present = false;
    this.resets = 0; // told to the card's end, not yet repeated by it: what comes is of before
    line.on("data", (data) => this.take(data));
  }

  // The chip that these contacts hang on: anew after each reset of it.
  attach({ chip, clock, uart, pwm }) {
    Object.assign(this, { chip, clock, uart, pwm });
    this.levels = { VCC: 0, RST: 0, CLK: 0, IO: 0 };
    this.running = false; // the card is, since its reset
    this.coming = []; // characters under way, the next one first
    this.free = 0; // ns, when the next may begin on the line
    this.ta1 = DEFAULT;
    this.baud = 0;
    this.alarm = clock.createAlarm(() => this.arrived());
    this.low = clock.createAlarm(() => {
      this.low.scheduled = false;
      if (!this.levels.IO) uart.breakSeen();
    });
    uart.onSent = (byte, at) => this.sent(byte, at);
    const roles = { VCC: this.pins.supply, RST: this.pins.reset, CLK: this.pins.clock, IO: this.pins.tx };
    this.roles = Object.entries(roles);
    for (const [, number] of this.roles) {
      const pin = chip.gpio[number];
      pin.checkForUpdates = () => {
        Object.getPrototypeOf(pin).checkForUpdates.call(pin);
        this.look();
      };
    }
    this.show();
  }

  show() {
    this.chip?.gpio[this.pins.switch].setInputValue(!this.present);
  }

  level(number) {
    const pin = this.chip.gpio[number];
    if (pin.functionSelect === OF_PWM) return this.pwm.output(number);
    if (pin.functionSelect === OF_UART) return 1; // it rests high
    if (pin.functionSelect === OF_SIO && pin.outputEnable) return pin.outputValue ? 1 : 0;
    return pin.pullupEnabled ? 1 : 0;
  }

  look() {
    for (const [contact, number] of this.roles) {
      const level = this.level(number);
      if (level === this.levels[contact]) continue;
      this.levels[contact] = level;
      this.trace({ at: this.clock.nanos, contact, level });
      if (contact === "RST") this.reset(level);
      if (contact === "IO" && !level && this.uart.baud) this.low.schedule(BREAK * this.uart.bitNs);
    }
  }

  reset(high) {
    this.coming = [];
    this.alarm.cancel();
    this.ta1 = DEFAULT;
    this.running = Boolean(high && this.levels.VCC && this.levels.CLK && this.levels.IO);
    if (!this.running) {
      this.send(DEACTIVATE, []);
      return;
    }
    this.baud = this.uart.baud;
    this.free = this.clock.nanos + 400 / (this.levels.CLK / 1e6); // the answer comes 400 cycles later at the soonest (6.2.2)
    this.resets++;
    this.send(ACTIVATE, []);
  }

  // ns: the card's, by its clock.
  etu() {
    return (cyclesOf(this.ta1) * 1e6) / this.levels.CLK;
  }

  // A character that the board's UART has begun to send.
  sent(byte, at) {
    if (this.chip.gpio[this.pins.tx].functionSelect !== OF_UART) return;
    const etu = this.uart.bitNs;
    if (this.running && this.uart.baud !== this.baud) {
      this.baud = this.uart.baud;
      this.ta1 = nearest(this.baud, this.levels.CLK);
      this.send(SPEED, [this.ta1]);
    }
    const { format } = this.uart;
    this.trace({ at, from: "reader", byte, etu, nominal: this.running ? this.etu() : etu, format });
    this.put({ byte, at, due: at + SEEN * etu, ours: true });
    this.free = at + (this.running ? TURN : CHARACTER) * etu;
  }

  put(character) {
    this.coming.push(character);
    this.coming.sort((one, other) => one.due - other.due);
    this.alarm.schedule(Math.max(0, this.coming[0].due - this.clock.nanos));
  }

  // A character is whole: the board's UART has it, sent or echoed; the card has ours.
  arrived() {
    this.alarm.scheduled = false;
    const { byte, at, ours } = this.coming.shift();
    if (this.coming.length) this.alarm.schedule(Math.max(0, this.coming[0].due - this.clock.nanos));
    if (!ours) this.trace({ at, from: "card", byte, etu: this.etu(), nominal: this.etu() });
    this.uart.receive(byte);
    if (ours && this.running) this.send(DATA, [byte]);
  }

  // Bytes of the slot line.
  take(data) {
    this.came = Buffer.concat([this.came, data]);
    while (this.came.length >= 2 && this.came.length >= 2 + this.came[1]) {
      const end = 2 + this.came[1];
      this.heard(this.came[0], this.came.subarray(2, end));
      this.came = this.came.subarray(end);
    }
  }

  heard(tag, payload) {
    if (tag === ACTIVATE) this.resets--;
    else if (tag === PRESENCE) {
      this.present = Boolean(payload[0]);
      this.show();
    } else if (tag === DATA && !this.resets && this.running) for (const byte of payload) this.fromCard(byte);
  }

  fromCard(byte) {
    const etu = this.etu();
    const at = Math.max(this.clock.nanos, this.free);
    this.free = at + CHARACTER * etu;
    this.put({ byte, at, due: at + SEEN * etu, ours: false });
  }

  send(tag, payload) {
    this.line.write(Buffer.from([tag, payload.length, ...payload]));
  }
}
