// A file of the host's, opened or saved: asked for with the token's header, for there is no cookie that a link would carry.
// `data-file="/ecran/…"` opens it in a tab of its own, where it is read and printed; with `data-save` it is saved.

import { HostGone, ask } from "./host.js";
import { failed, say } from "./screens.js";

const KEPT_MS = 600_000; // the tab that shows it reads it at once, a viewer that saves it later
const NAME = /filename="([^"]{1,100})"/;

function save(address, name) {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  say("Fichier enregistré");
}

async function open(button) {
  const answer = await ask(button.dataset.file, { wait: 600_000 });
  if (!answer.ok) { await failed(answer); return; }
  const name = NAME.exec(answer.headers.get("Content-Disposition") || "")?.[1] || "document";
  const address = URL.createObjectURL(await answer.blob());
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
  if ("save" in button.dataset || !window.open(address, "_blank")) save(address, name);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-file]");
  if (!button || button.getAttribute("aria-busy") === "true") return;
  event.preventDefault();
  button.setAttribute("aria-busy", "true");
  try {
    await open(button);
  } catch (error) {
    if (!(error instanceof HostGone)) throw error;
    document.dispatchEvent(new CustomEvent("tournee:gone"));
  } finally {
    button.removeAttribute("aria-busy");
  }
});

// Files of hers, chosen and not given yet: their names are said, in words that are not the browser's.
document.addEventListener("change", ({ target }) => {
  const place = target.matches("input[type=file]") && target.form?.querySelector("[data-names]");
  if (place) place.textContent = [...target.files].map((one) => one.name).join(", ") || "Aucun fichier choisi";
});
