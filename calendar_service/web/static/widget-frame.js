// Inside the frame: tells the height, offers the clocks, and counts down. All is there without it.
(() => {
  const root = document.documentElement;

  // The page around may make the frame as high as what is in it. A height is no secret.
  if (parent !== window) {
    const tell = () => parent.postMessage({ type: "calendar-widget", height: Math.ceil(root.getBoundingClientRect().height) }, "*");
    new ResizeObserver(tell).observe(root);
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
      here.hash = "zone";
      // In place of this one: "back" belongs to the page around.
      location.replace(here);
    });
    if (location.hash === "#zone") clocks.focus();
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
})();
