// Shows the calendar on another site, in an element that this file defines:
//   <calendar-widget view="agenda" kind="tender"><a href="https://…/">Calendar</a></calendar-widget>
// or in place of this file's own line: <script async src="https://…/widget.js" data-view="agenda"></script>
(() => {
  const NAMES = ["view", "kind", "tag", "country", "language", "record", "q", "from", "to", "lang", "tz", "alarms", "cancelled", "theme", "accent", "limit", "month"];
  // As high as the view mostly is, until it tells its height.
  const HEIGHTS = { agenda: 560, month: 620, next: 260, compact: 360 };
  const TITLES = { en: "Calendar", fr: "Calendrier" };
  // Grounds that are at least so light, or at most so dark (relative luminance of WCAG 2), suit the colours of a theme.
  const LIGHT = 0.799;
  const DARK = 0.0284;
  const DARK_SCHEME = matchMedia("(prefers-color-scheme: dark)");
  const TAG = "calendar-widget";
  const script = document.currentScript;
  const home = new URL("widget", script.src);

  // The colour behind an element; a page that has none is white, or nearly black under a dark colour scheme.
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement ?? at.getRootNode().host) {
      const { backgroundColor, backgroundImage } = getComputedStyle(at);
      if (backgroundImage !== "none") return backgroundImage;
      if (backgroundColor !== "rgba(0, 0, 0, 0)") return backgroundColor;
    }
    const probe = document.createElement("i");
    probe.style.background = "Canvas";
    document.body.append(probe);
    const { backgroundColor } = getComputedStyle(probe);
    probe.remove();
    return backgroundColor;
  };

  // The theme that can be read there; on a picture, or a colour neither light nor dark, the one with a ground of its own.
  const themeOn = (element) => {
    const [, ...channels] = /^rgb\((\d+), (\d+), (\d+)\)$/.exec(ground(element)) ?? [];
    const [r, g, b] = channels.map((value) => (value > 10 ? ((value / 255 + 0.055) / 1.055) ** 2.4 : value / 3294.6));
    const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    return luminance >= LIGHT ? "light" : luminance <= DARK ? "dark" : "solid";
  };

  // The height that a message of one of our frames tells; 0 for any other message.
  const heightIn = ({ origin, data }) => {
    if (origin !== home.origin || data?.type !== TAG || Object.keys(data).length !== 2) return 0;
    return Number.isInteger(data.height) && data.height >= 1 && data.height <= 100000 ? data.height : 0;
  };

  // Frames that stand by themselves, as those of oEmbed, are as high as what they show, too. Those that are there already tell it again.
  const ownFrames = () => [...document.querySelectorAll(`iframe[src^="${home}"]`)];
  addEventListener("message", (event) => {
    const height = heightIn(event);
    const frame = height && ownFrames().find((each) => each.contentWindow === event.source);
    if (frame) frame.style.height = `${height}px`;
  });
  for (const frame of ownFrames()) frame.contentWindow.postMessage({ message: "ready" }, "*");

  class CalendarWidget extends HTMLElement {
    static observedAttributes = [...NAMES, "label"];
    #frame = null;
    #height = 0;
    #url = "";
    #timer = 0;
    #gone = null;

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
      this.#gone = new AbortController();
      const { signal } = this.#gone;
      for (const [target, type] of [[window, "message"], [window, "load"], [document, "securitypolicyviolation"], [DARK_SCHEME, "change"]]) {
        target.addEventListener(type, this, { signal });
      }
      const looks = new MutationObserver(() => this.#later());
      for (const each of [document.documentElement, document.body]) looks.observe(each, { attributes: true });
      signal.addEventListener("abort", () => looks.disconnect());
      this.#load();
    }

    disconnectedCallback() {
      this.#gone.abort();
      clearTimeout(this.#timer);
    }

    attributeChangedCallback() {
      // Several attributes may change at once.
      if (this.isConnected && this.#frame) this.#later(0);
    }

    handleEvent(event) {
      if (event.type === "message") this.#hear(event);
      else if (event.type !== "securitypolicyviolation") this.#later();
      // The site's policy forbids the frame: what stands in the element is shown instead, mostly a link.
      else if (event.effectiveDirective === "frame-src" && event.blockedURI.startsWith(home.origin)) {
        this.style.minHeight = "";
        this.#frame.replaceWith(document.createElement("slot"));
      }
    }

    #hear(event) {
      const height = heightIn(event);
      if (event.source !== this.#frame.contentWindow || !height || height === this.#height) return;
      this.#height = height;
      this.#frame.style.height = `${height}px`;
      this.style.minHeight = "";
      this.dispatchEvent(new CustomEvent("heightchange", { detail: { height } }));
    }

    // A change of the site's colours may take a moment.
    #later(wait = 300) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#load(), wait);
    }

    #load() {
      const url = new URL(home);
      for (const name of NAMES) {
        const value = this.getAttribute(name);
        if (value) url.searchParams.set(name === "record" ? "id" : name, value);
      }
      const frame = this.#frame;
      const asked = url.searchParams.get("theme") ?? "auto";
      const theme = asked === "auto" ? themeOn(this) : asked;
      url.searchParams.set("theme", theme);
      // A frame lets the page behind it through only if both have the same colour scheme.
      frame.style.colorScheme = theme === "solid" ? "" : theme;
      frame.title = this.getAttribute("label") || TITLES[this.lang] || TITLES.en;
      if (this.#url === url.href) return;
      this.#url = url.href;
      // A new address would be one more step "back" in the history of the page.
      if (this.#height) frame.contentWindow.location.replace(url);
      else frame.src = url;
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
