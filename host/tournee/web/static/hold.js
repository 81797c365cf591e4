// Held for a second, it signs; a short touch, a key or a screen reader opens the confirmation instead.

import { act } from "./screens.js";

const HELD_MS = 1000;
let timer = 0;
let held = false;

const release = () => { clearTimeout(timer); document.querySelector(".holding")?.classList.remove("holding"); };

document.addEventListener("pointerdown", (event) => {
  const button = event.target.closest("[data-hold]");
  if (!button) return;
  held = false;
  button.classList.add("holding");
  timer = setTimeout(() => { held = true; release(); act(button.dataset.post, {}); }, HELD_MS);
});
for (const end of ["pointerup", "pointercancel", "pointerleave"]) document.addEventListener(end, release);

document.addEventListener("contextmenu", (event) => { if (event.target.closest("[data-hold]")) event.preventDefault(); });
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-hold]");
  if (button && !held) document.getElementById(button.dataset.hold).showModal();
  held = false;
});
