// Starts the page: what is touched does something, what happens by itself is shown.

import { enter, reopen, tryCode } from "./entry.js";
import { HostGone, session, setToken } from "./host.js";
import { act, go, here, own, refresh, say, show } from "./screens.js";
import { follow } from "./news.js";
import "./files.js";
import "./camera.js";
import "./corners.js";
import "./hold.js";
import "./link.js";
import "./pad.js";
import "./scan.js";
import "./theme.js";

const SEARCH_AFTER_MS = 150;

function fieldsOf(button) {
  const form = button.form ?? button.closest("form");
  const fields = form ? Object.fromEntries(new FormData(form)) : {};
  return { ...fields, ...Object.fromEntries(new URLSearchParams(button.dataset.champ || "")) };
}

document.addEventListener("click", (event) => {
  const on = (selector) => event.target.closest(selector);
  let button;
  if ((button = on("[data-dialog]"))) document.getElementById(button.dataset.dialog).showModal();
  if ((button = on("[data-aller]"))) go(button.dataset.aller);
  if ((button = on("[data-close]"))) button.closest("dialog").close();
  if ((button = on("[data-reprendre]"))) start(enter);
  if ((button = on("[data-rouvrir]"))) start(reopen);
  if ((button = on("[data-one]"))) {
    for (const other of document.querySelectorAll(`[data-one="${button.dataset.one}"]`)) other.setAttribute("aria-pressed", String(other === button));
  }
  if ((button = on("[data-reload]"))) { history.replaceState(null, "", `/#${button.dataset.reload}`); location.reload(); }
  if ((button = on("[data-go]"))) go(button.dataset.go, true);
  if ((button = on("[data-post]")) && button.matches("button:not([data-hold])") && button.getAttribute("aria-disabled") !== "true") {
    event.preventDefault();
    const fields = fieldsOf(button);
    button.closest("dialog")?.close();
    act(button.dataset.post, fields);
  }
});

document.addEventListener("submit", (event) => {
  event.preventDefault(); // the content security policy would refuse it, and the document would go
  if (event.target.dataset.post) act(event.target.dataset.post, Object.fromEntries(new FormData(event.target)));
});

// While she types: what a search finds, and what a form comes to so far.
let typing = 0;
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-refresh]");
  const field = event.target.closest("[data-search]");
  if (!form && !field) return;
  clearTimeout(typing);
  typing = setTimeout(() => {
    const parts = [field?.dataset.part, form?.dataset.part].filter(Boolean);
    const query = form ? new URLSearchParams(new FormData(form)) : new URLSearchParams({ q: field.value });
    refresh(`${(form ?? field).dataset[form ? "refresh" : "search"]}?${query}`, parts);
  }, SEARCH_AFTER_MS);
});

document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-change]");
  if (field) act(field.dataset.change, { [field.name]: field.type === "checkbox" ? String(field.checked) : field.value });
});

const AGAIN_MS = 2000;
let trying = 0;

// Come in, then go on where the page was; while the host does not answer, try again now and then.
async function start(way) {
  clearTimeout(trying);
  try {
    if (!(await way())) return;
    document.dispatchEvent(new CustomEvent("tournee:open"));
    show(here());
    follow();
  } catch (error) {
    if (!(error instanceof HostGone)) throw error;
    stopped();
  }
}

function stopped() {
  if (!document.querySelector("[data-reprendre]")) own("arret");
  clearTimeout(trying);
  trying = setTimeout(() => start(enter), AGAIN_MS);
}

addEventListener("hashchange", () => {
  if (location.hash.startsWith("#/") && session.token) show(here());
  if (location.hash.startsWith("#lien=")) start(enter);
});
document.addEventListener("tournee:gone", () => { setToken(""); start(enter); }); // who answers next has to prove itself
document.addEventListener("tournee:closed", () => start(enter));
document.addEventListener("tournee:verrou", (event) => start(() => tryCode(event.detail)));
document.addEventListener("tournee:go", (event) => go(event.detail));
document.addEventListener("tournee:say", (event) => say(event.detail));

start(enter);
