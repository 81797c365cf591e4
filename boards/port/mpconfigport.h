// What MicroPython is made of on our boards: no compiler, no files, no floats; compiled modules run where they lie.

#include <stdint.h>
#include "board.h" // made by boards/build.py out of board.toml

#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_CORE_FEATURES)

// The application: .mpy in a read-only file system in flash, its code, tables and strings used in place.
#define MICROPY_ENABLE_COMPILER (0)
#define MICROPY_PERSISTENT_CODE_LOAD (1)
#define MICROPY_READER_VFS (1) // image.c is the reader; there is no virtual file system
#define MICROPY_VFS_ROM (1)
#define MICROPY_VFS_ROM_IOCTL (0)
#define MICROPY_QSTR_EXTRA_POOL application_names // names.c: the image's names cost no heap
#define MICROPY_QSTR_BYTES_IN_HASH (1)

// Memory: frames of Python calls have a stack of their own, so that the heap holds objects alone.
#define MICROPY_ENABLE_GC (1)
#define MICROPY_ENABLE_PYSTACK (1)
#define MICROPY_STACK_CHECK (1)
#define MICROPY_STACK_CHECK_MARGIN (512)
#define MICROPY_MODULE_DICT_SIZE (0)
#define MICROPY_ALLOC_PATH_MAX (64)
#define MICROPY_MODULE___FILE__ (0)
#define MICROPY_LONGINT_IMPL (MICROPY_LONGINT_IMPL_MPZ) // RSA of an update

#define MICROPY_ENABLE_SOURCE_LINE (1)
#define MICROPY_ERROR_REPORTING (MICROPY_ERROR_REPORTING_NORMAL)
#define MICROPY_OPT_COMPUTED_GOTO (1)
#define MICROPY_USE_INTERNAL_ERRNO (1)

#define MICROPY_PY_BUILTINS_POW3 (1)
#define MICROPY_PY_BUILTINS_BYTES_HEX (1)
#define MICROPY_PY_ASYNC_AWAIT (0)
#define MICROPY_PY_BUILTINS_PROPERTY (0)
#define MICROPY_PY_COLLECTIONS (0)
#define MICROPY_PY_IO (0)
#define MICROPY_PY_MATH (0)
#define MICROPY_PY_SYS_ARGV (0)
#define MICROPY_PY_SYS_PATH (0)
#define MICROPY_PY_SYS_PLATFORM "tournee"
#define MICROPY_PY_TIME (0) // modboard.c has the three functions that we use

typedef intptr_t mp_int_t;
typedef uintptr_t mp_uint_t;
typedef long mp_off_t;
#define MP_SSIZE_MAX (0x7fffffff)
#define MICROPY_MAKE_POINTER_CALLABLE(p) ((void *)((mp_uint_t)(p) | 1)) // Thumb, where board.h has machine code loaded
#define alloca(n) __builtin_alloca(n)

#define MICROPY_HW_BOARD_NAME "tournee " BOARD_NAME
#define MICROPY_HW_MCU_NAME "Cortex-M"
#define MP_STATE_PORT MP_STATE_VM
