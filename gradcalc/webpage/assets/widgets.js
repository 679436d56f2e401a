// What the pages share: elements, and the line of time with its keys.

// A new element; a child that is a string becomes text, never markup.
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

// The same of a picture.
const SVG = "http://www.w3.org/2000/svg";

function svgElement(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function readData() {
  return JSON.parse(document.getElementById("data").textContent);
}

const prefersStillness = matchMedia("(prefers-reduced-motion: reduce)");

// Drawn, as not every font has them.
const ICONS = {
  first: "M6 5v14h2.2V5zM19 5v14L9 12z",
  back: "M17 5v14L7 12z",
  play: "M7 4.5v15l12.5-7.5z",
  pause: "M7 5h3.6v14H7zM13.4 5H17v14h-3.6z",
  forward: "M7 5v14l10-7z",
  last: "M15.8 5H18v14h-2.2zM5 5v14l10-7z",
};

function icon(name) {
  const path = svgElement("path", { d: ICONS[name] });
  return svgElement("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: "icon" }, path);
}

// Calls the function when the page is wider or narrower; telephones hide their bars while
// one scrolls, which changes its height alone.
function watchWidth(changed) {
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    changed();
  });
}

// Whether a key belongs to what has the focus: text is typed there, or a slider moved.
function isTyping(target) {
  return target instanceof HTMLElement &&
    target.matches("input, textarea, select, [contenteditable]") &&
    !target.matches("[data-timeline]");
}

const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16];
// Seconds that a step is shown for at the speed 1.
const STEP_SECONDS = 1.6;

// A bar that goes through the positions 0 to `last`, by buttons, a slider, keys and in
// time. `bar` is the element that it fills.
//   show(position)      draws a position
//   describe(position)  what it is called, for the eye and for a screen reader
//   fragment(position)  its permanent link, "#step-3", or "" for the page itself
//   position(fragment)  the position of a link, or null
//   start               the position at first, if no link says otherwise
//   seconds             how long a step is shown at the speed 1
//   changed()           called after the position has changed, if given
function makeTimeline(bar, options) {
  const { show, describe, fragment, position: positionOf } = options;
  const seconds = options.seconds || STEP_SECONDS;
  let last = options.last;
  let at = 0;
  let speed = 1;
  let timer = null;

  function button(symbol, label, action) {
    const made = element("button", { type: "button", "aria-label": label, title: label });
    if (symbol) made.append(icon(symbol));
    made.addEventListener("click", action);
    return made;
  }

  const slider = element("input", {
    type: "range", min: 0, max: last, step: 1, "data-timeline": true, "aria-label": "step",
  });
  const playing = button("", "", () => (timer === null ? play() : pause()));
  playing.className = "play";
  const counter = element("output", { class: "counter" });
  const chosen = element("select", { "aria-label": "speed", title: "speed (+ and −)" });
  for (const each of SPEEDS) chosen.append(element("option", { value: each }, `${each}×`));
  bar.append(
    button("first", "first step (Home)", () => jump(0)),
    button("back", "step back (←)", () => jump(at - 1)),
    playing,
    button("forward", "step forward (→)", () => jump(at + 1)),
    button("last", "last step (End)", () => jump(last)),
    slider, counter, chosen,
  );

  function draw() {
    slider.max = last;
    slider.value = at;
    counter.textContent = describe(at);
    slider.setAttribute("aria-valuetext", counter.textContent);
    slider.style.setProperty("--at", last ? at / last : 1);
    show(at);
  }

  function go(position) {
    at = Math.max(0, Math.min(last, position));
    draw();
    options.changed?.();
    const link = fragment(at) || location.pathname + location.search;
    // Not a step in the browser's history: the way back leads out of the page.
    try { history.replaceState(null, "", link); } catch { /* a sandboxed frame */ }
  }

  function jump(position) {
    pause();
    go(position);
  }

  function showPlaying() {
    const isPlaying = timer !== null;
    const label = isPlaying ? "pause (space)" : "play (space)";
    playing.replaceChildren(icon(isPlaying ? "pause" : "play"));
    playing.setAttribute("aria-label", label);
    playing.title = label;
    playing.classList.toggle("on", isPlaying);
  }

  function play() {
    if (at === last) go(0);
    const tick = () => {
      if (at === last) return pause();
      go(at + 1);
      timer = setTimeout(tick, (1000 * seconds) / speed);
    };
    timer = setTimeout(tick, at === 0 ? 0 : (1000 * seconds) / speed / 2);
    showPlaying();
  }

  function pause() {
    clearTimeout(timer);
    timer = null;
    showPlaying();
  }

  function setSpeed(next) {
    speed = next;
    chosen.value = next;
  }

  slider.addEventListener("input", () => jump(Number(slider.value)));
  chosen.addEventListener("change", () => setSpeed(Number(chosen.value)));
  const faster = (by) => {
    const place = SPEEDS.indexOf(speed) + by;
    setSpeed(SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, place))]);
  };
  const keys = {
    ArrowRight: () => jump(at + 1),
    ArrowLeft: () => jump(at - 1),
    Home: () => jump(0),
    End: () => jump(last),
    " ": () => (timer === null ? play() : pause()),
    "+": () => faster(1),
    "-": () => faster(-1),
  };
  document.addEventListener("keydown", (event) => {
    const action = keys[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target)) return;
    // A button that has the focus is pressed by the space bar itself.
    if (event.key === " " && event.target.matches("button, summary, a")) return;
    event.preventDefault();
    action();
  });
  const linked = () => positionOf(location.hash);
  addEventListener("hashchange", () => {
    const position = linked();
    if (position !== null) jump(position);
  });
  setSpeed(1);
  showPlaying();
  at = Math.max(0, Math.min(last, linked() ?? options.start ?? 0));
  return {
    // Draws where it stands; call it once when all is ready.
    draw,
    go: jump,
    position: () => at,
    // Another number of steps, as when another result is looked at.
    setLast(next) {
      last = next;
      at = Math.min(at, last);
    },
  };
}

// The button that goes from the system's colours to light ones, to dark ones and back.
function joinTheme(button) {
  const themes = ["auto", "light", "dark"];
  let theme = "auto";
  // Storage may be forbidden, as it is in some frames.
  try { theme = localStorage.getItem("gradcalc-theme") || "auto"; } catch { /* as if none */ }
  const apply = () => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    button.textContent = { auto: "◐", light: "○", dark: "●" }[theme] || "◐";
    button.title = `colours: ${theme}`;
    button.setAttribute("aria-label", `colours: ${theme}`);
  };
  button.addEventListener("click", () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    try { localStorage.setItem("gradcalc-theme", theme); } catch { /* not kept */ }
    apply();
  });
  apply();
}
