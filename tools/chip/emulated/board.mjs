// A board with an RP2040, as `EmulatedBoard` starts one: node board.mjs SETTINGS.json FLASH LINK PS VITALE [--cut=N]
//
// The chip is rp2040js, its UARTs, flash, PWM and reset are ours. SETTINGS names rp2040js (`emulator`), the boot ROM's
// words (`rom`), the pins of the slots (`pins`), of the service button (`button`), whether it is held, the file of the
// trace, a JSON object a line, the folder (or nothing) into which the flash goes as power would leave it that fails in
// the middle of an operation, a file N.bin each (`halves`), and the file the board's clock
// (`clock`), a double of milliseconds, negative once it has ended. FLASH is a descriptor of the file with the flash's bytes, LINK of the link, PS and
// VITALE of the slot lines. With --cut=N power fails in the middle of the flash's operation N since the start: status 9.
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { Contacts } from "./contacts.mjs";
import { Flash, FlashPads } from "./flash.mjs";
import { Pwm } from "./pwm.mjs";
import { Uart } from "./uart.mjs";
import { UsbSerial } from "./usb.mjs";

const FLASH_BYTES = 2 << 20;
const SSI = 0x18000, RESETS = 0x4000c, QSPI_PADS = 0x40018, UARTS = [0x40034, 0x40038], PWM = 0x40050, WATCHDOG = 0x40058;
const UART_INTERRUPTS = [20, 21], UART_RESETS = [22, 23];
const SECOND_STAGE = 0x10000000;
const SLICE_NS = 1e6, INSTRUCTIONS_AT_ONCE = 200_000, TURN_MS = 2;
const POWER_FAILED = 9;

const [settingsFile, flashFile, linkFile, ...rest] = process.argv.slice(2);
const settings = JSON.parse(fs.readFileSync(settingsFile, "utf8"));
const cut = Number(rest.find((word) => word.startsWith("--cut="))?.slice(6) ?? -1);
const [flashFd, link] = [Number(flashFile), Number(linkFile)];
const of = (file) => import(pathToFileURL(path.join(settings.emulator, "dist", "esm", file)));
const { ConsoleLogger, LogLevel, Simulator, USBCDC } = await of("index.js");

const told = fs.openSync(settings.trace, "a");
const clockFd = fs.openSync(settings.clock, "w");
const shown = Buffer.alloc(8);
let lines = "";
let past = 0; // ns, of the chips before the last reset
let chip, clock, flash, usb;
let again = false;

function trace(what) {
  lines += `${JSON.stringify({ ...what, at: past + what.at })}\n`;
}

function flush() {
  if (lines) fs.writeSync(told, lines);
  lines = "";
}

function show(sign) {
  shown.writeDoubleLE((sign * (past + clock.nanos)) / 1e6);
  fs.writeSync(clockFd, shown, 0, 8, 0);
}

function stop(status) {
  flush();
  show(-1);
  process.exit(status);
}

const slots = settings.pins.map((pins, slot) => {
  const line = new net.Socket({ fd: Number(rest[slot]), readable: true, writable: true });
  line.on("error", () => stop(0)).on("close", () => stop(0));
  return new Contacts(pins, line, (what) => trace({ slot, ...what }));
});

// A chip as it is when power comes, or after its watchdog's reset; the flash is as it was left.
function power() {
  const simulator = new Simulator();
  chip = simulator.rp2040;
  clock = simulator.clock;
  chip.logger = new ConsoleLogger(LogLevel.Error);
  chip.loadBootrom(new Uint32Array(settings.rom));
  const memory = chip.flash.subarray(0, FLASH_BYTES);
  fs.readSync(flashFd, memory, 0, FLASH_BYTES, 0);
  const store = (at, bytes, what) => {
    fs.writeSync(flashFd, bytes, 0, bytes.length, at);
    trace({ at: clock.nanos, ...what });
  };
  const onHalf = settings.halves && ((number) => fs.writeFileSync(path.join(settings.halves, `${number}.bin`), memory));
  const onCut = () => stop(POWER_FAILED);
  flash = new Flash({ memory, clock, store, done: flash?.done, cut, onCut, onHalf });
  const uarts = UART_INTERRUPTS.map((interrupt) => new Uart(chip, clock, interrupt));
  const pwm = new Pwm(chip, clock, () => slots.forEach((slot) => slot.look()));
  Object.assign(chip.peripherals, { [SSI]: flash, [QSPI_PADS]: new FlashPads(flash), [PWM]: pwm });
  UARTS.forEach((at, number) => (chip.peripherals[at] = chip.uart[number] = uarts[number]));
  for (const uart of uarts) uart.clkPeriChanged = () => {};
  const resets = chip.peripherals[RESETS];
  const write = resets.writeUint32.bind(resets);
  resets.writeUint32 = (offset, value) => {
    if (offset === 0) UART_RESETS.forEach((bit, number) => (value >> bit) & 1 && uarts[number].reset());
    write(offset, value);
  };
  usb = new UsbSerial(USBCDC, chip.usbCtrl);
  chip.peripherals[WATCHDOG].onWatchdogTrigger = () => (again = true);
  slots.forEach((slot, number) => slot.attach({ chip, clock, uart: uarts[settings.pins[number].uart], pwm }));
  chip.gpio[settings.button].setInputValue(!settings.held);
  chip.core.PC = SECOND_STAGE;
  trace({ at: 0, event: "power" });
}

function slice() {
  const end = clock.nanos + SLICE_NS;
  const cycle = 1e9 / chip.clkSys;
  const { core } = chip;
  for (let n = 0; clock.nanos < end && !again && n < INSTRUCTIONS_AT_ONCE; n++) {
    if (core.waiting) clock.tick(Math.max(1, Math.min(clock.nanosToNextAlarm || SLICE_NS / 10, end - clock.nanos)));
    else clock.tick(core.executeInstruction() * cycle);
  }
}

const incoming = Buffer.alloc(512);

function carry() {
  try {
    if (usb.fromBoard.length) {
      const data = Buffer.from(usb.fromBoard);
      usb.fromBoard = [...data.subarray(fs.writeSync(link, data))];
    }
    const { room } = usb;
    if (!room) return;
    const n = fs.readSync(link, incoming, 0, Math.min(room, incoming.length), null);
    if (n) usb.send(incoming.subarray(0, n));
  } catch (error) {
    if (error.code === "EAGAIN") return;
    stop(0);
  }
}

// The board's time never overtakes the wall's, and never catches up: what a host waits for is waited for.
let origin = performance.now();

function run() {
  const began = performance.now();
  const ahead = () => (past + clock.nanos) / 1e6 - (performance.now() - origin);
  do {
    slice();
    show(1);
    if (again) {
      again = false;
      trace({ at: clock.nanos, event: "reset" });
      past += clock.nanos;
      power();
    }
  } while (performance.now() - began < TURN_MS && ahead() < 0);
  carry();
  flush();
  const lead = ahead();
  if (lead < 0) origin -= lead;
  if (lead > TURN_MS) setTimeout(run, 1);
  else setImmediate(run);
}

power();
origin = performance.now();
run();
