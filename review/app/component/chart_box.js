// One field of the charting form in the browser: its controls, what is wrong with it, and what the text offers. It is sent
// in front of chart.js, which makes the form of such boxes.

const NOT = { not_reported: "not reported", not_applicable: "not applicable" };
const PARTS = ["value", "answer", "unit", "quote", "page"];
const spotOf = (field, row) => `${field}|${row}`;
let serial = 0;

// A field's name with its unit, unless it is named after it.
const named = ({ label, unit }) => (unit && !label.toLowerCase().includes(unit.toLowerCase()) ? `${label} (${unit})` : label);

function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key === "data") Object.assign(made.dataset, value);
    else if (key.startsWith("aria-")) made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// One field, or one field of one row: its controls, what is wrong with it, and what the text offers.
class Box {
  constructor(field, row, data) {
    this.field = field;
    this.row = row;
    this.spot = spotOf(field.id, row);
    this.id = `chart-${++serial}`;
    this.root = element("div", { className: "field", role: "group", data: { spot: this.spot } });
    this.root.setAttribute("aria-labelledby", `${this.id}-name`);
    const name = element("label", { className: "name", id: `${this.id}-name` }, named(field));
    if (field.kind !== "multi") name.htmlFor = `${this.id}-value`;
    this.fault = element("p", { className: "fault", hidden: true, id: `${this.id}-fault` });
    this.warning = element("p", { className: "warning", hidden: true });
    this.root.append(
      name,
      ...(field.help ? [element("p", { className: "quiet" }, field.help)] : []),
      element("div", { className: "line" }, element("div", { className: "value" }, ...this.controls()), this.answer()),
      this.rests(Boolean(data.text.id)),
      this.fault,
      this.warning,
      ...this.offers(data.offers[field.id] ?? []),
    );
    const value = data.values[this.spot] ?? {};
    for (const part of PARTS) this.put(part, value[part] ?? "");
    this.state(value);
  }

  controls() {
    const { kind, options, units } = this.field;
    const known = { data: { of: "value" }, id: `${this.id}-value`, "aria-describedby": `${this.id}-fault` };
    if (kind === "multi") {
      const boxes = options.map((option) =>
        element("label", {}, element("input", { type: "checkbox", value: option, data: { of: "value" } }), option),
      );
      return [element("div", { className: "several" }, ...boxes)];
    }
    if (kind === "choice" || kind === "yes_no") {
      const offered = kind === "choice" ? options : ["yes", "no"];
      return [element("select", known, ...["", ...offered].map((option) => element("option", { value: option }, option)))];
    }
    if (kind === "text") return [element("textarea", { ...known, rows: 1 })];
    const input = element("input", { ...known, type: "text" });
    if (kind === "date") input.placeholder = "2024-03-31";
    if (kind === "number") input.inputMode = "decimal";
    const made = [input];
    if (units.length) {
      const offered = ["", ...units].map((unit) => element("option", { value: unit }, unit || "unit?"));
      made.push(element("select", { data: { of: "unit" }, "aria-label": `Unit of ${this.field.label}` }, ...offered));
    }
    return made;
  }

  answer() {
    const offered = Object.entries(NOT).map(([value, words]) => element("option", { value }, words));
    const label = `Answer: ${this.field.label}`;
    return element("select", { data: { of: "answer" }, "aria-label": label }, element("option", { value: "" }, "value"), ...offered);
  }

  rests(paper) {
    const quote = element("textarea", { rows: 1, data: { of: "quote" } });
    const page = element("input", { type: "text", data: { of: "page" } });
    const words = element("label", {}, "Words of the paper", quote);
    const made = element("div", { className: "rests" }, words, element("label", {}, "Page", page));
    if (!paper) return made;
    const find = element("button", { type: "button", className: "small", data: { find: "" } }, "Choose in the text");
    find.setAttribute("aria-label", `Choose the quote of ${this.field.label} in the text`);
    return element("div", {}, made, find);
  }

  offers(found) {
    if (!found.length) return [];
    const items = found.map((offer, at) => {
      const said = `${offer.value}${offer.unit ? ` ${offer.unit}` : ""}`;
      const take = element("button", { type: "button", data: { take: at } }, `Take ${said}`);
      const where = offer.page ? `p. ${offer.page}` : "abstract";
      return element("li", {}, take, element("span", {}, `“${offer.sentence}” (${where})`));
    });
    const title = `The text offers ${found.length === 1 ? "1 answer" : `${found.length} answers`}`;
    return [element("details", { className: "offers" }, element("summary", {}, title), element("ul", {}, ...items))];
  }

  control(part) {
    return this.root.querySelector(`[data-of="${part}"]`);
  }

  get(part) {
    if (part === "value" && this.field.kind === "multi") {
      const chosen = [...this.root.querySelectorAll('[data-of="value"]:checked')].map((box) => box.value);
      return [...chosen, ...(this.strange ?? [])].join("; ");
    }
    return this.control(part)?.value ?? "";
  }

  put(part, value) {
    if (part === "value" && this.field.kind === "multi") {
      const chosen = value.split("; ").filter(Boolean);
      this.strange = chosen.filter((one) => !this.field.options.includes(one));
      for (const box of this.root.querySelectorAll('[data-of="value"]')) box.checked = chosen.includes(box.value);
      return;
    }
    const control = this.control(part);
    if (!control) return;
    if (control.tagName === "SELECT" && value && ![...control.options].some((option) => option.value === value)) {
      control.append(element("option", { value }, value)); // an answer of an earlier form is not lost
    }
    control.value = value;
  }

  read() {
    return Object.fromEntries(PARTS.map((part) => [part, this.get(part)]));
  }

  full() {
    return Boolean(this.get("value").trim() || this.get("answer"));
  }

  offered(offer) {
    if (this.field.kind === "multi") {
      const chosen = new Set(this.get("value").split("; ").filter(Boolean)).add(offer.value);
      this.put("value", [...chosen].join("; "));
    } else this.put("value", offer.value);
    if (offer.unit) this.put("unit", offer.unit);
    this.put("answer", "");
    this.put("quote", offer.sentence);
    this.put("page", offer.page ? String(offer.page) : "");
  }

  state(value = {}) {
    for (const [shown, said] of [[this.fault, value.fault], [this.warning, value.warning]]) {
      if (shown.textContent !== (said ?? "")) shown.textContent = said ?? "";
      shown.hidden = !said;
    }
    this.control("value")?.setAttribute("aria-invalid", String(Boolean(value.fault)));
  }
}
