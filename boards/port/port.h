// What the port's parts know of each other.

#ifndef TOURNEE_PORT_H
#define TOURNEE_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// startup.c
extern uint32_t stack_bottom[], stack_top[]; // from the linker
size_t stack_peak(void); // most bytes of the C stack ever in use
void exit_board(int status) __attribute__((noreturn));
void reset_board(void) __attribute__((noreturn));
void console_write(const char *text, size_t n);

// uart.c
#define UARTS (sizeof((uintptr_t[]) {UART_BASES}) / sizeof(uintptr_t))
void uart_start(void);
void uart_interrupt(void);
size_t uart_read(unsigned uart, uint8_t *to, size_t most, uint32_t timeout_ms);
void uart_write(unsigned uart, const uint8_t *from, size_t n);

// nor.c
int flash_bank(void); // the bank chosen, 0 or 1
const uint8_t *flash_image(int bank); // NULL where there is no such bank
void flash_choose(void); // by the boot record
void flash_other_bank(void);

// image.c
const char *image_open(const uint8_t *image); // NULL, or what is wrong with it

typedef struct {
    uint16_t module; // its path, as a qstr
    uint16_t n;
    const uint16_t *names;
} table_t;
extern const table_t application_tables[]; // names.c; a row of zeros ends them

// signature.c
typedef struct {
    uint32_t n[64]; // the modulus, lowest word first
    uint32_t squared[64]; // 2^4096 mod n
    uint32_t inverse; // -1/n mod 2^32
} boot_key_t;
bool image_signed(const uint8_t *image, size_t n); // its n bytes, by the 256 behind them, with one of boot_keys
extern const boot_key_t boot_keys[]; // names.c, like the next two
extern const unsigned boot_keys_n;
extern bool (*const boot_check)(const uint8_t *image, size_t n); // image_signed; NULL: every whole image is started

// sha256.c
typedef struct {
    uint32_t state[8];
    uint32_t hashed; // bytes in the state
    uint32_t tail_length;
    uint8_t tail[64]; // the last bytes, 64 at most, which the state does not hold yet
} sha256_t;
void sha256_reset(sha256_t *self);
void sha256_update(sha256_t *self, const uint8_t *data, size_t n);
void sha256_state(const sha256_t *self, uint8_t *out);
void sha256_digest(const sha256_t *self, uint8_t *out);

// aes.c
typedef struct {
    uint8_t words[176]; // eleven round keys
} aes_t;
void aes_start(aes_t *self, const uint8_t *key);
void aes_encrypt(const aes_t *self, const uint8_t *block, uint8_t *out); // 16 bytes each; they may be the same

#endif
