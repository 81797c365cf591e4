// In place of a desk's: the host is this page's own worker, shut until it has the carer's code; a tablet without one
// yet has her choose it.

import { setToken } from "./host.js";
import { own } from "./screens.js";
import { ask, installed, linkOnce, stands, tellWhy } from "../start.js";

let chosen = ""; // the new code, until it was given twice
let counting = 0;

function shows(name, state) {
  clearInterval(counting);
  stands(state);
  own(name);
  const now = new Date();
  for (const clock of document.querySelectorAll(".clock")) clock.textContent = `${String(now.getHours()).padStart(2, "0")}:${String(now.getMinutes()).padStart(2, "0")}`;
  return false;
}

function words(count, one, more) {
  return `${count} ${count > 1 ? more : one}`;
}

// A wait is waited here: it does not go on while the page is closed.
function waits(seconds) {
  const end = performance.now() + seconds * 1000;
  shows("attente", "attente");
  const count = () => {
    const left = Math.ceil((end - performance.now()) / 1000);
    if (left <= 0) { shows("verrou-tablette", "verrou"); return; }
    const place = document.querySelector("[data-attente]");
    if (place) place.textContent = left > 90 ? words(Math.ceil(left / 60), "minute", "minutes") : words(left, "seconde", "secondes");
  };
  count();
  counting = setInterval(count, 1000);
  return false;
}

function wrong({ essais, attente }) {
  if (attente) return waits(attente);
  shows("verrou-tablette", "verrou");
  const left = document.querySelector("[data-essais]");
  left.textContent = `Ce n’est pas ce code. Encore ${words(essais, "essai", "essais")}, puis il faut attendre.`;
  left.setAttribute("role", "alert");
  return false;
}

async function opened() {
  const link = linkOnce();
  if (link) await ask("scanned", { link });
  setToken("page");
  stands("ouverte");
  return true;
}

// The pad is drawn at once where there was a code the last time; the worker then says how it stands.
const HAD_CODE = "tournee-code-choisi";

export async function enter() {
  if (!document.documentElement.dataset.tournee && localStorage.getItem(HAD_CODE)) shows("verrou-tablette", "verrou");
  const state = await ask("state");
  if (state === "neuve") localStorage.removeItem(HAD_CODE); else localStorage.setItem(HAD_CODE, "1");
  if (state === "ouverte") return opened();
  if (state === "neuve") return shows("code-neuf", "neuve");
  const isThere = document.documentElement.dataset.tournee === "verrou" && document.querySelector("[data-pad=verrou]");
  return isThere ? false : shows("verrou-tablette", "verrou"); // what was typed of a code stays
}

export async function tryCode(code) {
  const place = document.querySelector("[data-essais]");
  if (place) place.textContent = "Ouverture…";
  const told = JSON.parse(await ask("unlock", { code }));
  if (told.etat === "fausse") return wrong(told);
  if (told.message) { tellWhy(told); return false; }
  if (told.etat === "absente") await installed();
  return opened();
}

export const reopen = enter;

function again(why) {
  chosen = "";
  shows("code-neuf", "neuve");
  document.querySelector("[data-erreur]").textContent = why;
}

document.addEventListener("tournee:neuf", ({ detail }) => {
  chosen = detail;
  shows("code-encore", "neuve");
});

document.addEventListener("tournee:encore", async ({ detail }) => {
  const code = chosen;
  chosen = "";
  if (detail !== code) { again("Les deux codes ne sont pas les mêmes."); return; }
  const why = await ask("choose", { code });
  if (why) again(JSON.parse(why).message);
  else document.dispatchEvent(new CustomEvent("tournee:verrou", { detail: code })); // and it opens
});
