// The page speaks to its host by fetch alone, wherever that stands: a server, or a worker behind the service worker.

const KEY = "X-Tournee";
export const ADDRESS = "X-Tournee-Ecran";
export const BESIDE = "X-Tournee-Cote";
const WAIT_MS = 60_000;

export const session = { token: sessionStorage.getItem("tournee") || "" };

// The host's one-time link brings the token in the fragment; it leaves the address bar at once.
export function takeToken() {
  const given = /^#jeton=([\w-]{20,})$/.exec(location.hash);
  if (!given) return;
  session.token = given[1];
  sessionStorage.setItem("tournee", session.token);
  history.replaceState(null, "", "/#/tournee");
}

export class HostGone extends Error {}

export async function ask(path, options = {}) {
  const { wait = WAIT_MS, ...rest } = options;
  const headers = { ...rest.headers, ...(session.token ? { [KEY]: session.token } : {}) };
  let answer;
  try {
    answer = await fetch(path, { ...rest, headers, cache: "no-store", signal: AbortSignal.timeout(wait) });
  } catch (error) {
    throw new HostGone(String(error));
  }
  return answer;
}

export function postBytes(path, data) {
  return ask(`/ecran${path}`, { method: "POST", body: data, headers: { "Content-Type": "application/octet-stream" }, wait: 600_000 });
}

export function post(path, fields) {
  return ask(`/ecran${path}`, {
    method: "POST",
    body: new URLSearchParams(fields).toString(),
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    wait: 600_000,
  });
}
