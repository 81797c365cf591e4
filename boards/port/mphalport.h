// Time and console, as py/ asks for them.

#include <stdint.h>

uint32_t mp_hal_ticks_ms(void);
uint32_t mp_hal_ticks_us(void);
#define mp_hal_ticks_ms mp_hal_ticks_ms
#define mp_hal_ticks_us mp_hal_ticks_us

static inline uint32_t irq_off(void) {
    uint32_t state;
    __asm volatile ("mrs %0, primask\n cpsid i" : "=r" (state) :: "memory");
    return state;
}

static inline void irq_restore(uint32_t state) {
    __asm volatile ("msr primask, %0" :: "r" (state) : "memory");
}
#define MICROPY_BEGIN_ATOMIC_SECTION() irq_off()
#define MICROPY_END_ATOMIC_SECTION(state) irq_restore(state)

#define mp_hal_pin_obj_t mp_obj_t // no pins: without this py/mphal.h wants a header of MicroPython's extmod
