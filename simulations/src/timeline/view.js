// What of the run is in sight: a stretch of time, lanes, layers.

// Layers a person can switch off, with the colour that stands for each.
const LAYERS = [
  ["sale", "Sales", "sale"], ["edit", "Edits", "edit"], ["numbers", "Numbers", "numbers"],
  ["conflicts", "Conflicts", "warn"], ["resolution", "Decisions", "resolution"], ["fiscal", "Fiscal", "fiscal"],
  ["admin", "Administration", "admin"], ["received", "Entries received", "ink3"], ["messages", "Messages", "message"],
  ["links", "Links", "ink2"], ["partitions", "Partitions", "island1"], ["faults", "Faults", "bad"],
  ["documents", "Relay", "fiscal"], ["violations", "Violations", "bad"],
];
const LABELS = 164, RULER = 30, FLAG = 17, GAP = 6;

const view = {
  from: 0, to: 1, scroll: 0, width: 0, height: 0, dpr: 1,
  off: new Set(), hidden: new Set(), selected: null, cursor: null, colours: {}, lanes: [], relay: null, bottom: 0,
};
const stage = document.getElementById("stage");
const canvas = document.getElementById("lanes");
const map = document.getElementById("map");
const counts = {
  sale: STORY.entries.filter((e) => e.own && e.sort === "sale").length,
  received: STORY.entries.filter((e) => !e.own).length,
  messages: STORY.messages.length, links: STORY.links.length, partitions: STORY.partitions.length,
  faults: STORY.faults.length, conflicts: STORY.conflicts.length, documents: STORY.documents.length,
  violations: STORY.violations.length,
};
for (const sort of ["edit", "numbers", "resolution", "fiscal", "admin"]) {
  counts[sort] = STORY.entries.filter((e) => e.own && e.sort === sort).length;
}
// Where there are very many, the picture begins without what hides the rest.
if (STORY.messages.length > 20000) view.off.add("messages");
if (counts.received > 40000) view.off.add("received");

const shows = (layer) => !view.off.has(layer);
const x = (at) => LABELS + ((at - view.from) / (view.to - view.from)) * (view.width - LABELS);
const time = (px) => view.from + ((px - LABELS) / (view.width - LABELS)) * (view.to - view.from);

function fit() {
  // The shop is set up before the story; a glimpse of it is enough.
  const length = STORY.end - Math.max(STORY.begin, 0);
  view.from = Math.max(STORY.begin, -length * 0.03) - length * 0.02;
  view.to = STORY.end + length * 0.02;
  view.scroll = 0;
  redraw();
}

function zoom(factor, px) {
  const at = time(px), whole = STORY.end - STORY.begin;
  const length = Math.min(Math.max((view.to - view.from) * factor, 20), whole * 1.2);
  const part = (px - LABELS) / (view.width - LABELS);
  view.from = at - part * length;
  view.to = view.from + length;
  keepInside();
}

function pan(ms) {
  view.from += ms;
  view.to += ms;
  keepInside();
}

function keepInside() {
  const length = view.to - view.from, slack = length * 0.5;
  const low = STORY.begin - slack, high = STORY.end + slack;
  if (view.from < low) { view.from = low; view.to = low + length; }
  if (view.to > high) { view.to = high; view.from = high - length; }
  redraw();
}

// Lays the lanes out: as high as there is room, never too low to read.
function layout() {
  const flags = shows("faults") ? Math.max(0, ...STORY.faults.map((fault) => fault.row + 1)) : 0;
  const top = RULER + (flags ? flags * FLAG + 12 : 4);
  const seen = STORY.lanes.filter((lane) => !view.hidden.has(lane.index));
  const relay = shows("documents") && STORY.documents.length > 0 ? 1 : 0;
  const room = view.height - top - GAP - relay * 44;
  const height = Math.min(Math.max(room / Math.max(seen.length, 1), 34), 330);
  const whole = top + seen.length * height + relay * 44 + GAP;
  view.scroll = Math.min(Math.max(view.scroll, 0), Math.max(0, whole - view.height));
  let y = top - view.scroll;
  view.top = top;
  view.lanes = STORY.lanes.map(() => null);
  for (const lane of seen) {
    view.lanes[lane.index] = { lane, top: y, height, middle: y + height * 0.47 };
    y += height;
  }
  // The relay stays in sight below them.
  const foot = Math.min(y, view.height - 44);
  view.relay = relay ? { top: foot + 4, height: 36, middle: foot + 22 } : null;
  view.bottom = y;
}

function goTo(event) {
  const length = view.to - view.from;
  if (event.at < view.from + length * 0.05 || event.at > view.to - length * 0.05) {
    view.from = event.at - length / 2;
    view.to = view.from + length;
  }
  const box = view.lanes[event.device];
  if (box && (box.top < view.top || box.top + box.height > view.height)) view.scroll += box.top - view.top - 40;
  redraw();
}

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const names = ["bg", "panel", "surface", "sunken", "line", "line-strong", "ink", "ink2", "ink3", "accent", "sale",
    "edit", "numbers", "resolution", "fiscal", "admin", "message", "warn", "bad", "bad-soft", "island0", "island1",
    "island2", "island3", "alone"];
  for (const name of names) view.colours[name] = style.getPropertyValue("--" + name).trim();
}

function resize() {
  view.dpr = window.devicePixelRatio || 1;
  view.width = stage.clientWidth;
  view.height = canvas.clientHeight;
  for (const [target, height] of [[canvas, view.height], [map, map.clientHeight]]) {
    target.width = Math.round(view.width * view.dpr);
    target.height = Math.round(height * view.dpr);
  }
  // A canvas of another size is empty: drawn at once, or it would flicker.
  drawAll();
}

let due = false;
function redraw() {
  if (due) return;
  due = true;
  requestAnimationFrame(() => { due = false; drawAll(); });
}

function drawAll() {
  layout();
  draw();
  drawMap();
}
