// Inside the frame: tells the height, has the site open links, offers the clocks, and counts down. All is there without it.
(() => {
  const root = document.documentElement;

  // WordPress shows pages of other sites in a sandbox. It passes a secret in the fragment, and obeys messages that carry it.
  const secret = () => /[?&]secret=([A-Za-z0-9]+)$/.exec(location.hash)?.[1];
  const tellSite = (message, value) => parent.postMessage({ message, value, secret: secret() }, "*");

  // The page around may make the frame as high as what is in it. A height is no secret.
  const tell = () => {
    const height = Math.ceil(root.getBoundingClientRect().height);
    parent.postMessage({ type: "calendar-widget", height }, "*");
    if (secret()) tellSite("height", height);
  };
  if (parent !== window) {
    new ResizeObserver(tell).observe(root);
    addEventListener("hashchange", tell);
    addEventListener("message", ({ source, data }) => {
      if (source === parent && data?.message === "ready") tell();
    });
    addEventListener("click", (event) => {
      const link = event.target.closest("a");
      if (!link || !secret()) return;
      if (link.target) {
        event.preventDefault();
        tellSite("link", link.href);
      } else {
        link.hash = location.hash;
      }
    });
  }

  const clocks = document.getElementById("zone");
  if (clocks) {
    const zone = ownZone();
    const mine = clocks.querySelector("[data-mine]");
    const same = [...clocks.options].find((option) => option.value === zone);
    if (!zone.includes("/") || same) {
      mine.remove();
    } else {
      mine.value = zone;
      mine.textContent = mine.dataset.mine.replace("{city}", zone.split("/").pop().replaceAll("_", " "));
      mine.hidden = false;
    }
    const label = clocks.closest("label");
    label.hidden = false;
    label.previousElementSibling.hidden = true;
    clocks.addEventListener("change", () => {
      const here = new URL(location.href);
      here.searchParams.delete("tz");
      if (clocks.value) here.searchParams.set("tz", clocks.value);
      here.hash = secret() ? `zone?secret=${secret()}` : "zone";
      // In place of this one: "back" belongs to the page around.
      location.replace(here);
    });
    if (location.hash.startsWith("#zone")) clocks.focus();
  }

  const running = document.querySelector("[data-until]");
  if (running) {
    const unit = (count, name, unitDisplay) => new Intl.NumberFormat(root.lang, { style: "unit", unit: name, unitDisplay }).format(count);
    const count = () => {
      const minutes = Math.floor((Date.parse(running.dataset.until) - Date.now()) / 60000);
      running.hidden = minutes < 0;
      const days = Math.floor(minutes / 1440);
      const clock = `${unit(Math.floor(minutes / 60) % 24, "hour", "short")} ${unit(minutes % 60, "minute", "short")}`;
      running.textContent = days > 0 ? `${unit(days, "day", "long")}, ${clock}` : clock;
    };
    count();
    setInterval(count, 15000);
  }

  // A frame that is hidden until it has told its height, as in WordPress, is observed only from then on.
  if (parent !== window) tell();
  else root.classList.add("alone");
})();
