// Whether the network is there: a word in the status bar, said once when it goes and once when it is back.

import { HostGone, post } from "./host.js";
import { say } from "./screens.js";

const shell = document.getElementById("shell");
let failed = false; // the host's last sending found none

function told() {
  const away = failed || !navigator.onLine;
  if (away === shell.classList.contains("is-offline")) return;
  shell.classList.toggle("is-offline", away);
  say(away ? "Sans réseau, la tournée continue" : "Le réseau est revenu, vous pouvez envoyer");
}

export function network(away) { failed = Boolean(away); told(); }

async function copied() { // the journal's copy need not wait for the next try
  try { await post("/cabinet/copier", {}); } catch (error) { if (!(error instanceof HostGone)) throw error; }
}

addEventListener("online", () => { failed = false; told(); copied(); });
addEventListener("offline", told);
