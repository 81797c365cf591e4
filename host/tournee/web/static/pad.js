// A pad of digits: only how many were given is shown and said; complete, they are sent and forgotten.

import { act } from "./screens.js";

let digits = "";
document.addEventListener("tournee:shown", () => { digits = ""; });
document.addEventListener("click", (event) => {
  const key = event.target.closest("[data-key]");
  if (!key) return;
  const pad = key.closest("[data-pad]");
  const count = Number(pad.dataset.count);
  digits = key.dataset.key === "x" ? digits.slice(0, -1) : (digits + key.dataset.key).slice(0, count);
  const dots = document.querySelector(".dots");
  [...dots.children].forEach((dot, index) => dot.classList.toggle("on", index < digits.length));
  dots.setAttribute("aria-label", `${digits.length} chiffres sur ${count}`);
  if (digits.length < count) return;
  const given = digits;
  digits = "";
  act(pad.dataset.pad, { code: given });
});
