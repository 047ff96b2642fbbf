// The screening card. The next records are already here, so a key press shows the next one at once.
// Each decision goes into an outbox in this browser's storage, and leaves it only when the server says that it is stored.

const WAIT = 1500; // milliseconds before what was not acknowledged is sent again
const DOUBLE = 250; // milliseconds in which a second click on the same button is the other half of a double click
const ACTIONS = {
  include: "Include",
  exclude: "Exclude",
  maybe: "Maybe",
  later: "Later: to the end of your queue",
  undo: "Undo your last decision",
  note: "Write a note",
  tag: "Write tags",
  highlights: "Mark the protocol's words, or not",
  help: "Show these keys",
};
const VERDICTS = ["include", "exclude", "maybe"];
const PRESSED_ONCE = [...VERDICTS, "later", "undo"];
const OPEN_ON_TOP = '[role=dialog], dialog[open], [role=listbox], [role=menu], [data-testid="stPopoverBody"]';
const TYPED_INTO = "input:not([type=radio]):not([type=checkbox]):not([type=button]), textarea, select, [contenteditable=true]";

export default function ({ data, setTriggerValue, parentElement }) {
  // This runs again with every answer of the server: the card itself lives on the element.
  const root = parentElement.querySelector('[data-part="root"]');
  root.screeningCard ??= new Card(root);
  root.screeningCard.take(data, (said) => setTriggerValue("decisions", said));
  return () => root.screeningCard.leave();
}

// What is decided and not yet known to be stored. One entry in the storage for each decision, so that two windows
// of one person cannot overwrite each other's; in memory as well, for browsers that refuse storage.
class Outbox {
  constructor(place) {
    this.prefix = `scopewright/${place}/`;
    this.held = new Map();
    this.last = 0;
    this.eachStored((item) => this.held.set(item.uid, item));
  }

  eachStored(act) {
    try {
      for (let at = 0; at < localStorage.length; at++) {
        const key = localStorage.key(at);
        if (key.startsWith(this.prefix)) act(JSON.parse(localStorage.getItem(key)));
      }
    } catch {
      // no storage: the memory holds them as long as the page is open
    }
  }

  items() {
    return [...this.held.values()].sort((a, b) => a.order - b.order);
  }

  add(item) {
    this.last = Math.max(Date.now(), this.last + 1);
    const kept = { ...item, uid: identifier(), order: this.last };
    this.held.set(kept.uid, kept);
    try {
      localStorage.setItem(this.prefix + kept.uid, JSON.stringify(kept));
    } catch {
      // full or refused: it is in the memory, and is sent at once
    }
  }

  drop(uid) {
    this.held.delete(uid);
    try {
      localStorage.removeItem(this.prefix + uid);
    } catch {
      // nothing was there
    }
  }
}

// A note, tags and a reason for a record that is not decided yet; a reload keeps them.
class Drafts {
  constructor(place) {
    this.prefix = `scopewright-draft/${place}/`;
  }

  get(id) {
    try {
      return JSON.parse(localStorage.getItem(this.prefix + id)) ?? {};
    } catch {
      return {};
    }
  }

  put(id, draft) {
    try {
      const kept = JSON.stringify(draft);
      if (kept === "{}") localStorage.removeItem(this.prefix + id);
      else localStorage.setItem(this.prefix + id, kept);
    } catch {
      // no storage: what is in the boxes still goes with the decision
    }
  }

  take(id) {
    const found = this.get(id);
    this.put(id, {});
    return found;
  }
}

function identifier() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

class Card {
  constructor(root) {
    this.root = root;
    this.part = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((found) => [found.dataset.part, found]));
    this.part.progress = root.querySelector(".progress");
    this.records = new Map(); // id → what is shown of it
    this.queue = []; // ids still to be judged, the one on the screen first
    this.behind = []; // ids decided, the last one last
    this.painted = "";
    this.onKey = (event) => this.key(event);
    this.onLeave = (event) => this.outbox?.held.size && this.oldest() > 2 * WAIT && event.preventDefault();
    window.addEventListener("keydown", this.onKey);
    window.addEventListener("beforeunload", this.onLeave);
    root.addEventListener("click", (event) => {
      const pressed = event.target.closest("[data-do]");
      if (pressed && !pressed.disabled && !this.isDouble(event, pressed.dataset.do)) this.act(pressed.dataset.do);
    });
    this.part.reasons.addEventListener("click", (event) => {
      const pressed = event.target.closest("button");
      if (pressed) this.choose(pressed.dataset.reason);
    });
    for (const box of [this.part.note, this.part.tags]) {
      box.addEventListener("input", () => this.draft());
      box.addEventListener("keydown", (event) => {
        if (event.key === "Escape" || (event.key === "Enter" && !event.shiftKey)) {
          event.preventDefault();
          box.blur();
        }
      });
    }
    this.timer = setInterval(() => this.tick(), WAIT / 3);
  }

  leave() {
    clearInterval(this.timer);
    window.removeEventListener("keydown", this.onKey);
    window.removeEventListener("beforeunload", this.onLeave);
    delete this.root.screeningCard;
  }

  // From the server: what is stored, what comes next.
  take(data, send) {
    this.transmit = send;
    if (this.place !== data.outbox) {
      this.place = data.outbox;
      this.outbox = new Outbox(data.outbox);
      this.drafts = new Drafts(data.outbox);
      this.queue = [];
      this.part.card.dataset.recordId = "";
    }
    this.data = data;
    for (const record of data.records) this.records.set(record.id, record);
    for (const uid of data.stored) this.outbox.drop(uid);
    for (const refused of data.refused) {
      if (this.outbox.held.has(refused.uid)) this.refuse(refused.message);
      if (!refused.keep) this.outbox.drop(refused.uid);
    }
    this.keys();
    this.reasons();
    this.arrange();
    this.show();
    this.forget();
    const missing = [...data.next, ...data.behind].some((id) => !this.records.has(id));
    if (missing || (this.outbox.held.size && !this.sent)) this.send();
  }

  // The server sends a record once: what is no longer near the screen goes, and it is told what is still here.
  forget() {
    const near = new Set([...this.data.next, ...this.data.behind, ...this.queue, ...this.behind]);
    for (const id of this.records.keys()) if (!near.has(id)) this.records.delete(id);
  }

  // The server's queue with everything that it does not know yet; what is on the screen stays there.
  arrange() {
    const said = new Map();
    for (const item of this.outbox.items()) {
      said.delete(item.id); // the order is that of the last word on each
      said.set(item.id, item.verdict);
    }
    const open = (id) => !said.has(id) || said.get(id) === null;
    const known = new Set(this.data.behind);
    const here = this.part.card.dataset.recordId;
    const front = [...said].filter(([id, verdict]) => verdict === null && this.records.has(id)).map(([id]) => id).reverse();
    if (here && open(here) && !known.has(here) && this.records.has(here)) front.unshift(here);
    this.queue = [...new Set([...front, ...this.data.next.filter((id) => open(id) && this.records.has(id))])];
    const decided = [...said].filter(([, verdict]) => VERDICTS.includes(verdict)).map(([id]) => id);
    this.behind = [...new Set([...this.data.behind.filter((id) => !said.has(id)), ...decided])];
  }

  show() {
    const id = this.queue[0] ?? "";
    const { card, title, about, links, body, note, tags, own } = this.part;
    if (card.dataset.recordId !== id) {
      card.dataset.recordId = id;
      const record = this.records.get(id);
      title.innerHTML = record?.title ?? "";
      about.textContent = record?.about ?? "";
      links.innerHTML = record?.links ?? "";
      body.innerHTML = record?.body ?? "";
      const draft = this.drafts.get(id);
      note.value = draft.note ?? "";
      tags.value = draft.tags ?? record?.tags ?? "";
      this.reason = draft.reason ?? "";
      this.painted = "";
      if (id) afterPaint(() => (this.painted = id));
      if (id && card.getBoundingClientRect().top < 0) this.root.scrollIntoView({ block: "start" });
      this.chosen();
    }
    card.hidden = own.hidden = this.part.reasons.hidden = !id;
    this.part.nothing.hidden = Boolean(id);
    this.count();
  }

  count() {
    let [decided, waiting] = [this.data.decided, this.data.waiting];
    for (const item of this.outbox.items()) {
      const change = VERDICTS.includes(item.verdict) ? 1 : item.verdict === null ? -1 : 0;
      decided += change;
      waiting -= change;
    }
    [decided, waiting] = [Math.max(0, decided), Math.max(0, waiting)];
    const share = decided + waiting ? decided / (decided + waiting) : 1;
    this.part.progress.firstElementChild.style.width = `${100 * share}%`;
    this.part.progress.setAttribute("aria-valuenow", Math.round(100 * share));
    this.part.counts.textContent = `${decided.toLocaleString("en")} decided by you, ${waiting.toLocaleString("en")} waiting`;
    const late = this.outbox.held.size > 0 && this.oldest() > WAIT;
    const held = this.outbox.held.size;
    this.part.unsaved.textContent = late
      ? `${held} ${held === 1 ? "decision is" : "decisions are"} kept in this browser until the program answers`
      : "";
    this.part.nothing.textContent = waiting ? "The next records are on their way." : this.data.nothing;
    for (const button of this.root.querySelectorAll("[data-do]")) {
      const needed = button.dataset.do;
      button.disabled = needed === "undo" ? !this.behind.length : needed !== "help" && !this.queue.length;
    }
  }

  // What a person does.

  // People double-click buttons out of habit; the card has changed by then, and nobody has read it. Keys click with detail 0.
  isDouble(event, action) {
    if (event.detail === 0 || !PRESSED_ONCE.includes(action)) return false;
    const double = this.clicked?.action === action && event.timeStamp - this.clicked.at < DOUBLE;
    if (!double) this.clicked = { action, at: event.timeStamp };
    return double;
  }

  act(action) {
    if (action === "help") return this.part.help.open ? this.part.help.close() : this.part.help.showModal();
    if (action === "highlights") return this.root.classList.toggle("unmarked");
    if (action === "undo") return this.undo();
    if (!this.queue.length) return undefined;
    if (action === "note" || action === "tag") return this.part[action === "note" ? "note" : "tags"].focus();
    return this.decide(action);
  }

  decide(verdict) {
    const id = this.part.card.dataset.recordId;
    if (!id || this.painted !== id || id !== this.queue[0]) return; // nobody has seen it yet
    const { note = "", tags = null } = verdict === "later" ? {} : this.drafts.take(id);
    this.put({ id, shown: id, verdict, reason: verdict === "exclude" ? this.reason : "", note, tags });
  }

  undo() {
    const id = this.behind.at(-1);
    if (!id || !this.records.has(id)) return;
    this.part.card.dataset.recordId = ""; // what was on the screen waits behind the record that comes back
    this.put({ id, shown: id, verdict: null, reason: "", note: "", tags: null });
  }

  put(item) {
    this.part.refusal.hidden = true;
    this.outbox.add(item);
    this.arrange();
    this.show();
    this.send();
  }

  choose(reason) {
    this.reason = this.reason === reason ? "" : reason;
    this.draft();
    this.chosen();
  }

  draft() {
    const id = this.part.card.dataset.recordId;
    const was = this.records.get(id)?.tags ?? "";
    const tags = this.part.tags.value === was ? undefined : this.part.tags.value;
    if (id) this.drafts.put(id, { note: this.part.note.value || undefined, tags, reason: this.reason || undefined });
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.root.checkVisibility()) return;
    const target = event.composedPath()[0];
    if (target.closest?.(TYPED_INTO)) return;
    const pressed = event.key.toLowerCase();
    if (this.part.help.open && pressed === this.data.keys.help) return this.part.help.close();
    if ([...document.querySelectorAll(OPEN_ON_TOP)].some((found) => found.checkVisibility())) return;
    const action = Object.keys(this.data.keys).find((name) => this.data.keys[name] === pressed);
    const reason = /^[1-9]$/.test(pressed) ? this.data.reasons[Number(pressed) - 1] : undefined;
    if (!action && !reason) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.repeat) return; // a key held down is one press
    if (action) this.act(action);
    else this.choose(reason.id);
  }

  // To the server.
  send() {
    this.sent = Date.now();
    this.transmit({ items: this.outbox.items(), known: [...this.records.keys()] });
  }

  oldest() {
    return Date.now() - Math.min(...this.outbox.items().map((item) => item.order));
  }

  tick() {
    if (!this.outbox?.held.size) return;
    if (Date.now() - (this.sent ?? 0) >= WAIT) this.send();
    this.count();
  }

  refuse(message) {
    this.part.refusal.textContent = message;
    this.part.refusal.hidden = false;
  }

  // What is written once, and when the server says something else.
  keys() {
    const { keys, notice } = this.data;
    this.part.notice.textContent = notice;
    this.part.notice.hidden = !notice;
    if (this.written === JSON.stringify(keys)) return;
    this.written = JSON.stringify(keys);
    for (const button of this.root.querySelectorAll("[data-do]")) {
      button.querySelector("kbd").textContent = keys[button.dataset.do].toUpperCase();
      button.setAttribute("aria-keyshortcuts", keys[button.dataset.do]);
    }
    for (const hint of this.root.querySelectorAll("kbd[data-key]")) hint.textContent = keys[hint.dataset.key].toUpperCase();
    const rows = Object.entries(ACTIONS).map(([name, said]) => [keys[name].toUpperCase(), said]);
    rows.push(["1 – 9", "Choose the reason of an exclusion"]);
    this.part.keys.replaceChildren(
      ...rows.flatMap(([key, said]) => {
        const term = document.createElement("dt");
        term.append(Object.assign(document.createElement("kbd"), { textContent: key }));
        return [term, Object.assign(document.createElement("dd"), { textContent: said })];
      }),
    );
  }

  reasons() {
    const written = JSON.stringify(this.data.reasons);
    if (this.offered === written) return;
    this.offered = written;
    this.part.reasons.replaceChildren(
      ...this.data.reasons.map((reason, at) => {
        const button = document.createElement("button");
        Object.assign(button, { type: "button", title: reason.text });
        button.dataset.reason = reason.id;
        if (at < 9) button.append(Object.assign(document.createElement("kbd"), { textContent: at + 1 }), " ");
        button.append(`${reason.id} ${reason.label}`);
        return button;
      }),
    );
    this.chosen();
  }

  chosen() {
    for (const button of this.part.reasons.children) {
      button.setAttribute("aria-pressed", String(button.dataset.reason === this.reason));
    }
  }
}

// A record counts as seen once the browser has drawn it.
function afterPaint(act) {
  requestAnimationFrame(() => setTimeout(act, 0));
}
