"use strict";
(function () {
  const root = document.documentElement;
  const specs = JSON.parse(document.getElementById("specs").textContent);
  const config = { displayModeBar: false, responsive: false, showTips: false };
  const narrow = () => window.innerWidth < 640;

  function fitted(id, width) {
    const spec = specs[id];
    const layout = Object.assign({}, spec.layout, { height: spec.height, width: width });
    if (narrow() && id !== "sankey") {
      layout.font = Object.assign({}, layout.font, { size: 11.5 });
      layout.height = Math.round(spec.height * 1.06);
    }
    return layout;
  }

  function widthOf(div) {
    return Math.floor(div.getBoundingClientRect().width);
  }

  // A chart counts as drawn only when it has marks, not when its frame stands.
  function marks(div) {
    return div.querySelectorAll("svg .trace, svg .sankey-link, svg .hm image, svg .scatterlayer .trace").length;
  }

  async function draw(div) {
    const id = div.dataset.chart;
    await Plotly.newPlot(div, structuredClone(specs[id].data), fitted(id, widthOf(div)), config);
    div.dataset.marks = String(marks(div));
    div.dataset.drawn = "true";
  }

  async function redraw(width) {
    for (const div of document.querySelectorAll("[data-chart]")) {
      const space = width || widthOf(div);
      if (div.dataset.drawn && space > 0 && Math.abs(space - div.layout.width) > 1) {
        await Plotly.react(div, div.data, fitted(div.dataset.chart, space), config);
      }
    }
  }

  // A link into a closed part opens it; the browser alone would go nowhere.
  function reveal() {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let part = target.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    target.scrollIntoView({ block: "center" });
  }

  function measure() {
    root.dataset.scrollWidth = String(root.scrollWidth);
    root.dataset.clientWidth = String(root.clientWidth);
    const charts = [...document.querySelectorAll("[data-chart]")];
    root.dataset.drawn = String(charts.filter((div) => div.dataset.drawn && Number(div.dataset.marks) > 0).length);
    root.dataset.charts = String(charts.length);
    root.dataset.ready = "true";
  }

  async function start() {
    for (const div of document.querySelectorAll("[data-chart]")) {
      try {
        await draw(div);
      } catch (error) {
        div.dataset.failed = String(error);
        console.error(div.dataset.chart, error);
      }
      await new Promise((next) => setTimeout(next, 0));
    }
    reveal();
    measure();
  }

  let waiting = 0;
  window.addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => redraw(0).then(measure), 150);
  });
  window.addEventListener("hashchange", reveal);
  window.addEventListener("beforeprint", () => redraw(680));
  window.addEventListener("afterprint", () => redraw(0));
  start();
})();
