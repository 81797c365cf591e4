// From reset to main; interrupts, faults, time, and the emulator's console.

#include <string.h>
#include "py/mphal.h"
#include "port.h"

#define SYSTICK ((volatile uint32_t *)0xe000e010) // control, reload, value
#define ICSR (*(volatile uint32_t *)0xe000ed04)
#define AIRCR (*(volatile uint32_t *)0xe000ed0c)
#define PEND_TICK (1u << 26)
#define TICK_MS 10 // between two interrupts; what is between is read from the timer
#define TICK_CYCLES (CPU_KHZ * TICK_MS)
#define PATTERN 0x5a5a5a5au // a word of the stack that was never used

extern uint32_t data_load[], data_start[], data_end[], bss_start[], bss_end[];
int main(void);

static volatile uint32_t ticks; // TICK_MS each

// Arm's semihosting: the emulator does what `operation` says.
static uint32_t semihost(uint32_t operation, const void *argument) {
    register uint32_t r0 __asm__ ("r0") = operation;
    register const void *r1 __asm__ ("r1") = argument;
    __asm volatile ("bkpt 0xab" : "+r" (r0) : "r" (r1) : "memory");
    return r0;
}

void exit_board(int status) {
    const uint32_t stopped[2] = {0x20026, (uint32_t)status};
    for (;;) {
        semihost(0x20, stopped); // SYS_EXIT_EXTENDED
    }
}

void reset_board(void) {
    AIRCR = 0x05fa0004;
    for (;;) {
    }
}

void console_write(const char *text, size_t n) {
    while (n--) {
        semihost(0x03, text++); // SYS_WRITEC
    }
}

__attribute__((naked)) void reset(void) {
    __asm volatile ("cpsid i\n ldr r0, =stack_top\n mov sp, r0\n b start");
}

__attribute__((used, noreturn)) static void start(void) {
    for (uint32_t *word = stack_bottom; word < (uint32_t *)__builtin_frame_address(0) - 16; word++) {
        *word = PATTERN;
    }
    memcpy(data_start, data_load, (data_end - data_start) * 4);
    memset(bss_start, 0, (bss_end - bss_start) * 4);
    SYSTICK[1] = TICK_CYCLES - 1;
    SYSTICK[2] = 0;
    SYSTICK[0] = 7;
    __asm volatile ("cpsie i");
    exit_board(main());
}

size_t stack_peak(void) {
    const uint32_t *word = stack_bottom;
    while (*word == PATTERN) {
        word++;
    }
    return (stack_top - word) * 4;
}

static void fault(void) {
    static const char words[] = "fault: the processor stopped on a bad access or instruction\n";
    console_write(words, sizeof(words) - 1);
    exit_board(3);
}

static void tick(void) {
    ticks++;
}

// Ticks so far and cycles of the running one, also while interrupts are off.
static uint32_t now(uint32_t *cycles) {
    uint32_t state = irq_off();
    uint32_t value = SYSTICK[2];
    uint32_t whole = ticks;
    if (ICSR & PEND_TICK) { // it wrapped since the last interrupt
        value = SYSTICK[2];
        whole++;
    }
    irq_restore(state);
    *cycles = TICK_CYCLES - 1 - value;
    return whole;
}

uint32_t mp_hal_ticks_ms(void) {
    uint32_t cycles;
    uint32_t whole = now(&cycles);
    return whole * TICK_MS + cycles / CPU_KHZ;
}

uint32_t mp_hal_ticks_us(void) {
    uint32_t cycles;
    uint32_t whole = now(&cycles);
    return whole * (TICK_MS * 1000) + cycles / (CPU_KHZ / 1000);
}

#define INTERRUPTS 96

__attribute__((section(".vectors"), used)) static void (*const vectors[16 + INTERRUPTS])(void) = {
    (void (*)(void))stack_top, reset, fault, fault, fault, fault, fault, 0, 0, 0, 0, fault, fault, 0, fault, tick,
    [16 ... 16 + INTERRUPTS - 1] = uart_interrupt, // it asks every UART: only theirs are enabled
};
