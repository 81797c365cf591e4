// The site as this device keeps it: the service worker holds its files; what the server offers next is asked about, and
// what it refuses is said.

const LOOK_MS = 4 * 3600 * 1000;
const FIRST_LOOK_MS = 5000; // the carer first
const WHY = {
  cle: "elle n’est pas signée par qui a fait la vôtre",
  signature: "sa signature est fausse",
  version: "elle est plus ancienne que la vôtre, ou en prend la place sous le même numéro",
  fichier: "un de ses fichiers n’est pas celui qui est signé",
  gardien: "le programme qui protège cette page n’y est pas celui qui est signé",
  liste: "la liste signée de ses fichiers manque ou ne se lit pas",
};

const offer = document.getElementById("mise-a-jour");
const refusal = document.getElementById("version-refusee");
let registration;

function asked(what) {
  const channel = new MessageChannel();
  const answer = new Promise((done) => { channel.port1.onmessage = ({ data }) => done(data); });
  registration.active.postMessage(what, [channel.port2]);
  return answer;
}

export async function look() {
  const told = await asked("look");
  offer.hidden = told.state !== "ready";
  refusal.hidden = told.state !== "refused";
  if (told.state === "refused") refusal.querySelector("[data-cause]").textContent = WHY[told.why] ?? WHY.liste;
  return told;
}

async function take() {
  await asked("take");
  const next = registration.waiting;
  if (next) {
    const moved = new Promise((done) => next.addEventListener("statechange", done, { once: true })); // in its place, or none any more
    next.postMessage("replace");
    await moved;
  }
  location.reload();
}

// From here on `answer` is given the requests for the host.
export function answersBy(answer) {
  navigator.serviceWorker.addEventListener("message", ({ data, ports }) => { if (data.kind === "request") answer(data, ports); });
  navigator.serviceWorker.startMessages();
}

// Have the service worker keep this page.
export async function keepSite() {
  registration = await navigator.serviceWorker.register("./service_worker.js", { type: "classic" });
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) {
    await new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done, { once: true }));
  }
  registration.addEventListener("updatefound", look);
  offer.addEventListener("click", take);
  document.addEventListener("click", (event) => { if (event.target.closest("[data-lu]")) refusal.hidden = true; });
  setTimeout(look, FIRST_LOOK_MS);
  setInterval(look, LOOK_MS);
}
