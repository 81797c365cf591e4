// The four corners of a sheet, dragged on its photograph by a finger, or moved by arrows. Pictures come as blobs.

import { ask } from "./host.js";

const STEP = 1; // per cent of the picture, by an arrow

const clamp = (value) => Math.min(100, Math.max(0, value));

function field(box, axis, rank) {
  return box.closest("form").elements[`${axis}${rank}`];
}

function draw(box) {
  const points = [];
  for (const handle of box.querySelectorAll("[data-corner]")) {
    const x = Number(field(box, "x", handle.dataset.corner).value);
    const y = Number(field(box, "y", handle.dataset.corner).value);
    handle.style.left = `${x}%`;
    handle.style.top = `${y}%`;
    points.push(`${x},${y}`);
  }
  box.querySelector("polygon").setAttribute("points", points.join(" "));
}

function put(box, rank, x, y) {
  field(box, "x", rank).value = clamp(x).toFixed(2);
  field(box, "y", rank).value = clamp(y).toFixed(2);
  draw(box);
}

document.addEventListener("tournee:shown", async (event) => {
  for (const image of event.detail.pane.querySelectorAll("img[data-picture]")) {
    const answer = await ask(`/ecran${image.dataset.picture}`);
    const address = URL.createObjectURL(await answer.blob());
    image.addEventListener("load", () => URL.revokeObjectURL(address), { once: true });
    image.src = address;
  }
  const box = event.detail.pane.querySelector("[data-corners]");
  if (box) draw(box);
});

document.addEventListener("pointerdown", (event) => {
  const handle = event.target.closest?.("[data-corner]");
  if (!handle) return;
  const box = handle.closest("[data-corners]");
  event.preventDefault();
  handle.focus();
  handle.setPointerCapture(event.pointerId);
  const moved = (move) => {
    const frame = box.getBoundingClientRect();
    put(box, handle.dataset.corner, ((move.clientX - frame.left) / frame.width) * 100, ((move.clientY - frame.top) / frame.height) * 100);
  };
  handle.addEventListener("pointermove", moved);
  handle.addEventListener("lostpointercapture", () => handle.removeEventListener("pointermove", moved), { once: true });
});

document.addEventListener("keydown", (event) => {
  const handle = event.target.closest?.("[data-corner]");
  const step = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key];
  if (!handle || !step) return;
  event.preventDefault();
  const box = handle.closest("[data-corners]");
  const rank = handle.dataset.corner;
  put(box, rank, Number(field(box, "x", rank).value) + step[0], Number(field(box, "y", rank).value) + step[1]);
});
