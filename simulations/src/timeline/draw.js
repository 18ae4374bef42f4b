// Drawing. Only what is in sight is drawn, and of marks that would share a
// pixel only the first.

const MESSAGES_MAX = 3500;
const LINES_MAX = 2500;
const FONT = "Inter, system-ui, -apple-system, 'Segoe UI', 'Noto Sans', sans-serif";
// What was drawn where, for the pointer: marks as points, and lines.
let points = [], lines = [];

function draw() {
  const c = canvas.getContext("2d");
  c.setTransform(view.dpr, 0, 0, view.dpr, 0, 0);
  c.fillStyle = view.colours.bg;
  c.fillRect(0, 0, view.width, view.height);
  points = [];
  lines = [];
  c.save();
  c.beginPath();
  c.rect(LABELS, view.top, view.width - LABELS, view.height - view.top);
  c.clip();
  drawLanes(c);
  drawGrid(c);
  if (shows("partitions")) drawPartitions(c);
  drawStates(c);
  if (shows("messages")) drawMessages(c);
  if (shows("links")) drawLinks(c);
  drawEntries(c);
  if (shows("conflicts")) drawConflicts(c);
  if (shows("numbers")) drawMoves(c);
  if (shows("sale")) drawSales(c);
  drawCommands(c);
  drawCrashes(c);
  if (view.relay) drawDocuments(c);
  c.restore();
  c.save();
  c.beginPath();
  c.rect(LABELS, 0, view.width - LABELS, view.height);
  c.clip();
  if (shows("faults")) drawFaults(c);
  drawRuler(c);
  if (shows("violations")) drawViolations(c);
  drawCursor(c);
  c.restore();
  drawLabels(c);
}

function font(c, size, weight = 400) {
  c.font = `${weight} ${size}px ${FONT}`;
}

function mark(px, py, event, reach = 7) {
  points.push(px, py, reach, event.index);
}

// Of a text as much as fits.
function fitted(c, text, width) {
  if (c.measureText(text).width <= width) return text;
  let end = text.length;
  while (end > 1 && c.measureText(text.slice(0, end) + "…").width > width) end = Math.floor(end * 0.85);
  return end > 1 ? text.slice(0, end) + "…" : "";
}

function ticks() {
  const steps = [10, 50, 100, 500, 1e3, 5e3, 1e4, 3e4, 6e4, 12e4, 3e5, 6e5, 18e5, 36e5, 72e5, 144e5, 216e5, 432e5,
    864e5, 1728e5, 6048e5, 2592e6];
  const room = (view.to - view.from) / ((view.width - LABELS) / 96);
  const step = steps.find((step) => step >= room) ?? steps.at(-1);
  const found = [];
  for (let at = Math.ceil(view.from / step) * step; at <= view.to; at += step) found.push(at);
  return { found, fine: step < 1000 };
}

function drawGrid(c) {
  c.strokeStyle = view.colours.line;
  c.lineWidth = 1;
  c.beginPath();
  for (const at of ticks().found) {
    const px = Math.round(x(at)) + 0.5;
    c.moveTo(px, 0);
    c.lineTo(px, view.height);
  }
  c.stroke();
}

function drawRuler(c) {
  c.fillStyle = view.colours.panel;
  c.fillRect(LABELS, 0, view.width - LABELS, RULER - 4);
  c.fillStyle = view.colours["line-strong"];
  c.fillRect(LABELS, RULER - 5, view.width - LABELS, 1);
  const { found, fine } = ticks();
  font(c, 11.5);
  c.fillStyle = view.colours.ink2;
  c.textAlign = "center";
  c.textBaseline = "middle";
  for (const at of found) {
    c.fillText(clock(at, fine), x(at), 13);
    c.fillRect(x(at) - 0.5, RULER - 9, 1, 4);
  }
}

function drawFaults(c) {
  font(c, 11, 600);
  c.textBaseline = "middle";
  c.textAlign = "left";
  for (const fault of STORY.faults) {
    if (fault.to < view.from || fault.from > view.to) continue;
    const y = RULER + 2 + fault.row * FLAG, left = x(fault.from), right = x(fault.to);
    const from = Math.max(left, LABELS);
    c.fillStyle = view.colours.bad;
    if (fault.momentary) {
      c.fillRect(left, y, 1.5, FLAG - 2);
      c.beginPath();
      c.moveTo(left, y); c.lineTo(left + 9, y + 4); c.lineTo(left, y + 8);
      c.fill();
      const wide = c.measureText(fault.kind).width + 12;
      c.fillText(fault.kind, left + wide > view.width ? left - wide + 6 : left + 12, y + 7);
    } else {
      c.globalAlpha = 0.16;
      c.fillRect(from, y, Math.max(Math.min(right, view.width) - from, 2), FLAG - 2);
      c.globalAlpha = 1;
      c.fillRect(left, y, 2, FLAG - 2);
      c.fillText(fitted(c, fault.kind, Math.max(Math.min(right, view.width) - from - 8, 90)), from + 6, y + 7.5);
    }
    mark(from + 6, y + 7, fault.event, 9);
    for (const device of fault.on) {
      const box = view.lanes[device];
      if (!box || fault.kind === "partition" || left < LABELS) continue;
      c.fillRect(left, box.top + 3, 1.5, box.height * 0.44);
      c.beginPath();
      c.moveTo(left, box.top + 3); c.lineTo(left + 10, box.top + 7.5); c.lineTo(left, box.top + 12);
      c.fill();
      mark(left + 4, box.top + 7, fault.event, 8);
    }
  }
}

function drawViolations(c) {
  font(c, 12, 700);
  c.textBaseline = "middle";
  for (const e of STORY.violations) {
    if (e.at < view.from || e.at > view.to) continue;
    const px = x(e.at), box = view.lanes[e.device];
    c.fillStyle = view.colours.bad;
    c.fillRect(px - 1, RULER - 6, 2, view.height);
    const y = box ? box.top + 14 : view.height - 16;
    const wide = c.measureText(e.invariant).width + 14;
    const left = px + wide + 4 > view.width ? px - wide : px;
    c.beginPath();
    c.roundRect(left, y - 10, wide, 20, 4);
    c.fill();
    c.fillStyle = view.colours.surface;
    c.textAlign = "left";
    c.fillText(e.invariant, left + 7, y + 0.5);
    mark(left + wide / 2, y, e, Math.max(wide / 2, 10));
  }
}

function drawCursor(c) {
  if (view.selected) {
    const px = x(view.selected.at), box = view.lanes[view.selected.device];
    c.strokeStyle = view.colours.accent;
    c.lineWidth = 1.5;
    c.beginPath();
    c.moveTo(px, RULER - 5);
    c.lineTo(px, view.height);
    c.stroke();
    if (box) {
      c.lineWidth = 2.5;
      c.beginPath();
      c.arc(px, box.middle, 10, 0, 7);
      c.stroke();
    }
  }
  if (view.cursor !== null) {
    c.fillStyle = view.colours.ink3;
    c.globalAlpha = 0.5;
    c.fillRect(view.cursor, RULER - 5, 1, view.height);
    c.globalAlpha = 1;
    font(c, 11.5, 600);
    const text = clock(time(view.cursor), view.to - view.from < 6e4);
    const wide = c.measureText(text).width + 12;
    c.fillStyle = view.colours.ink;
    c.beginPath();
    c.roundRect(view.cursor - wide / 2, 3, wide, 19, 5);
    c.fill();
    c.fillStyle = view.colours.bg;
    c.textAlign = "center";
    c.textBaseline = "middle";
    c.fillText(text, view.cursor, 13);
  }
}

function drawLabels(c) {
  c.fillStyle = view.colours.bg;
  c.fillRect(0, 0, LABELS, view.height);
  c.fillStyle = view.colours["line-strong"];
  c.fillRect(LABELS - 1, 0, 1, view.height);
  const at = view.cursor !== null ? time(view.cursor) : view.selected?.at ?? Math.min(view.to, STORY.end - 1);
  c.save();
  c.beginPath();
  c.rect(0, view.top - 2, LABELS, view.height);
  c.clip();
  c.textAlign = "left";
  for (const box of view.lanes) {
    if (!box || box.top > view.height) continue;
    c.fillStyle = view.colours.line;
    c.fillRect(0, Math.round(box.top + box.height), LABELS, 1);
    const { quarantined, until } = box.lane;
    const bad = quarantined !== null && quarantined <= at && at < (until ?? Infinity);
    const small = box.height < 46;
    c.textBaseline = "middle";
    font(c, 13, 600);
    c.fillStyle = bad ? view.colours.bad : view.colours.ink;
    c.fillText(fitted(c, box.lane.name, LABELS - 26), 14, box.middle - (small ? 6 : 9));
    font(c, 11);
    c.fillStyle = bad ? view.colours.bad : view.colours.ink3;
    const links = linksAt(box.lane, at).length, state = stateAt(box.lane, at);
    const linked = links === 0 ? "alone" : links === 1 ? "1 link" : links + " links";
    const text = bad ? "signs no more" : state === "on" ? linked : state === "off" ? "off" : "not there yet";
    c.fillText(fitted(c, text + (box.lane.sales ? ` · ${box.lane.sales} sold` : ""), LABELS - 26), 14,
      box.middle + (small ? 8 : 9));
  }
  if (view.relay) {
    c.fillStyle = view.colours.bg;
    c.fillRect(0, view.relay.top - 4, LABELS - 1, 60);
    c.fillStyle = view.colours.ink;
    font(c, 13, 600);
    c.textBaseline = "middle";
    c.fillText("Relay", 14, view.relay.middle);
  }
  c.restore();
  if (shows("faults") && STORY.faults.length > 0) {
    font(c, 11);
    c.textBaseline = "middle";
    c.fillStyle = view.colours.ink3;
    c.fillText("Faults", 14, RULER + 10);
  }
  font(c, 11);
  c.textBaseline = "middle";
  c.fillStyle = view.colours.ink3;
  if (shows("messages") && view.thinned > 1) c.fillText(`1 of ${view.thinned} messages`, 14, 13);
}

// All of the run in a strip: how much happens, where it is cut, where it broke.
let activity = null;
function drawMap() {
  const c = map.getContext("2d"), height = map.clientHeight, wide = view.width - LABELS;
  if (wide < 10) return;
  c.setTransform(view.dpr, 0, 0, view.dpr, 0, 0);
  c.fillStyle = view.colours.panel;
  c.fillRect(0, 0, view.width, height);
  const px = (at) => LABELS + ((at - STORY.begin) / (STORY.end - STORY.begin)) * wide;
  const columns = Math.floor(wide / 2);
  if (!activity || activity.length !== columns) {
    activity = new Float64Array(columns);
    for (const e of RUN.events) {
      const at = Math.floor(((e.at - STORY.begin) / (STORY.end - STORY.begin)) * columns);
      activity[Math.min(columns - 1, Math.max(0, at))] += 1;
    }
  }
  for (const band of STORY.partitions) {
    c.fillStyle = view.colours.island1;
    c.globalAlpha = 0.22;
    c.fillRect(px(band.from), 0, Math.max(px(band.to) - px(band.from), 1), height);
  }
  c.globalAlpha = 1;
  const most = Math.sqrt(activity.reduce((a, b) => Math.max(a, b), 1));
  c.fillStyle = view.colours.ink3;
  activity.forEach((count, i) => {
    const tall = (Math.sqrt(count) / most) * (height - 8);
    c.fillRect(LABELS + i * 2, height - tall, 1.5, tall);
  });
  c.fillStyle = view.colours.bad;
  for (const fault of STORY.faults) c.fillRect(px(fault.from), 0, 1.5, 5);
  for (const e of STORY.violations) c.fillRect(px(e.at) - 1, 0, 3, height);
  const from = Math.max(px(view.from), LABELS), to = Math.min(px(view.to), view.width);
  c.fillStyle = view.colours.accent;
  c.globalAlpha = 0.12;
  c.fillRect(from, 0, Math.max(to - from, 3), height);
  c.globalAlpha = 1;
  c.strokeStyle = view.colours.accent;
  c.lineWidth = 1.5;
  c.strokeRect(from + 0.75, 0.75, Math.max(to - from - 1.5, 3), height - 1.5);
  c.fillStyle = view.colours.ink3;
  font(c, 11);
  c.textBaseline = "middle";
  c.textAlign = "left";
  c.fillText("Whole run", 14, height / 2 - 7);
  c.fillText(`${clock(STORY.end, false)}`, 14, height / 2 + 9);
}
