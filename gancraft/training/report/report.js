"use strict";
/* What moves on the page: the time-lapse of sheets, and what all charts say of the moment below the pointer. */
const data = JSON.parse(document.getElementById("data").textContent);
const words = (n) => n.toLocaleString("en-US");

/* Sheets */
const picture = document.getElementById("sheet");
const when = document.getElementById("when");
const play = document.getElementById("play");
const sheets = data.sheets.map(([at, uri]) => ({ at, uri }));
const small = new Image(); /* beside the pointer */
let timer = 0;

function show(index) {
  picture.src = sheets[index].uri;
  document.getElementById("at").textContent = words(sheets[index].at) + " pictures seen";
  when.value = index;
  when.setAttribute("aria-valuetext", words(sheets[index].at) + " pictures");
}

function stop() {
  clearInterval(timer);
  timer = 0;
  play.textContent = "Play";
}

function start() {
  let index = Number(when.value) === sheets.length - 1 ? 0 : Number(when.value);
  show(index);
  play.textContent = "Pause";
  timer = setInterval(() => {
    index += 1;
    show(index);
    if (index === sheets.length - 1) stop();
  }, Math.max(150, 8000 / sheets.length));
}

if (picture) {
  sheets.push({ at: data.newest, uri: picture.src });
  small.width = picture.getAttribute("width"); /* its place is kept while it loads */
  small.height = picture.getAttribute("height");
  /* Pictures of a few pixels show their pixels rather than a blur. */
  const crisp = () => picture.classList.toggle("crisp", picture.naturalWidth * 2.5 < picture.clientWidth);
  picture.addEventListener("load", crisp);
  addEventListener("resize", crisp);
  crisp();
}
if (when) {
  when.hidden = play.hidden = false;
  when.addEventListener("input", () => { stop(); show(Number(when.value)); });
  play.addEventListener("click", () => (timer ? stop() : start()));
}

/* Charts */
const tip = document.createElement("p");
tip.id = "tip";
tip.hidden = true;
document.body.append(tip);
const charts = [...document.querySelectorAll(".chart")].map((figure) => ({
  svg: figure.querySelector("svg"),
  cursor: figure.querySelector(".cursor"),
  values: [...figure.querySelectorAll("[data-now]")],
  curves: data.curves[Number(figure.dataset.chart)],
}));

function short(value) {
  if (value === null) return "–";
  const size = Math.abs(value);
  const [by, letter] = [[1e9, "G"], [1e6, "M"], [1e3, "k"]].find(([by]) => size < 1e12 && size >= 0.9995 * by) || [1, ""];
  return String(Number((value / by).toPrecision(3))) + letter;
}

function nearest(places, at) {
  let best = 0;
  places.forEach((place, i) => { if (Math.abs(place - at) < Math.abs(places[best] - at)) best = i; });
  return best;
}

function moment(svg, event) {
  const box = svg.getBoundingClientRect();
  const x = ((event.clientX - box.left) / box.width) * data.width;
  return Math.min(1, Math.max(0, (x - data.left) / (data.right - data.left))) * data.last;
}

function point(event, svg) {
  const at = moment(svg, event);
  const x = data.left + (at / data.last) * (data.right - data.left);
  for (const chart of charts) {
    chart.cursor.setAttribute("x1", x);
    chart.cursor.setAttribute("x2", x);
    chart.cursor.removeAttribute("hidden");
    chart.curves.forEach(([places, means], i) => {
      chart.values[i].textContent = short(means[nearest(places, at)]);
    });
  }
  const near = data.events.filter(([when]) => Math.abs(when - at) < data.last / 60).slice(0, 3);
  tip.replaceChildren(words(Math.round(at)) + " pictures");
  for (const [, kind, text] of near) {
    const line = document.createElement("span");
    line.textContent = kind + ": " + text;
    tip.append(line);
  }
  if (sheets.length) {
    small.src = sheets[nearest(sheets.map((sheet) => sheet.at), at)].uri;
    tip.append(small);
  }
  tip.hidden = false;
  const box = svg.getBoundingClientRect();
  const right = event.clientX > innerWidth / 2;
  tip.style.left = right ? "auto" : event.clientX + 14 + "px";
  tip.style.right = right ? innerWidth - event.clientX + 14 + "px" : "auto";
  const above = box.top - tip.offsetHeight - 8;
  tip.style.top = (above > 0 ? above : box.bottom + 8) + "px";
}

function leave() {
  tip.hidden = true;
  for (const chart of charts) {
    chart.cursor.setAttribute("hidden", "");
    chart.values.forEach((value) => { value.textContent = value.dataset.now; });
  }
}

for (const { svg } of charts) {
  svg.addEventListener("pointermove", (event) => point(event, svg));
  svg.addEventListener("pointerdown", (event) => point(event, svg));
  svg.addEventListener("pointerleave", leave);
}
