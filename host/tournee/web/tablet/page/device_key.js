// This browser's own part in the tablet's lock: a key that it made, kept in its database, which no script can read out.
// With the carer's code it opens the vault (vault.py).

const [BASE, STORE, NAME] = ["tournee-coffre", "cles", "appareil"];

function base() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(BASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

async function within(mode, work) {
  const opened = await base();
  try {
    return await new Promise((done, failed) => {
      const transaction = opened.transaction(STORE, mode, { durability: "strict" });
      const asked = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => done(asked.result);
      transaction.onabort = transaction.onerror = () => failed(transaction.error ?? asked.error);
    });
  } finally {
    opened.close();
  }
}

async function deviceKey(make) {
  const kept = await within("readonly", (store) => store.get(NAME));
  if (kept || !make) return kept;
  const made = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  await within("readwrite", (store) => store.put(made, NAME));
  return made;
}

// Asked for before a code is typed: its first one takes it.
let ahead = null;
export function askAhead() {
  ahead = deviceKey(false).catch(() => undefined);
}

// 32 bytes of a code: PBKDF2, native and constant in time, then this browser's key over them. Nothing (undefined)
// where that key is gone; `make` it where there was none yet.
export async function stretched(code, salt, rounds, make) {
  const asked = ahead;
  ahead = null;
  const key = await asked ?? await deviceKey(make);
  if (!key) return undefined;
  const secret = await crypto.subtle.importKey("raw", new TextEncoder().encode(code), "PBKDF2", false, ["deriveBits"]);
  const told = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  const bits = await crypto.subtle.deriveBits(told, secret, 256);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, bits));
}
