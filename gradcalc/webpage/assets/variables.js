// A slider beside the box of every variable, and what is typed into the box.

// A round number that is at least twice the size of this one: 1, 2 or 5 and zeros.
function rangeFor(value) {
  const size = Math.min(2 * Math.abs(value), Number.MAX_VALUE);
  if (!(size > 0)) return 2;
  const power = 10 ** Math.floor(Math.log10(size));
  const found = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= size);
  return Math.min(found ?? size, Number.MAX_VALUE);
}

// What a hand can choose of a range: about a thousandth, in round numbers.
function roundedFor(range, value) {
  const digit = 10 ** Math.floor(Math.log10(range / 500));
  // Where doubles end there are no others between.
  if (digit < 1e-300) return value + 0;
  const rounded = Number((Math.round(value / digit) * digit).toPrecision(6));
  // A zero has no sign here.
  return Math.min(Math.max(rounded, -range), range) + 0;
}

// Joins all boxes; `given` has the value of each variable's node, null where unknown, and
// `changed` is called when one is another. The result is a function that shows what
// `given` holds.
function joinVariables(given, changed) {
  const boxes = [...document.querySelectorAll("input[data-variable]")];
  const shows = boxes.map((box) => joinVariable(box, given, changed));
  return () => shows.forEach((show) => show());
}

function joinVariable(box, given, changed) {
  const node = Number(box.dataset.variable);
  const slider = element("input", { type: "range", step: "any", "aria-label": `${box.name}, slider` });
  box.after(slider);

  function place() {
    const range = Number(slider.max);
    slider.style.setProperty("--at", (Number(slider.value) + range) / (2 * range));
    slider.setAttribute("aria-valuetext", box.value || "no value");
  }

  function setRange() {
    const value = Number.isFinite(given[node]) ? given[node] : 0;
    const range = rangeFor(value);
    slider.min = -range;
    slider.max = range;
    slider.value = value;
    place();
  }

  function show() {
    const value = given[node];
    box.value = value === null ? "" : exactNumber(value).replace(/\.0$/, "");
    box.removeAttribute("aria-invalid");
    setRange();
  }

  box.addEventListener("input", () => {
    const text = box.value.trim();
    const number = text === "" ? null : readNumber(text);
    const isWrong = text !== "" && number === null;
    if (isWrong) box.setAttribute("aria-invalid", true);
    else box.removeAttribute("aria-invalid");
    if (isWrong) return;
    given[node] = number;
    setRange();
    changed();
  });
  slider.addEventListener("input", () => {
    given[node] = roundedFor(Number(slider.max), Number(slider.value));
    box.value = shortNumber(given[node]);
    box.removeAttribute("aria-invalid");
    place();
    changed();
  });
  setRange();
  return show;
}
