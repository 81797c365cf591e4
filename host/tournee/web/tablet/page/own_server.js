// Takes a request of Python's to the server that this page came from, and its answer back: bounded in bytes and in
// time, without redirects, cookies or caches. The content security policy lets nothing go anywhere else.

export const is_own = (url) => URL.canParse(url) && new URL(url).origin === location.origin;

async function bounded(answer, most) {
  const parts = [], reader = answer.body?.getReader();
  let size = 0;
  for (let one; reader && !(one = await reader.read()).done;) {
    size += one.value.length;
    if (size > most) { await reader.cancel(); throw new Error("too long"); }
    parts.push(one.value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

// Status 0: there was no whole answer; `why` is the browser's word for it. `ended` may end it before its time.
export async function carry(method, path, headers, parts, most, milliseconds, ended = null) {
  const within = AbortSignal.timeout(milliseconds);
  const rest = parts.length ? { body: new Blob(parts) } : {};
  try {
    const told = { ...Object.fromEntries(headers), "Content-Type": "application/octet-stream" };
    const answer = await fetch(path, {
      method, headers: told, ...rest, signal: ended ? AbortSignal.any([within, ended]) : within,
      mode: "same-origin", redirect: "error", credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer",
    });
    return { status: answer.status, body: await bounded(answer, most), why: "" };
  } catch (error) {
    return { status: 0, body: new Uint8Array(0), why: within.aborted ? "trop lent" : String(error?.message ?? error) };
  }
}
