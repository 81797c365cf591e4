// The page speaks to its host by fetch alone, wherever that stands: a server, or a worker behind the service worker.

const KEY = "X-Tournee";
const BY_ITSELF = "X-Tournee-Seul"; // nobody touched anything: the host's idle lock does not count it
export const ADDRESS = "X-Tournee-Ecran";
export const BESIDE = "X-Tournee-Cote";
const WAIT_MS = 60_000;

export const session = { token: sessionStorage.getItem("tournee") || "" };

export function setToken(token) {
  session.token = token;
  if (token) sessionStorage.setItem("tournee", token);
  else sessionStorage.removeItem("tournee");
}

export class HostGone extends Error {}

export async function ask(path, options = {}) {
  const { wait = WAIT_MS, alone = false, ...rest } = options;
  const headers = { ...rest.headers, ...(session.token ? { [KEY]: session.token } : {}), ...(alone ? { [BY_ITSELF]: "1" } : {}) };
  let answer;
  try {
    answer = await fetch(path, { ...rest, headers, cache: "no-store", signal: AbortSignal.timeout(wait) });
  } catch (error) {
    throw new HostGone(String(error));
  }
  if (answer.status === 401 && session.token) {
    setToken("");
    document.dispatchEvent(new CustomEvent("tournee:closed"));
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
