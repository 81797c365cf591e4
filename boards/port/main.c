// One run of MicroPython: heap, stacks, the image's `main`; an exception is printed and ends the board.

#include "py/builtin.h"
#include "py/compile.h"
#include "py/cstack.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/mperrno.h"
#include "py/pystack.h"
#include "py/runtime.h"
#include "shared/runtime/gchelper.h"
#include "port.h"

extern uint8_t heap_start[], heap_end[]; // from the linker: all the memory that is left
extern volatile uint32_t heap_wanted; // bytes, set by who starts the emulator; 0: all of it

#define COLLECT_EVERY 1024 // bytes: what boot leaves is collected as it goes, so that what stays lies close

static mp_obj_t python_stack[PYTHON_STACK / sizeof(mp_obj_t)];

static int run(void) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_t run[2];
        mp_load_method_maybe(mp_import_name(MP_QSTR_main, mp_const_none, MP_OBJ_NEW_SMALL_INT(0)), MP_QSTR_run, run);
        if (run[0] != MP_OBJ_NULL) { // the module's top has ended: what that took is given back
            mp_call_method_n_kw(0, 0, run);
        }
        nlr_pop();
        return 0;
    }
    mp_obj_t error = MP_OBJ_FROM_PTR(nlr.ret_val);
    if (mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(mp_obj_get_type(error)), MP_OBJ_FROM_PTR(&mp_type_SystemExit))) {
        mp_obj_t value = mp_obj_exception_get_value(error);
        return value == mp_const_none ? 0 : mp_obj_get_int(value);
    }
    mp_obj_print_exception(&mp_plat_print, error);
    return 1;
}

int main(void) {
    size_t heap = heap_wanted ? heap_wanted : (size_t)(heap_end - heap_start);
    if (heap > (size_t)(heap_end - heap_start)) {
        mp_printf(&mp_plat_print, "heap of %u bytes: the board has %u\n", (unsigned)heap,
            (unsigned)(heap_end - heap_start));
        return 2;
    }
    uart_start();
    mp_cstack_init_with_top(stack_top, (stack_top - stack_bottom) * 4);
    mp_pystack_init(python_stack, python_stack + MP_ARRAY_SIZE(python_stack));
    gc_init(heap_start, heap_start + heap);
    MP_STATE_MEM(gc_alloc_threshold) = COLLECT_EVERY / MICROPY_BYTES_PER_GC_BLOCK;
    mp_init();
    flash_choose();
    for (int tries = 0; tries < 2 && flash_image(flash_bank()) != NULL; tries++) {
        const char *wrong = image_open(flash_image(flash_bank()));
        if (wrong == NULL) {
            return run();
        }
        mp_printf(&mp_plat_print, "bank %d: %s\n", flash_bank(), wrong);
        flash_other_bank();
    }
    return 2;
}

void gc_collect(void) {
    gc_collect_start();
    gc_helper_collect_regs_and_stack();
    gc_collect_end();
}

mp_uint_t mp_hal_stdout_tx_strn(const char *text, size_t n) {
    console_write(text, n);
    return n;
}

void mp_hal_stdout_tx_strn_cooked(const char *text, size_t n) {
    console_write(text, n);
}

void nlr_jump_fail(void *value) {
    (void)value;
    console_write("uncaught exception\n", 19);
    exit_board(4);
}

void __assert_func(const char *file, int line, const char *function, const char *what) {
    mp_printf(&mp_plat_print, "%s:%d: %s: %s\n", file, line, function, what);
    exit_board(5);
}
