// What the application gets of the board: `machine` (UARTs, figures of memory) and `time`.

#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "port.h"

typedef struct {
    mp_obj_base_t base;
    unsigned number;
} uart_obj_t;

// UART(n): a byte stream as the core wants its link; nothing is allocated by its methods.
static mp_obj_t uart_make(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    mp_int_t number = mp_obj_get_int(args[0]);
    if (number < 0 || number >= (mp_int_t)UARTS) {
        mp_raise_ValueError(MP_ERROR_TEXT("no such UART"));
    }
    uart_obj_t *self = mp_obj_malloc(uart_obj_t, type);
    self->number = number;
    return MP_OBJ_FROM_PTR(self);
}

// read(buf, timeout_ms): bytes read, 0 when none came in time.
static mp_obj_t uart_read_into(mp_obj_t self, mp_obj_t buf, mp_obj_t timeout) {
    mp_buffer_info_t into;
    mp_get_buffer_raise(buf, &into, MP_BUFFER_WRITE);
    unsigned number = ((uart_obj_t *)MP_OBJ_TO_PTR(self))->number;
    return MP_OBJ_NEW_SMALL_INT(uart_read(number, into.buf, into.len, mp_obj_get_int(timeout)));
}
static MP_DEFINE_CONST_FUN_OBJ_3(uart_read_obj, uart_read_into);

// write(buf, start, n): n, once all of it is written.
static mp_obj_t uart_write_from(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t from;
    mp_get_buffer_raise(args[1], &from, MP_BUFFER_READ);
    size_t start = mp_obj_get_int(args[2]);
    size_t n = mp_obj_get_int(args[3]);
    if (start > from.len || n > from.len - start) {
        mp_raise_ValueError(MP_ERROR_TEXT("outside the buffer"));
    }
    uart_write(((uart_obj_t *)MP_OBJ_TO_PTR(args[0]))->number, (uint8_t *)from.buf + start, n);
    return args[3];
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(uart_write_obj, 4, 4, uart_write_from);

static const mp_rom_map_elem_t uart_names[] = {
    {MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&uart_read_obj)},
    {MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&uart_write_obj)},
};
static MP_DEFINE_CONST_DICT(uart_dict, uart_names);

static MP_DEFINE_CONST_OBJ_TYPE(
    uart_type, MP_QSTR_UART, MP_TYPE_FLAG_NONE, make_new, uart_make, locals_dict, &uart_dict);

// largest_free(): bytes of the largest free block of the heap.
static mp_obj_t largest_free(void) {
    gc_info_t info;
    gc_info(&info);
    return MP_OBJ_NEW_SMALL_INT(info.max_free * MICROPY_BYTES_PER_GC_BLOCK);
}
static MP_DEFINE_CONST_FUN_OBJ_0(largest_free_obj, largest_free);

// stack_peak(): most bytes of the C stack ever in use.
static mp_obj_t stack_peak_now(void) {
    return MP_OBJ_NEW_SMALL_INT(stack_peak());
}
static MP_DEFINE_CONST_FUN_OBJ_0(stack_peak_obj, stack_peak_now);

// reset(): start again, as after power was lost.
static mp_obj_t reset_now(void) {
    reset_board();
}
static MP_DEFINE_CONST_FUN_OBJ_0(reset_obj, reset_now);

static const mp_rom_map_elem_t machine_names[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_machine)},
    {MP_ROM_QSTR(MP_QSTR_UART), MP_ROM_PTR(&uart_type)},
    {MP_ROM_QSTR(MP_QSTR_reset), MP_ROM_PTR(&reset_obj)},
    {MP_ROM_QSTR(MP_QSTR_largest_free), MP_ROM_PTR(&largest_free_obj)},
    {MP_ROM_QSTR(MP_QSTR_stack_peak), MP_ROM_PTR(&stack_peak_obj)},
};
static MP_DEFINE_CONST_DICT(machine_dict, machine_names);

const mp_obj_module_t machine_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&machine_dict,
};
MP_REGISTER_MODULE(MP_QSTR_machine, machine_module);

#define PERIOD (1u << 30) // a tick is a small integer

static mp_obj_t ticks_ms(void) {
    return MP_OBJ_NEW_SMALL_INT(mp_hal_ticks_ms() % PERIOD);
}
static MP_DEFINE_CONST_FUN_OBJ_0(ticks_ms_obj, ticks_ms);

static mp_obj_t ticks_us(void) {
    return MP_OBJ_NEW_SMALL_INT(mp_hal_ticks_us() % PERIOD);
}
static MP_DEFINE_CONST_FUN_OBJ_0(ticks_us_obj, ticks_us);

static mp_obj_t ticks_diff(mp_obj_t later, mp_obj_t earlier) {
    uint32_t gone = mp_obj_get_int(later) - mp_obj_get_int(earlier) + PERIOD / 2;
    return MP_OBJ_NEW_SMALL_INT((mp_int_t)(gone % PERIOD) - (mp_int_t)(PERIOD / 2));
}
static MP_DEFINE_CONST_FUN_OBJ_2(ticks_diff_obj, ticks_diff);

static const mp_rom_map_elem_t time_names[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_time)},
    {MP_ROM_QSTR(MP_QSTR_ticks_ms), MP_ROM_PTR(&ticks_ms_obj)},
    {MP_ROM_QSTR(MP_QSTR_ticks_us), MP_ROM_PTR(&ticks_us_obj)},
    {MP_ROM_QSTR(MP_QSTR_ticks_diff), MP_ROM_PTR(&ticks_diff_obj)},
};
static MP_DEFINE_CONST_DICT(time_dict, time_names);

const mp_obj_module_t time_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&time_dict,
};
MP_REGISTER_MODULE(MP_QSTR_time, time_module);
