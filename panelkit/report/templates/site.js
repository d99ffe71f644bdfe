"use strict";
// Theme, search and printing of the report: no request goes anywhere, and every page reads whole without this file.
(function () {
  const root = document.documentElement;
  const KEY = "panelkit-theme";

  function kept() {
    try { return localStorage.getItem(KEY); } catch (error) { return null; } // storage may be switched off
  }
  function keep(theme) {
    try { localStorage.setItem(KEY, theme); } catch (error) { /* the choice then holds for this page */ }
  }

  const chosen = kept();
  if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;

  function dark() {
    if (root.dataset.theme) return root.dataset.theme === "dark";
    return matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function themeSwitch() {
    const button = document.getElementById("theme");
    const show = () => button.setAttribute("aria-checked", String(dark()));
    button.hidden = false;
    show();
    button.addEventListener("click", () => {
      root.dataset.theme = dark() ? "light" : "dark";
      keep(root.dataset.theme);
      show();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  }

  const plain = (text) => text.normalize("NFKC").toLowerCase();

  // Every word of the query must stand in a claim, in either language; a claim called so comes first.
  function found(query, claims) {
    const words = plain(query).split(/\s+/).filter(Boolean);
    if (!words.length) return [];
    const hits = claims.filter((claim) => words.every((word) => claim.words.includes(word)));
    const named = (claim) => (words.includes(plain(claim.id)) ? 0 : 1);
    return hits.sort((a, b) => named(a) - named(b));
  }

  function line(claim, form) {
    const said = claim[form.dataset.language];
    const link = document.createElement("a");
    link.href = form.dataset.pages + claim.file;
    const id = document.createElement("b");
    id.textContent = claim.id;
    const badge = document.createElement("span");
    badge.className = "badge " + claim.style;
    badge.textContent = said.verdict;
    const place = document.createElement("span");
    place.className = "soft";
    place.textContent = said.place;
    link.append(id, " ", badge, " ", said.says, place);
    const item = document.createElement("li");
    item.append(link);
    return item;
  }

  function search() {
    const form = document.getElementById("search");
    const field = document.getElementById("query");
    const box = document.getElementById("found");
    const count = document.getElementById("count");
    const list = document.getElementById("results");
    const claims = window.panelkitClaims || [];

    function show() {
      const hits = found(field.value, claims);
      const asked = field.value.trim() !== "";
      list.replaceChildren(...hits.map((claim) => line(claim, form)));
      count.textContent = asked ? form.dataset.count.replace("#", hits.length) : "";
      box.hidden = !asked;
    }
    function step(event) {
      const links = [...list.querySelectorAll("a")];
      const at = links.indexOf(document.activeElement);
      if (event.key === "Escape") {
        field.value = "";
        show();
        field.focus();
      } else if (event.key === "ArrowDown" && links.length) {
        links[Math.min(at + 1, links.length - 1)].focus();
      } else if (event.key === "ArrowUp" && at >= 0) {
        (at === 0 ? field : links[at - 1]).focus();
      } else return;
      event.preventDefault();
    }

    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const first = list.querySelector("a");
      if (first) first.click();
    });
    field.addEventListener("input", show);
    form.addEventListener("keydown", step);
    list.addEventListener("keydown", step);
    document.addEventListener("keydown", (event) => {
      const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        field.focus();
      }
    });
    field.value = new URLSearchParams(location.search).get("q") || field.value;
    if (field.value) show();
  }

  // A table that is wider than its box can be reached and moved from the keyboard.
  function boxes() {
    for (const box of document.querySelectorAll(".scroll, .regression")) {
      if (box.scrollWidth > box.clientWidth) {
        box.tabIndex = 0;
        box.setAttribute("role", "group");
        box.setAttribute("aria-label", document.body.dataset.wide);
      } else if (box.getAttribute("role") === "group") {
        for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
      }
    }
  }

  // Paper shows what is folded on the screen, but for the numbers of figures.
  function printing() {
    let opened = [];
    addEventListener("beforeprint", () => {
      opened = [...document.querySelectorAll("details:not([open]):not(.numbers)")];
      for (const part of opened) part.open = true;
    });
    addEventListener("afterprint", () => {
      for (const part of opened) part.open = false;
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    themeSwitch();
    search();
    boxes();
    addEventListener("resize", boxes);
    document.addEventListener("toggle", boxes, true);
    printing();
  });
})();
