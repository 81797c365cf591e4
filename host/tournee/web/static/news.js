// Waits for what happens by itself: cards, the reader's link; and keeps the status bar.

import { HostGone, ask } from "./host.js";
import { network } from "./network.js";
import { cardOut, lead, renew, say } from "./screens.js";
import { untouched } from "./touch.js";

const shell = document.getElementById("shell");
const LONGER_THAN_THE_HOST_MS = 30_000;

let number = "-"; // of the last happening heard
let following = false;

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
      if (told.retiree) cardOut();
      if (!lead(told) && !isFirst && living) renew(living);
    } catch (error) {
      if (!(error instanceof HostGone)) throw error;
      following = false;
      document.dispatchEvent(new CustomEvent("tournee:gone"));
    }
  }
}
