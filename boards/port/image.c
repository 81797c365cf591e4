// The application image: judged at boot, then read in place.
//
// A header of 64 bytes (boards/README.md), MicroPython's ROMFS, a signature. What is checked here is that the
// image is whole and of this board; who made it is checked when it is taken in, by the firmware itself, and here
// again where the maker's keys are linked in.

#include <string.h>
#include "py/builtin.h"
#include "py/mperrno.h"
#include "py/persistentcode.h"
#include "py/reader.h"
#include "py/runtime.h"
#include "port.h"

#define HEADER 64
#define SIGNATURE 256
#define DIRECTORY 4
#define FILE 5
#define DATA 2

typedef struct {
    char magic[4];
    uint8_t version, flags;
    uint16_t counter; // judged when the image is taken in
    uint32_t length; // of the payload
    uint32_t release; // major, minor, patch
    char board[16];
    uint8_t digest[32]; // of the payload
} header_t;

static const uint8_t *root, *root_end;

static size_t number(const uint8_t **at) {
    size_t value = 0;
    do {
        value = value << 7 | (**at & 0x7f);
    } while (*(*at)++ & 0x80);
    return value;
}

static bool whole(const header_t *header, const uint8_t *payload) {
    static sha256_t hash;
    uint8_t digest[32];
    sha256_reset(&hash);
    sha256_update(&hash, payload, header->length);
    sha256_digest(&hash, digest);
    return memcmp(digest, header->digest, sizeof(digest)) == 0;
}

const char *image_open(const uint8_t *image) {
    const header_t *header = (const void *)image;
    if (memcmp(header->magic, "TOUR", 4) != 0 || header->version != 1) {
        return "no image";
    }
    if (strncmp(header->board, BOARD_NAME, sizeof(header->board)) != 0) {
        return "image of another board";
    }
    if (header->length > IMAGE_SIZE - HEADER - SIGNATURE) {
        return "image too long";
    }
    if (boot_check != NULL) { // it covers the header and all behind it: one reading of the image is enough
        if (!boot_check(image, HEADER + header->length)) {
            return "damaged, or not signed by its maker";
        }
    } else if (!whole(header, image + HEADER)) {
        return "damaged image";
    }
    root = image + HEADER;
    if (memcmp(root, "\xd2\xcd\x31", 3) != 0) {
        return "image without files";
    }
    root += 3;
    size_t length = number(&root);
    root_end = root + length;
    return NULL;
}

// The payload of a path's record, NULL when there is none such; `*kind` DIRECTORY or FILE.
static const uint8_t *look_up(const char *path, int *kind, const uint8_t **end) {
    const uint8_t *at = root;
    *end = root_end;
    while (at < *end) {
        int found = number(&at);
        size_t length = number(&at);
        const uint8_t *next = at + length;
        size_t named = number(&at);
        if (strncmp(path, (const char *)at, named) == 0 && (path[named] == '/' || path[named] == '\0')) {
            at += named;
            path += named;
            *end = next;
            if (*path == '\0') {
                *kind = found;
                return at;
            }
            path++;
        } else {
            at = next;
        }
    }
    return NULL;
}

mp_import_stat_t mp_import_stat(const char *path) {
    const uint8_t *end;
    int kind;
    if (look_up(path, &kind, &end) == NULL) {
        return MP_IMPORT_STAT_NO_EXIST;
    }
    return kind == DIRECTORY ? MP_IMPORT_STAT_DIR : MP_IMPORT_STAT_FILE;
}

void mp_reader_new_file(mp_reader_t *reader, qstr name) {
    const uint8_t *end;
    int kind;
    const uint8_t *at = look_up(qstr_str(name), &kind, &end);
    if (at == NULL || kind != FILE || number(&at) != DATA) {
        mp_raise_OSError(MP_ENOENT);
    }
    size_t length = number(&at);
    mp_reader_new_mem(reader, at, length, MP_READER_IS_ROM);
}

// MicroPython has just loaded a module (the linker puts this in place of the original, which is called). Its table
// of names gives way to the same one in flash, made when the port was linked, unless the image is another one.
void __real_mp_raw_code_load_file(qstr path, mp_compiled_module_t *module);
void __wrap_mp_raw_code_load_file(qstr path, mp_compiled_module_t *module) {
    __real_mp_raw_code_load_file(path, module);
    mp_module_constants_t *constants = &module->context->constants;
    for (const table_t *table = application_tables; table->n != 0; table++) {
        const uint8_t *end;
        int kind;
        const uint8_t *at = table->module == path ? look_up(qstr_str(path), &kind, &end) : NULL;
        if (at == NULL) {
            continue;
        }
        at += 1; // kind of the record with the file's bytes
        number(&at);
        at += 4;
        size_t names = number(&at);
        size_t objects = number(&at);
        if (names != table->n || memcmp(constants->qstr_table, table->names, names * sizeof(uint16_t)) != 0) {
            return;
        }
        void *loaded = constants->qstr_table;
        mp_obj_t *kept = objects ? m_new(mp_obj_t, objects) : NULL;
        memcpy(kept, constants->obj_table, objects * sizeof(mp_obj_t));
        constants->qstr_table = (qstr_short_t *)table->names;
        constants->obj_table = kept;
        m_free(loaded);
        return;
    }
}
