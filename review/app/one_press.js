// One press decides the record that is on the screen, or nothing.
// The card and the buttons reach the page in separate messages, so for some milliseconds they can belong to different
// records. Here, before any button hears of it, a key or a click is let through only if both name the same record.
if (!window.onePressOneRecord) {
  window.onePressOneRecord = true;
  const names = { i: "include", e: "exclude", m: "maybe", u: "undo" };
  const card = () => document.querySelector('[data-testid="screening-card"]');
  // Streamlit writes a button's key into its class, other signs than these turned into dashes.
  const buttonClass = (name) => `st-key-${name}-${card().dataset.recordId}`.replace(/[^a-zA-Z0-9_-]/g, "-");
  const stop = (event) => {
    event.stopImmediatePropagation();
    event.preventDefault();
  };

  window.addEventListener("keydown", (event) => {
    const name = names[event.key.toLowerCase()];
    const typing = event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");
    if (!name || !card() || typing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    stop(event);
    if (event.repeat) return; // a key held down is one press
    const button = document.getElementsByClassName(buttonClass(name))[0]?.querySelector("button");
    if (button && !button.disabled) button.click();
  }, true);

  // People double-click buttons out of habit; by the second click another record may be there, which nobody has read.
  const DOUBLE = 250; // milliseconds after the record has changed in which the same button is not clicked again
  const AT_MOST = 1000; // milliseconds to wait for the record to change: a refused decision leaves it there
  let clicked = { name: "", at: -AT_MOST, changed: 0 };
  const follow = (click, id) => {
    if (card()?.dataset.recordId !== id) click.changed = performance.now();
    else if (performance.now() - click.at < AT_MOST) requestAnimationFrame(() => follow(click, id));
  };
  const isDouble = (name) => {
    const now = performance.now();
    if (name === clicked.name && now - (clicked.changed || clicked.at) < (clicked.changed ? DOUBLE : AT_MOST)) return true;
    clicked = { name, at: now, changed: 0 };
    follow(clicked, card().dataset.recordId);
    return false;
  };

  window.addEventListener("click", (event) => {
    const pressed = event.target.closest(
      ["include", "exclude", "maybe", "undo"].map((name) => `[class*="st-key-${name}-"]`).join(),
    );
    if (!pressed || !card()) return;
    const name = Object.values(names).find((found) => pressed.classList.contains(buttonClass(found)));
    if (!name || (event.detail && isDouble(name))) stop(event); // a key clicks with detail 0
  }, true);
}
