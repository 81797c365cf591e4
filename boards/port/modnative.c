// `native`: what the firmware has in plain Python too, in C. No function allocates.
//
// Each one is the function of that name in cobs.py, octets.py or scan.py; a place outside its
// buffer raises ValueError.

#include <string.h>

#include "py/runtime.h"
#include "modnative.h"
#include "port.h"

#define CRC_INIT 0xffff
#define RUN 254 // bytes of a COBS block
#define LENGTH_CAP 0x100000
#define LENGTH_AT 4 // in a line of a table of records: start, length, need, class, constraint, name
#define NEED_AT 8
#define CLASS_AT 9
#define CONSTRAINT_AT 10
#define CONSTRAINT_MAX 10

// `n` bytes at `at` of a buffer; ValueError when they are not all in it.
uint8_t *part(mp_obj_t buf, mp_obj_t at, size_t n, int flags) {
    mp_buffer_info_t info;
    mp_get_buffer_raise(buf, &info, flags);
    size_t start = mp_obj_get_int(at);
    if (start > info.len || n > info.len - start) {
        mp_raise_ValueError(MP_ERROR_TEXT("outside the buffer"));
    }
    return (uint8_t *)info.buf + start;
}

static const uint8_t *read_at(const mp_obj_t *args, size_t n) {
    return part(args[0], args[1], n, MP_BUFFER_READ);
}

static uint8_t *write_at(const mp_obj_t *args, size_t n) {
    return part(args[0], args[1], n, MP_BUFFER_WRITE);
}

static uint32_t sum(uint32_t crc, uint8_t byte) {
    uint32_t x = crc >> 8 ^ byte;
    x ^= x >> 4;
    return (crc << 8 ^ x << 12 ^ x << 5 ^ x) & 0xffff;
}

static mp_obj_t crc16(size_t n_args, const mp_obj_t *args) {
    mp_int_t n = mp_obj_get_int(args[2]) - mp_obj_get_int(args[1]);
    uint32_t crc = n_args > 3 ? mp_obj_get_int(args[3]) : CRC_INIT;
    const uint8_t *at = read_at(args, n < 0 ? 0 : n);
    for (; n > 0; n--) {
        crc = sum(crc, *at++);
    }
    return MP_OBJ_NEW_SMALL_INT(crc);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(crc16_obj, 3, 4, crc16);

static mp_obj_t stuff(mp_obj_t buf_in, mp_obj_t at_in, mp_obj_t end_in) {
    size_t at = mp_obj_get_int(at_in);
    size_t end = MAX(at, (size_t)mp_obj_get_int(end_in));
    size_t most = end - at + (end - at) / RUN + 3;
    uint8_t *buf = part(buf_in, MP_OBJ_NEW_SMALL_INT(0), MAX(end, most), MP_BUFFER_WRITE);
    size_t mark = 1;
    size_t to = 2;
    buf[0] = 0;
    for (; at < end; at++) {
        uint8_t byte = buf[at];
        if (byte) {
            buf[to++] = byte;
            if (to - mark <= RUN) {
                continue;
            }
        }
        buf[mark] = to - mark;
        mark = to++;
    }
    buf[mark] = to - mark;
    buf[to] = 0;
    return MP_OBJ_NEW_SMALL_INT(to + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_3(stuff_obj, stuff);

typedef struct { // an array of the firmware's: cobs.py names its places
    uint32_t to, left, ends, sum, tail, over;
} decoder_t;

static mp_obj_t unstuff(size_t n_args, const mp_obj_t *args) {
    decoder_t *state = (decoder_t *)part(args[0], MP_OBJ_NEW_SMALL_INT(0), sizeof(*state), MP_BUFFER_WRITE);
    size_t at = mp_obj_get_int(args[2]);
    size_t end = mp_obj_get_int(args[3]);
    const uint8_t *source = part(args[1], MP_OBJ_NEW_SMALL_INT(0), MAX(at, end), MP_BUFFER_READ);
    size_t size = mp_obj_get_int(args[5]);
    uint8_t *buf = part(args[4], MP_OBJ_NEW_SMALL_INT(0), size, MP_BUFFER_WRITE);
    if (state->over) {
        memset(state, 0, sizeof(*state));
        state->sum = CRC_INIT;
    }
    while (at < end && !state->over) {
        uint8_t byte = source[at++];
        if (byte == 0) {
            state->over = state->to || state->left;
            state->ends = 0;
            continue;
        }
        if (state->left) {
            state->left--;
        } else {
            bool zero = state->ends;
            state->left = byte - 1;
            state->ends = state->left < RUN;
            if (!zero) {
                continue;
            }
            byte = 0;
        }
        buf[MIN(state->to, size - 1)] = byte;
        if (state->to < LENGTH_CAP) {
            state->to++;
        }
        state->sum = sum(state->sum, byte);
        state->tail = (state->tail & 0xff) << 8 | byte;
    }
    return MP_OBJ_NEW_SMALL_INT(at);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(unstuff_obj, 6, 6, unstuff);

static mp_obj_t same(size_t n_args, const mp_obj_t *args) {
    size_t n = mp_obj_get_int(args[4]);
    return mp_obj_new_bool(memcmp(read_at(args, n), read_at(args + 2, n), n) == 0);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(same_obj, 5, 5, same);

static mp_obj_t copy(size_t n_args, const mp_obj_t *args) {
    size_t n = mp_obj_get_int(args[4]);
    memmove(write_at(args, n), read_at(args + 2, n), n);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(copy_obj, 5, 5, copy);

static mp_obj_t mix(size_t n_args, const mp_obj_t *args) {
    size_t n = mp_obj_get_int(args[4]);
    uint8_t *to = write_at(args, n);
    const uint8_t *from = read_at(args + 2, n);
    for (size_t i = 0; i < n; i++) {
        to[i] ^= from[i];
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(mix_obj, 5, 5, mix);

static mp_obj_t wipe(mp_obj_t buf, mp_obj_t at, mp_obj_t n_in) {
    size_t n = mp_obj_get_int(n_in);
    memset(part(buf, at, n, MP_BUFFER_WRITE), 0, n);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(wipe_obj, wipe);

static mp_obj_t filled_with(size_t n_args, const mp_obj_t *args) {
    size_t n = mp_obj_get_int(args[2]);
    mp_int_t filler = mp_obj_get_int(args[3]);
    const uint8_t *at = read_at(args, n);
    while (n && *at == filler) {
        at++;
        n--;
    }
    return mp_obj_new_bool(n == 0);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(filled_with_obj, 4, 4, filled_with);

static mp_obj_t digits(mp_obj_t buf, mp_obj_t at, mp_obj_t n_in) {
    size_t n = mp_obj_get_int(n_in);
    const uint8_t *digit = part(buf, at, n, MP_BUFFER_READ);
    mp_uint_t value = 0;
    for (; n; n--, digit++) {
        if (*digit < '0' || *digit > '9') {
            return MP_OBJ_NEW_SMALL_INT(-1);
        }
        value = value * 10 + *digit - '0';
    }
    return mp_obj_new_int_from_uint(value);
}
static MP_DEFINE_CONST_FUN_OBJ_3(digits_obj, digits);

static mp_uint_t number(const uint8_t *at) {
    return (at[0] & 15) * 100 + (at[1] & 15) * 10 + (at[2] & 15);
}

static mp_obj_t number_at(mp_obj_t table, mp_obj_t at) {
    return MP_OBJ_NEW_SMALL_INT(number(part(table, at, 3, MP_BUFFER_READ)));
}
static MP_DEFINE_CONST_FUN_OBJ_2(number_at_obj, number_at);

static bool is_piece(const uint8_t *field, size_t n, const uint8_t *pieces, size_t width) {
    for (; n <= width && *pieces != ' '; pieces += n, width -= n) {
        if (memcmp(field, pieces, n) == 0) {
            return true;
        }
    }
    return false;
}

static mp_obj_t piece_of(size_t n_args, const mp_obj_t *args) {
    size_t n = mp_obj_get_int(args[2]);
    size_t width = mp_obj_get_int(args[5]);
    return mp_obj_new_bool(is_piece(read_at(args, n), n, read_at(args + 3, width), width));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(piece_of_obj, 6, 6, piece_of);

// How many of `n` bytes, from the first on, lie between two others.
static size_t run(const uint8_t *at, size_t n, uint8_t low, uint8_t high) {
    size_t i = 0;
    while (i < n && at[i] >= low && at[i] <= high) {
        i++;
    }
    return i;
}

static bool number_ok(const uint8_t *field, size_t n, const uint8_t *bounds, bool zeros) {
    mp_uint_t value = 0;
    for (size_t i = 0; i < n; i++) {
        if (field[i] < '0' || field[i] > '9') {
            return false;
        }
        value = value * 10 + field[i] - '0';
    }
    if (*bounds == '>') {
        return !zeros;
    }
    return *bounds == ' ' || (number(bounds) <= value && value <= number(bounds + 4));
}

static bool plain(const uint8_t *field, size_t n, const uint8_t *line) {
    bool optional = line[NEED_AT] == '?';
    bool zeros;
    switch (line[CLASS_AT]) {
        case '_':
            return run(field, n, ' ', ' ') == n;
        case 'T':
            return *field == ' ' ? optional && run(field, n, ' ', ' ') == n : run(field, n, ' ', '_') == n;
        case 'E':
            return is_piece(field, n, line + CONSTRAINT_AT, CONSTRAINT_MAX);
    }
    zeros = run(field, n, '0', '0') == n;
    if (zeros && optional) {
        return true;
    }
    switch (line[CLASS_AT]) {
        case 'I':
        case 'D':
            return number_ok(field, n, line + CONSTRAINT_AT, zeros);
        case 'K':
            return memcmp(field, line + CONSTRAINT_AT, n) == 0;
    }
    return zeros && line[CLASS_AT] == '0';
}

static mp_obj_t scan(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t table;
    mp_get_buffer_raise(args[2], &table, MP_BUFFER_READ);
    const uint8_t *record = read_at(args, 128);
    size_t at = mp_obj_get_int(args[3]);
    mp_uint_t first = mp_obj_get_int(args[4]);
    mp_uint_t last = mp_obj_get_int(args[5]);
    while (at + CONSTRAINT_AT < table.len) {
        const uint8_t *line = (const uint8_t *)table.buf + at;
        if (at && line[-1] != '\n') {
            at++;
            continue;
        }
        mp_uint_t column = number(line);
        if (first <= column && column <= last &&
            !plain(record + column - 1, number(line + LENGTH_AT), line)) {
            return MP_OBJ_NEW_SMALL_INT(at);
        }
        at += CONSTRAINT_AT;
    }
    return MP_OBJ_NEW_SMALL_INT(table.len);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(scan_obj, 6, 6, scan);

static const mp_rom_map_elem_t native_names[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_native)},
    {MP_ROM_QSTR(MP_QSTR_Sha256), MP_ROM_PTR(&sha256_type)},
    {MP_ROM_QSTR(MP_QSTR_Aes), MP_ROM_PTR(&aes_type)},
    {MP_ROM_QSTR(MP_QSTR_crc16), MP_ROM_PTR(&crc16_obj)},
    {MP_ROM_QSTR(MP_QSTR_stuff), MP_ROM_PTR(&stuff_obj)},
    {MP_ROM_QSTR(MP_QSTR_unstuff), MP_ROM_PTR(&unstuff_obj)},
    {MP_ROM_QSTR(MP_QSTR_same), MP_ROM_PTR(&same_obj)},
    {MP_ROM_QSTR(MP_QSTR_copy), MP_ROM_PTR(&copy_obj)},
    {MP_ROM_QSTR(MP_QSTR_mix), MP_ROM_PTR(&mix_obj)},
    {MP_ROM_QSTR(MP_QSTR_wipe), MP_ROM_PTR(&wipe_obj)},
    {MP_ROM_QSTR(MP_QSTR_filled_with), MP_ROM_PTR(&filled_with_obj)},
    {MP_ROM_QSTR(MP_QSTR_digits), MP_ROM_PTR(&digits_obj)},
    {MP_ROM_QSTR(MP_QSTR_number_at), MP_ROM_PTR(&number_at_obj)},
    {MP_ROM_QSTR(MP_QSTR_piece_of), MP_ROM_PTR(&piece_of_obj)},
    {MP_ROM_QSTR(MP_QSTR_scan), MP_ROM_PTR(&scan_obj)},
};
static MP_DEFINE_CONST_DICT(native_dict, native_names);

const mp_obj_module_t native_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&native_dict,
};
MP_REGISTER_MODULE(MP_QSTR_native, native_module);
