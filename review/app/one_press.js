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

  window.addEventListener("click", (event) => {
    const pressed = event.target.closest('[class*="st-key-include-"], [class*="st-key-exclude-"], [class*="st-key-maybe-"]');
    if (!pressed || !card()) return;
    if (!Object.values(names).some((name) => pressed.classList.contains(buttonClass(name)))) stop(event);
  }, true);
}
