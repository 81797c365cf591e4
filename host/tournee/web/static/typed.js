// What she typed on the screen that is shown and gave to nobody yet: nothing that happens by itself takes its place, and
// what had to (a lock, an answer that says no, the card that she opened) gives it back when she is there again.

const SHOWN = "#contenu .pane:not([hidden])";
const FIELDS = ["input", "textarea", "select"].map((one) => `${SHOWN} ${one}:not([hidden])`).join(", ");
const HELD = ".dots .on, [data-camera], [data-unsaved]"; // digits of a code, a camera, a form that was sent back

const CHECKED = "[type=checkbox], [type=radio]";
const NEVER_KEPT = "[type=password], [type=file], [type=hidden]";

const nameOf = (field) => field.name || (field.dataset.search ?? "");

let kept = { address: "", values: [] };

function isChanged(field) {
  if (field.matches(CHECKED)) return field.checked !== field.defaultChecked;
  if (field.matches("[type=hidden]")) return field.name === "photo" && field.value !== ""; // one that was just taken
  if (field.matches("[data-search]")) return field === document.activeElement && field.value !== "";
  if (field.matches("[type=file]")) return field.files.length > 0;
  if (!field.matches("select")) return field.value !== field.defaultValue;
  const first = [...field.options].findIndex((one) => one.defaultSelected);
  return field.selectedIndex !== Math.max(first, 0);
}

const isText = (field) => field.matches(`textarea, input:not(${CHECKED}, [type=hidden], [type=file], [data-search])`);

// Whether something would be lost.
export function isTyping() {
  const at = document.activeElement;
  return (at?.matches(FIELDS) && isText(at)) || [...document.querySelectorAll(FIELDS)].some(isChanged) || document.querySelector(`${SHOWN} :is(${HELD})`) !== null;
}

export function keep(address) {
  const wanted = (one) => nameOf(one) && !one.matches(NEVER_KEPT) && (isChanged(one) || (one.matches("[data-search]") && one.value));
  const values = [...document.querySelectorAll(FIELDS)].filter(wanted)
    .map((one) => ({ name: nameOf(one), value: one.value, checked: one.matches(CHECKED) ? one.checked : null }));
  if (values.length > 0) kept = { address, values };
}

export function forget() { kept = { address: "", values: [] }; }

// Put it back into the screen that she is at; whether there was something.
export function restore(address, pane) {
  if (kept.address !== address) return false;
  let found = null;
  for (const { name, value, checked } of kept.values) {
    const same = [...pane.querySelectorAll("input, textarea, select")].filter((one) => nameOf(one) === name && !one.matches(NEVER_KEPT));
    const field = checked === null ? same[0] : same.find((one) => one.value === value);
    if (!field) continue;
    if (checked === null) field.value = value; else field.checked = checked;
    found ??= field;
  }
  forget();
  found?.dispatchEvent(new Event("input", { bubbles: true })); // what a form comes to so far
  return found !== null;
}
