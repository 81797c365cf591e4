// UARTs of the emulated boards: bytes come in by interrupt, into a ring each; a full ring holds the line up.

#include "py/mphal.h"
#include "port.h"

#define CARD_RING 512 // bytes; LINK_RING comes from board.toml; powers of two
#define REGISTER(uart, offset) (*(volatile uint32_t *)(bases[uart] + (offset)))
#define NVIC_ENABLE ((volatile uint32_t *)0xe000e100)

static const uintptr_t bases[] = {UART_BASES};
static const uint8_t interrupts[] = {UART_INTERRUPTS};

static uint8_t link_ring[LINK_RING], card_rings[UARTS - 1][CARD_RING];
static struct {
    volatile uint16_t in, out; // counts, that wrap
} counts[UARTS];

_Static_assert(LINK_RING <= 0x8000 && !(LINK_RING & (LINK_RING - 1)), "board.toml: [link] ring is a power of two");

static size_t size_of(unsigned uart) { return uart ? CARD_RING : LINK_RING; }

static uint8_t *place_of(unsigned uart, uint16_t count) {
    return uart ? &card_rings[uart - 1][count % CARD_RING] : &link_ring[count % LINK_RING];
}

#if defined(UART_PL011) // Arm PrimeCell PL011 (DDI 0183)
static void enable(unsigned uart) {
    REGISTER(uart, 0x2c) = 0x70; // 8 bits, FIFO
    REGISTER(uart, 0x30) = 0x301; // transmit, receive, on
}
static bool can_read(unsigned uart) { return !(REGISTER(uart, 0x18) & 0x10); }
static bool can_write(unsigned uart) { return !(REGISTER(uart, 0x18) & 0x20); }
static uint8_t take(unsigned uart) { return REGISTER(uart, 0); }
static void give(unsigned uart, uint8_t byte) { REGISTER(uart, 0) = byte; }
static void listen(unsigned uart, bool on) { REGISTER(uart, 0x38) = on ? 0x50 : 0; }
static void acknowledge(unsigned uart) { REGISTER(uart, 0x44) = 0x50; }
#elif defined(UART_CMSDK) // Arm Cortex-M System Design Kit (DDI 0479)
static void enable(unsigned uart) {
    REGISTER(uart, 0x10) = 16; // the least divider
    REGISTER(uart, 0x08) = 3;
}
static bool can_read(unsigned uart) { return REGISTER(uart, 0x04) & 2; }
static bool can_write(unsigned uart) { return !(REGISTER(uart, 0x04) & 1); }
static uint8_t take(unsigned uart) { return REGISTER(uart, 0); }
static void give(unsigned uart, uint8_t byte) { REGISTER(uart, 0) = byte; }
static void listen(unsigned uart, bool on) { REGISTER(uart, 0x08) = on ? 0xb : 3; }
static void acknowledge(unsigned uart) { REGISTER(uart, 0x0c) = 2; }
#elif defined(UART_STM32) // STM32F2 and F4 (RM0090)
static void enable(unsigned uart) {
    REGISTER(uart, 0x0c) = 0x200c;
}
static bool can_read(unsigned uart) { return REGISTER(uart, 0x00) & 0x20; }
static bool can_write(unsigned uart) { return REGISTER(uart, 0x00) & 0x80; }
static uint8_t take(unsigned uart) { return REGISTER(uart, 0x04); }
static void give(unsigned uart, uint8_t byte) { REGISTER(uart, 0x04) = byte; }
static void listen(unsigned uart, bool on) { REGISTER(uart, 0x0c) = on ? 0x202c : 0x200c; }
static void acknowledge(unsigned uart) { (void)uart; }
#endif

void uart_start(void) {
    for (unsigned uart = 0; uart < UARTS; uart++) {
        enable(uart);
        listen(uart, true);
        NVIC_ENABLE[interrupts[uart] / 32] = 1u << (interrupts[uart] % 32);
    }
}

// Take what has come; when the ring is full, what is still to come waits in the wire until something is read.
static void fill(unsigned uart) {
    uint16_t in = counts[uart].in;
    acknowledge(uart);
    while (can_read(uart) && (uint16_t)(in - counts[uart].out) < size_of(uart)) {
        *place_of(uart, in++) = take(uart);
    }
    counts[uart].in = in;
    listen(uart, (uint16_t)(in - counts[uart].out) < size_of(uart));
}

void uart_interrupt(void) {
    for (unsigned uart = 0; uart < UARTS; uart++) {
        fill(uart);
    }
}

// Wait at most `timeout_ms` for the first byte, then take what is there; 0 when none came.
size_t uart_read(unsigned uart, uint8_t *to, size_t most, uint32_t timeout_ms) {
    uint32_t began = mp_hal_ticks_ms();
    for (;;) {
        uint32_t state = irq_off(); // between the look and the sleep no interrupt may pass unseen
        if (counts[uart].in != counts[uart].out) {
            irq_restore(state);
            break;
        }
        if (mp_hal_ticks_ms() - began >= timeout_ms) {
            irq_restore(state);
            return 0;
        }
        __asm volatile ("wfi");
        irq_restore(state);
    }
    uint16_t out = counts[uart].out;
    size_t n = 0;
    while (n < most && counts[uart].in != out) {
        to[n++] = *place_of(uart, out++);
    }
    counts[uart].out = out;
    uint32_t state = irq_off();
    fill(uart); // a byte that waited in a full ring's wire raises no second interrupt
    irq_restore(state);
    return n;
}

void uart_write(unsigned uart, const uint8_t *from, size_t n) {
    while (n--) {
        while (!can_write(uart)) {
        }
        give(uart, *from++);
    }
}
