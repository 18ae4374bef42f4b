// The lanes: who is there, who reaches whom, what goes between them.

function drawLanes(c) {
  for (const box of view.lanes) {
    if (!box || box.top > view.height || box.top + box.height < 0) continue;
    c.fillStyle = view.colours.panel;
    c.fillRect(LABELS, box.top + 1, view.width - LABELS, box.height - 2);
  }
}

// Bands over the lanes of each island, with who is on it.
function drawPartitions(c) {
  for (const band of STORY.partitions) {
    const left = x(band.from), right = x(band.to);
    if (right < LABELS || left > view.width) continue;
    const member = new Map();
    band.islands.forEach((island, i) => island.forEach((device) => member.set(device, i)));
    const named = new Set();
    for (const box of view.lanes) {
      if (!box) continue;
      const island = member.get(box.lane.index);
      const colour = view.colours[island === undefined ? "alone" : "island" + (island % 4)];
      c.globalAlpha = 0.13;
      c.fillStyle = colour;
      c.fillRect(left, box.top + 1, right - left, box.height - 2);
      c.globalAlpha = 1;
      c.fillRect(left, box.top + 1, 2.5, box.height - 2);
      c.fillRect(right - 2.5, box.top + 1, 2.5, box.height - 2);
      // The name stands once, on the island's first lane.
      if (named.has(island ?? -1 - box.lane.index)) continue;
      named.add(island ?? -1 - box.lane.index);
      const names = island === undefined ? "alone" : band.islands[island].map(nameOf).join(" · ");
      font(c, 11, 600);
      c.textAlign = "left";
      c.textBaseline = "top";
      const from = Math.max(left, LABELS) + 17;
      const text = fitted(c, (island === undefined ? "" : "Island: ") + names, Math.min(right, view.width) - from - 6);
      if (text && box.height > 40) c.fillText(text, from, box.top + 5);
    }
    mark(Math.max(left, LABELS), view.top + 4, band.event, 6);
  }
}

let hatch = null, hatchFor = "";
function hatching(c) {
  const key = view.colours.ink3 + view.dpr;
  if (hatchFor === key) return hatch;
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8 * view.dpr;
  const t = tile.getContext("2d");
  t.scale(view.dpr, view.dpr);
  t.strokeStyle = view.colours.ink3;
  t.globalAlpha = 0.55;
  t.beginPath();
  for (const d of [-8, 0, 8]) { t.moveTo(d, 8); t.lineTo(d + 8, 0); }
  t.stroke();
  hatch = c.createPattern(tile, "repeat");
  hatch.setTransform(new DOMMatrix().scale(1 / view.dpr));
  hatchFor = key;
  return hatch;
}

// The line of each device: dashed while alone, thicker with more links, hatched
// while off, red once it signs no more.
function drawStates(c) {
  for (const box of view.lanes) {
    if (!box || box.top > view.height || box.top + box.height < view.top) continue;
    const lane = box.lane;
    const states = [{ at: -Infinity, state: "absent" }, ...lane.states];
    states.forEach((state, i) => {
      const from = Math.max(x(state.at), LABELS), to = Math.min(x(states[i + 1]?.at ?? STORY.end), view.width);
      if (to <= from) return;
      if (state.state === "off") {
        c.fillStyle = hatching(c);
        c.fillRect(from, box.top + 2, to - from, box.height - 4);
      } else if (state.state === "absent") {
        c.fillStyle = view.colours.bg;
        c.globalAlpha = 0.8;
        c.fillRect(from, box.top + 1, to - from, box.height - 2);
        c.globalAlpha = 1;
      } else {
        c.fillStyle = lane.quarantined === null ? view.colours.ink2 : view.colours.ink3;
        c.globalAlpha = 0.35;
        c.fillRect(from, box.middle - 0.5, to - from, 1);
        c.globalAlpha = 1;
      }
    });
    drawLinked(c, box);
    if (lane.quarantined !== null) {
      const from = Math.max(x(lane.quarantined), LABELS), to = Math.min(x(lane.until ?? STORY.end), view.width);
      if (to > from) {
        c.fillStyle = view.colours.bad;
        c.globalAlpha = 0.13;
        c.fillRect(from, box.top + 1, to - from, box.height - 2);
        c.globalAlpha = 1;
        c.fillRect(from, box.middle - 1.5, to - from, 3);
        c.fillRect(from, box.top + 3, 3, box.height - 6);
        font(c, 11, 600);
        c.textBaseline = "bottom";
        c.textAlign = "left";
        c.fillText(fitted(c, "signs no more", to - from - 10), from + 8, box.middle - 5);
      }
    }
  }
}

// As many links as a device has, so thick its line.
function drawLinked(c, box) {
  const steps = [];
  for (const link of box.lane.links) steps.push([link.from, 1], [link.to, -1]);
  steps.sort((a, b) => a[0] - b[0]);
  c.fillStyle = view.colours.ink2;
  const others = Math.max(1, STORY.lanes.length - 1);
  let count = 0;
  steps.forEach(([at, change], i) => {
    count += change;
    const from = Math.max(x(at), LABELS), to = Math.min(x(steps[i + 1]?.[0] ?? STORY.end), view.width);
    if (count <= 0 || to <= from) return;
    const thick = 1.5 + 2 * Math.min(1, count / others);
    c.fillRect(from, box.middle - thick / 2, to - from, thick);
  });
}

function drawLinks(c) {
  const seen = STORY.links.filter((e) => e.at >= view.from && e.at <= view.to);
  const every = Math.ceil(seen.length / LINES_MAX);
  seen.forEach((e, i) => {
    const a = view.lanes[e.device], b = view.lanes[e.peer];
    if (!a || !b || i % every) return;
    const px = x(e.at), up = e.is === "link_up";
    c.strokeStyle = up ? view.colours.ink2 : view.colours.bad;
    c.globalAlpha = STORY.lanes.length > 8 ? 0.2 : 0.4;
    c.lineWidth = 1;
    c.setLineDash(up ? [] : [2, 3]);
    c.beginPath();
    c.moveTo(px, a.middle);
    c.lineTo(px, b.middle);
    c.stroke();
    c.setLineDash([]);
    c.globalAlpha = 1;
    for (const box of [a, b]) {
      c.beginPath();
      c.arc(px, box.middle, 3, 0, 7);
      c.fillStyle = up ? view.colours.ink2 : view.colours.panel;
      c.fill();
      if (!up) c.stroke();
      mark(px, box.middle, e, 5);
    }
  });
}

function drawMessages(c) {
  const seen = [];
  for (const e of STORY.messages) {
    if (e.at < view.from || e.sent_ms > view.to || !view.lanes[e.from] || !view.lanes[e.device]) continue;
    seen.push(e);
  }
  // Lines between many lanes hide more.
  const most = MESSAGES_MAX / Math.max(1, STORY.lanes.length / 8);
  const every = Math.ceil(seen.length / most);
  view.thinned = every;
  c.lineWidth = 1;
  c.strokeStyle = view.colours.message;
  c.globalAlpha = seen.length > 600 ? 0.38 : 0.7;
  c.beginPath();
  const heads = new Path2D(), drawn = new Set();
  seen.forEach((e, i) => {
    if (i % every) return;
    const x1 = x(e.sent_ms), x2 = x(e.at), y1 = view.lanes[e.from].middle, y2 = view.lanes[e.device].middle;
    // Two that would lie on each other are one line.
    const key = `${e.from}-${e.device}-${Math.round(x1 / 2)}-${Math.round(x2 / 2)}`;
    if (drawn.has(key)) return;
    drawn.add(key);
    c.moveTo(x1, y1);
    c.lineTo(x2, y2);
    lines.push(x1, y1, x2, y2, e.index);
    const rise = Math.sign(y1 - y2);
    heads.moveTo(x2 - 2, y2 + rise * 6);
    heads.lineTo(x2 + 2, y2 + rise * 6);
    heads.lineTo(x2, y2 + rise * 1.5);
  });
  c.stroke();
  c.fillStyle = view.colours.message;
  c.fill(heads);
  c.globalAlpha = 1;
}
