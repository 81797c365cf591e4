// Whether the network is there: a word in the status bar, said once when it goes and once when it is back.

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

addEventListener("online", () => { failed = false; told(); });
addEventListener("offline", told);
