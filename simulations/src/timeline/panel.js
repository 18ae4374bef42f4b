// Words beside the picture, and what a person does.

const AROUND = 7, FOUND_MAX = 40;
const panel = document.getElementById("panel");
const hint = document.getElementById("hint");
const search = document.getElementById("search");

// Text becomes text, never markup.
function element(name, text, attributes = {}, ...children) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function toneOf(e) {
  const tones = { violated: "bad", fault_began: "bad", fault_ended: "bad", quarantined: "bad", message: "message",
    sale_acknowledged: "sale", sale_refused: "bad", numbers_moved: "numbers", conflict_opened: "warn",
    conflict_status: "warn", document_forwarded: "fiscal", document_answered: "fiscal", partition_began: "island1",
    partition_ended: "island1" };
  return tones[e.is] ?? (e.is === "entry" ? CLASS_OF.get(e.kind) ?? "admin" : "ink2");
}

const short = (text) => (text.length > 150 ? text.slice(0, 148) + "…" : text);

function list(events, here) {
  const items = events.map((e) => element("li", "", {}, element("button", "", {
    class: e === here ? "here" : "", onclick: () => select(e),
  }, element("time", clock(e.at)), element("span", (e.device < 0 || (here && e.device === here.device) ? "" : nameOf(e.device) + ": ") +
    short(sentence(e))))));
  return element("ol", "", {}, ...items);
}

function select(e) {
  view.selected = e;
  if (!e) { overview(); redraw(); return; }
  history.replaceState(null, "", "#e=" + e.index);
  const rows = RUN.fields.get(e.is).map((field) => {
    let value = e[field];
    if (field === "from" && e.is === "message") value = nameOf(value);
    else if (field === "peer") value = nameOf(value);
    else if (field === "sent_ms") value = clock(value);
    else if (field === "islands") value = value.map((island) => island.map(nameOf).join(", ")).join(" | ");
    return element("tr", "", {}, element("td", field.replace("_ms", "").replaceAll("_", " ")),
      element("td", value === null ? "–" : String(value)));
  });
  const own = e.device >= 0 ? STORY.lanes[e.device].events : RUN.events.filter((o) => o.device < 0).map((o) => o.index);
  const place = own.indexOf(e.index);
  const around = own.slice(Math.max(0, place - AROUND), place + AROUND + 1).map((index) => RUN.events[index]);
  const heading = element("h2", "", {}, element("i", "", { class: "mark", style: `background:var(--${toneOf(e)})` }),
    e.is.replaceAll("_", " "));
  panel.replaceChildren(heading, element("div", `${clock(e.at)} · ${nameOf(e.device)}`, { class: "when" }),
    element("p", sentence(e)), element("table", "", {}, element("tbody", "", {}, ...rows)));
  if (e.device >= 0) {
    const lane = STORY.lanes[e.device], peers = linksAt(lane, e.at);
    const names = peers.map((link) => nameOf(link.a === e.device ? link.b : link.a)).join(", ");
    panel.append(element("h3", "Then"), element("p", `${lane.name} was ${stateAt(lane, e.at)}` +
      (names ? `, linked to ${names}.` : ", with no link.")));
  }
  panel.append(element("h3", e.device >= 0 ? `Around it on ${nameOf(e.device)}` : "Around it in the world"), list(around, e));
  goTo(e);
}

// What a person sees first: what broke, what went wrong on purpose, the keys.
function overview() {
  panel.replaceChildren(element("h2", "The run"),
    element("div", `${clock(0, false)} – ${clock(STORY.end, false)}, ${RUN.events.length.toLocaleString("en")} events`, { class: "when" }));
  const parts = [["Broken promises", STORY.violations], ["Partitions", STORY.partitions.map((band) => band.event)],
    ["Faults", STORY.faults.filter((fault) => fault.kind !== "partition").map((fault) => fault.event)],
    ["Conflicts as first listed", firstConflicts()]];
  for (const [name, events] of parts) {
    if (events.length > 0) panel.append(element("h3", `${name} (${events.length})`), list(events.slice(0, FOUND_MAX)));
  }
  panel.append(element("h3", "How to read it"),
    ...[["sale", "an own entry rises from a device's line; a dot is a sale told to a person"],
      ["ink3", "a tick below the line is an entry that arrived from another device"],
      ["message", "a slanted line is a message from when it was sent to when it arrived"],
      ["numbers", "an arrow is numbers that changed hands, with how many"],
      ["warn", "a bar at the foot of a lane is a conflict, from listed to decided; red while contested"],
      ["island1", "a tinted band is a partition: one colour an island"],
      ["bad", "a flag is a fault; a red line is a broken promise or a device that signs no more"]]
      .map(([tone, text]) => element("p", "", {}, element("i", "", { class: "mark", style: `background:var(--${tone})` }), text)));
  panel.append(element("h3", "Keys"), ...[["← →", "pan"], ["+ −", "zoom"], ["f", "show all"], ["n p", "next and previous event"],
    ["v", "next broken promise"], ["/", "find"], ["Esc", "back to this page"]]
    .map(([key, text]) => element("p", "", {}, element("kbd", key), " " + text)));
}

function firstConflicts() {
  const seen = new Set();
  return STORY.conflicts.map((bar) => bar.event).filter((e) => !seen.has(e.kind + e.subject) && seen.add(e.kind + e.subject));
}

// Finding.

let found = [], foundAt = -1;
function find() {
  const wanted = search.value.trim().toLowerCase();
  if (!wanted) return select(null);
  found = RUN.events.filter((e) => ["label", "order", "subject", "code", "number"].some((field) =>
    field in e && String(e[field]).toLowerCase().includes(wanted)));
  const whole = (e) => [e.label, e.order].some((text) => String(text ?? "").toLowerCase() === wanted);
  found.sort((a, b) => whole(b) - whole(a) || a.at - b.at);
  foundAt = -1;
  panel.replaceChildren(element("h2", `${found.length} found`), list(found.slice(0, FOUND_MAX)));
}

// Pointing.

function pointed(px, py) {
  let best = -1, least = Infinity;
  for (let i = 0; i < points.length; i += 4) {
    const far = Math.hypot(points[i] - px, points[i + 1] - py);
    // Of what lies on each other, the last drawn is on top.
    if (far <= points[i + 2] && far <= least) { least = far; best = points[i + 3]; }
  }
  if (best >= 0) return RUN.events[best];
  least = 4;
  for (let i = 0; i < lines.length; i += 5) {
    const [x1, y1, x2, y2] = lines.slice(i, i + 4);
    const long = (x2 - x1) ** 2 + (y2 - y1) ** 2 || 1;
    const part = Math.min(1, Math.max(0, ((px - x1) * (x2 - x1) + (py - y1) * (y2 - y1)) / long));
    const far = Math.hypot(x1 + part * (x2 - x1) - px, y1 + part * (y2 - y1) - py);
    if (far < least) { least = far; best = lines[i + 4]; }
  }
  return best >= 0 ? RUN.events[best] : null;
}

function showHint(px, py) {
  const e = pointed(px, py);
  hint.hidden = !e;
  if (!e) return;
  hint.textContent = `${clock(e.at)} ${e.device < 0 ? "" : nameOf(e.device) + ": "}${short(sentence(e))}`;
  hint.style.left = Math.min(px + 14, view.width - 300) + "px";
  hint.style.top = (py > view.height - 80 ? py - 50 : py + 16) + "px";
}

let drag = null;
canvas.addEventListener("pointerdown", (e) => {
  canvas.setPointerCapture(e.pointerId);
  drag = { x: e.offsetX, y: e.offsetY, moved: false };
});
canvas.addEventListener("pointermove", (e) => {
  view.cursor = e.offsetX > LABELS ? e.offsetX : null;
  if (drag) {
    const dx = e.offsetX - drag.x, dy = e.offsetY - drag.y;
    if (drag.moved || Math.hypot(dx, dy) > 4) {
      drag.moved = true;
      canvas.classList.add("drag");
      hint.hidden = true;
      pan((-dx / (view.width - LABELS)) * (view.to - view.from));
      view.scroll -= dy;
      drag.x = e.offsetX;
      drag.y = e.offsetY;
    }
  } else showHint(e.offsetX, e.offsetY);
  redraw();
});
canvas.addEventListener("pointerup", (e) => {
  canvas.classList.remove("drag");
  if (drag && !drag.moved) select(pointed(e.offsetX, e.offsetY));
  drag = null;
});
canvas.addEventListener("pointerleave", () => { view.cursor = null; hint.hidden = true; redraw(); });
canvas.addEventListener("wheel", (e) => {
  e.preventDefault();
  const sideways = e.shiftKey ? e.deltaY : e.deltaX;
  if (Math.abs(sideways) > Math.abs(e.shiftKey ? 0 : e.deltaY)) {
    pan((sideways / (view.width - LABELS)) * (view.to - view.from));
  } else if (e.offsetX < LABELS) { view.scroll += e.deltaY; redraw(); } else zoom(Math.exp(e.deltaY * 0.0015), e.offsetX);
}, { passive: false });

function mapTo(e) {
  const at = STORY.begin + ((e.offsetX - LABELS) / (view.width - LABELS)) * (STORY.end - STORY.begin);
  pan(at - (view.from + view.to) / 2);
}
map.addEventListener("pointerdown", (e) => { map.setPointerCapture(e.pointerId); mapTo(e); });
map.addEventListener("pointermove", (e) => { if (e.buttons) mapTo(e); });

// Keys.

function step(by) {
  const from = view.selected ?? RUN.events.find((e) => e.at >= view.from) ?? RUN.events[0];
  const own = from && from.device >= 0 ? STORY.lanes[from.device].events : null;
  if (!from) return;
  if (!view.selected) return select(from);
  const index = own ? own[own.indexOf(from.index) + by] : from.index + by;
  if (RUN.events[index]) select(RUN.events[index]);
}
const middle = () => LABELS + (view.width - LABELS) / 2;
const KEYS = {
  ArrowLeft: () => pan((view.from - view.to) / 8), ArrowRight: () => pan((view.to - view.from) / 8),
  ArrowUp: () => { view.scroll -= 60; redraw(); }, ArrowDown: () => { view.scroll += 60; redraw(); },
  "+": () => zoom(0.7, middle()), "=": () => zoom(0.7, middle()), "-": () => zoom(1 / 0.7, middle()),
  f: fit, n: () => step(1), p: () => step(-1), "?": () => select(null), Escape: () => select(null),
  "/": () => search.focus(),
  v: () => {
    const at = view.selected?.index ?? -1;
    const next = STORY.violations.find((e) => e.index > at) ?? STORY.violations[0];
    if (next) select(next);
  },
};
document.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  if (e.target === search) {
    if (e.key === "Enter" && found.length > 0) select(found[foundAt = (foundAt + 1) % found.length]);
    if (e.key === "Escape") { search.value = ""; canvas.focus(); select(null); }
    return;
  }
  if (e.target.closest?.(".menu") || !KEYS[e.key]) return;
  e.preventDefault();
  KEYS[e.key]();
});

// Setting up.

function setUp() {
  document.getElementById("title").textContent = RUN.title;
  for (const [name, value] of RUN.summary) {
    const bad = name.toLowerCase().startsWith("violation") && value !== "0" && value !== "none";
    document.getElementById("summary").append(element("div", "", bad ? { class: "bad" } : {},
      element("dt", name), element("dd", value)));
  }
  for (const [layer, name, tone] of LAYERS) {
    if (!counts[layer]) continue;
    const button = element("button", "", { "aria-pressed": String(shows(layer)), onclick: () => {
      if (!view.off.delete(layer)) view.off.add(layer);
      button.setAttribute("aria-pressed", String(shows(layer)));
      redraw();
    } }, element("i", "", { style: `background:var(--${tone})` }), name,
    element("span", counts[layer].toLocaleString("en")));
    document.getElementById("layers").append(button);
  }
  const menu = document.querySelector("#devices .menu");
  for (const lane of STORY.lanes) {
    const box = element("input", "", { type: "checkbox", style: "height:auto" });
    box.checked = true;
    box.addEventListener("change", () => {
      if (box.checked) view.hidden.delete(lane.index); else view.hidden.add(lane.index);
      redraw();
    });
    menu.append(element("label", "", {}, box, lane.name));
  }
  search.addEventListener("input", find);
  const press = (id, does) => document.getElementById(id).addEventListener("click", does);
  press("fit", fit);
  press("in", () => zoom(0.6, middle()));
  press("out", () => zoom(1 / 0.6, middle()));
  press("keys", () => select(null));
  press("theme", () => theme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
  window.addEventListener("resize", resize);
  const night = matchMedia("(prefers-color-scheme: dark)");
  night.addEventListener("change", () => theme(night.matches ? "dark" : "light"));
  theme(night.matches ? "dark" : "light");
  fit();
  resize();
  const asked = RUN.events[Number(/#e=(\d+)/.exec(location.hash)?.[1] ?? -1)];
  select(asked ?? null);
  new ResizeObserver(resize).observe(stage);
}

function theme(name) {
  document.documentElement.dataset.theme = name;
  readColours();
  redraw();
}

setUp();
