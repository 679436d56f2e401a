// Looking for nodes by their texts: Enter goes to the next one, Escape leaves.

// `texts` has what is looked for in by node; `mark(nodes)` shows what was found, and
// `lookAt(node)` goes there.
function joinSearch(box, counter, { texts, mark, lookAt }) {
  const searched = texts.map((text) => text.toLowerCase());
  let found = [];
  let at = -1;

  function look() {
    const words = box.value.trim().toLowerCase();
    found = [];
    if (words) searched.forEach((text, node) => { if (text.includes(words)) found.push(node); });
    at = -1;
    mark(found);
    setText(counter, words ? `${found.length} found` : "");
  }

  function next(step) {
    at = (at + step + found.length) % found.length;
    setText(counter, `${at + 1} of ${found.length}`);
    lookAt(found[at]);
  }

  box.addEventListener("input", look);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && found.length) {
      event.preventDefault();
      next(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape") {
      box.value = "";
      look();
      box.blur();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || isTyping(event.target)) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
}
