// Parts of the emulated board, on a clock of their own: what the chip's program sees of them, and when.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Contacts, cyclesOf, nearest } from "../../tools/chip/emulated/contacts.mjs";
import { Flash, FlashPads } from "../../tools/chip/emulated/flash.mjs";
import { Pwm } from "../../tools/chip/emulated/pwm.mjs";
import { Registers } from "../../tools/chip/emulated/registers.mjs";
import { Uart } from "../../tools/chip/emulated/uart.mjs";
import { UsbSerial } from "../../tools/chip/emulated/usb.mjs";

class Clock {
  nanos = 0;
  alarms = [];

  createAlarm(callback) {
    const alarm = { at: null, callback, schedule: (ns) => (alarm.at = this.nanos + ns), cancel: () => (alarm.at = null) };
    this.alarms.push(alarm);
    return alarm;
  }

  pass(ns) {
    const end = this.nanos + ns;
    for (;;) {
      const due = this.alarms.filter((one) => one.at !== null && one.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      [this.nanos, due.at] = [due.at, null];
      due.callback();
    }
    this.nanos = end;
  }
}

// A UART as a card's line has it: 8E2, FIFOs on, at about 8400 baud of a clock of 125 MHz.
function uart() {
  const clock = new Clock();
  const levels = [];
  const chip = { clkPeri: 125e6, setInterrupt: (number, level) => levels.push([number, level]) };
  const one = new Uart(chip, clock, 21);
  one.writeUint32(0x24, 930);
  one.writeUint32(0x28, 0);
  one.writeUint32(0x2c, 0b1111110);
  one.writeUint32(0x30, 0x301);
  return { clock, chip, levels, one };
}

test("registers exchange, set and clear bits as the address says", () => {
  const one = new Registers();
  one.writeUint32Atomic(4, 0b1100, 0);
  one.writeUint32Atomic(4, 0b0110, 1);
  assert.equal(one.readUint32(4), 0b1010);
  one.writeUint32Atomic(4, 0b0001, 2);
  one.writeUint32Atomic(4, 0b1000, 3);
  assert.equal(one.readUint32(4), 0b0011);
});

test("a character takes its twelve bits, and the next one follows at once", () => {
  const { clock, one } = uart();
  const sent = [];
  one.onSent = (byte, at) => sent.push([byte, at]);
  assert.equal(one.format, "8E2");
  assert.equal(one.bits, 12);
  for (const byte of [0x3b, 0x00, 0x1ff]) one.writeUint32(0, byte);
  assert.ok(one.readUint32(0x18) & 8);
  clock.pass(25 * one.bitNs);
  const bit = (16 * 930 * 1e9) / 125e6;
  assert.deepEqual(sent, [[0x3b, 0], [0x00, 12 * bit], [0xff, 24 * bit]]);
  clock.pass(12 * bit);
  assert.equal(one.readUint32(0x18) & 8, 0);
});

test("received bytes are told at the FIFO's level, or when the line has been silent for 32 bits", () => {
  const { clock, levels, one } = uart();
  one.writeUint32(0x38, 0x50);
  one.writeUint32(0x34, 0);
  for (let n = 0; n < 3; n++) one.receive(n);
  assert.equal(one.readUint32(0x40), 0);
  clock.pass(32 * one.bitNs);
  assert.equal(one.readUint32(0x40), 1 << 6);
  assert.deepEqual(levels.at(-1), [21, true]);
  one.receive(3);
  assert.equal(one.readUint32(0x40), (1 << 6) | (1 << 4));
  assert.deepEqual([0, 1, 2, 3].map(() => one.readUint32(0)), [0, 1, 2, 3]);
  assert.deepEqual(levels.at(-1), [21, false]);
  assert.ok(one.readUint32(0x18) & (1 << 4));
});

test("the thirty-third byte that nobody took is lost, and the one behind it says so", () => {
  const { one } = uart();
  for (let n = 0; n < 33; n++) one.receive(n);
  for (let n = 0; n < 32; n++) assert.equal(one.readUint32(0), n);
  one.receive(0x55);
  assert.equal(one.readUint32(0), 0x855);
});

test("a break is a zero with its mark; nothing is received while the UART is off", () => {
  const { one } = uart();
  one.breakSeen();
  assert.equal(one.readUint32(0), 0x400);
  assert.ok(one.readUint32(0x3c) & (1 << 9));
  one.writeUint32Atomic(0x44, 1 << 9, 0);
  assert.equal(one.readUint32(0x3c), 0);
  one.writeUint32(0x30, 0x300);
  one.receive(1);
  assert.ok(one.readUint32(0x18) & (1 << 4));
});

function flash(how = {}) {
  const clock = new Clock();
  const memory = new Uint8Array(65536).fill(0xff);
  const stored = [];
  const store = (at, bytes, what) => stored.push({ at, bytes: [...bytes], ...what });
  const one = new Flash({ memory, clock, store, ...how });
  const pads = new FlashPads(one);
  const command = (...bytes) => {
    pads.writeUint32(0x0c, 2 << 8);
    const answers = bytes.map((byte) => {
      one.writeUint32(0x60, byte);
      return one.readUint32(0x60);
    });
    pads.writeUint32(0x0c, 3 << 8);
    return answers;
  };
  return { clock, memory, stored, one, command };
}

test("bits fall by programming, rise by an erasure, and neither without its enabling", () => {
  const { memory, stored, command } = flash();
  command(0x02, 0, 0x10, 0, 0x0f);
  assert.equal(memory[0x1000], 0xff);
  command(0x06);
  command(0x02, 0, 0x10, 0xff, 0x0f, 0xa5);
  assert.deepEqual([memory[0x10ff], memory[0x1000]], [0x0f, 0xa5], "a page goes round");
  command(0x06);
  command(0x02, 0, 0x10, 0xff, 0xf0);
  assert.equal(memory[0x10ff], 0);
  command(0x06);
  command(0x20, 0, 0x17, 0x77);
  assert.equal(memory[0x10ff], 0xff);
  assert.deepEqual(stored.map(({ event, from, size, number }) => [event, from, size, number]), [
    ["program", 0x1000, 256, 0],
    ["program", 0x1000, 256, 1],
    ["erase", 0x1000, 4096, 2],
  ]);
});

test("it is busy for as long as such a flash is, and says who it is", () => {
  const { clock, command } = flash();
  command(0x06);
  assert.equal(command(0x05, 0)[1], 2);
  command(0x20, 0, 0, 0);
  assert.equal(command(0x05, 0)[1], 1);
  clock.pass(45e6);
  assert.equal(command(0x05, 0)[1], 0);
  assert.deepEqual(command(0x9f, 0, 0, 0).slice(1), [0xef, 0x40, 0x15]);
  assert.deepEqual(command(0x03, 0, 0, 0, 0, 0).slice(4), [0xff, 0xff]);
});

test("power fails in the middle of the operation that it is told, which is kept so", () => {
  let failed = 0;
  const { memory, stored, command } = flash({ done: 4, cut: 5, onCut: () => failed++ });
  command(0x06);
  command(0x02, 0, 0, 0, 1, 2, 3, 4);
  assert.equal(failed, 0);
  command(0x06);
  command(0x20, 0, 0, 0);
  assert.equal(failed, 1);
  assert.deepEqual([memory[0], memory[2047], stored[1].bytes[0], stored[1].number], [0xff, 0xff, 0xff, 5]);
  memory.fill(0);
  assert.equal(stored[1].bytes.length, 4096);
});

test("the middle of each operation is shown, and the operation is done whole", () => {
  const middles = [];
  const { memory, command } = flash({ onHalf: (number) => middles.push([number, ...memory.subarray(0, 4)]) });
  command(0x06);
  command(0x02, 0, 0, 0, 1, 2, 3, 4);
  assert.deepEqual(middles, [[0, 1, 2, 0xff, 0xff]]);
  assert.deepEqual([...memory.subarray(0, 4)], [1, 2, 3, 4]);
});

test("a slice of the PWM makes a clock of its counter's, and stands where it is stopped", () => {
  const clock = new Clock();
  let changes = 0;
  const one = new Pwm({ clkSys: 125e6 }, clock, () => changes++);
  one.writeUint32(0x14 + 0x10, 39);
  one.writeUint32(0x14 + 0xc, 20);
  assert.equal(one.output(2), 1, "where its counter stands, at 0, it is high");
  one.writeUint32(0x14, 1);
  assert.equal(one.output(2), 3125);
  assert.equal(one.readUint32(0xa0), 2);
  clock.pass(25 * 8);
  one.writeUint32Atomic(0x14, 1, 3);
  assert.equal(one.output(2), 0);
  assert.equal(changes, 4);
});

class Pin {
  functionSelect = 5;
  outputEnable = true;
  outputValue = false;
  inputs = [];
  checkForUpdates() {}
  setInputValue(value) {
    this.inputs.push(value);
  }
}

// A slot whose pins are driven by hand, in the order of ISO 7816-3 6.2, with a card's end that is written down.
function slot() {
  const { clock, chip, one } = uart();
  const written = [];
  let heard;
  const line = { on: (_, take) => (heard = take), write: (data) => written.push([...data]) };
  const traced = [];
  const contacts = new Contacts({ tx: 8, rx: 9, clock: 10, reset: 11, supply: 12, switch: 13 }, line, (what) => traced.push(what));
  chip.gpio = Object.fromEntries([8, 9, 10, 11, 12, 13].map((number) => [number, new Pin()]));
  const pwm = { output: () => 3125 };
  contacts.attach({ chip, clock, uart: one, pwm });
  const set = (number, values) => {
    Object.assign(chip.gpio[number], values);
    chip.gpio[number].checkForUpdates();
  };
  const on = () => {
    set(12, { outputValue: true });
    set(8, { functionSelect: 2 });
    set(10, { functionSelect: 4 });
    set(11, { outputValue: true });
  };
  return { clock, chip, uart: one, written, traced, heard, set, on };
}

test("each level of a contact is written down once, and a reset is told to the card", () => {
  const { traced, written, set, on } = slot();
  on();
  set(11, { outputValue: true });
  set(11, { outputValue: false });
  const edges = traced.map(({ contact, level }) => [contact, level]);
  assert.deepEqual(edges, [["VCC", 1], ["IO", 1], ["CLK", 3125], ["RST", 1], ["RST", 0]]);
  assert.deepEqual(written, [[1, 0], [2, 0]]);
});

test("a card without a clock is not reset", () => {
  const { written, set } = slot();
  set(12, { outputValue: true });
  set(8, { functionSelect: 2 });
  set(11, { outputValue: true });
  assert.deepEqual(written, [[2, 0]]);
});

test("what the card sent before it had repeated the reset is of before, and dropped", () => {
  const { clock, uart: one, heard, on } = slot();
  on();
  heard(Buffer.from([0, 1, 0x99, 1, 0, 0]));
  heard(Buffer.from([1, 0x3b]));
  clock.pass(1e9);
  assert.equal(one.readUint32(0), 0x3b);
  assert.ok(one.readUint32(0x18) & (1 << 4));
});

test("a byte that we send comes back as its echo, goes to the card when it is whole, and the answer keeps its distance", () => {
  const { clock, uart: one, written, traced, heard, on } = slot();
  on();
  heard(Buffer.from([1, 0]));
  const began = clock.nanos;
  one.writeUint32(0, 0xa0);
  clock.pass(10 * one.bitNs);
  assert.equal(written.length, 1);
  clock.pass(one.bitNs);
  assert.deepEqual(written.at(-1), [0, 1, 0xa0]);
  assert.equal(one.readUint32(0), 0xa0);
  heard(Buffer.from([0, 2, 0x90, 0x00]));
  clock.pass(60 * one.bitNs);
  const [ours, first, second] = traced.filter((what) => "byte" in what);
  assert.deepEqual([ours.from, ours.at, first.from, first.byte], ["reader", began, "card", 0x90]);
  assert.ok(Math.abs((first.at - ours.at) / one.bitNs - 22) < 1e-6);
  assert.ok(Math.abs((second.at - first.at) / first.etu - 12) < 1e-6);
});

test("another baud rate is another TA1, told to the card before the byte", () => {
  const { clock, uart: one, written, heard, on } = slot();
  on();
  heard(Buffer.from([1, 0]));
  one.writeUint32(0x24, 77);
  one.writeUint32(0x28, 32);
  one.writeUint32(0, 1);
  clock.pass(1e6);
  assert.deepEqual(written.slice(-2), [[4, 1, 0x18], [0, 1, 1]]);
});

test("a line that is taken low while the UART listens is a break to it", () => {
  const { clock, uart: one, set, on } = slot();
  on();
  set(8, { functionSelect: 5, outputValue: false });
  clock.pass(12 * one.bitNs);
  assert.equal(one.readUint32(0), 0x400);
});

test("the nearest of the standard's speeds", () => {
  assert.equal(cyclesOf(0x18), 31);
  assert.equal(nearest(3125000 / 372, 3125), 0x11);
  assert.equal(nearest((3125000 / 372) * 12 * 1.01, 3125), 0x18);
});

test("the board is handed what there is when it asks, and nothing when there is nothing", () => {
  const given = [];
  class Port {
    outEndpoint = 2;
  }
  const controller = { endpointReadDone: (endpoint, bytes) => given.push([endpoint, ...bytes]) };
  const one = new UsbSerial(Port, controller);
  assert.equal(one.room, 0);
  one.port.onDeviceConnected();
  assert.equal(one.room, 512);
  controller.onEndpointRead(2, 2);
  assert.deepEqual(given, []);
  one.send([1, 2, 3]);
  one.send([4]);
  assert.deepEqual(given, [[2, 1, 2]]);
  controller.onEndpointRead(2, 64);
  assert.deepEqual(given[1], [2, 3, 4]);
});
