// One press answers one pair: a key that is held down, or pressed twice out of habit, answers nothing that nobody has read.
if (!window.oneAnswer) {
  window.oneAnswer = true;
  const BETWEEN = 350; // milliseconds in which nobody has read another pair
  let last = { at: -BETWEEN, key: "" };
  window.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");
    const answering = document.querySelector('[class*="st-key-judge-"], .st-key-dup-undo');
    if (!answering || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    if (!["s", "d", "l", "u"].includes(key)) return;
    const soon = performance.now() - last.at < BETWEEN;
    if (event.repeat || (soon && (key !== "u" || last.key === "u"))) { // undoing at once is meant
      event.stopImmediatePropagation();
      event.preventDefault();
    } else last = { at: performance.now(), key };
  }, true);
}
