// Reads a QR code into the field that `data-scan` names, where the browser can read one (`BarcodeDetector`); else it is typed.

const LOOK_MS = 200;
const MEANT = {
  lien: { form: /^https:\/\/\S+#[A-Z2-7]{16}(\.[0-9a-f]{64})?$/, other: "Ce n’est pas le code du cabinet." },
  code: { form: /^TOURNEE1:[A-Z0-9-]{1,16}:[0-9A-Z]{56}$/, other: "Ce n’est pas l’étiquette d’un lecteur." },
};
let stream = null;

function stop() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
}

function found(box, text) {
  stop();
  box.querySelector("video").hidden = true;
  box.querySelector("[data-scan-says]").textContent = "Le code est lu.";
  const field = box.closest("form").querySelector(`[name=${box.dataset.scan}]`);
  field.value = text;
  field.focus();
}

async function read(box) {
  const meant = MEANT[box.dataset.scan];
  const [says, video, button] = ["[data-scan-says]", "video", "[data-scan-start]"].map((one) => box.querySelector(one));
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch (error) {
    says.textContent = error.name === "NotAllowedError"
      ? "La caméra est refusée à cette page. Tapez le code ; pour la caméra, permettez-la dans les réglages du navigateur."
      : "Aucune caméra ne s’ouvre : tapez le code.";
    return;
  }
  button.hidden = true;
  video.hidden = false;
  video.srcObject = stream;
  await video.play();
  says.textContent = "Montrez le carré à la caméra.";
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  while (stream && box.isConnected) {
    const codes = await detector.detect(video).catch(() => []);
    const text = codes.map((one) => one.rawValue.trim()).find((one) => meant.form.test(one));
    if (text) { found(box, text); return; }
    if (codes.length) says.textContent = meant.other;
    await new Promise((done) => { setTimeout(done, LOOK_MS); });
  }
  stop();
}

document.addEventListener("tournee:shown", (event) => {
  stop();
  const box = event.detail.pane.querySelector("[data-scan]");
  if (box && "BarcodeDetector" in globalThis && navigator.mediaDevices) box.hidden = false;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-scan-start]");
  if (button) read(button.closest("[data-scan]"));
});
