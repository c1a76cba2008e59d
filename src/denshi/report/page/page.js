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
      // The legend becomes a column: give it the height, so that the plot keeps its own.
      const keys = spec.layout.showlegend === false || spec.data.length < 2 ? 0 : spec.data.length;
      layout.font = Object.assign({}, layout.font, { size: 11.5 });
      layout.height = spec.height + 17 * keys;
      layout.xaxis = Object.assign({}, layout.xaxis, { nticks: 5 });
      if (layout.xaxis.type === "date") delete layout.xaxis.dtick;
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
    const layout = fitted(id, widthOf(div));
    div.style.height = layout.height + "px";
    await Plotly.newPlot(div, structuredClone(specs[id].data), layout, config);
    div.dataset.marks = String(marks(div));
    div.dataset.drawn = "true";
  }

  // Wide charts move to a new width by an animation, which paper does not wait for: they are scaled instead.
  function shrink(width) {
    for (const div of document.querySelectorAll(".wide [data-chart]")) {
      div.style.zoom = width && div.layout ? Math.min(1, width / div.layout.width) : "";
    }
  }

  async function redraw(width) {
    shrink(width);
    const kind = width ? "figure:not(.wide) [data-chart]" : "[data-chart]";
    for (const div of document.querySelectorAll(kind)) {
      const space = width || widthOf(div);
      if (div.dataset.drawn && space > 0 && Math.abs(space - div.layout.width) > 1) {
        const layout = fitted(div.dataset.chart, space);
        div.style.height = layout.height + "px";
        await Plotly.react(div, div.data, layout, config);
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
