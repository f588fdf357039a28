// Says under each date of the form how it is read, or what is wrong with it, while one types.
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

form.addEventListener("input", ({ target }) => {
  if (names.includes(target.name)) {
    clearTimeout(timer);
    timer = setTimeout(ask, 400);
  }
});
