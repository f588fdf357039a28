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
    const parts = until ? format.formatRangeToParts(begins, new Date(until)) : format.formatToParts(begins);
    // As the server writes it: French has a first of the month, and some languages of the browser say GMT.
    const told = parts.map(({ type, value }) => (lang === "fr" && type === "day" && value === "1" ? "1er" : value));
    const text = `${words} ${told.join("").replaceAll("GMT", "UTC").replaceAll("\u2212", "-")}`;
    const clock = /(?:\d\d:\d\d\s?–\s?)?\d\d:\d\d \S+$/.exec(text)?.[0] ?? "";
    const whole = Object.assign(document.createElement("span"), { className: "whole", textContent: clock });
    line.replaceChildren(text.slice(0, text.length - clock.length), whole);
    line.hidden = false;
  }
}
