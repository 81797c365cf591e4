// The page speaks to its host by fetch alone, wherever that stands: a server, or a worker behind the service worker.

const KEY = "X-Tournee";
const BY_ITSELF = "X-Tournee-Seul"; // nobody touched anything: the host's idle lock does not count it
const [ASKED, SHOWN] = ["X-Tournee-Alea", "X-Tournee-Preuve"];
export const ADDRESS = "X-Tournee-Ecran";
export const BESIDE = "X-Tournee-Cote";
const WAIT_MS = 60_000;

// `verify` gives what the host shows of the device's key for a token and a random text; null where there is no door.
// Each answer is judged by it, for a browser sends a request again by itself to whoever has the port by then.
export const session = { token: sessionStorage.getItem("tournee") || "", verify: null };

export function random() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
}

export function setToken(token) {
  session.token = token;
  if (token) sessionStorage.setItem("tournee", token);
  else sessionStorage.removeItem("tournee");
}

export class HostGone extends Error {}

export async function ask(path, options = {}) {
  const { wait = WAIT_MS, alone = false, ...rest } = options;
  const headers = { ...rest.headers, ...(session.token ? { [KEY]: session.token } : {}), ...(alone ? { [BY_ITSELF]: "1" } : {}) };
  const { token, verify } = session;
  const asked = verify ? random() : "";
  if (asked) headers[ASKED] = asked;
  let answer;
  try {
    answer = await fetch(path, { ...rest, headers, cache: "no-store", signal: AbortSignal.timeout(wait) });
  } catch (error) {
    throw new HostGone(String(error));
  }
  const isRefused = answer.status === 401;
  if (verify && !isRefused && answer.headers.get(SHOWN) !== await verify(token, asked)) throw new HostGone("not proved");
  if (isRefused && session.token) {
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
