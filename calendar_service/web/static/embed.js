// Shows at once what was chosen, keeps it in the address, and copies a line.
const form = document.getElementById("choose");
const accent = document.getElementById("accent");
const picker = document.getElementById("picker");

const chosen = () => new URLSearchParams([...new FormData(form)].filter(([, value]) => value));

const dress = () => {
  for (const button of document.querySelectorAll("[data-copies]")) button.hidden = false;
};

let asked = 0;
const show = async () => {
  const here = `${form.getAttribute("action")}?${chosen()}`;
  const turn = ++asked;
  const answer = await fetch(here);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (turn !== asked || !answer.ok) {
    if (!answer.ok) form.requestSubmit();
    return;
  }
  history.replaceState(null, "", here);
  document.getElementById("result").replaceWith(page.getElementById("result"));
  document.getElementById("accent-told").textContent = page.getElementById("accent-told").textContent;
  dress();
};

let timer = 0;
const showSoon = () => {
  clearTimeout(timer);
  timer = setTimeout(() => form.checkValidity() && show(), 200);
};

form.addEventListener("input", ({ target }) => {
  if (target === picker) accent.value = picker.value.slice(1);
  if (target === accent && accent.value) {
    // Half a colour is no mistake while one types.
    if (!/^[0-9a-f]{6}$/i.test(accent.value)) return;
    picker.value = `#${accent.value}`;
  }
  showSoon();
});
accent.addEventListener("change", showSoon);

const picked = document.querySelector(".picked");
picked.querySelector("button").addEventListener("click", () => {
  accent.value = "";
  showSoon();
});

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copies]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copies);
  field.select();
  await navigator.clipboard.writeText(field.value);
  button.textContent = button.dataset.copied;
});

// The preview tells its height: the lines then reserve exactly that.
addEventListener("message", ({ source, data }) => {
  const frame = document.querySelector(".stage iframe");
  if (source !== frame?.contentWindow || data?.type !== "calendar-widget" || !Number.isInteger(data.height)) return;
  frame.height = data.height;
  for (const field of document.querySelectorAll(".copied textarea")) {
    field.value = field.value.replace(/(height=")\d+(")|(min-height:)\d+(px)/g, (_, a, b, c, d) => `${a ?? c}${data.height}${b ?? d}`);
  }
});

picked.hidden = false;
document.getElementById("update").hidden = true;
dress();
