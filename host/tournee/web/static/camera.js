// Photographs a prescription: the picture goes to the host as bytes, and leaves no trace in the browser.

import { send } from "./screens.js";

const QUALITY = 0.85;
let stream = null;

function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
}

async function open(box) {
  const says = box.querySelector("[data-camera-says]");
  const video = box.querySelector("video");
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 2480 }, height: { ideal: 3508 } } });
  } catch (error) {
    says.textContent = error.name === "NotAllowedError"
      ? "La caméra est refusée à cette page. Choisissez un fichier ; pour la caméra, permettez-la dans les réglages du navigateur."
      : "Aucune caméra ne s’ouvre : choisissez un fichier.";
    return;
  }
  if (!box.isConnected) { stop(); return; }
  video.srcObject = stream;
  await video.play();
  says.textContent = box.dataset.cameraDit ?? "Posez l’ordonnance à plat, bien cadrée.";
  document.querySelector("[data-shutter]").disabled = false;
}

document.addEventListener("tournee:shown", (event) => {
  stop();
  const box = event.detail.pane.querySelector("[data-camera]");
  if (box) open(box);
});

document.addEventListener("click", async (event) => {
  if (!event.target.closest("[data-shutter]")) return;
  const box = document.querySelector("[data-camera]");
  const video = box.querySelector("video");
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  const picture = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", QUALITY); });
  stop();
  send(box.dataset.camera, picture);
});

document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-photo]");
  if (field?.files[0]) send(field.dataset.photo, field.files[0]);
});
