// Who made an image, asked at each start of a board into which its maker's keys are linked (names.c): RSASSA-PKCS1-v1_5
// with SHA-256 of an RSA-2048 key, public exponent 65537 (RFC 8017 8.2.2). All numbers are public: times tell nothing.

#include <string.h>
#include "port.h"

#define WORDS 64
#define BYTES (4 * WORDS)
#define DIGEST 32

static const uint8_t digest_info[] = { // of SHA-256 (RFC 8017 9.2), behind the zero that ends the padding
    0x00, 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
};

static bool below(const uint32_t *a, const uint32_t *b) {
    for (int i = WORDS - 1; i >= 0; i--) {
        if (a[i] != b[i]) {
            return a[i] < b[i];
        }
    }
    return false;
}

// a * b / 2^2048 mod n, below n (Montgomery's product); words come lowest first, `out` may be `a` or `b`.
static void product(uint32_t *out, const uint32_t *a, const uint32_t *b, const boot_key_t *key) {
    uint32_t sum[WORDS + 1] = {0};
    for (int i = 0; i < WORDS; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < WORDS; j++) {
            carry += (uint64_t)a[i] * b[j] + sum[j];
            sum[j] = carry;
            carry >>= 32;
        }
        carry += sum[WORDS];
        sum[WORDS] = carry;
        uint32_t top = carry >> 32, times = sum[0] * key->inverse;
        carry = ((uint64_t)times * key->n[0] + sum[0]) >> 32;
        for (int j = 1; j < WORDS; j++) {
            carry += (uint64_t)times * key->n[j] + sum[j];
            sum[j - 1] = carry;
            carry >>= 32;
        }
        carry += sum[WORDS];
        sum[WORDS - 1] = carry;
        sum[WORDS] = top + (uint32_t)(carry >> 32);
    }
    uint64_t borrow = 0;
    bool less = sum[WORDS] == 0 && below(sum, key->n);
    for (int i = 0; i < WORDS; i++) {
        uint64_t word = (uint64_t)sum[i] - (less ? 0 : key->n[i]) - borrow;
        out[i] = word;
        borrow = word >> 63;
    }
}

static bool signed_by(const boot_key_t *key, const uint8_t *digest, const uint8_t *signature) {
    uint32_t given[WORDS], power[WORDS];
    for (int i = 0; i < WORDS; i++) {
        const uint8_t *at = signature + BYTES - 4 - 4 * i;
        given[i] = (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
    }
    if (!below(given, key->n)) {
        return false;
    }
    product(power, given, key->squared, key);
    for (int i = 0; i < 16; i++) {
        product(power, power, power, key);
    }
    product(power, power, given, key);
    uint8_t block[BYTES];
    memset(block, 0xff, BYTES);
    block[0] = 0;
    block[1] = 1;
    memcpy(block + BYTES - DIGEST - sizeof(digest_info), digest_info, sizeof(digest_info));
    memcpy(block + BYTES - DIGEST, digest, DIGEST);
    for (int i = 0; i < BYTES; i++) {
        if (block[BYTES - 1 - i] != (uint8_t)(power[i / 4] >> 8 * (i % 4))) {
            return false;
        }
    }
    return true;
}

bool image_signed(const uint8_t *image, size_t n) {
    static sha256_t hash;
    uint8_t digest[DIGEST];
    sha256_reset(&hash);
    sha256_update(&hash, image, n);
    sha256_digest(&hash, digest);
    for (unsigned i = 0; i < boot_keys_n; i++) {
        if (signed_by(boot_keys + i, digest, image + n)) {
            return true;
        }
    }
    return false;
}
