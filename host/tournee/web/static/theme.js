// The theme and the size of text that the carer chose on this device; without one, the device's own.

const KEPT = "tournee-theme";
const TEXT = "tournee-texte";
const root = document.documentElement;

// Without a transition: half-way between two themes nothing has the contrast of either.
function use(theme) {
  if (theme !== (root.dataset.theme ?? "")) {
    root.dataset.switching = "";
    requestAnimationFrame(() => requestAnimationFrame(() => delete root.dataset.switching));
  }
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  for (const button of document.querySelectorAll("[data-theme-set]")) button.setAttribute("aria-pressed", String(button.dataset.themeSet === theme));
}

const contrast = matchMedia("(prefers-contrast: more)");
const chosen = () => localStorage.getItem(KEPT) ?? (contrast.matches ? "soleil" : "");

function size(text) {
  if (text) root.dataset.texte = text;
  else delete root.dataset.texte;
  for (const button of document.querySelectorAll("[data-text-set]")) button.setAttribute("aria-pressed", String(button.dataset.textSet === text));
}

const sized = () => localStorage.getItem(TEXT) ?? "";
use(chosen());
size(sized());
contrast.addEventListener("change", () => use(chosen()));
document.addEventListener("tournee:shown", () => { use(chosen()); size(sized()); });
document.addEventListener("click", (event) => {
  const theme = event.target.closest("[data-theme-set]")?.dataset.themeSet;
  const text = event.target.closest("[data-text-set]")?.dataset.textSet;
  if (theme !== undefined) { localStorage.setItem(KEPT, theme); use(theme); }
  if (text !== undefined) { localStorage.setItem(TEXT, text); size(text); }
});
