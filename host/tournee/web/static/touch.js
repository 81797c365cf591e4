// Whether a finger is on the screen: what it touches is not taken from under it.

const [LOOK_MS, PRESS_MAX_MS] = [50, 3000];
let pressed = 0; // until when one is taken to be there

document.addEventListener("pointerdown", () => { pressed = performance.now() + PRESS_MAX_MS; }, true);
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => { pressed = 0; }, true);

export async function untouched() {
  while (performance.now() < pressed) await new Promise((done) => { setTimeout(done, LOOK_MS); });
}
