// What the files of the module `native` know of each other.

#include "py/obj.h"

extern const mp_obj_type_t sha256_type, aes_type; // modcrypto.c
uint8_t *part(mp_obj_t buf, mp_obj_t at, size_t n, int flags); // modnative.c
