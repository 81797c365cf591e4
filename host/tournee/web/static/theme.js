// The theme that the carer chose on this device; without one, the device's own.

const KEPT = "tournee-theme";
const root = document.documentElement;

function use(theme) {
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  for (const button of document.querySelectorAll("[data-theme-set]")) button.setAttribute("aria-pressed", String(button.dataset.themeSet === theme));
}

const chosen = () => localStorage.getItem(KEPT) ?? (matchMedia("(prefers-contrast: more)").matches ? "soleil" : "");
use(chosen());
document.addEventListener("tournee:shown", () => use(chosen()));
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-set]");
  if (!button) return;
  localStorage.setItem(KEPT, button.dataset.themeSet);
  use(button.dataset.themeSet);
});
