// The host's end of the board's USB serial port: rp2040js's, but that it hands the board a packet when there are bytes,
// and not an empty one every ten microseconds, which would take a good part of the processor.

const PACKET = 64, MOST = 512;

export class UsbSerial {
  constructor(Port, controller) {
    this.port = new Port(controller);
    this.usb = controller;
    this.toBoard = []; // bytes
    this.fromBoard = [];
    this.connected = false;
    this.asked = 0; // bytes of the packet that the board waits for
    this.port.onDeviceConnected = () => (this.connected = true);
    this.port.onSerialData = (bytes) => this.fromBoard.push(...bytes);
    this.usb.onEndpointRead = (endpoint, size) => {
      if (endpoint !== this.port.outEndpoint) return;
      this.asked = size;
      this.give();
    };
  }

  // Bytes that may be handed over now.
  get room() {
    return this.connected ? Math.max(0, MOST - this.toBoard.length) : 0;
  }

  send(bytes) {
    this.toBoard.push(...bytes);
    this.give();
  }

  give() {
    if (!this.asked || !this.toBoard.length) return;
    const bytes = this.toBoard.splice(0, Math.min(this.asked, PACKET));
    this.asked = 0;
    this.usb.endpointReadDone(this.port.outEndpoint, new Uint8Array(bytes));
  }
}
