// What Python encrypts with in a page: the module `tournee_door` of tournee.crypto.browser. Bytes in, bytes out;
// nothing (undefined) where a tag is not right. AES-CCM (NIST SP 800-38C) is made of noble's CTR and CBC.
import { cbc, ctr, gcm } from "./noble-ciphers/aes.js";
import { scrypt } from "./noble-hashes/scrypt.js";

const BLOCK = 16;

function sameBytes(a, b) {
  let different = 0; // every byte is looked at, whichever differs
  for (let i = 0; i < a.length; i++) different |= a[i] ^ b[i];
  return !different;
}

// The tag of CCM and its key stream: counter block 0 encrypts the tag, those after it the content.
function ccmTag(key, nonce, plain, first, size) {
  const lengthSize = BLOCK - 1 - nonce.length;
  const blocks = new Uint8Array(BLOCK + Math.ceil(plain.length / BLOCK) * BLOCK);
  blocks[0] = (((size - 2) / 2) << 3) | (lengthSize - 1);
  blocks.set(nonce, 1);
  for (let at = BLOCK - 1, left = plain.length; at > nonce.length; at--, left = Math.floor(left / 256)) {
    blocks[at] = left & 0xff;
  }
  blocks.set(plain, BLOCK);
  const mac = cbc(key, new Uint8Array(BLOCK), { disablePadding: true }).encrypt(blocks).slice(-BLOCK);
  return mac.map((byte, at) => byte ^ first[at]).slice(0, size);
}

function ccmStream(key, nonce, data) {
  const counter = new Uint8Array(BLOCK);
  counter[0] = BLOCK - 2 - nonce.length;
  counter.set(nonce, 1);
  const padded = new Uint8Array(BLOCK + data.length);
  padded.set(data, BLOCK);
  const made = ctr(key, counter).encrypt(padded);
  return [made.subarray(0, BLOCK), made.slice(BLOCK)];
}

export function ccm_encrypt(key, nonce, plain, size) {
  const [first, encrypted] = ccmStream(key, nonce, plain);
  const made = new Uint8Array(plain.length + size);
  made.set(encrypted);
  made.set(ccmTag(key, nonce, plain, first, size), plain.length);
  return made;
}

export function ccm_decrypt(key, nonce, data, size) {
  const end = data.length - size;
  const [first, plain] = ccmStream(key, nonce, data.subarray(0, end));
  return sameBytes(ccmTag(key, nonce, plain, first, size), data.subarray(end)) ? plain : undefined;
}

export function gcm_encrypt(key, nonce, plain, bound) {
  return gcm(key, nonce, bound).encrypt(plain);
}

export function gcm_decrypt(key, nonce, data, bound) {
  try {
    return gcm(key, nonce, bound).decrypt(data);
  } catch {
    return undefined; // lengths were checked before: what is left to refuse is the tag
  }
}

export function cbc_encrypt(key, iv, data) {
  return cbc(key, iv, { disablePadding: true }).encrypt(data);
}

export { derived as scrypt };
function derived(secret, salt, n, r, p, length) {
  return scrypt(secret, salt, { N: n, r, p, dkLen: length, maxmem: 128 * r * (n + p + 2) + 1024 });
}
