// A pad of digits: only how many were given is shown and said; complete, they are sent and forgotten.

import { act } from "./screens.js";

let digits = "";

function press(pad, key) {
  const count = Number(pad.dataset.count);
  digits = key === "x" ? digits.slice(0, -1) : (digits + key).slice(0, count);
  const dots = document.querySelector(".dots");
  [...dots.children].forEach((dot, index) => dot.classList.toggle("on", index < digits.length));
  dots.setAttribute("aria-label", `${digits.length} ${digits.length < 2 ? "chiffre" : "chiffres"} sur ${count}`);
  if (digits.length < count) return;
  const code = digits;
  digits = "";
  if (pad.dataset.pad.startsWith("/")) act(pad.dataset.pad, { code });
  else document.dispatchEvent(new CustomEvent(`tournee:${pad.dataset.pad}`, { detail: code }));
}

document.addEventListener("tournee:shown", () => { digits = ""; });
document.addEventListener("click", (event) => {
  const key = event.target.closest("[data-key]");
  if (key) press(key.closest("[data-pad]"), key.dataset.key);
});
document.addEventListener("keydown", (event) => { // a keyboard on a desk
  const pad = document.querySelector("[data-pad]");
  if (!pad || event.target.matches("input, textarea") || event.ctrlKey || event.altKey || event.metaKey) return;
  const key = event.key === "Backspace" ? "x" : event.key;
  if (/^[0-9x]$/.test(key)) { event.preventDefault(); press(pad, key); }
});
