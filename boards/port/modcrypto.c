// Sha256 and Aes of `native`. No method allocates; only the constructors do.

#include "py/objarray.h"
#include "py/runtime.h"
#include "modnative.h"
#include "port.h"

typedef struct {
    mp_obj_base_t base;
    mp_obj_t tail; // a bytearray over `hash.tail`
    sha256_t hash;
} sha256_obj_t;

// Sha256(): the class of reader/crypto/sha256.py, name for name.
static mp_obj_t sha256_make(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    sha256_obj_t *self = mp_obj_malloc(sha256_obj_t, type);
    self->tail = mp_obj_new_bytearray_by_ref(sizeof(self->hash.tail), self->hash.tail);
    sha256_reset(&self->hash);
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t hash_reset(mp_obj_t self) {
    sha256_reset(&((sha256_obj_t *)MP_OBJ_TO_PTR(self))->hash);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(hash_reset_obj, hash_reset);

static mp_obj_t hash_update(size_t n_args, const mp_obj_t *args) {
    size_t n = mp_obj_get_int(args[3]);
    const uint8_t *data = part(args[1], args[2], n, MP_BUFFER_READ);
    sha256_update(&((sha256_obj_t *)MP_OBJ_TO_PTR(args[0]))->hash, data, n);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(hash_update_obj, 4, 4, hash_update);

static mp_obj_t hash_state(mp_obj_t self, mp_obj_t out, mp_obj_t at) {
    sha256_state(&((sha256_obj_t *)MP_OBJ_TO_PTR(self))->hash, part(out, at, 32, MP_BUFFER_WRITE));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(hash_state_obj, hash_state);

static mp_obj_t hash_digest(mp_obj_t self, mp_obj_t out, mp_obj_t at) {
    sha256_digest(&((sha256_obj_t *)MP_OBJ_TO_PTR(self))->hash, part(out, at, 32, MP_BUFFER_WRITE));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(hash_digest_obj, hash_digest);

static void hash_attr(mp_obj_t self_in, qstr name, mp_obj_t *dest) {
    sha256_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] != MP_OBJ_NULL) {
        return; // nothing can be set
    }
    if (name == MP_QSTR_tail) {
        dest[0] = self->tail;
    } else if (name == MP_QSTR_tail_length) {
        dest[0] = MP_OBJ_NEW_SMALL_INT(self->hash.tail_length);
    } else if (name == MP_QSTR_hashed) {
        dest[0] = MP_OBJ_NEW_SMALL_INT(self->hash.hashed);
    } else {
        dest[1] = MP_OBJ_SENTINEL; // a method
    }
}

static const mp_rom_map_elem_t hash_names[] = {
    {MP_ROM_QSTR(MP_QSTR_reset), MP_ROM_PTR(&hash_reset_obj)},
    {MP_ROM_QSTR(MP_QSTR_update), MP_ROM_PTR(&hash_update_obj)},
    {MP_ROM_QSTR(MP_QSTR_state_into), MP_ROM_PTR(&hash_state_obj)},
    {MP_ROM_QSTR(MP_QSTR_digest_into), MP_ROM_PTR(&hash_digest_obj)},
};
static MP_DEFINE_CONST_DICT(hash_dict, hash_names);

MP_DEFINE_CONST_OBJ_TYPE(sha256_type, MP_QSTR_Sha256, MP_TYPE_FLAG_NONE, make_new, sha256_make,
    attr, hash_attr, locals_dict, &hash_dict);

typedef struct {
    mp_obj_base_t base;
    aes_t aes;
} aes_obj_t;

// Aes(key): the class of reader/crypto/aes.py.
static mp_obj_t aes_make(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    const uint8_t *key = part(args[0], MP_OBJ_NEW_SMALL_INT(0), 16, MP_BUFFER_READ);
    aes_obj_t *self = mp_obj_malloc(aes_obj_t, type);
    aes_start(&self->aes, key);
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t aes_one(mp_obj_t self, mp_obj_t block, mp_obj_t out) {
    const uint8_t *from = part(block, MP_OBJ_NEW_SMALL_INT(0), 16, MP_BUFFER_READ);
    uint8_t *to = part(out, MP_OBJ_NEW_SMALL_INT(0), 16, MP_BUFFER_WRITE);
    aes_encrypt(&((aes_obj_t *)MP_OBJ_TO_PTR(self))->aes, from, to);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_3(aes_one_obj, aes_one);

static const mp_rom_map_elem_t aes_names[] = {
    {MP_ROM_QSTR(MP_QSTR_encrypt), MP_ROM_PTR(&aes_one_obj)},
};
static MP_DEFINE_CONST_DICT(aes_dict, aes_names);

MP_DEFINE_CONST_OBJ_TYPE(
    aes_type, MP_QSTR_Aes, MP_TYPE_FLAG_NONE, make_new, aes_make, locals_dict, &aes_dict);
