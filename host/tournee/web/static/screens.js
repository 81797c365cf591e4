// Puts fragments into the shell's two panes. One document: a navigation would end the radio link.

import { ADDRESS, BESIDE, HostGone, ask, post, postBytes } from "./host.js";
import { untouched } from "./touch.js";
import { forget, isTyping, keep, restore } from "./typed.js";

const shell = document.getElementById("shell");
const panes = document.getElementById("contenu");
const list = document.getElementById("liste");
const detail = document.getElementById("detail");
const busy = shell.querySelector(".busy");
const call = document.getElementById("appel");
const wide = matchMedia("(min-width: 1000px)");
const BUSY_AFTER_MS = 300;
const TOUCHED = "a[href], button, input, select, textarea, summary";

let shown = ""; // address of the screen that was asked for last
let last = { told: {}, active: detail, address: "" }; // the screen that is shown
let turn = 0; // only the last question's answer is shown
let acting = 0; // acts whose answer is awaited: nothing that happens by itself takes its place
let led = null; // where a card led meanwhile
let before = "/tournee"; // where she was when a card led elsewhere
let missed = false; // something happened meanwhile, and is not shown yet

export const here = () => (location.hash.startsWith("#/") ? location.hash.slice(1) : "/tournee");
export const say = (text) => { document.getElementById("dire").textContent = text; };

function parsed(text) {
  const holder = document.createElement("template");
  holder.innerHTML = text;
  return holder.content.firstElementChild;
}

function fill(pane, fragment) {
  pane.replaceChildren(...(fragment ? [...fragment.childNodes] : []));
  pane.setAttribute("aria-label", fragment ? fragment.dataset.titre : "Vide");
  for (const body of pane.querySelectorAll(".body")) { // what scrolls is reached by a keyboard too
    if (!body.querySelector(TOUCHED)) body.tabIndex = 0;
  }
}

const TURNS_MAX = 5;

// The fragment of an address, or of the one that its host sends on to; null where there is none.
async function fragmentOf(asked, alone = false, aside = false) {
  let address = asked;
  for (let turns = 0; turns < TURNS_MAX; turns += 1) {
    const answer = await ask(`/ecran${address}`, { alone, headers: aside ? { [BESIDE]: "1" } : {} });
    if (!answer.headers.has(ADDRESS)) return [null, address];
    if (answer.status !== 204) return [parsed(await answer.text()), address];
    address = answer.headers.get(ADDRESS);
  }
  return [null, address];
}

// The pane of a screen, and the one beside it where there is room.
function arrange(told, active, address, other) {
  const isList = active === list;
  const two = wide.matches && Boolean(told.avec) && Boolean(other);
  if (two || !told.avec) fill(isList ? detail : list, two ? other : null);
  list.hidden = !(isList || two);
  detail.hidden = !(!isList || two);
  panes.classList.toggle("two", two);
  const open = isList ? told.avec : address;
  for (const row of list.querySelectorAll("[data-open]")) {
    if (two && row.dataset.open === open) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
  last = { told, active, address };
}

async function put(fragment, address, moved, other) {
  doing.clear();
  const told = fragment.dataset;
  const active = told.vue === "liste" ? list : detail;
  const kept = shown === address ? active.querySelector(".body")?.scrollTop : 0;
  fill(active, fragment);
  arrange(told, active, address, other);
  shell.classList.toggle("is-flow", "flux" in told);
  shell.classList.toggle("is-blank", "nu" in told);
  document.title = `${told.titre} · Tournée`;
  for (const tab of document.querySelectorAll(".tabs [data-tab]")) {
    if (tab.dataset.tab === told.tab) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  if (kept) active.querySelector(".body")?.scrollTo(0, kept);
  else active.querySelector(".next")?.scrollIntoView({ block: "nearest" });
  shown = address;
  if (restore(address, active)) say("Ce que vous aviez tapé est encore là");
  if (address === called()) hush();
  document.dispatchEvent(new CustomEvent("tournee:shown", { detail: { address, pane: active, told } }));
  if (!moved) return;
  const title = active.querySelector("h1");
  if (title) { title.tabIndex = -1; title.focus({ preventScroll: true }); }
}

let under = 0; // screens that are on their way

async function during(work) {
  const mine = ++turn;
  under += 1;
  const late = setTimeout(() => { busy.hidden = false; }, BUSY_AFTER_MS);
  try {
    await work(() => mine === turn);
  } catch (error) {
    if (!(error instanceof HostGone)) throw error;
    document.dispatchEvent(new CustomEvent("tournee:gone"));
  } finally {
    clearTimeout(late);
    under -= 1;
    if (mine === turn) busy.hidden = true;
  }
}

const painted = () => new Promise((done) => { requestAnimationFrame(() => setTimeout(done)); });

// Until nothing is on its way, and what came of it was painted.
export async function settled() {
  do await painted(); while (under > 0);
  await painted();
}

// `alone`: nobody asked for it.
export function show(address, moved = true, alone = false) {
  if (alone && acting) { missed = true; return undefined; }
  missed = false;
  return during(async (isLast) => {
    const [fragment, found] = await fragmentOf(address, alone);
    if (!fragment || !isLast()) return;
    if (found !== address) history.replaceState(null, "", `#${found}`);
    await beside(fragment, found, moved, isLast, alone);
  });
}

async function beside(fragment, address, moved, isLast, alone = false) {
  const avec = fragment.dataset.avec;
  const [other] = avec && wide.matches ? await fragmentOf(avec, alone, true) : [null];
  if (alone) await untouched();
  if (isLast() && !(alone && acting)) await put(fragment, address, moved, other);
}

// `instead`: the screen before is not gone back to.
export function go(address, instead = false) {
  if (instead) history.replaceState(null, "", `#${address}`);
  if (here() === address) return show(address);
  location.hash = address;
  return undefined; // the change of the hash shows it
}

const doing = new Set(); // acts that were done from the screen that is still shown

// Do something: the host answers with a screen, or with the address of the one to go to. Touched twice, it is done once.
export function act(path, fields) {
  const what = JSON.stringify([path, fields]);
  if (doing.has(what)) return undefined;
  doing.add(what);
  const again = () => doing.delete(what);
  return answered(async () => {
    const answer = await post(path, fields).catch((error) => { again(); throw error; });
    if (!answer.ok || !answer.headers.has(ADDRESS)) again();
    return answer;
  });
}
export const send = (path, data) => answered(() => postBytes(path, data));

function answered(asking) {
  return during(async (isLast) => {
    acting += 1;
    try {
      const answer = await asking();
      const address = answer.headers.get(ADDRESS);
      if (!address || !isLast()) return;
      if (answer.ok) forget();
      if (answer.status === 204) { go(address); return; }
      const fragment = parsed(await answer.text());
      if (answer.ok) history.replaceState(null, "", `#${address}`);
      else keep(shown); // it was refused: she puts right what she typed, and types the rest not again
      await beside(fragment, address, address !== shown || !answer.ok, isLast);
    } finally {
      acting -= 1;
    }
  }).finally(() => {
    if (led) lead(led);
    else if (missed && !acting) renew("[data-vivant]");
  });
}

const ENDS = /\/(fait|echec)$/; // of a signature

// Whether she is at what a card leads to, and further: a card that is read again, or late, does not take her back.
function isWithin(address) {
  const [at, query] = here().split("?");
  if (at.endsWith("/signature")) return !ENDS.test(address);
  const after = new URLSearchParams(query).get("vers") ?? ""; // the code that is given first
  return !at.endsWith("/sans-carte") && [at, after].some((one) => one.startsWith(`${address}/`));
}

// Go where a card led, or the end of a signature; whether the page does, now or once her act is answered. While she
// types elsewhere, it is announced (`appel`, "" for nothing) and opens when she touches it.
export function lead(told) {
  const { aller: address, appel } = told;
  led = acting ? told : null;
  if (!address || (!acting && isWithin(address))) return false;
  if (acting) return true;
  if (isTyping() && !here().startsWith(`${address}/`)) announce(address, appel);
  else { hush(); leave(address); go(address); }
  return true;
}

const called = () => (call.hidden ? "" : call.querySelector("a").hash.slice(1));

function announce(address, text) {
  if (!text) return;
  call.querySelector("a").href = `#${address}`;
  call.querySelector("b").textContent = text;
  call.hidden = false;
  document.activeElement?.scrollIntoView({ block: "nearest" });
  say(`${text}. Votre saisie est gardée.`);
}

const REFUSED = "[data-carte-refusee]"; // why a card does not read

const leave = (address) => { if (here() !== address) before = here() || "/tournee"; };

call.addEventListener("click", () => { leave(called()); keep(shown); });

const hush = () => { call.hidden = true; };

// The card that was announced is out again; the end of a signature is still to be seen. Why it did not read gives
// way to where she was.
export function cardOut() {
  if (!ENDS.test(called())) hush();
  if (!acting && last.active.querySelector(REFUSED)) go(before, true);
}

// A file could not be had: the host said why by a screen.
export function failed(answer) {
  return during(async (isLast) => {
    const address = answer.headers.get(ADDRESS);
    if (address) await beside(parsed(await answer.text()), address, true, isLast);
  });
}

// Replace some parts of the screen that is shown: what a search found, what a form comes to.
export function refresh(address, parts) {
  return during(async (isLast) => {
    const [fragment] = await fragmentOf(address);
    for (const part of isLast() ? parts : []) {
      const fresh = fragment?.querySelector(part);
      if (fresh) document.querySelector(part)?.replaceWith(fresh);
    }
  });
}

// A screen of the shell's own, which needs no host and holds nothing: both panes are blank but for it.
export function own(name) {
  turn += 1;
  busy.hidden = true;
  hush();
  keep(shown);
  put(document.getElementById(name).content.firstElementChild.cloneNode(true), "", true, null);
}

// Have the pane beside anew; what is typed or said on the screen stays, and one that is on its way comes all the same.
async function besideAnew() {
  const { told, active, address } = last;
  const mine = turn;
  const [other] = told.avec && wide.matches ? await fragmentOf(told.avec, true, true).catch(() => [null]) : [null];
  await untouched();
  if (mine === turn && last.address === address) arrange(told, active, address, other);
}

wide.addEventListener("change", besideAnew); // the device was turned

// Something happened by itself: the pane that says so (`living`) is shown anew, never one where she may be typing.
export function renew(living) {
  if (acting) { missed = true; return; }
  const { active } = last;
  if (active.querySelector(living)) show(here(), false, true);
  else if ([list, detail].some((pane) => !pane.hidden && pane.querySelector(living))) besideAnew();
}
