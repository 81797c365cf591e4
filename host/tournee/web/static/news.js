// Waits for what happens by itself: cards, the reader's link; and keeps the status bar.

import { HostGone, ask } from "./host.js";
import { network } from "./network.js";
import { lead, renew, say } from "./screens.js";

const shell = document.getElementById("shell");
const LONGER_THAN_THE_HOST_MS = 30_000;
const [LOOK_MS, PRESS_MAX_MS] = [50, 3000];

let number = "-"; // of the last happening heard
let following = false;
let pressed = 0; // until when a finger is taken to be on the screen

document.addEventListener("pointerdown", () => { pressed = performance.now() + PRESS_MAX_MS; }, true);
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => { pressed = 0; }, true);

// No finger is on the screen: what it touches is not taken from under it.
async function untouched() {
  while (performance.now() < pressed) await new Promise((done) => { setTimeout(done, LOOK_MS); });
}

function showState(state) {
  shell.classList.toggle("is-far", state.loin);
  shell.classList.toggle("is-locked", state.verrouille);
  network(state.horsReseau);
  for (const [name, value] of Object.entries(state)) {
    for (const place of document.querySelectorAll(`[data-etat="${name}"]`)) place.textContent = value;
  }
  shell.querySelector(".status .copy").hidden = !state.copie;
  shell.querySelector(".kept").hidden = !state.code;
  shell.querySelector(".count").hidden = !state.aRegler;
  shell.querySelector(".cards-of-demo").hidden = !state.essai;
}

function feel(kind) {
  if (kind && navigator.vibrate) navigator.vibrate(kind === "ok" ? 30 : [60, 60, 60]);
  document.dispatchEvent(new CustomEvent("tournee:sound", { detail: kind }));
}

export async function follow() {
  if (following) return;
  following = true;
  while (following) {
    try {
      const answer = await ask(`/nouvelles?depuis=${number}`, { wait: LONGER_THAN_THE_HOST_MS });
      if (!answer.ok) { following = false; break; }
      const told = await answer.json();
      const isFirst = number === "-";
      const living = { tout: "[data-vivant]", copie: '[data-vivant="copie"]' }[told.revoir];
      number = String(told.numero);
      showState(told.etat);
      if (told.dire) say(told.dire);
      if (told.son) feel(told.son);
      await untouched();
      if (!lead(told.aller) && !isFirst && living) renew(living);
    } catch (error) {
      if (!(error instanceof HostGone)) throw error;
      following = false;
      document.dispatchEvent(new CustomEvent("tournee:gone"));
    }
  }
}
