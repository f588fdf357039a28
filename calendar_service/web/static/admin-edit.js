// While one types: says under each date of the form how it is read, or what is wrong with it, and renews a preview that
// is open.
const form = document.querySelector("form[data-live]");
const names = form.dataset.live.split(" ");
let timer, latest = 0;

function say(name, words, fault) {
  const input = form.elements.namedItem(name), line = document.getElementById(`${name}-live`);
  if (!input || !line) return;
  line.textContent = fault || words;
  line.classList.toggle("fault", Boolean(fault));
  input.toggleAttribute("aria-invalid", Boolean(fault));
}

async function ask() {
  const mine = ++latest, body = new FormData(form);
  body.set("do", "read");
  try {
    const answer = await fetch(form.action, { method: "POST", body });
    if (!answer.ok || mine !== latest) return;
    const { read, errors } = await answer.json();
    for (const name of names) say(name, read[name] || "", errors[name] || "");
  } catch {
    // Without an answer the page stays as it is; the button says the same.
  }
}

const preview = document.getElementById("preview");
let previewTimer, isAsking = false, isOld = false;

// The page that the button "Preview" would bring; of it only the frames are taken that differ.
async function fetchPreview() {
  const body = new FormData(form);
  body.set("do", "preview");
  const answer = await fetch(form.action, { method: "POST", body });
  return new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("preview");
}

function showPreview(made) {
  const frames = preview.querySelectorAll("iframe"), subject = ".subject";
  preview.querySelector(subject).textContent = made.querySelector(subject).textContent;
  made.querySelectorAll("iframe").forEach(({ srcdoc }, number) => {
    if (frames[number].srcdoc !== srcdoc) frames[number].srcdoc = srcdoc;
  });
}

async function renewPreview() {
  if (isAsking) {
    isOld = true;
    return;
  }
  isAsking = true;
  do {
    isOld = false;
    const made = await fetchPreview().catch(() => null);
    if (made) showPreview(made);
    const line = document.getElementById("preview-state"), words = made ? line.dataset.fresh : line.dataset.old;
    if (line.textContent !== words) line.textContent = words;
  } while (isOld);
  isAsking = false;
}

form.addEventListener("input", ({ target }) => {
  if (names.includes(target.name)) {
    clearTimeout(timer);
    timer = setTimeout(ask, 400);
  }
  if (preview) {
    clearTimeout(previewTimer);
    previewTimer = setTimeout(renewPreview, 700);
  }
});
