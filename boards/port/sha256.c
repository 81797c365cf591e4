// SHA-256 (FIPS 180-4) that shows its intermediate state, as reader/crypto/sha256.py does.

#include <string.h>
#include "port.h"

static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotated(uint32_t x, int n) {
    return x >> n | x << (32 - n);
}

static void put(uint8_t *out, uint32_t word) {
    out[0] = word >> 24;
    out[1] = word >> 16;
    out[2] = word >> 8;
    out[3] = word;
}

static void compress(uint32_t *state, const uint8_t *block) {
    uint32_t w[16], v[8];
    memcpy(v, state, sizeof(v));
    for (int i = 0; i < 64; i++) {
        uint32_t x;
        if (i < 16) {
            const uint8_t *at = block + 4 * i;
            x = (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
        } else {
            uint32_t a = w[(i + 1) & 15], b = w[(i + 14) & 15];
            x = w[i & 15] + (rotated(a, 7) ^ rotated(a, 18) ^ a >> 3) + w[(i + 9) & 15]
                + (rotated(b, 17) ^ rotated(b, 19) ^ b >> 10);
        }
        w[i & 15] = x;
        x += v[7] + constants[i] + (v[6] ^ (v[4] & (v[5] ^ v[6])))
            + (rotated(v[4], 6) ^ rotated(v[4], 11) ^ rotated(v[4], 25));
        uint32_t y = (rotated(v[0], 2) ^ rotated(v[0], 13) ^ rotated(v[0], 22))
            + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof(*v));
        v[4] += x;
        v[0] = x + y;
    }
    for (int i = 0; i < 8; i++) {
        state[i] += v[i];
    }
}

void sha256_reset(sha256_t *self) {
    static const uint32_t start[8] = {
        0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
    };
    memcpy(self->state, start, sizeof(start));
    self->hashed = self->tail_length = 0;
}

// The last full block is held back: the CPS does the last round itself.
void sha256_update(sha256_t *self, const uint8_t *data, size_t n) {
    while (n) {
        if (self->tail_length == sizeof(self->tail)) {
            compress(self->state, self->tail);
            self->hashed += sizeof(self->tail);
            self->tail_length = 0;
        }
        size_t some = sizeof(self->tail) - self->tail_length;
        if (some > n) {
            some = n;
        }
        memcpy(self->tail + self->tail_length, data, some);
        self->tail_length += some;
        data += some;
        n -= some;
    }
}

void sha256_state(const sha256_t *self, uint8_t *out) {
    for (int i = 0; i < 8; i++) {
        put(out + 4 * i, self->state[i]);
    }
}

void sha256_digest(const sha256_t *self, uint8_t *out) {
    uint8_t block[64] = {0};
    sha256_t last = *self;
    uint32_t n = self->tail_length;
    if (n == sizeof(block)) {
        compress(last.state, self->tail);
        n = 0;
    }
    memcpy(block, self->tail, n);
    block[n] = 0x80;
    if (n >= 56) {
        compress(last.state, block);
        memset(block, 0, sizeof(block));
    }
    uint64_t bits = 8 * ((uint64_t)self->hashed + self->tail_length);
    put(block + 56, bits >> 32);
    put(block + 60, bits);
    compress(last.state, block);
    sha256_state(&last, out);
}
