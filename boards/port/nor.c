// Flash that can be written, on boards that have such: two banks for images, the boot record, a store.
//
// As NOR flash: a write can only clear bits, an erase sets a whole page to ones. boards/README.md has the regions
// and the boot record.

#include <string.h>
#include "py/runtime.h"
#include "port.h"

#ifdef FLASH_REGIONS

#define BOOT 2 // the region of the boot records
#define RECORD 4 // bank, its check, trial, confirmed
#define CHECK 0xa5

typedef struct {
    mp_obj_base_t base;
    uint8_t *start;
    size_t size;
} region_t;

extern const mp_obj_type_t region_type;
static const region_t regions[] = {FLASH_REGIONS};
static int bank;

int flash_bank(void) {
    return bank;
}

const uint8_t *flash_image(int number) {
    return regions[number].start;
}

static bool blank(const uint8_t *record) {
    return memcmp(record, "\xff\xff\xff\xff", RECORD) == 0;
}

static bool whole(const uint8_t *record) {
    return record[0] <= 1 && record[1] == (record[0] ^ CHECK);
}

// The newest whole record, NULL when there is none. A page that is full is older than one that is not; a record
// that power left half written does not count.
static uint8_t *newest(void) {
    uint8_t *found = NULL;
    for (int page = 0; page < 2; page++) {
        uint8_t *start = regions[BOOT].start + page * FLASH_PAGE;
        uint8_t *end = start + FLASH_PAGE;
        uint8_t *at = start;
        while (at < end && !blank(at)) {
            at += RECORD;
        }
        bool full = at == end;
        while (at > start && !whole(at - RECORD)) {
            at -= RECORD;
        }
        if (at > start && (found == NULL || !full)) {
            found = at - RECORD;
        }
    }
    return found;
}

// The bank to start: as the newest record says, once on trial, then only if it was confirmed.
void flash_choose(void) {
    uint8_t *record = newest();
    bank = 0;
    if (record == NULL) {
        return;
    }
    bank = record[0];
    if (record[3] != 0) {
        if (record[2] == 0) {
            bank ^= 1;
        }
        record[2] = 0;
    }
}

void flash_other_bank(void) {
    bank ^= 1;
}

static mp_obj_t region_make(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    size_t number = mp_obj_get_int(args[0]);
    if (number >= MP_ARRAY_SIZE(regions)) {
        mp_raise_ValueError(MP_ERROR_TEXT("no such region"));
    }
    return MP_OBJ_FROM_PTR(&regions[number]);
}

static uint8_t *place(mp_obj_t self, mp_obj_t at, size_t n) {
    const region_t *region = MP_OBJ_TO_PTR(self);
    size_t start = mp_obj_get_int(at);
    if (start > region->size || n > region->size - start) {
        mp_raise_ValueError(MP_ERROR_TEXT("outside the region"));
    }
    return region->start + start;
}

static mp_obj_t region_read(mp_obj_t self, mp_obj_t at, mp_obj_t buf) {
    mp_buffer_info_t into;
    mp_get_buffer_raise(buf, &into, MP_BUFFER_WRITE);
    memcpy(into.buf, place(self, at, into.len), into.len);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(region_read_obj, region_read);

static mp_obj_t region_write(mp_obj_t self, mp_obj_t at, mp_obj_t buf) {
    mp_buffer_info_t from;
    mp_get_buffer_raise(buf, &from, MP_BUFFER_READ);
    volatile uint8_t *to = place(self, at, from.len);
    for (size_t i = 0; i < from.len; i++) {
        to[i] &= ((const uint8_t *)from.buf)[i];
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(region_write_obj, region_write);

static mp_obj_t region_erase(mp_obj_t self, mp_obj_t page) {
    mp_obj_t at = MP_OBJ_NEW_SMALL_INT(mp_obj_get_int(page) * FLASH_PAGE);
    memset(place(self, at, FLASH_PAGE), 0xff, FLASH_PAGE);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(region_erase_obj, region_erase);

static void region_attr(mp_obj_t self, qstr name, mp_obj_t *dest) {
    if (dest[0] != MP_OBJ_NULL) {
        return;
    }
    if (name == MP_QSTR_size) {
        dest[0] = MP_OBJ_NEW_SMALL_INT(((region_t *)MP_OBJ_TO_PTR(self))->size);
    } else if (name == MP_QSTR_page) {
        dest[0] = MP_OBJ_NEW_SMALL_INT(FLASH_PAGE);
    } else {
        dest[1] = MP_OBJ_SENTINEL;
    }
}

static const mp_rom_map_elem_t region_names[] = {
    {MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&region_read_obj)},
    {MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&region_write_obj)},
    {MP_ROM_QSTR(MP_QSTR_erase), MP_ROM_PTR(&region_erase_obj)},
};
static MP_DEFINE_CONST_DICT(region_dict, region_names);

MP_DEFINE_CONST_OBJ_TYPE(region_type, MP_QSTR_Region, MP_TYPE_FLAG_NONE, make_new, region_make,
    attr, region_attr, locals_dict, &region_dict);

static mp_obj_t running(void) {
    return MP_OBJ_NEW_SMALL_INT(bank);
}
static MP_DEFINE_CONST_FUN_OBJ_0(running_obj, running);

static const mp_rom_map_elem_t nor_names[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_nor)},
    {MP_ROM_QSTR(MP_QSTR_Region), MP_ROM_PTR(&region_type)},
    {MP_ROM_QSTR(MP_QSTR_running), MP_ROM_PTR(&running_obj)},
};
static MP_DEFINE_CONST_DICT(nor_dict, nor_names);

const mp_obj_module_t nor_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&nor_dict,
};
MP_REGISTER_MODULE(MP_QSTR_nor, nor_module);

#else

// The image's place is fixed, and so is the only bank.
int flash_bank(void) {
    return 0;
}

const uint8_t *flash_image(int number) {
    return number == 0 ? (const uint8_t *)IMAGE_AT : NULL;
}

void flash_choose(void) {
}

void flash_other_bank(void) {
}

#endif
