// Tells the reader's own time where it is on another clock than the times printed on the page.
for (const line of document.querySelectorAll(".yours[hidden]")) {
  const { at, until, offsets, words } = line.dataset;
  const begins = new Date(at);
  if (!offsets.split(" ").includes(String(-begins.getTimezoneOffset()))) {
    const lang = document.documentElement.lang;
    const format = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, {
      weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit",
      hourCycle: "h23", timeZoneName: "short",
    });
    const told = until ? format.formatRange(begins, new Date(until)) : format.format(begins);
    // As everywhere on the page; some languages of the browser say GMT.
    line.textContent = `${words} ${told.replaceAll("GMT", "UTC")}`;
    line.hidden = false;
  }
}
