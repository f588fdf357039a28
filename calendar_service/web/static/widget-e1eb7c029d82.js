// Shows the calendar on another site. Either this line, which becomes the widget where it stands,
//   <script async src="https://…/widget.js" data-view="agenda" data-kind="tender"></script>
// or the element, once this file is loaded: <calendar-widget view="agenda" kind="tender"></calendar-widget>
(() => {
  const NAMES = ["view", "kind", "tag", "country", "language", "record", "q", "from", "to", "lang", "tz", "alarms", "cancelled", "theme", "accent", "limit", "month"];
  // As high as the view mostly is, until it tells its height.
  const HEIGHTS = { agenda: 560, month: 620, next: 260, compact: 360 };
  const TITLES = { en: "Calendar", fr: "Calendrier" };
  const TAG = "calendar-widget";
  const script = document.currentScript;
  const home = new URL("widget", script.src);

  class CalendarWidget extends HTMLElement {
    static observedAttributes = [...NAMES, "label"];
    #frame = null;
    #height = 0;
    #due = false;

    // The height of what is shown, in CSS pixels; 0 until it is known. The event "heightchange" tells of a new one.
    get height() {
      return this.#height;
    }

    connectedCallback() {
      if (!this.#frame) {
        const frame = this.#frame = document.createElement("iframe");
        frame.loading = "lazy";
        frame.part = "frame";
        Object.assign(frame.style, { display: "block", width: "100%", border: "0" });
        frame.style.height = `${Number(this.getAttribute("height")) || HEIGHTS[this.getAttribute("view")] || HEIGHTS.agenda}px`;
        this.attachShadow({ mode: "open" }).append(frame);
      }
      if (!this.style.display) this.style.display = "block";
      addEventListener("message", this);
      this.#load();
    }

    disconnectedCallback() {
      removeEventListener("message", this);
    }

    attributeChangedCallback() {
      if (!this.isConnected || !this.#frame || this.#due) return;
      // Several attributes may change at once.
      this.#due = true;
      queueMicrotask(() => {
        this.#due = false;
        this.#load();
      });
    }

    handleEvent({ source, origin, data }) {
      if (source !== this.#frame.contentWindow || origin !== home.origin) return;
      if (data?.type !== TAG || Object.keys(data).length !== 2) return;
      const { height } = data;
      if (!Number.isInteger(height) || height < 1 || height > 100000 || height === this.#height) return;
      this.#height = height;
      this.#frame.style.height = `${height}px`;
      this.style.minHeight = "";
      this.dispatchEvent(new CustomEvent("heightchange", { detail: { height } }));
    }

    #load() {
      const url = new URL(home);
      for (const name of NAMES) {
        const value = this.getAttribute(name);
        if (value) url.searchParams.set(name === "record" ? "id" : name, value);
      }
      this.#frame.title = this.getAttribute("label") || TITLES[this.lang] || TITLES.en;
      if (this.#frame.src !== url.href) this.#frame.src = url;
    }
  }

  for (const name of NAMES) {
    if (name === "lang") continue;
    Object.defineProperty(CalendarWidget.prototype, name, {
      get() { return this.getAttribute(name) ?? ""; },
      set(value) { this.setAttribute(name, value); },
      enumerable: true,
    });
  }

  if (!customElements.get(TAG)) customElements.define(TAG, CalendarWidget);
  if (Object.keys(script.dataset).length) {
    const widget = document.createElement(TAG);
    for (const [name, value] of Object.entries(script.dataset)) widget.setAttribute(name, value);
    script.replaceWith(widget);
  }
})();
