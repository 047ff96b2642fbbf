// The charting form beside the text of the paper. Every box is kept as it is typed: it goes into this browser's storage at
// once, from there to the server, and leaves the storage only when the server says that it is kept.

const PAUSE = 350; // milliseconds without a key before a box is sent
const WAIT = 1500; // milliseconds before what was not acknowledged is sent again

export default function ({ data, setTriggerValue, parentElement }) {
  // This runs again with every answer of the server: the form itself lives on the element.
  const root = parentElement.querySelector('[data-part="root"]');
  root.chartingForm ??= new ChartingForm(root);
  root.chartingForm.take(data, (said) => setTriggerValue("said", said));
  return () => root.chartingForm?.leave();
}

// What is typed and not yet known to be kept, one entry for each box; in memory as well, for browsers that refuse storage.
class Outbox {
  constructor(place) {
    this.prefix = `scopewright-chart/${place}/`;
    this.held = new Map();
    try {
      for (const key of Object.keys(localStorage)) {
        if (!key.startsWith(this.prefix)) continue;
        const item = JSON.parse(localStorage.getItem(key));
        this.held.set(item.spot, item);
      }
    } catch {
      // no storage: the memory holds them as long as the page is open
    }
  }

  put(item) {
    this.held.set(item.spot, item);
    try {
      localStorage.setItem(this.prefix + item.spot, JSON.stringify(item));
    } catch {
      // full or refused: it is in the memory, and is sent soon
    }
  }

  drop(uid) {
    for (const item of this.held.values()) {
      if (item.uid !== uid) continue; // something was typed since
      this.held.delete(item.spot);
      try {
        localStorage.removeItem(this.prefix + item.spot);
      } catch {
        // nothing was there
      }
    }
  }
}

const identifier = () => [...crypto.getRandomValues(new Uint8Array(12))].map((b) => b.toString(16).padStart(2, "0")).join("");

class ChartingForm {
  constructor(root) {
    this.root = root;
    this.part = Object.fromEntries([...root.querySelectorAll("[data-part]")].map((found) => [found.dataset.part, found]));
    this.fields = new Map(); // spot → its box
    this.last = 0;
    this.onLeave = (event) => this.outbox?.held.size && this.late() && event.preventDefault();
    this.onSelect = () => this.selected();
    window.addEventListener("beforeunload", this.onLeave);
    document.addEventListener("selectionchange", this.onSelect);
    this.part.form.addEventListener("input", (event) => this.typed(event, false));
    this.part.form.addEventListener("change", (event) => this.typed(event, true));
    this.part.form.addEventListener("focusin", (event) => this.activate(event.target.closest(".field")));
    this.part.form.addEventListener("focusout", () => this.flush());
    this.part.form.addEventListener("submit", (event) => event.preventDefault());
    this.part["hand-in"].addEventListener("click", () => this.handIn());
    this.part.take.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays
    this.part.take.addEventListener("click", () => this.quoteSelected());
    this.part.next.addEventListener("click", () => this.find());
    this.part.search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.find();
    });
    this.sentences = new Sentences(this.part.pages, {
      take: () => this.quoteSelected(),
      tell: (words) => (this.part.found.textContent = words),
    });
    this.timer = setInterval(() => this.tick(), WAIT / 3);
  }

  leave() {
    this.flush();
    clearInterval(this.timer);
    clearTimeout(this.pause);
    window.removeEventListener("beforeunload", this.onLeave);
    document.removeEventListener("selectionchange", this.onSelect);
    delete this.root.chartingForm;
  }

  // From the server: the form, what stands in it, what is kept.
  take(data, send) {
    this.transmit = send;
    this.data = data;
    if (this.place !== data.place) {
      this.outbox = new Outbox(data.place);
      this.place = data.place;
      this.built = "";
      this.paper = "";
    }
    for (const uid of data.stored) this.outbox.drop(uid);
    for (const refused of data.refused) {
      if (!refused.keep) this.outbox.drop(refused.uid);
    }
    const messages = data.refused.map((refused) => refused.message);
    if (data.message.id && data.message.id !== this.told) {
      this.told = data.message.id;
      messages.push(data.message.text);
    }
    if (messages.length) this.say([...new Set(messages)].join(" "), data.message.good && messages.length === 1);
    this.showPaper();
    if (this.built !== data.build) this.build();
    this.states();
    this.count();
    if (this.outbox.held.size && !this.sent) this.send();
  }

  build() {
    this.built = this.data.build;
    const open = new Set([...this.part.form.querySelectorAll("details[open][data-title]")].map((d) => d.dataset.title));
    this.fields.clear();
    this.rows = Object.fromEntries(Object.entries(this.data.rows).map(([group, rows]) => [group, [...rows]]));
    for (const item of this.outbox.held.values()) {
      this.data.values[item.spot] = { ...this.data.values[item.spot], ...item };
      const group = this.groupOf(item.field);
      if (group && !this.rows[group].includes(item.row)) this.rows[group].push(item.row);
    }
    this.part.form.replaceChildren(
      ...this.data.sections.map((section, at) => {
        const made = element("details", { open: open.size ? open.has(section.title) : at === 0, data: { title: section.title } });
        made.append(element("summary", {}, section.title, element("small", { className: "done" })));
        made.append(...section.parts.map((part) => (part.fields ? this.group(part) : this.box(part, 0))));
        return made;
      }),
    );
  }

  groupOf(field) {
    return this.data.sections.flatMap((s) => s.parts).find((part) => part.fields?.some((f) => f.id === field))?.id;
  }

  group(group) {
    const made = element("div", { className: "group", data: { group: group.id } });
    if (group.help) made.append(element("p", { className: "quiet" }, group.help));
    made.append(...this.rows[group.id].map((row, at) => this.row(group, row, at)));
    const add = element("button", { type: "button" }, `Add a row to ${group.label}`);
    add.addEventListener("click", () => {
      const row = Math.max(0, ...this.rows[group.id]) + 1;
      this.rows[group.id].push(row);
      const box = this.row(group, row, this.rows[group.id].length - 1);
      made.insertBefore(box, made.querySelector(":scope > .group-buttons"));
      box.querySelector("input, select, textarea")?.focus();
    });
    made.append(element("div", { className: "group-buttons" }, add));
    return made;
  }

  row(group, row, at) {
    const made = element("div", { className: "row", data: { row } });
    const away = element("button", { type: "button" }, `Take row ${at + 1} away`);
    away.addEventListener("click", () => {
      for (const field of group.fields) {
        const box = this.fields.get(spotOf(field.id, row));
        for (const part of PARTS) box.put(part, "");
        this.keep(box);
        this.fields.delete(box.spot);
      }
      this.rows[group.id] = this.rows[group.id].filter((other) => other !== row);
      made.remove();
      this.flush();
    });
    made.append(element("span", { className: "name" }, `${group.label}, row ${at + 1}`));
    made.append(...group.fields.map((field) => this.box(field, row)), element("div", { className: "group-buttons" }, away));
    return made;
  }

  box(field, row) {
    const box = new Box(field, row, this.data);
    this.fields.set(box.spot, box);
    box.root.querySelectorAll("button[data-take]").forEach((button) =>
      button.addEventListener("click", () => {
        box.offered(this.data.offers[field.id][Number(button.dataset.take)]);
        this.keep(box);
        this.flush();
      }),
    );
    box.root.querySelector("button[data-find]")?.addEventListener("click", () => this.showQuote(box));
    return box.root;
  }

  // What a person does.
  typed(event, complete) {
    const box = this.fields.get(event.target.closest(".field")?.dataset.spot);
    if (!box) return;
    this.keep(box);
    clearTimeout(this.pause);
    if (complete) this.flush();
    else this.pause = setTimeout(() => this.flush(), PAUSE);
  }

  keep(box) {
    this.last = Math.max(Date.now(), this.last + 1);
    this.outbox.put({ ...box.read(), spot: box.spot, field: box.field.id, row: box.row, uid: identifier(), typed_at: this.last });
    this.waiting = true;
    this.say("");
    this.count();
  }

  flush() {
    clearTimeout(this.pause);
    if (this.waiting) this.send();
  }

  send(handIn = "") {
    this.waiting = false;
    this.sent = Date.now();
    this.handing = handIn;
    this.transmit({ items: [...this.outbox.held.values()], hand_in: handIn, known: this.paper, work: this.data.work, uid: identifier() });
  }

  handIn() {
    this.say("");
    this.send(this.data.work);
  }

  late() {
    return Date.now() - Math.min(...[...this.outbox.held.values()].map((item) => item.typed_at)) > 2 * WAIT;
  }

  tick() {
    if (!this.outbox?.held.size) return;
    if (!this.waiting && Date.now() - (this.sent ?? 0) >= WAIT) this.send();
    this.count();
  }

  say(message, good = false) {
    this.part.message.textContent = message;
    this.part.message.classList.toggle("good", good);
    this.part.message.hidden = !message;
  }

  states() {
    for (const [spot, box] of this.fields) {
      if (!this.outbox.held.has(spot)) box.state(this.data.values[spot]);
    }
  }

  count() {
    let [done, all] = [0, 0];
    for (const details of this.part.form.querySelectorAll("details[data-title]")) {
      const boxes = [...details.querySelectorAll(".field")].map((found) => this.fields.get(found.dataset.spot));
      const full = boxes.filter((box) => box?.full()).length;
      details.querySelector(".done").textContent = `${full} of ${boxes.length}`;
      done += full;
      all += boxes.length;
    }
    this.part.counts.textContent = `${done} of ${all} fields filled in`;
    const held = this.outbox.held.size;
    const drafts = Object.values(this.data.values).filter((value) => value.draft).length;
    this.part.saved.textContent = held
      ? this.late() ? `Kept in this browser until the program answers: ${held}` : "Saving…"
      : drafts ? `Saved. Not handed in: ${drafts}` : this.data.handed ? "Saved and handed in" : "Saved";
  }

  activate(found) {
    if (!found) return;
    this.active = this.fields.get(found.dataset.spot);
    for (const box of this.fields.values()) box.root.classList.toggle("active", box === this.active);
    this.selected();
  }

  // The paper.
  showPaper() {
    const { text, why } = this.data;
    this.part.paper.hidden = !text.id && !why;
    this.root.querySelector(".sides-by-side").classList.toggle("two", Boolean(text.id || why));
    if (text.id === this.paper || (text.id && !text.pages)) {
      if (text.id && text.id !== this.paper && !this.asked) {
        this.asked = true; // the server thought that the text is here
        this.send();
      }
      return;
    }
    this.paper = text.id;
    this.asked = false;
    this.sentences.forget(text.pages ?? []);
    this.part.pages.replaceChildren(
      ...(why ? [element("p", { className: "quiet" }, why)] : []),
      ...(text.pages ?? []).map((page, at) =>
        element("article", { className: "page", data: { page: at + 1 } }, element("h3", {}, `Page ${at + 1}`), element("p", {}, readable(page))),
      ),
    );
    for (const part of ["take", "next", "keys"]) this.part[part].hidden = !text.id;
    this.part.search.parentElement.hidden = !text.id;
  }

  selection() {
    const found = document.getSelection();
    if (!found || found.isCollapsed || !found.rangeCount) return null;
    const page = (node) => (node.nodeType === 1 ? node : node.parentElement)?.closest(".charting .page");
    const range = found.getRangeAt(0);
    const first = page(range.startContainer) ?? page(range.endContainer);
    if (!first || !this.part.pages.contains(first)) return null;
    const words = found.toString().replace(/\bPage \d+\s*\n/g, " ").replace(/(\p{L})[-\u00ad\u2010]\s*\n\s*(?=\p{Ll})/gu, "$1").replace(/\s+/g, " ").trim();
    return words ? { words, page: first.dataset.page } : null;
  }

  selected() {
    const found = this.selection();
    this.part.take.disabled = !found || !this.active;
    this.part.take.textContent = !found
      ? "Select words to quote them"
      : this.active
        ? `Quote for “${this.active.field.label}”`
        : "First go into a field";
  }

  quoteSelected() {
    const found = this.selection();
    if (!this.active) this.part.found.textContent = "First go into the field that the words are for.";
    if (!found || !this.active) return;
    this.active.put("quote", found.words);
    this.active.put("page", found.page);
    this.keep(this.active);
    this.flush();
    this.part.found.textContent = `Quoted on page ${found.page} for “${this.active.field.label}”.`;
    document.getSelection().removeAllRanges();
    this.active.control("quote").focus();
  }

  // Words in the pages, whatever blanks and line ends lie between them; from after the last place on, and round.
  find(words = this.part.search.value, from = this.place_found) {
    const parts = words.trim().split(/\s+/).filter(Boolean).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    if (!parts.length) return false;
    const wanted = new RegExp(parts.join("\\s+"), "giu");
    const all = [];
    for (const text of this.part.pages.querySelectorAll(".page p")) {
      for (const match of text.textContent.matchAll(wanted)) all.push({ text, start: match.index, end: match.index + match[0].length });
    }
    const at = from?.words === words ? (from.at + 1) % (all.length || 1) : 0;
    this.place_found = { words, at };
    this.part.found.textContent = all.length ? `${at + 1} of ${all.length}` : "These words are not in the text.";
    if (!all.length) return false;
    const range = new Range();
    range.setStart(all[at].text.firstChild, all[at].start);
    range.setEnd(all[at].text.firstChild, all[at].end);
    this.sentences.startAt(range);
    if (globalThis.Highlight) CSS.highlights.set("charting-quote", new Highlight(range));
    const [inner, outer] = [range.getBoundingClientRect(), this.part.pages.getBoundingClientRect()];
    this.part.pages.scrollTop += inner.top - outer.top - outer.height / 3;
    return true;
  }

  showQuote(box) {
    this.activate(box.root);
    const words = box.read().quote.split(/\s*(?:\[\s*)?(?:…|\.\.\.)(?:\s*\])?\s*/)[0];
    if (words) this.find(words, null);
    else this.part.found.textContent = `There is no quote for “${box.field.label}” yet: choose its words.`;
    this.part.pages.focus({ preventScroll: true });
    this.part.paper.scrollIntoView({ block: "nearest" }); // on a narrow screen it stands below the form
  }
}
