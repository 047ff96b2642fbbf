// Choosing sentences of the paper by keyboard: one, then more of them. They are the browser's own selection, so that whoever
// sees the page, hears it, or takes over with the mouse has the same words.

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

// The text, as long as before, without its ends of lines, which end no sentence in a PDF. Only a line much shorter than the
// others of its page, with a capital after it, is a heading or the end of a paragraph: a sentence ends there (U+2029).
const flowing = (text) => {
  const lines = text.split("\n");
  const lengths = lines.map((line) => line.trim().length).filter(Boolean).sort((a, b) => a - b);
  const short = (lengths[lengths.length >> 1] ?? 0) / 2;
  const ends = (line, next) => line.trim().length < short && !/[,;\-\u00ad]\s*$/.test(line) && /^\s*[\p{Lu}\d]/u.test(next);
  return lines.map((line, at) => line.replace(/\s/g, " ") + (at + 1 < lines.length ? (ends(line, lines[at + 1]) ? "\u2029" : " ") : "")).join("");
};

// The text as it is shown, as long as before: a line that fills its column goes on in the next. Shorter ones stay by
// themselves, for they are headings, ends of paragraphs and rows of tables; so do those that end in a hyphen.
const readable = (text) => {
  const lines = text.split("\n");
  const lengths = lines.map((line) => line.trim().length).filter(Boolean).sort((a, b) => a - b);
  const full = 0.8 * (lengths[Math.floor(0.9 * lengths.length)] ?? 0);
  const goesOn = (line) => line.trim().length >= full && !/[-\u00ad\u2010]\s*$/.test(line);
  return lines.map((line, at) => line + (at + 1 < lines.length ? (goesOn(line) ? " " : "\n") : "")).join("");
};

class Sentences {
  constructor(pages, { take, tell }) {
    this.pages = pages;
    this.take = take;
    this.tell = tell;
    this.forget();
    pages.addEventListener("keydown", (event) => this.key(event));
  }

  forget(texts = []) {
    this.texts = texts; // by page as they stand in the file
    this.known = null;
    this.from = this.to = -1;
    this.next = -1; // where choosing begins, if something was found in the text
  }

  // Every sentence in order: its words, and where it begins and ends in its page.
  all() {
    if (this.known) return this.known;
    const parts = new Intl.Segmenter("en", { granularity: "sentence" });
    this.known = [...this.pages.querySelectorAll(".page p")].flatMap((page) => {
      const text = this.texts[page.parentElement.dataset.page - 1] ?? "";
      return [...parts.segment(flowing(text))]
        .filter(({ segment }) => /[\p{L}\p{N}]/u.test(segment))
        .map(({ segment, index }) => ({
          node: page.firstChild,
          page: page.parentElement.dataset.page,
          words: segment.trim(),
          start: index + segment.length - segment.trimStart().length,
          end: index + segment.trimEnd().length,
        }));
    });
    return this.known;
  }

  // Choosing begins at these words, or else at the first sentence that is in sight.
  startAt(range) {
    this.from = this.to = -1;
    this.next = this.all().findIndex((one) => one.node === range.startContainer && one.end > range.startOffset);
  }

  key(event) {
    if (event.target !== this.pages || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in STEPS) this.move(STEPS[event.key], event.shiftKey);
    else if (event.key === "Enter") this.take();
    else if (event.key === "Escape") this.drop();
    else return;
    event.preventDefault();
  }

  drop() {
    document.getSelection().removeAllRanges();
    this.from = this.to = -1;
    this.tell("");
  }

  move(step, more) {
    const all = this.all();
    if (!all.length) return;
    const within = (at) => Math.max(0, Math.min(all.length - 1, at));
    if (this.from < 0) this.from = this.to = this.next < 0 ? this.inSight() : this.next;
    else this.to = within(this.to + step);
    if (!more) this.from = this.to;
    const [first, last] = [all[Math.min(this.from, this.to)], all[Math.max(this.from, this.to)]];
    document.getSelection().setBaseAndExtent(first.node, first.start, last.node, last.end);
    this.scrollTo(all[this.to]);
    const many = Math.abs(this.to - this.from) + 1;
    this.tell(many === 1 ? `Page ${first.page}: ${first.words}` : `${many} sentences from page ${first.page} on, to: ${last.words}`);
  }

  place({ node, start, end }) {
    const range = new Range();
    range.setStart(node, start);
    range.setEnd(node, end);
    return range.getBoundingClientRect();
  }

  inSight() {
    const top = this.pages.getBoundingClientRect().top;
    return Math.max(0, this.all().findIndex((one) => this.place(one).top >= top));
  }

  scrollTo(one) {
    const [inner, outer] = [this.place(one), this.pages.getBoundingClientRect()];
    if (inner.top < outer.top || inner.bottom > outer.bottom) this.pages.scrollTop += inner.top - outer.top - outer.height / 3;
  }
}
