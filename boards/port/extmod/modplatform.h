// py/modsys.c wants these two names of MicroPython's extmod, which is not part of the sources.

#define MICROPY_PLATFORM_COMPILER "GCC"
#define MICROPY_PLATFORM_VERSION ""
